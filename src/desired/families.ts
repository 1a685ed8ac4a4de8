/** Which IP families a balancer serves: those of the Service, as far as the provider can. */
import { familyOf, type Family } from '../model/address.ts'
import type { Service } from '../model/cluster.ts'
import type { Support } from '../provider/capabilities.ts'
import type { RequestInput } from './request-input.ts'

export interface Families {
  readonly families: readonly Family[]
  readonly needsAllFamilies: boolean
}

/** The Service's families in its order of preference; its cluster IPs say so where the field is not filled. */
export function familiesOf({ spec }: Service): readonly Family[] {
  if (spec.ipFamilies !== undefined && spec.ipFamilies.length > 0) return spec.ipFamilies
  const ips = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP])
  const families = ips.filter((ip) => ip !== '' && ip !== 'None').map(familyOf)
  return families.length > 0 ? families : ['IPv4']
}

/** With PreferDualStack what the provider cannot do is left out, with a note; else it is a problem. */
export function buildFamilies({ service, context, findings }: RequestInput): Families {
  const wanted = familiesOf(service)
  const needsAllFamilies = service.spec.ipFamilyPolicy !== 'PreferDualStack'
  const { name, capabilities } = context.provider
  const refuse = (value: string, because: string) =>
    findings.problems.push({ reason: 'Invalid', field: 'spec.ipFamilies', value, wrong: `is not possible with the provider ${name}: ${because}` })

  const support = (family: Family): Support => capabilities[family === 'IPv4' ? 'ipv4' : 'ipv6']
  const possible = wanted.filter((family) => support(family).supported)
  const dual = capabilities['dual-stack']
  if (needsAllFamilies || possible.length === 0) {
    for (const family of wanted) {
      const answer = support(family)
      if (!answer.supported) refuse(family, answer.because)
    }
    if (wanted.length > 1 && !dual.supported) refuse(wanted.join(','), dual.because)
    return { families: wanted, needsAllFamilies }
  }
  const served = dual.supported ? possible : possible.slice(0, 1)
  if (served.length < wanted.length) findings.notes.push(`spec.ipFamilyPolicy PreferDualStack: the provider ${name} serves ${served.join(', ')} alone`)
  return { families: served, needsAllFamilies }
}
