/** What the API server refuses in a Service, in the order in which it says so. */
import type { ApiObject, FieldError } from '../../resource.ts'
import { validateAddress, validateEndpointAddress, validateRange } from '../rules/addresses.ts'
import { duplicate, eachInvalid, forbidden, invalid, notSupported, required } from '../rules/field-errors.ts'
import { wrongQualifiedName, wrongSubdomain } from '../rules/names.ts'
import { validateLabels, validateMeta, validateMetaUpdate } from '../rules/object-meta.ts'
import { isExternal, isHeadless, needsHealthCheck, portsOf, SOURCE_RANGES_ANNOTATION, specOf, type ServiceSpec } from './spec.ts'
import { validateClusterIps, validateClusterIpsUpdate } from './validate-cluster-ips.ts'
import { validatePorts } from './validate-ports.ts'

const ONLY_BALANCER = "may only be used when `type` is 'LoadBalancer'"
const HINTS = 'service.kubernetes.io/topology-aware-hints'
const MODE = 'service.kubernetes.io/topology-mode'
const POLICIES = ['Cluster', 'Local']
const DAY = 86_400

export function validateService(service: ApiObject): FieldError[] {
  return [...validateMeta(service, { name: 'label', namespaced: true }), ...validateSpec(service, undefined)]
}

export function validateServiceUpdate(service: ApiObject, old: ApiObject): FieldError[] {
  const [spec, before] = [specOf(service), specOf(old)]
  const errors = [...validateMetaUpdate(service, old), ...validateClusterIpsUpdate(spec, before)]
  if (spec.type === 'LoadBalancer' && before.type === 'LoadBalancer' && spec.loadBalancerClass !== before.loadBalancerClass) {
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set'))
  }
  if (needsHealthCheck(spec) && needsHealthCheck(before) && spec.healthCheckNodePort !== before.healthCheckNodePort) {
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'))
  }
  return [...errors, ...validateSpec(service, old)]
}

function validateSpec(service: ApiObject, old: ApiObject | undefined): FieldError[] {
  const spec = specOf(service)
  const before = old === undefined ? undefined : specOf(old)
  return [
    ...validateTopology(service),
    ...(portsOf(spec).length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...validateForType(spec),
    ...validatePorts(portsOf(spec)),
    ...validateLabels('spec.selector', spec.selector),
    ...validateAffinity(spec),
    ...validateClusterIps(spec, before),
    ...validateExternalIps(spec, before),
    ...oneOf('spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']),
    ...validateNodePorts(spec),
    ...validateDuplicatePorts(spec),
    ...validateSourceRanges(service, old),
    ...validateBalancerFields(spec),
    ...validateClass(spec),
    ...validateExternalTraffic(spec),
    ...(spec.internalTrafficPolicy === undefined ? [] : oneOf('spec.internalTrafficPolicy', spec.internalTrafficPolicy, POLICIES)),
    ...(spec.trafficDistribution === undefined
      ? []
      : oneOf('spec.trafficDistribution', spec.trafficDistribution, ['PreferClose', 'PreferSameZone', 'PreferSameNode'])),
  ]
}

function validateTopology({ metadata: { annotations = {} } }: ApiObject): FieldError[] {
  const [hints, mode] = [annotations[HINTS], annotations[MODE]]
  if (hints === undefined || mode === undefined || hints === mode) return []
  return [invalid(`metadata.annotations[${MODE}]`, mode, `must match annotations[${HINTS}] when both are specified`)]
}

function validateForType(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') {
    return isHeadless(spec) ? [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)] : []
  }
  if (spec.type !== 'ExternalName') return []
  const errors: FieldError[] = []
  const why = 'may not be set for ExternalName services'
  if ((spec.clusterIPs?.length ?? 0) > 0) errors.push(forbidden('spec.clusterIPs', why))
  if ((spec.ipFamilies?.length ?? 0) > 0) errors.push(forbidden('spec.ipFamilies', why))
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', why))
  const name = (spec.externalName ?? '').replace(/\.$/, '')
  return [...errors, ...(name === '' ? [required('spec.externalName')] : eachInvalid('spec.externalName', name, wrongSubdomain(name)))]
}

function validateAffinity(spec: ServiceSpec): FieldError[] {
  const errors = oneOf('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (spec.sessionAffinity !== 'ClientIP' || seconds === undefined || (seconds > 0 && seconds <= DAY)) return errors
  const field = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds'
  return [...errors, invalid(field, seconds, `must be greater than 0 and less than ${DAY}`)]
}

function validateExternalIps(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  return (spec.externalIPs ?? []).flatMap((ip, index) => {
    const field = `spec.externalIPs[${index}]`
    const malformed = validateAddress(field, ip, old?.externalIPs)
    return malformed.length > 0 ? malformed : validateEndpointAddress(field, ip)
  })
}

function validateNodePorts(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, port] of portsOf(spec).entries()) {
    if (spec.type === 'ClusterIP' && port.nodePort !== undefined) {
      errors.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"))
    }
  }
  for (const [index, port] of portsOf(spec).entries()) {
    if (port.nodePort === undefined) continue
    const key = `${port.protocol}/${port.nodePort}`
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${index}].nodePort`, port.nodePort))
    seen.add(key)
  }
  return errors
}

function validateDuplicatePorts(spec: ServiceSpec): FieldError[] {
  const seen = new Set<string>()
  return portsOf(spec).flatMap((port, index) => {
    const key = `${port.protocol}/${port.port}`
    const isSeen = seen.has(key)
    seen.add(key)
    // The server shows the whole port with only these two fields filled.
    const shown = { Name: '', Protocol: port.protocol, AppProtocol: null, Port: port.port, TargetPort: 0, NodePort: 0 }
    return isSeen ? [duplicate(`spec.ports[${index}]`, shown)] : []
  })
}

/** The field before the annotation; a range that was stored before is let through. The capital letter in the path is the server's. */
function validateSourceRanges(service: ApiObject, old: ApiObject | undefined): FieldError[] {
  const spec = specOf(service)
  const ranges = (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim())
  if (ranges.length > 0) {
    const field = 'spec.LoadBalancerSourceRanges'
    const known = old === undefined ? [] : (specOf(old).loadBalancerSourceRanges ?? []).map((range) => range.trim())
    const wrong = ranges.flatMap((range, index) => validateRange(`${field}[${index}]`, range, known))
    return spec.type === 'LoadBalancer' ? wrong : [forbidden(field, ONLY_BALANCER), ...wrong]
  }
  const annotation = service.metadata.annotations?.[SOURCE_RANGES_ANNOTATION]
  if (annotation === undefined) return []
  const field = `metadata.annotations[${SOURCE_RANGES_ANNOTATION}]`
  const isKnown = old?.metadata.annotations?.[SOURCE_RANGES_ANNOTATION] === annotation || annotation.trim() === ''
  const wrong = isKnown ? [] : annotation.split(',').flatMap((range) => validateRange(field, range.trim()))
  return spec.type === 'LoadBalancer' ? wrong : [forbidden(field, ONLY_BALANCER), ...wrong]
}

function validateBalancerFields(spec: ServiceSpec): FieldError[] {
  if (spec.type === 'LoadBalancer' || spec.allocateLoadBalancerNodePorts === undefined) return []
  return [forbidden('spec.allocateLoadBalancerNodePorts', ONLY_BALANCER)]
}

function validateClass(spec: ServiceSpec): FieldError[] {
  const name = spec.loadBalancerClass
  if (name === undefined) return []
  return spec.type === 'LoadBalancer'
    ? eachInvalid('spec.loadBalancerClass', name, wrongQualifiedName(name))
    : [forbidden('spec.loadBalancerClass', ONLY_BALANCER)]
}

function validateExternalTraffic(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = []
  const policy = spec.externalTrafficPolicy
  if (isExternal(spec)) errors.push(...oneOf('spec.externalTrafficPolicy', policy, POLICIES))
  else if (policy !== undefined) errors.push(invalid('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services'))
  if (!needsHealthCheck(spec) && spec.healthCheckNodePort !== undefined) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    errors.push(invalid('spec.healthCheckNodePort', spec.healthCheckNodePort, why))
  }
  return errors
}

function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  if (value === undefined || value === '') return [required(field)]
  return supported.includes(value) ? [] : [notSupported(field, value, supported)]
}
