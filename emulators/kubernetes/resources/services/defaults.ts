/** What the API server fills into a Service without looking at the cluster. */
import type { ApiObject } from '../../resource.ts'
import { isFields, omitEmpty, omitNull } from '../rules/draft.ts'
import { isExternal, needsNodePorts, portsOf, specOf, statusOf, type ServicePort, type ServiceSpec } from './spec.ts'

const AFFINITY_SECONDS = 10_800
const OMITTED_WHEN_EMPTY = ['ports', 'selector', 'clusterIP', 'clusterIPs', 'type', 'externalIPs', 'sessionAffinity', 'loadBalancerIP', 'externalName']
const ALSO_OMITTED = ['loadBalancerSourceRanges', 'externalTrafficPolicy', 'healthCheckNodePort', 'publishNotReadyAddresses', 'ipFamilies']

/** Fills the defaults, and leaves out what is empty. */
export function defaultService(service: ApiObject): void {
  const spec = specOf(service)
  if (isFields(spec)) {
    omitNull(spec)
    omitEmpty(spec, [...OMITTED_WHEN_EMPTY, ...ALSO_OMITTED])
  }
  spec.type ??= 'ClusterIP'
  portsOf(spec).forEach(defaultPort)
  spec.sessionAffinity ??= 'None'
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig
  if (spec.sessionAffinity === 'ClientIP' && isTimeless(spec)) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } }
  }
  if (isExternal(spec)) spec.externalTrafficPolicy ??= 'Cluster'
  if (needsNodePorts(spec) || spec.type === 'ClusterIP') spec.internalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
  defaultStatus(service)
}

function defaultPort(port: ServicePort): void {
  if (isFields(port)) {
    omitNull(port)
    omitEmpty(port, ['name', 'protocol', 'nodePort'])
  }
  port.protocol ??= 'TCP'
  // A missing number is zero, which validation refuses.
  port.port ??= 0
  if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port
}

function defaultStatus(service: ApiObject): void {
  const status = statusOf(service)
  const balancer = (status.loadBalancer ??= {})
  if (isFields(balancer)) omitEmpty(balancer, ['ingress'])
  if (isFields(status)) omitEmpty(status, ['conditions'])
  for (const ingress of balancer.ingress ?? []) {
    if (isFields(ingress)) {
      omitNull(ingress)
      omitEmpty(ingress, ['ip', 'hostname', 'ports'])
    }
    if (specOf(service).type === 'LoadBalancer' && ingress.ip !== undefined) ingress.ipMode ??= 'VIP'
  }
}

const isTimeless = ({ sessionAffinityConfig }: ServiceSpec): boolean => sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined
