/**
 * Where a pod's connection goes on this machine. Only what the playground itself serves is reached: pods, nodes and cluster IPs, on ports that are open there. Nothing
 * leaves the machine, and no other program on it is reached.
 */
import type { ClusterAccess } from '../../kubernetes/resource.ts'
import type { ServicePort } from '../endpoints.ts'
import type { Found, Networks } from '../networks.ts'
import { KUBE_PROXY_HEALTH_PORT } from '../node-proxy.ts'

export interface ReachOptions {
  readonly cluster: ClusterAccess
  readonly foundAt: Networks['foundAt']
  /** Whether a pod listens there, by TCP. */
  readonly listens: (ip: string, port: number) => boolean
}

export type Reached =
  | { readonly kind: 'found'; readonly at: Found }
  /** It is an address of the cluster, and nothing listens there. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'outside' }

/** `self`: the address of the pod that connects, which is its localhost too. */
export function reach(self: string, { ip, port }: Found, { cluster, foundAt, listens }: ReachOptions): Reached {
  const called = isLocalhost(ip) ? self : ip
  const at = foundAt(called, port)
  if (at.ip === called) return { kind: 'outside' }
  return listens(called, port) || isOfNode(cluster, called, port) || isOfService(cluster, called, port) ? { kind: 'found', at } : { kind: 'closed' }
}

function isLocalhost(ip: string): boolean {
  return ip === '127.0.0.1' || ip === '::1'
}

interface NodeStatus {
  readonly addresses?: readonly { readonly address: string }[]
}

interface ServiceSpec {
  readonly clusterIPs?: readonly string[]
  readonly externalIPs?: readonly string[]
  readonly healthCheckNodePort?: number
  readonly ports?: readonly ServicePort[]
}

function specsOf(cluster: ClusterAccess): readonly ServiceSpec[] {
  return cluster.list('services').map((service) => service['spec'] as ServiceSpec)
}

function tcpPorts({ ports = [] }: ServiceSpec): readonly ServicePort[] {
  return ports.filter(({ protocol = 'TCP' }) => protocol === 'TCP')
}

function isOfNode(cluster: ClusterAccess, ip: string, port: number): boolean {
  const isNode = cluster.list('nodes').some(({ status }) => ((status ?? {}) as NodeStatus).addresses?.some(({ address }) => address === ip))
  if (!isNode) return false
  const isNodePort = (spec: ServiceSpec): boolean => spec.healthCheckNodePort === port || tcpPorts(spec).some(({ nodePort }) => nodePort === port)
  return port === KUBE_PROXY_HEALTH_PORT || specsOf(cluster).some(isNodePort)
}

function isOfService(cluster: ClusterAccess, ip: string, port: number): boolean {
  const isMeant = (spec: ServiceSpec): boolean => [...(spec.clusterIPs ?? []), ...(spec.externalIPs ?? [])].includes(ip)
  return specsOf(cluster).some((spec) => isMeant(spec) && tcpPorts(spec).some((one) => one.port === port))
}
