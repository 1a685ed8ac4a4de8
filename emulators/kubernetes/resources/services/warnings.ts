/** What the API server warns of in a Service that it accepts. */
import type { ApiObject } from '../../resource.ts'
import { formatAddress, networkOf, parseRange, warnOfAddress } from '../rules/addresses.ts'
import { isHeadless, specOf } from './spec.ts'

export function warnOfService(service: ApiObject): string[] {
  const spec = specOf(service)
  const headless = isHeadless(spec) && spec.type === 'ClusterIP'
  const warnings: string[] = []
  if (service.metadata.annotations?.['service.kubernetes.io/topology-aware-hints'] !== undefined) {
    warnings.push('annotation service.kubernetes.io/topology-aware-hints is deprecated, please use service.kubernetes.io/topology-mode instead')
  }
  if (!headless) for (const [index, ip] of (spec.clusterIPs ?? []).entries()) warnings.push(...warnOfAddress(`spec.clusterIPs[${index}]`, ip))
  const external = spec.externalIPs ?? []
  if (headless) {
    if (spec.loadBalancerIP !== undefined) warnings.push('spec.loadBalancerIP is ignored for headless services')
    if (external.length > 0) warnings.push('spec.externalIPs is ignored for headless services')
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services')
  }
  for (const [index, ip] of external.entries()) warnings.push(...warnOfAddress(`spec.externalIPs[${index}]`, ip))
  const isNamed = spec.type === 'ExternalName'
  if (external.length > 0 && !headless && !isNamed) warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters')
  if (spec.loadBalancerIP !== undefined) warnings.push(...warnOfAddress('spec.loadBalancerIP', spec.loadBalancerIP))
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) warnings.push(...warnOfRange(`spec.loadBalancerSourceRanges[${index}]`, range))
  if (isNamed && external.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  if (!isNamed && spec.externalName !== undefined) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  if (spec.trafficDistribution === 'PreferClose') warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
  return warnings
}

/** Only a range that was stored under older rules, or an IPv6 one in an odd form, gets here. */
function warnOfRange(field: string, text: string): string[] {
  const range = parseRange(text)
  if (range === undefined) return []
  const network = `${formatAddress({ family: range.family, value: networkOf(range) })}/${range.bits}`
  const quoted = JSON.stringify(text)
  if (range.value !== networkOf(range)) {
    const single = `${formatAddress(range)}/${range.family === 'IPv4' ? 32 : 128}`
    return [`${field}: CIDR value ${quoted} is ambiguous in this context (should be ${JSON.stringify(network)} or ${JSON.stringify(single)}?)`]
  }
  if (range.family === 'IPv4' || network === text) return []
  return [`${field}: IPv6 CIDR value ${quoted} should be in RFC 5952 canonical format (${JSON.stringify(network)})`]
}
