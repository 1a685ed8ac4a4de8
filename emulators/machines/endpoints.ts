/** Which endpoints a node may send traffic to, as kube-proxy sorts them (kubernetes/kubernetes pkg/proxy/topology.go). */
import type { ClusterAccess } from '../kubernetes/resource.ts'

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
    readonly ports?: readonly ServicePort[]
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
}

interface Slice {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
  readonly addressType: string
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[]
        readonly nodeName?: string
        readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
      }[]
    | null
}

/** All endpoints of one Service port, IPv4. */
export function endpointsOf(cluster: ClusterAccess, { metadata: { namespace, name } }: ServiceObject, port: ServicePort): readonly Endpoint[] {
  const slices = (cluster.list('endpointslices', namespace) as unknown as readonly Slice[]).filter(
    ({ metadata, addressType }) => metadata.labels?.['kubernetes.io/service-name'] === name && addressType === 'IPv4',
  )
  return slices.flatMap(({ ports, endpoints }) => {
    const number = ports?.find((candidate) => (candidate.name ?? '') === (port.name ?? ''))?.port
    if (number === undefined) return []
    return (endpoints ?? []).map(({ addresses: [ip = ''], nodeName, conditions: { ready = true, serving = true, terminating = false } = {} }) => ({
      ip,
      port: number,
      node: nodeName,
      ready,
      leaving: serving && terminating,
    }))
  })
}

export function localEndpoints(endpoints: readonly Endpoint[], node: string): readonly Endpoint[] {
  return endpoints.filter((endpoint) => endpoint.node === node)
}

/** Ready ones; where there is none, those that still serve while they terminate. */
export function usable(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  return ready.length > 0 ? ready : endpoints.filter((endpoint) => endpoint.leaving)
}
