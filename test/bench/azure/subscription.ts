/** An emulated subscription with room for the benchmarks' clusters. */
import { type AzureEmulator, type AzureOptions, startAzure } from '../../../emulators/azure/index.ts'
import { instanceOf, nodeName, nodeStatus } from '../cluster/objects.ts'

export const PROVIDER = 'azure'

/** Nodes are in the lower half, pods in the upper. Azure keeps the first four addresses of a subnet for itself. */
const SEED = { cidrs: ['10.0.0.0/8'], subnets: [{ name: 'nodes', cidr: '10.0.0.0/9', hasSecurityGroup: true }] }

export function startSubscription(options: AzureOptions = {}): Promise<AzureEmulator> {
  return startAzure({ seed: SEED, ...options })
}

const ZONES = { a: '1', b: '2', c: '3' } as const

/** The machine behind a node of the benchmarks' clusters. */
export function addMachine({ cloud }: AzureEmulator, number: number): void {
  const { addresses } = (
    nodeStatus(number, new Date(0)) as { readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] } }
  ).status
  const address = addresses.find(({ type }) => type === 'InternalIP')?.address ?? ''
  cloud.addMachine({ name: nodeName(number), privateIp: address, zone: ZONES[instanceOf(number).zone] })
}

/** What has to be known to find a subscription, which may be in another process. */
export interface Place {
  readonly url: string
  /** PEM. */
  readonly authority: string
  readonly tenant: string
  readonly subscription: string
  readonly resourceGroup: string
  readonly location: string
  /** Ids. */
  readonly virtualNetwork: string
  readonly subnet: string
  readonly securityGroup: string
}

export function placeOf({ url, authority = '', cloud: { ids, tenant, subscription, location } }: AzureEmulator): Place {
  const { resourceGroup, virtualNetwork, securityGroup, subnets } = ids
  return { url, authority, tenant, subscription, location, resourceGroup, virtualNetwork, securityGroup, subnet: subnets['nodes'] ?? '' }
}
