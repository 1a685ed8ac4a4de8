/** Small builders for what an account holds, and wishes on AWS. */
import type { Backends, ClusterNode, Listener, ListenerKey, NodeSet } from '../../../src/model/load-balancer.ts'
import type { Desired, Intent } from '../../../src/provider/provider.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { AwsView, Instance, InstanceGroup, NamedGroup, Network, Subnet } from '../../../providers/aws/view.ts'
import { EMPTY_VIEW } from '../../../providers/aws/view.ts'
import { type Ask, backends, listener, owner, wish } from '../../contract/wish.ts'

export const CLUSTER = 'cluster-1'
export const CLUSTER_NAME = 'shop'
export const BACKEND = 'sg-backend'

export function subnet(zone: string, more: Partial<Subnet> = {}): Subnet {
  const id = more.id ?? `subnet-${zone}`
  return {
    id,
    zone,
    zoneType: 'availability-zone',
    cidr: '10.0.0.0/20',
    ipv6Cidrs: [],
    freeAddresses: 4000,
    tags: { 'kubernetes.io/role/elb': '1', 'kubernetes.io/role/internal-elb': '1' },
    ...more,
  }
}

export function instance(id: string, groups: readonly string[] = ['sg-nodes']): Instance {
  return { id, zone: 'a', groups }
}

export function instanceGroup(id: string, more: Partial<InstanceGroup> = {}): InstanceGroup {
  return { id, name: id, tags: {}, rules: [], ...more }
}

export interface Land {
  readonly subnets?: readonly Subnet[]
  readonly instances?: readonly Instance[]
  readonly groups?: readonly InstanceGroup[]
  readonly addresses?: Network['addresses']
  /** Others of the VPC, by id. */
  readonly named?: Readonly<Record<string, NamedGroup>>
}

export function network({
  subnets = [subnet('a'), subnet('b')],
  instances = [instance('i-1'), instance('i-2')],
  groups = [instanceGroup('sg-nodes')],
  addresses,
  named = { 'sg-1': {}, 'sg-111': {}, 'sg-123': {} },
}: Land = {}): Network {
  return {
    vpcId: 'vpc-1',
    cidrs: ['10.0.0.0/16', '10.244.0.0/16'],
    subnets,
    ...(addresses === undefined ? {} : { addresses }),
    instances: new Map(instances.map((one) => [one.id, one])),
    instanceGroups: new Map(groups.map((one) => [one.id, one])),
    securityGroups: new Map([...groups.map(({ id }) => [id, {}] as const), ...Object.entries(named)]),
  }
}

/** A base that has all that a Stack leans on. */
export function base(land: Land = {}): AwsView {
  const backend = { id: BACKEND, name: 'fairlead-backend', mark: { stack: 'base' }, tags: {}, rules: [] }
  return { ...EMPTY_VIEW, securityGroups: new Map([[BACKEND, backend]]), network: network(land) }
}

export function node(number: number): ClusterNode {
  return { name: `node-${number}`, providerId: `aws:///a/i-${number}`, addresses: [`10.0.0.${number}`] }
}

export function nodes(...numbers: readonly number[]): NodeSet {
  return { nodes: numbers.map(node) }
}

export interface AwsAsk extends Omit<Ask, 'backends'> {
  readonly options?: AwsOptions
  readonly on?: NodeSet
  /** By listener; for pods. */
  readonly pods?: Readonly<Record<string, readonly string[]>>
  /** By listener; 30000 above the port unless said. */
  readonly nodePorts?: Readonly<Record<string, number>>
}

/** On nodes unless said. */
export function want({ options = {}, on = nodes(1, 2), pods, nodePorts, ...ask }: AwsAsk = {}): Desired<AwsOptions> {
  const listeners = (ask.listeners ?? ['80/TCP']).map((one) => (typeof one === 'string' ? listener(one, { healthCheck: KUBE_PROXY_CHECK }) : one))
  const targets = ask.targets ?? (pods === undefined ? 'nodes' : 'pods')
  const settings = { ...ask, listeners: targets === 'pods' ? listeners.map(askedByTcp) : listeners, targets } as const
  return { ...wish({ ...settings, backends: backendsOf(listeners, { on, pods, nodePorts }) }), options }
}

const KUBE_PROXY_CHECK = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' } as const

function askedByTcp(one: Listener): Listener {
  return one.healthCheck === KUBE_PROXY_CHECK ? { ...one, healthCheck: { protocol: 'tcp', port: 'traffic', from: 'traffic port' } } : one
}

export interface Where {
  readonly on?: NodeSet
  readonly pods?: AwsAsk['pods'] | undefined
  readonly nodePorts?: AwsAsk['nodePorts'] | undefined
}

export function backendsOf(listeners: readonly Pick<Listener, 'key' | 'port'>[], { on = nodes(1, 2), pods, nodePorts = {} }: Where = {}): Backends {
  const ports = Object.fromEntries(listeners.map(({ key }) => [key, pods?.[key] ?? ['10.244.0.1:8080']]))
  const numbers = Object.fromEntries(listeners.map(({ key, port }) => [key, nodePorts[key] ?? 30_000 + port]))
  return backends(ports, pods === undefined ? numbers : nodePorts, on)
}

export function keys(...all: readonly ListenerKey[]): readonly Pick<Listener, 'key' | 'port'>[] {
  return all.map((key) => ({ key, port: Number(key.split('/')[0]) }))
}

export type Reported = {
  readonly want?: Desired<AwsOptions>
  readonly follow?: Backends
  readonly gone?: true
  readonly published?: readonly string[]
  readonly lingering?: readonly string[]
  readonly age?: string
}

export function intentOf(name: string, { want: wanted, follow, gone, published = [], lingering = [], age }: Reported): Intent<AwsOptions> {
  const who = owner(name)
  if (gone !== undefined) return { owner: who, gone }
  if (follow !== undefined) return { owner: who, follow }
  if (wanted === undefined) throw new Error(`${name} asks for nothing`)
  const places = (all: readonly string[]) => all.map((hostname) => ({ hostname }))
  return { owner: who, want: wanted, published: places(published), lingering: places(lingering), ...(age === undefined ? {} : { createdAt: age }) }
}
