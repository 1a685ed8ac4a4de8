/** The sites of Services that have one address of each family together. Pure. */
import { cidrContains, type Family, familyOf } from '../../../../src/model/address.ts'
import type { Scheme } from '../../../../src/model/load-balancer.ts'
import { ownerName } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import type { Address, NetworkTier, Subnetwork } from '../../api/documents.ts'
import { idIn, isSameId, keyOfId, nameOf, parseId } from '../../api/ids.ts'
import { FIELDS } from '../../fields.ts'
import { isLeaving, type RulePart } from '../../view.ts'
import type { PlanInput, Want } from '../plan-context.ts'
import { familyOfAddress, familyOfRule, ipOfAddress, isAt, type Site } from '../wanted/sites.ts'
import { type TierChoice, tierChoice, withoutSix } from './tiers.ts'
import { literalAddress, missingLiteral, missingName, namedAddress, nameProblem, twice, unfit, usedByOther } from './reserved.ts'
import type { AddressSettings } from './shared-settings.ts'
import { ipOf } from '../owners.ts'

export interface SitesRequest {
  readonly settings: AddressSettings
  /** At least one. */
  readonly wants: readonly Want[]
  /** Rules of others that share the address, and keep what they have. */
  readonly bound: readonly RulePart[]
}

export interface Sites {
  readonly scheme: Scheme
  readonly sites: readonly Site[]
  /** Addresses that have to be looked for first, by what names them. */
  readonly seeks: readonly string[]
  /** Families that some would like to have and that cannot be had, with the reason. */
  readonly without: ReadonlyMap<Family, Problem>
  /** Absent: no Service asks for what not all can have. */
  readonly tiers?: TierChoice
}

type Resolved = { readonly site: Site } | { readonly problem: Problem } | { readonly seek: string }

export function sitesOf(request: SitesRequest, input: PlanInput): Sites | { readonly problem: Problem } {
  const { wants } = request
  const scheme = schemeOf(request, input)
  const tiers = tiersOf(scheme, request, input)
  const settings = tiers?.has === 'IPv6' ? premium(request.settings) : request.settings
  const families = (['IPv4', 'IPv6'] as const).filter((family) => wants.some(({ want }) => want.settings.families.includes(family)))
  const without = new Map<Family, Problem>()
  if (tiers?.has === 'standard tier') without.set('IPv6', withoutSix(tiers))
  const found = families.flatMap((family) => (without.has(family) ? [] : [[family, siteOf(family, scheme, { ...request, settings }, input)] as const]))
  for (const [family, one] of found) {
    if (!('problem' in one)) continue
    if (isRequired(family, wants)) return one
    without.set(family, one.problem)
  }
  const bound = found.flatMap(([, one]) => ('site' in one ? (boundProblem(one.site, request, input) ?? []) : []))[0]
  if (bound !== undefined) return { problem: bound }
  const named = settings.addressNames ?? []
  const names = named.map((name) => nameProblem(name, input)).find((problem) => problem !== undefined)
  if (names !== undefined) return { problem: names }
  return {
    scheme,
    sites: found.flatMap(([, one]) => ('site' in one ? [one.site] : [])),
    seeks: [...new Set(found.flatMap(([, one]) => ('seek' in one ? [one.seek] : [])))],
    without,
    ...(tiers === undefined ? {} : { tiers }),
  }
}

function tiersOf(scheme: Scheme, request: SitesRequest, input: PlanInput): TierChoice | undefined {
  if (scheme === 'internal') return undefined
  const choice = tierChoice(request.wants, request.bound, input.view)
  // Who cannot have IPv6 anyway keeps no other Service from the standard tier.
  const isIdle = choice?.has === 'IPv6' && 'problem' in siteOf('IPv6', scheme, { ...request, settings: premium(request.settings) }, input)
  return isIdle ? undefined : choice
}

function premium(settings: AddressSettings): AddressSettings {
  const { tier: _, ...rest } = settings
  return rest
}

/** All that share have one address of a family. */
function boundProblem(site: Site, { bound, wants: [first] }: SitesRequest, { named }: PlanInput): Problem | undefined {
  const other = bound.find((rule) => familyOfRule(rule.document) === site.family && !isAt(site, rule))
  if (other?.mark.owner === undefined) return undefined
  const wrong = `has Services with another address than this one asks for: ${ownerName(named(other.mark.owner))} has ${ipOf(other) ?? 'one that is being made'}`
  return {
    reason: 'Conflict',
    field: FIELDS.share,
    value: first?.want.settings.share ?? '',
    wrong,
    allowed: 'the same scheme, subnet, tier and address for all of them',
  }
}

function isRequired(family: Family, wants: readonly Want[]): boolean {
  return wants.some(({ want: { settings } }) => settings.families.includes(family) && (settings.needsAllFamilies || settings.families[0] === family))
}

/** A default never changes the scheme of what is there; where there are both, as while one takes the place of the other, it decides. */
function schemeOf({ settings, wants, bound: [bound] }: SitesRequest, { view }: PlanInput): Scheme {
  if (settings.scheme !== undefined) return settings.scheme
  if (bound !== undefined) return bound.document.loadBalancingScheme === 'INTERNAL' ? 'internal' : 'internet-facing'
  const byDefault = wants[0]?.want.settings.scheme ?? 'internet-facing'
  const uids = new Set(wants.map(({ owner }) => owner.uid))
  const rules = [...view.rules.values()].filter((rule) => !isLeaving(rule) && uids.has(rule.mark.owner?.uid ?? ''))
  const found = new Set(rules.map(({ document }): Scheme => (document.loadBalancingScheme === 'INTERNAL' ? 'internal' : 'internet-facing')))
  const [only = byDefault] = found
  return found.has(byDefault) ? byDefault : only
}

function siteOf(family: Family, scheme: Scheme, { settings, wants }: SitesRequest, input: PlanInput): Resolved {
  const subnet = subnetOf(family, scheme, settings, input)
  if ('problem' in subnet) return subnet
  const plain = plainSite(family, scheme, settings, subnet.id, input)
  const reserved = reservedOf(family, settings, input)
  if ('seek' in reserved || 'problem' in reserved) return reserved
  if (reserved.address !== undefined) return onReserved(plain, reserved.address, FIELDS.addressNames, settings.subnets !== undefined)
  const literal = settings.addresses?.find((address) => familyOf(address) === family)
  if (literal === undefined) return { site: plain }
  return onLiteral(plain, literal, wants[0]?.want.settings.addressesFrom ?? FIELDS.addresses, input)
}

const PREMIUM: NetworkTier = 'PREMIUM'

function plainSite(family: Family, scheme: Scheme, { tier, collection }: AddressSettings, subnetwork: string | undefined, { config }: PlanInput): Site {
  const isInternal = scheme === 'internal'
  return {
    family,
    scheme: isInternal ? 'INTERNAL' : 'EXTERNAL',
    network: config.network,
    // Of IPv6 there is no other tier.
    ...(isInternal ? {} : { tier: family === 'IPv6' ? PREMIUM : (tier ?? PREMIUM) }),
    ...(subnetwork === undefined ? {} : { subnetwork }),
    ...(family === 'IPv6' && collection !== undefined ? { collection } : {}),
  }
}

type ReservedAnswer = { readonly address: Address | undefined } | { readonly problem: Problem } | { readonly seek: string }

/** The address of this family among those that are named. */
function reservedOf(family: Family, { addressNames = [] }: AddressSettings, input: PlanInput): ReservedAnswer {
  const found: Address[] = []
  for (const named of addressNames) {
    const answer = namedAddress(named, input)
    if (answer === 'missing') return { problem: missingName(named, input) }
    if ('usedBy' in answer) return { problem: usedByOther(named, FIELDS.addressNames, answer.usedBy) }
    if ('seek' in answer) return answer
    found.push(answer.found)
  }
  const problem = twice(found, family)
  return problem === undefined ? { address: found.find((address) => familyOfAddress(address) === family) } : { problem }
}

/** Its tier and its subnet are those of the load balancer, where the Service names none. */
function onReserved(site: Site, address: Address, field: string, hasSubnet: boolean): Resolved {
  const { subnetwork: _, ...rest } = site
  const asked = hasSubnet ? site : rest
  const problem = unfit(address, asked, field)
  if (problem !== undefined) return { problem }
  const requested = ipOfAddress(address)
  const { subnetwork = site.subnetwork } = address
  return {
    site: {
      ...site,
      reserved: address,
      ...(subnetwork === undefined ? {} : { subnetwork: keyOfId(subnetwork) }),
      ...(requested === undefined ? {} : { requested }),
    },
  }
}

/** An internal address need not be reserved, and an external one that serves already is kept. */
function onLiteral(site: Site, literal: string, field: string, input: PlanInput): Resolved {
  const answer = literalAddress(literal, input)
  if (answer !== 'missing' && 'seek' in answer && (site.scheme === 'EXTERNAL' || isShown(literal, input)) && !isOurs(literal, input)) return answer
  if (answer !== 'missing' && 'usedBy' in answer) return { problem: usedByOther(literal, field, answer.usedBy) }
  if (answer !== 'missing' && 'found' in answer) return onReserved(site, answer.found, field, false)
  const outside = site.scheme === 'INTERNAL' ? outsideProblem(site, literal, field, input) : undefined
  if (outside !== undefined) return { problem: outside }
  if (site.scheme === 'INTERNAL' || isOurs(literal, input)) return { site: { ...site, requested: literal } }
  return { problem: missingLiteral(literal, field, input) }
}

/** As far as the range of the subnet is known. */
function outsideProblem({ subnetwork = '' }: Site, literal: string, field: string, { base }: PlanInput): Problem | undefined {
  const { name = '', ipCidrRange } = base?.network?.subnetworks?.get(keyOfId(subnetwork)) ?? {}
  if (ipCidrRange === undefined || familyOf(literal) === 'IPv6' || cidrContains(ipCidrRange, literal)) return undefined
  return { reason: 'Invalid', field, value: literal, wrong: `is not in the subnet ${name}`, allowed: `an address in ${ipCidrRange}`, pace: 'by reading' }
}

function isShown(literal: string, { base }: PlanInput): boolean {
  return [...(base?.network?.addresses.values() ?? [])].some((address) => ipOfAddress(address) === literal)
}

function isOurs(literal: string, { view }: PlanInput): boolean {
  return (
    [...view.rules.values()].some((rule) => ipOf(rule) === literal) || [...view.addresses.values()].some(({ document }) => ipOfAddress(document) === literal)
  )
}

type SubnetAnswer = { readonly id: string | undefined } | { readonly problem: Problem }

/** Of an internal address, and of an external one of IPv6: the one that is named, else the one of the settings, else that of the nodes. */
function subnetOf(family: Family, scheme: Scheme, { subnets: [named] = [], collection }: AddressSettings, input: PlanInput): SubnetAnswer {
  if (scheme === 'internet-facing' && (family === 'IPv4' || collection !== undefined)) return { id: undefined }
  const { config, base } = input
  const id = named === undefined ? (config.subnetwork ?? subnetOfNodes(input)) : subnetId(named, input)
  const known = base?.network?.subnetworks
  const found = id === undefined ? undefined : known?.get(keyOfId(id))
  if (id !== undefined && named !== undefined && known !== undefined && found === undefined) return { problem: missingSubnet(named, input) }
  const problem = found === undefined ? undefined : unfitSubnet(found, family, scheme, input)
  return problem === undefined ? { id: id === undefined ? undefined : keyOfId(id) } : { problem }
}

function subnetId(named: string, { config }: PlanInput): string {
  return parseId(named) === undefined ? idIn(config.networkProject, { region: config.region }, 'subnetworks', named) : named
}

/** As the instance groups show it. */
function subnetOfNodes({ base }: PlanInput): string | undefined {
  return [...(base?.groups.values() ?? [])].map(({ document }) => document.subnetwork).find((subnetwork) => subnetwork !== undefined)
}

function missingSubnet(named: string, { config }: PlanInput): Problem {
  const wrong = `is not a subnet of ${config.networkProject} in ${config.region}`
  return { reason: 'Invalid', field: FIELDS.subnets, value: named, wrong, allowed: 'a subnet of the region, by its name or id', pace: 'by reading' }
}

function unfitSubnet(subnetwork: Subnetwork, family: Family, scheme: Scheme, { config }: PlanInput): Problem | undefined {
  const name = subnetwork.name ?? ''
  const of = (wrong: string, allowed: string): Problem => ({ reason: 'Invalid', field: FIELDS.subnets, value: name, wrong, allowed, pace: 'by reading' })
  if (subnetwork.network !== undefined && !isSameId(subnetwork.network, config.network))
    return of(`is in the network ${nameOf(subnetwork.network)}`, `a subnet of ${nameOf(config.network)}`)
  if (family === 'IPv4') return undefined
  const access = scheme === 'internal' ? 'INTERNAL' : 'EXTERNAL'
  const hasSix = subnetwork.stackType === 'IPV4_IPV6' || subnetwork.stackType === 'IPV6_ONLY'
  if (hasSix && subnetwork.ipv6AccessType === access) return undefined
  return of(`has no ${access.toLowerCase()} IPv6 range`, `a subnet with IPv6 and the access type ${access}`)
}
