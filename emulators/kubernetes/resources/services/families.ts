/** Which IP families a Service gets, decided from what was asked, from what it had, and from what the cluster has. */
import type { FieldError } from '../../resource.ts'
import { familyOf, type Family } from '../rules/addresses.ts'
import { invalid } from '../rules/field-errors.ts'
import { isHeadless, sameList, type ServiceSpec } from './spec.ts'
import { validateClusterIps } from './validate-cluster-ips.ts'

/** Fills `ipFamilyPolicy` and `ipFamilies`; `families` are the cluster's, its first one first. */
export function decideFamilies(spec: ServiceSpec, old: ServiceSpec | undefined, families: readonly Family[]): FieldError[] {
  if (spec.type === 'ExternalName' || keepsPreference(spec, old)) return []
  const selectorless = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (selectorless ? 'RequireDualStack' : 'SingleStack')
  const malformed = validateClusterIps(spec, old)
  if (malformed.length > 0) return malformed
  const errors = [...(old === undefined ? [] : release(spec, old)), ...tooManyForOne(spec), ...inferFromAddresses(spec, families)]
  if (errors.length > 0) return errors
  // Without a selector only the user knows the families of the endpoints: both are taken, whatever the cluster has.
  if (selectorless) {
    addSecond(spec, families, true)
    return []
  }
  const missing = notConfigured(spec, families)
  if (missing.length === 0) addSecond(spec, families, families.length === 2)
  return missing
}

/** A PreferDualStack Service is neither upgraded nor downgraded until these fields are edited. */
export function keepsPreference(spec: ServiceSpec, old: ServiceSpec | undefined): boolean {
  if (old === undefined || old.type !== spec.type || spec.type === 'ExternalName') return false
  if (spec.ipFamilyPolicy !== 'PreferDualStack' || (old.ipFamilyPolicy ?? 'PreferDualStack') !== 'PreferDualStack') return false
  return sameList(spec.clusterIPs, old.clusterIPs) && sameList(spec.ipFamilies, old.ipFamilies)
}

function release(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.ipFamilyPolicy === 'SingleStack') {
    // The policy alone says it when nothing else was changed; the first address and family stay.
    if (sameList(spec.clusterIPs, old.clusterIPs) && spec.clusterIPs !== undefined) spec.clusterIPs = spec.clusterIPs.slice(0, 1)
    if (sameList(spec.ipFamilies, old.ipFamilies) && spec.ipFamilies !== undefined) spec.ipFamilies = spec.ipFamilies.slice(0, 1)
    return []
  }
  const isReduced = (now: readonly string[] = [], before: readonly string[] = []): boolean => now.length > 0 && now.length < before.length
  const errors: FieldError[] = []
  if (isReduced(spec.clusterIPs, old.clusterIPs)) errors.push(invalidPolicy(spec, "must be 'SingleStack' to release the secondary cluster IP"))
  if (isReduced(spec.ipFamilies, old.ipFamilies)) errors.push(invalidPolicy(spec, "must be 'SingleStack' to release the secondary IP family"))
  return errors
}

function tooManyForOne(spec: ServiceSpec): FieldError[] {
  if (spec.ipFamilyPolicy !== 'SingleStack') return []
  const why = (what: string): string => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  const errors: FieldError[] = []
  if (spec.clusterIPs?.length === 2) errors.push(invalidPolicy(spec, why('cluster IPs')))
  if (spec.ipFamilies?.length === 2) errors.push(invalidPolicy(spec, why('IP families')))
  return errors
}

function inferFromAddresses(spec: ServiceSpec, families: readonly Family[]): FieldError[] {
  if (isHeadless(spec)) return []
  const errors: FieldError[] = []
  for (const [index, address] of (spec.clusterIPs ?? []).entries()) {
    const family = familyOf(address)
    if (index < (spec.ipFamilies?.length ?? 0)) continue
    if (families.includes(family)) spec.ipFamilies = [...(spec.ipFamilies ?? []), family]
    else errors.push(invalid(`spec.clusterIPs[${index}]`, spec.clusterIPs, `${family} is not configured on this cluster`))
  }
  return errors
}

function notConfigured(spec: ServiceSpec, families: readonly Family[]): FieldError[] {
  const errors: FieldError[] = []
  if (spec.ipFamilyPolicy === 'RequireDualStack' && families.length < 2) {
    errors.push(invalidPolicy(spec, 'this cluster is not configured for dual-stack services'))
  }
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (!families.includes(family)) errors.push(invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'))
  }
  return errors
}

function addSecond(spec: ServiceSpec, families: readonly Family[], isAllowed: boolean): void {
  const [first = families[0] ?? 'IPv4', second] = spec.ipFamilies ?? []
  spec.ipFamilies = second === undefined ? [first] : [first, second]
  if (spec.ipFamilyPolicy !== 'SingleStack' && second === undefined && isAllowed) spec.ipFamilies.push(first === 'IPv4' ? 'IPv6' : 'IPv4')
}

const invalidPolicy = (spec: ServiceSpec, why: string): FieldError => invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, why)
