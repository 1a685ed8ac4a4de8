/** A cluster on paper: what the settings say, what Azure holds, and what Services ask for; what is not said is what a plain one has. */
import type { AzureOptions } from '../../../annotations/azure.ts'
import type { AzureConfig } from '../../../providers/azure/api/config.ts'
import { CLOUDS } from '../../../providers/azure/api/clouds.ts'
import type { PublicAddress, PublicAddressDocument } from '../../../providers/azure/api/documents.ts'
import { idIn, keyOfId } from '../../../providers/azure/api/ids.ts'
import { planner } from '../../../providers/azure/plan/index.ts'
import { type AzureView, emptyView } from '../../../providers/azure/view.ts'
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import type { Intent, Plan } from '../../../src/provider/provider.ts'
import type { AzureStep } from '../../../providers/azure/steps.ts'
import { type Ask, at, backends, listener, owner, wish } from '../../contract/wish.ts'

export const SUBSCRIPTION = '00000000-0000-0000-0000-000000000001'
export const GROUP = 'cluster'
const NETWORK = idIn(SUBSCRIPTION, 'network', 'virtualNetworks', 'v')

export const CONFIG: AzureConfig = {
  clusterId: 'c1',
  cloud: CLOUDS.public,
  subscription: SUBSCRIPTION,
  resourceGroup: GROUP,
  location: 'westeurope',
  virtualNetwork: NETWORK,
  subnet: `${NETWORK}/subnets/nodes`,
  securityGroup: idIn(SUBSCRIPTION, GROUP, 'networkSecurityGroups', 'nsg'),
  balancers: [{ name: 'main' }],
  ruleLimit: 300,
  disableOutboundSnat: true,
  zones: [],
}

export interface Asked extends Ask {
  readonly options?: AzureOptions
  readonly published?: readonly string[]
}

const KUBE_PROXY = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const
const NODES = { nodes: [1, 2].map((number) => ({ name: `node-${number}`, addresses: [`10.0.0.1${number}`] })) }

export function want(
  name: string,
  { options = {}, published = [], listeners = ['80/TCP'], ...ask }: Asked = {},
): Extract<Intent<AzureOptions>, { want: unknown }> {
  const all = listeners.map((one) => (typeof one === 'string' ? listener(one, { healthCheck: KUBE_PROXY }) : one))
  const ports = Object.fromEntries(all.map(({ key }) => [key, ['10.244.0.1:8080']])) as Record<ListenerKey, string[]>
  const nodePorts = Object.fromEntries(all.map(({ key, port }) => [key, 30_000 + port]))
  const asked = wish({ targets: 'nodes', backends: backends(ports, nodePorts, NODES), ...ask, listeners: all })
  return { owner: owner(name), want: { ...asked, options }, published: at(...published) }
}

/** A public address of the cluster's resource group. */
export function address(name: string, properties: PublicAddress = {}, more: Partial<PublicAddressDocument> = {}): PublicAddressDocument {
  const id = idIn(SUBSCRIPTION, GROUP, 'publicIPAddresses', name)
  const state = { provisioningState: 'Succeeded', publicIPAddressVersion: 'IPv4', ...properties } as const
  return { id, name, etag: 'W/"1"', location: 'westeurope', sku: { name: 'Standard' }, properties: state, ...more }
}

/** The security group is there, and nothing else but these addresses. `missing`: what was looked for and not found. */
export function holding(addresses: readonly PublicAddressDocument[] = [], missing: readonly string[] = []): AzureView {
  const group = { id: CONFIG.securityGroup, document: { id: CONFIG.securityGroup, name: 'nsg', etag: 'W/"1"', properties: { securityRules: [] } } }
  return {
    ...emptyView,
    securityGroups: new Map([[keyOfId(group.id), group]]),
    addresses: new Map(addresses.map((document) => [keyOfId(document.id ?? ''), { id: document.id ?? '', document }])),

    missing: new Set(missing),
  }
}

export function planFor(intents: readonly Intent<AzureOptions>[], view: AzureView = holding(), config: Partial<AzureConfig> = {}): Plan<AzureStep> {
  return planner({ ...CONFIG, ...config }).plan(intents, view)
}
