/** What must hold among `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy`, and how they may change. */
import type { FieldError } from '../../resource.ts'
import { familyOf, validateAddress } from '../rules/addresses.ts'
import { duplicate, invalid, notSupported, required } from '../rules/field-errors.ts'
import { isHeadless, needsClusterIp, type ServiceSpec } from './spec.ts'

const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const IPS = 'spec.clusterIPs'

/** The four fields of one Service. */
export function validateClusterIps(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  if (!needsClusterIp(spec)) return []
  const ips = spec.clusterIPs ?? []
  const errors: FieldError[] = []
  if (spec.clusterIP === undefined || spec.clusterIP === '') {
    if (ips.length > 0) errors.push(invalid(IPS, ips, 'must be empty when `clusterIP` is not specified'))
  } else if (ips.length === 0) errors.push(required(IPS))
  else if (ips[0] !== spec.clusterIP) errors.push(invalid(IPS, ips, 'first value must match `clusterIP`'))
  errors.push(...validateFamilies(spec))

  const malformed = ips.flatMap((ip, index) => {
    if (index === 0 && ip === 'None') return ips.length > 1 ? [invalid(IPS, ips, "'None' must be the first and only value")] : []
    return validateAddress(`${IPS}[${index}]`, ip, old?.clusterIPs)
  })
  errors.push(...malformed)
  if (ips.length > 2) errors.push(invalid(IPS, ips, 'may only hold up to 2 values'))
  if (malformed.length > 0) return errors
  if (ips.length > 1 && !(ips.some((ip) => familyOf(ip) === 'IPv4') && ips.some((ip) => familyOf(ip) === 'IPv6'))) {
    errors.push(invalid(IPS, ips, 'may specify no more than one IP for each IP family'))
  }
  return isHeadless(spec) ? errors : [...errors, ...matchFamilies(spec)]
}

function validateFamilies(spec: ServiceSpec): FieldError[] {
  const families: readonly string[] = spec.ipFamilies ?? []
  const errors = families.flatMap((family, index) => [
    ...(family === 'IPv4' || family === 'IPv6' ? [] : [notSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6'])]),
    ...(families.indexOf(family) < index ? [duplicate(`spec.ipFamilies[${index}]`, family)] : []),
  ])
  const policy = spec.ipFamilyPolicy
  return policy === undefined || POLICIES.includes(policy) ? errors : [...errors, notSupported('spec.ipFamilyPolicy', policy, POLICIES)]
}

function matchFamilies(spec: ServiceSpec): FieldError[] {
  return (spec.clusterIPs ?? []).flatMap((ip, index) => {
    const family = spec.ipFamilies?.[index]
    if (family === undefined || family === familyOf(ip)) return []
    return [invalid(`${IPS}[${index}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``)]
  })
}

/** The first address and family never change; the second may come, and go with the policy SingleStack. */
export function validateClusterIpsUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (!needsClusterIp(spec) || !needsClusterIp(old)) return []
  const wasHeadless = isHeadless(old)
  if (isHeadless(spec) && wasHeadless) return []
  const errors = validateIpsUpdate(spec, old)
  return isHeadless(spec) === wasHeadless ? [...errors, ...validateFamiliesUpdate(spec, old)] : errors
}

function validateIpsUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const [now, before] = [spec.clusterIPs ?? [], old.clusterIPs ?? []]
  const changed = (index: number): FieldError => invalid(`${IPS}[${index}]`, now, 'may not change once set')
  if (now.length === before.length) return before.flatMap((ip, index) => (ip === now[index] ? [] : [changed(index)]))
  const errors: FieldError[] = []
  if (now.length < before.length && now.length === 0) errors.push(invalid(`${IPS}[0]`, spec.clusterIPs, 'primary clusterIP can not be unset'))
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) errors.push(changed(0))
  if (now.length < before.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary clusterIP"))
  }
  return errors
}

function validateFamiliesUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const [now, before] = [spec.ipFamilies ?? [], old.ipFamilies ?? []]
  const field = 'spec.ipFamilies[0]'
  if (now.length === before.length) {
    return before.flatMap((family, index) => (family === now[index] ? [] : [invalid(field, now, 'may not change once set')]))
  }
  const errors: FieldError[] = []
  // The server shows the addresses here, not the families.
  if (before.length > 0 && now.length > 0 && now[0] !== before[0]) errors.push(invalid(field, spec.clusterIPs, 'may not change once set'))
  if (now.length < before.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    errors.push(invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, "must be set to 'SingleStack' when releasing the secondary ipFamily"))
  }
  return errors
}
