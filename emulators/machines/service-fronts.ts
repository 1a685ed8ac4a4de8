/** The fronts that one Service has on the nodes: its cluster IPs, which every node answers on, and its node ports, on each node's own address. */
import type { Asked, Balancers } from './balancers.ts'
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { type Endpoint, endpointsOf, type Family, familyOf, reachable, type ServiceObject, type ServicePort, usable, zoneOf } from './endpoints.ts'
import type { Front, Peer, Route } from './front.ts'
import { isSame } from './affinity.ts'
import type { Networks } from './networks.ts'
import type { ProxyMode } from './proxy-mode.ts'

export interface ProxyNode {
  readonly name: string
  /** As the cluster calls it. */
  readonly address: string
}

export interface FrontContext {
  readonly cluster: ClusterAccess
  readonly networks: Pick<Networks, 'foundAt' | 'standsFor' | 'hasIpv6'>
  readonly balancers: Balancers
  readonly mode: () => ProxyMode['mode']
  /** The node that a client is on, by its address in the cluster; undefined: it has none there. */
  readonly nodeAt: (address: string | undefined) => ProxyNode
  /** In milliseconds. */
  readonly now: () => number
  readonly onError: (message: string) => void
}

export interface WantedFront {
  /** The same for as long as it is the same front. */
  readonly key: string
  readonly protocol: 'TCP' | 'UDP'
  readonly front: Front
}

/** What a port of a Service answers on, and by which policy. */
interface Place {
  readonly key: string
  readonly what: string
  readonly ip: string
  readonly port: number
  readonly family: Family
  /** Where all clients of this front come in; undefined: each on its own node. */
  readonly node?: ProxyNode
}

/** Of ports whose endpoints can be used. A port without any is closed: clients are refused. */
export function frontsOf(service: ServiceObject, nodes: readonly ProxyNode[], context: FrontContext): readonly WantedFront[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const { protocol = 'TCP' } = port
    if (protocol === 'SCTP') return []
    return [...clusterIpPlaces(service, port, context), ...nodePortPlaces(service, port, nodes)]
      .filter((place) => isOpen({ service, port, place, context }))
      .map((place) => ({ key: place.key, protocol, front: frontAt({ service, port, place, context }) }))
  })
}

function clusterIpPlaces({ spec, metadata }: ServiceObject, port: ServicePort, { networks }: FrontContext): readonly Place[] {
  if (spec.type === 'ExternalName') return []
  const addresses = (spec.clusterIPs ?? []).filter((ip) => ip !== '' && ip !== 'None')
  return addresses.flatMap((ip): Place[] => {
    const family = familyOf(ip)
    if (family === 'IPv6' && !networks.hasIpv6) return []
    const at = `${ip} port ${port.port}/${port.protocol ?? 'TCP'}`
    return [{ key: `${metadata.uid} cluster IP ${at} ${port.name ?? ''}`, what: `cluster IP ${at}`, ip, port: port.port, family }]
  })
}

function nodePortPlaces({ spec, metadata }: ServiceObject, port: ServicePort, nodes: readonly ProxyNode[]): readonly Place[] {
  const { nodePort } = port
  if (nodePort === undefined || (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer')) return []
  return nodes.map((node): Place => {
    const at = `${node.name}, port ${nodePort}/${port.protocol ?? 'TCP'}`
    return { key: `${metadata.uid} node ${at} ${port.name ?? ''}`, what: `node ${at}`, ip: node.address, port: nodePort, family: 'IPv4', node }
  })
}

interface At {
  readonly service: ServiceObject
  readonly port: ServicePort
  readonly place: Place
  readonly context: FrontContext
}

/** The system takes a connection before its client is known: a cluster IP is open where any node may lead somewhere. */
function isOpen({ service, port, place, context }: At): boolean {
  const all = endpointsOf(context.cluster, service, port, place.family)
  return place.node === undefined ? usable(all).length > 0 : standingOn(place.node, { service, port, place, context }).length > 0
}

/** What a node leads to now. */
function standingOn(node: ProxyNode, { service, port, place, context: { cluster } }: At): readonly Endpoint[] {
  const { spec } = asItIsNow(service, cluster)
  const policy = place.node === undefined ? spec.internalTrafficPolicy : spec.externalTrafficPolicy
  return reachable(endpointsOf(cluster, service, port, place.family), { node: node.name, zone: zoneOf(cluster, node.name), policy })
}

function asItIsNow(service: ServiceObject, cluster: ClusterAccess): ServiceObject {
  return (cluster.get('services', service.metadata.namespace, service.metadata.name) as ServiceObject | undefined) ?? service
}

function frontAt(at: At): Front {
  const { place, context } = at
  const { foundAt, standsFor } = context.networks
  const nodeOf = ({ address }: Peer): ProxyNode => place.node ?? context.nodeAt(standsFor(address))
  return {
    what: place.what,
    at: foundAt(place.ip, place.port),
    foundAt,
    now: context.now,
    onError: context.onError,
    // As its proxy did it that dialled itself: every other mode leaves it to the client's packets.
    tries: () => (context.mode() === 'userspace' ? 4 : 1),
    route: (client, isRetry) => routeFrom(nodeOf(client), { client, isRetry }, at),
    holds: (client, { endpoint }) => standingOn(nodeOf(client), at).some((candidate) => isSame(candidate, endpoint)),
  }
}

function routeFrom(node: ProxyNode, asking: { readonly client: Peer; readonly isRetry: boolean }, at: At): Route {
  const { place, context } = at
  const open = standingOn(node, at)
  const isLocal = place.node === undefined && asItIsNow(at.service, context.cluster).spec.internalTrafficPolicy === 'Local'
  if (open.length === 0) return { kind: isLocal ? 'drop' : 'refuse' }
  const given = context.balancers.choose(askedOn(node, asking, at), open, context.now())
  return given === undefined ? { kind: 'refuse' } : { kind: 'to', given, source: sourceOf(node, asking.client, at) }
}

function askedOn(node: ProxyNode, { client, isRetry }: { readonly client: Peer; readonly isRetry: boolean }, { service, port, place, context }: At): Asked {
  const { metadata } = service
  return {
    service: asItIsNow(service, context.cluster),
    affinity: `${metadata.uid} ${node.name} ${port.port}/${port.protocol ?? 'TCP'} ${port.name ?? ''} ${place.family}`,
    picker: `${place.key} ${node.name}`,
    packet: { source: context.networks.standsFor(client.address) ?? client.address, sourcePort: client.port, destination: place.ip },
    isRetry,
  }
}

/** A cluster IP keeps the client's address, but where the node's own program dials; a node port has the node's, which is this machine's. */
function sourceOf(node: ProxyNode, client: Peer, { place, context }: At): string {
  if (place.node !== undefined) return '127.0.0.1'
  return context.mode() === 'userspace' ? context.networks.foundAt(node.address, 0).ip : client.address
}
