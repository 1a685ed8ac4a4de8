/** Addresses that a Service gives up, because what it asks for cannot have them. Pure. */
import { idIn, isSameId, nameOf, parseId } from '../../api/ids.ts'
import { FIELDS } from '../../fields.ts'
import { readMark } from '../../marks.ts'
import type { RulePart } from '../../view.ts'
import { ipOf } from '../owners.ts'
import type { PlanInput } from '../plan-context.ts'
import { familyOfRule, ipOfAddress, type Site } from '../wanted/sites.ts'

/** Full sentences about rules that serve until another address is published: an address that no user has reserved is Google's again then. */
export function givenUpNotes(old: readonly RulePart[], sites: readonly Site[], input: PlanInput): readonly string[] {
  const lost = old.filter((rule) => rule.mark.address === undefined && !isReservedByUser(rule, input))
  const byAddress = Map.groupBy(lost, (rule) => ipOf(rule) ?? '')
  return [...byAddress].flatMap(([ip, [rule]]) => {
    const site = sites.find(({ family }) => rule !== undefined && familyOfRule(rule.document) === family)
    if (ip === '' || rule === undefined || site === undefined) return []
    return [`The address ${ip} is given up when another one is published, because ${causeOf(rule, site)}. ${keepingText(ip, rule, input)}`]
  })
}

function isReservedByUser(rule: RulePart, { base, config }: PlanInput): boolean {
  const reserved = [...(base?.network?.addresses.values() ?? [])].find((address) => ipOfAddress(address) === ipOf(rule))
  return reserved !== undefined && readMark(config.clusterId, reserved.description) === undefined
}

function causeOf({ document }: RulePart, site: Site): string {
  const { loadBalancingScheme: scheme = 'EXTERNAL', networkTier: tier = 'PREMIUM' } = document
  if (scheme !== site.scheme) return `an ${scheme.toLowerCase()} address cannot become an ${site.scheme.toLowerCase()} one (${FIELDS.scheme})`
  if (site.tier !== undefined && tier !== site.tier) return `an address of the network tier ${tier} cannot become one of ${site.tier} (${FIELDS.networkTier})`
  if (site.subnetwork !== undefined && document.subnetwork !== undefined && !isSameId(site.subnetwork, document.subnetwork))
    return `an address of the subnet ${nameOf(document.subnetwork)} cannot become one of ${nameOf(site.subnetwork)} (${FIELDS.subnets})`
  return 'the Service asks for another one'
}

/** Google takes the address of a rule into a reservation in place. Source: cloud.google.com/vpc/docs/reserve-static-external-ip-address (promote). */
function keepingText(ip: string, { document }: RulePart, { config }: PlanInput): string {
  if (familyOfRule(document) === 'IPv6') return 'To keep it, reserve it before.'
  const { project, region } = config
  const { subnetwork = '' } = document
  const isInternal = document.loadBalancingScheme === 'INTERNAL'
  const { project: host = project } = parseId(subnetwork) ?? {}
  const subnet = host === project ? nameOf(subnetwork) : idIn(host, { region }, 'subnetworks', nameOf(subnetwork))
  const where = isInternal ? ` --subnet ${subnet}` : document.networkTier === 'STANDARD' ? ' --network-tier STANDARD' : ''
  return `To keep it, reserve it before: gcloud compute addresses create NAME --addresses ${ip}${where} --region ${region} --project ${project}.`
}
