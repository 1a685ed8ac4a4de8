/** Which endpoints a node may send traffic to, as kube-proxy sorts them (kubernetes/kubernetes pkg/proxy/topology.go). */
import type { ClusterAccess } from '../kubernetes/resource.ts'

export type Family = 'IPv4' | 'IPv6'

export interface ServicePort {
  readonly name?: string
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP'
  readonly port: number
  readonly nodePort?: number
}

export interface ServiceObject {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly uid: string }
  readonly spec: {
    readonly type: string
    readonly clusterIPs?: readonly string[]
    readonly ipFamilies?: readonly Family[]
    readonly ports?: readonly ServicePort[]
    readonly internalTrafficPolicy?: string
    readonly externalTrafficPolicy?: string
    readonly healthCheckNodePort?: number
    readonly sessionAffinity?: string
    readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number } }
  }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly ipMode?: string }[] } }
}

export interface Endpoint {
  readonly ip: string
  readonly port: number
  readonly node: string | undefined
  readonly ready: boolean
  /** Still serves while it terminates. */
  readonly leaving: boolean
  /** Where the Pod is found that it is; undefined: it is none. */
  readonly pod?: { readonly namespace: string; readonly name: string } | undefined
  readonly hints?: Hints | undefined
}

interface Hints {
  readonly forNodes?: readonly { readonly name: string }[]
  readonly forZones?: readonly { readonly name: string }[]
}

interface SliceEndpoint {
  readonly addresses: readonly string[]
  readonly nodeName?: string
  readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
  readonly targetRef?: { readonly kind?: string; readonly namespace?: string; readonly name?: string }
  readonly hints?: Hints
}

interface Slice {
  readonly addressType: string
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null
  readonly endpoints?: readonly SliceEndpoint[] | null
}

/**
 * All endpoints of one Service port, of one family (by default the Service's first); each once, though it may be in two slices while it moves between them.
 */
export function endpointsOf(cluster: ClusterAccess, service: ServiceObject, port: ServicePort, family: Family = firstFamily(service)): readonly Endpoint[] {
  const { namespace, name } = service.metadata
  const slices = cluster.indexed('endpointslices', 'service', `${namespace}/${name}`) as unknown as readonly Slice[]
  const found = new Map<string, Endpoint>()
  for (const { addressType, ports, endpoints } of slices) {
    const number = ports?.find((candidate) => (candidate.name ?? '') === (port.name ?? ''))?.port
    if (number === undefined || addressType !== family) continue
    for (const each of endpoints ?? []) {
      const endpoint = endpointAt(each, number)
      const known = found.get(endpoint.ip)
      if (known === undefined || !known.ready) found.set(endpoint.ip, endpoint)
    }
  }
  return [...found.values()]
}

function firstFamily({ spec: { ipFamilies: [first = 'IPv4'] = [] } }: ServiceObject): Family {
  return first
}

export function familyOf(ip: string): Family {
  return ip.includes(':') ? 'IPv6' : 'IPv4'
}

function endpointAt({ addresses: [ip = ''], nodeName, conditions, targetRef, hints }: SliceEndpoint, port: number): Endpoint {
  const { ready = true, serving = true, terminating = false } = conditions ?? {}
  const { kind, namespace = '', name = '' } = targetRef ?? {}
  return { ip, port, node: nodeName, ready, leaving: serving && terminating, pod: kind === 'Pod' ? { namespace, name } : undefined, hints }
}

export function localEndpoints(endpoints: readonly Endpoint[], node: string): readonly Endpoint[] {
  return endpoints.filter((endpoint) => endpoint.node === node)
}

/** Ready ones; where there is none, those that still serve while they terminate. */
export function usable(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.leaving)
}

/** Where traffic comes in. */
export interface Standpoint {
  readonly node: string
  readonly zone: string | undefined
  /** The Service's policy for this traffic, internal or external. */
  readonly policy: string | undefined
}

/** What a node sends traffic to: with policy Local its own endpoints alone; else all, narrowed by hints where every ready one has them. */
export function reachable(endpoints: readonly Endpoint[], { node, zone, policy }: Standpoint): readonly Endpoint[] {
  return policy === 'Local' ? usable(localEndpoints(endpoints, node)) : narrowed(usable(endpoints), node, zone)
}

/** The endpoints that are meant for this node, or else for this zone; all where one of them says nothing of it, and where none is. */
function narrowed(endpoints: readonly Endpoint[], node: string, zone: string | undefined): readonly Endpoint[] {
  const meantFor = (hint: keyof Hints, name: string | undefined): readonly Endpoint[] =>
    endpoints.every(({ ready, hints }) => ready && (hints?.[hint] ?? []).length > 0)
      ? endpoints.filter(({ hints }) => hints?.[hint]?.some((meant) => meant.name === name))
      : []
  const own = meantFor('forNodes', node)
  if (own.length > 0) return own
  const near = meantFor('forZones', zone)
  return near.length > 0 ? near : endpoints
}

const ZONE = 'topology.kubernetes.io/zone'

/** Undefined: there is no such Node, or it says no zone. */
export function zoneOf(cluster: ClusterAccess, node: string): string | undefined {
  return cluster.get('nodes', undefined, node)?.metadata.labels?.[ZONE]
}
