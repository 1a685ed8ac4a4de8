/** Addresses that we reserve: for several rules, for several Services, or while a rule is replaced. Pure. */
import type { Owner } from '../../../../src/model/owner.ts'
import type { Address } from '../../api/documents.ts'
import { idIn, urlOf } from '../../api/ids.ts'
import { describe, type Mark } from '../../marks.ts'
import { addressName, type Naming } from '../../names.ts'
import { deleting, making } from '../../steps.ts'
import { type AddressPart, isLeaving, isSettled } from '../../view.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { Parties, PlanInput } from '../plan-context.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import { owners } from '../owners.ts'
import { type FoundSite, isFor } from '../wanted/sites.ts'
import { about } from './about.ts'
import { isComplete, type SiteRules } from './rules.ts'

/** What all Services at one site need of its address. */
export interface AddressRequest {
  /** At least one. */
  readonly rules: readonly SiteRules[]
  readonly serves: readonly Owner[]
  readonly naming: Naming
  readonly mark: Mark
}

export function addressSteps(request: AddressRequest, input: PlanInput): readonly PhasedStep[] {
  const { rules } = request
  const [first] = rules
  if (first === undefined || first.site.reserved !== undefined) return []
  const { held } = first.site
  const isNeeded = rules.some(({ needsReservation }) => needsReservation)
  if (isNeeded) return held === undefined ? reserving(request, first, input) : []
  const isFree = held !== undefined && isSettled(held) && held.operation === undefined && rules.every(isComplete)
  return isFree ? [releasing(held, request.serves)] : []
}

/** The address stays with the rule that has it. */
export function releasing({ id }: AddressPart, serves: readonly Owner[], phase: 'close' | 'let go' = 'let go'): PhasedStep {
  return inPhase(phase, deleting('address', about(id, serves, 'one forwarding rule keeps its address without a reservation', { takesFrom: [] })))
}

/** Reservations at none of the sites: what has such an address keeps it as long as it is there. They may be of those who share the Stack and are not served now. */
export function strayAddressSteps(sites: readonly FoundSite[], serves: readonly Owner[], parties: Parties, { view }: PlanInput): readonly PhasedStep[] {
  if (owners(view).some(({ uid }) => stays(parties, uid))) return []
  const stray = [...view.addresses.values()].filter((part) => part.operation === undefined && !sites.some((site) => isFor(site, part)))
  return stray.map((part) => releasing(part, serves))
}

function reserving({ serves, naming, mark }: AddressRequest, rules: SiteRules, { config, view }: PlanInput): readonly PhasedStep[] {
  const { site } = rules
  const isShared = site.scheme === 'INTERNAL' && rules.isShareable
  const { family, scheme, tier, subnetwork, collection, requested, ip } = site
  const name = addressName(naming, {
    family,
    scheme,
    isShared,
    ...(tier === undefined ? {} : { tier }),
    ...(subnetwork === undefined ? {} : { subnetwork }),
    ...(collection === undefined ? {} : { collection }),
    ...(requested === undefined ? {} : { address: requested }),
  })
  const id = idIn(config.project, { region: config.region }, 'addresses', name)
  // Under the same name another address is reserved: it goes first.
  const other = view.addresses.get(id)
  if (other !== undefined) return isLeaving(other) || other.operation !== undefined ? [] : [releasing(other, serves)]
  const body = { ...addressBody(rules, isShared), description: describe(config.clusterId, mark) }
  const why = ip === undefined ? 'several forwarding rules have it' : 'it stays the same while forwarding rules change'
  return [inPhase('make', making('address', { ...about(id, serves, why), body, mark }))]
}

function addressBody({ site: { scheme, family, tier, subnetwork, collection, ip } }: SiteRules, isShared: boolean): Address {
  const isInternal = scheme === 'INTERNAL'
  const isSix = family === 'IPv6'
  const isNew = ip === undefined
  return {
    addressType: scheme,
    ...(ip === undefined ? {} : { address: ip }),
    ...(tier === undefined ? {} : { networkTier: tier }),
    ...(isInternal ? { purpose: isShared ? 'SHARED_LOADBALANCER_VIP' : 'GCE_ENDPOINT' } : {}),
    // An external one that is in use is in the subnet that it is in.
    ...(subnetwork !== undefined && (isInternal || isNew) ? { subnetwork: urlOf(subnetwork) } : {}),
    ...(isSix && isNew ? { ipVersion: 'IPV6' } : {}),
    ...(isSix && isNew && !isInternal ? { ipv6EndpointType: 'NETLB' } : {}),
    ...(isSix && !isNew ? { prefixLength: 96 } : {}),
    ...(collection !== undefined && isNew ? { ipCollection: collection } : {}),
  }
}
