/** The fields of a Service as its rules read them, and the questions that several rules ask. */
import type { ApiObject } from '../../resource.ts'
import type { Family } from '../rules/addresses.ts'
import { ensure, type Fields } from '../rules/draft.ts'

export interface ServicePort {
  name?: string
  protocol?: string
  appProtocol?: string
  port: number
  targetPort?: number | string
  nodePort?: number
}

export interface ServiceSpec {
  type?: string
  selector?: Record<string, string>
  ports?: ServicePort[]
  clusterIP?: string
  clusterIPs?: string[]
  ipFamilies?: Family[]
  ipFamilyPolicy?: string
  externalIPs?: string[]
  externalName?: string
  sessionAffinity?: string
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } }
  externalTrafficPolicy?: string
  internalTrafficPolicy?: string
  healthCheckNodePort?: number
  loadBalancerIP?: string
  loadBalancerSourceRanges?: string[]
  loadBalancerClass?: string
  allocateLoadBalancerNodePorts?: boolean
  publishNotReadyAddresses?: boolean
  trafficDistribution?: string
}

export interface Ingress {
  ip?: string
  hostname?: string
  ipMode?: string
  ports?: { port: number; protocol: string; error?: string }[]
}

export interface ServiceStatus {
  loadBalancer?: { ingress?: Ingress[] }
  conditions?: Fields[]
}

export const SOURCE_RANGES_ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/** The spec, made when it is not there. */
export const specOf = (service: ApiObject): ServiceSpec => ensure(service, 'spec')

/** The status, made when it is not there. */
export const statusOf = (service: ApiObject): ServiceStatus => ensure(service, 'status')

export const portsOf = (spec: ServiceSpec): ServicePort[] => spec.ports ?? []
export const isHeadless = (spec: ServiceSpec): boolean => spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === 'None'
export const needsClusterIp = (spec: ServiceSpec): boolean => spec.type !== 'ExternalName'
export const needsNodePorts = (spec: ServiceSpec): boolean => spec.type === 'NodePort' || spec.type === 'LoadBalancer'
export const needsHealthCheck = (spec: ServiceSpec): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'

/** Reachable from outside the cluster, so that `externalTrafficPolicy` means something. */
export const isExternal = (spec: ServiceSpec): boolean => needsNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)

export const sameList = (a: readonly unknown[] = [], b: readonly unknown[] = []): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])

/** All numbers of the node-port range that a Service holds. */
export function nodePortsOf(spec: ServiceSpec): number[] {
  return [...portsOf(spec).flatMap((port) => port.nodePort ?? []), ...(spec.healthCheckNodePort === undefined ? [] : [spec.healthCheckNodePort])]
}
