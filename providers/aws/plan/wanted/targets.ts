/** Where a target group sends traffic: instances by their node port, or addresses of pods. */
import { cidrContains, type Family, familyOf } from '../../../../src/model/address.ts'
import type { Backends, ClusterNode, ListenerKey, NodeSet, PortBackends } from '../../../../src/model/load-balancer.ts'
import { compareText } from '../../../../src/model/order.ts'
import type { Network, Target, TargetGroupPart } from '../../view.ts'

/** The id of the instance that a node is (`aws:///eu-west-1a/i-0abc`); undefined for one that is none, such as a Fargate node. */
export function instanceOf({ providerId }: ClusterNode): string | undefined {
  const id = providerId?.split('/').at(-1) ?? ''
  return /^i-[a-z0-9]+$/.test(id) ? id : undefined
}

type Kind = Pick<TargetGroupPart, 'targetType' | 'ipAddressType'>

export function targetsOf(kind: Kind, port: PortBackends, nodes: NodeSet, network: Network | undefined): readonly Target[] {
  if (kind.targetType === 'ip') return podTargets(kind.ipAddressType === 'ipv4' ? 'IPv4' : 'IPv6', port, network)
  const { nodePort, withoutNodes } = port
  if (nodePort === undefined) return []
  const instances = [...instancesOf(nodes)]
  const taken = withoutNodes === undefined ? instances : instances.filter(([, node]) => !withoutNodes.has(node))
  return taken.map(([id]) => ({ id, port: nodePort }))
}

/** Every Service with the same node selector has the same node set, so that its instances are found once. */
const known = new WeakMap<NodeSet, ReadonlyMap<string, string>>()

/** The names of nodes by instance, sorted by instance. */
function instancesOf(nodes: NodeSet): ReadonlyMap<string, string> {
  const pairs = known.get(nodes) ?? new Map(nodes.nodes.flatMap((node) => pairOf(node)).toSorted(([a], [b]) => compareText(a, b)))
  known.set(nodes, pairs)
  return pairs
}

function pairOf(node: ClusterNode): readonly (readonly [string, string])[] {
  const id = instanceOf(node)
  return id === undefined ? [] : [[id, node.name]]
}

/** By instance, of those targets that are nodes. */
export function nodeNames(targets: readonly Target[], nodes: NodeSet): { readonly nodes?: Readonly<Record<string, string>> } {
  const names = instancesOf(nodes)
  const found = targets.flatMap(({ id }) => (names.has(id) ? [[id, names.get(id) ?? id]] : []))
  return found.length === 0 ? {} : { nodes: Object.fromEntries(found) as Record<string, string> }
}

/** AWS wants the zone `all` for an address outside the VPC, and none for one inside. */
function podTargets(family: Family, { endpoints }: PortBackends, network: Network | undefined): readonly Target[] {
  const ranges = (network?.cidrs ?? []).filter((cidr) => familyOf(cidr) === family)
  return endpoints
    .filter(({ ip }) => familyOf(ip) === family)
    .map(({ ip, port }) => ({ id: ip, port, ...(ranges.length === 0 || ranges.some((cidr) => cidrContains(cidr, ip)) ? {} : { zone: 'all' }) }))
    .toSorted(byTarget)
}

/**
 * The targets that a group found has now; undefined where the cluster knows nothing of its listener, and it keeps those it has. Without a node port it keeps
 * the nodes that have not left.
 */
export function followedTargets(group: TargetGroupPart, backends: Backends, network: Network | undefined): readonly Target[] | undefined {
  const port = portOf(group.mark.listener, backends)
  if (port === undefined) return undefined
  if (group.targetType === 'instance' && port.nodePort === undefined) return group.targets?.targets.filter(({ id }) => instancesOf(backends.nodes).has(id))
  return targetsOf(group, port, backends.nodes, network)
}

/** `53/TCP_UDP` is led by the TCP port. */
function portOf(listener: string | undefined, { ports }: Backends): PortBackends | undefined {
  const [number, protocol] = listener?.split('/') ?? []
  const found = (key: string): PortBackends | undefined => ports[key as ListenerKey]
  return protocol === 'TCP_UDP' ? (found(`${number}/TCP`) ?? found(`${number}/UDP`)) : found(listener ?? '')
}

export function targetName({ id, port }: Target): string {
  return `${id}:${port}`
}

export function byTarget(a: Target, b: Target): number {
  return compareText(a.id, b.id) || a.port - b.port
}

/** Those of the first that the second does not have. */
export function targetsMissing(targets: readonly Target[], there: readonly Target[]): readonly Target[] {
  const names = new Set(there.map(targetName))
  return targets.filter((target) => !names.has(targetName(target)))
}
