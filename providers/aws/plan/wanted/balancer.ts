/** Which load balancer a Stack's Services are to be served by: the one that stands, as long as it can become what is wanted; else another one beside it. */
import { compareText } from '../../../../src/model/order.ts'
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import { FIELDS } from '../../fields.ts'
import { balancerName, type Naming } from '../../names.ts'
import type { AwsView, ListenerPart, LoadBalancerPart, Network, Subnet, ZoneMapping } from '../../view.ts'
import type { Parties } from '../parties.ts'
import type { BalancerSettings, Groups } from '../accept/shared-settings.ts'
import { listenersOf } from '../owners.ts'
import { allocationsOf } from './reserved-addresses.ts'
import { discoveredSubnets, namedSubnets } from './subnets.ts'
import { isSamePlace, type Leg, routeOf, zonesOf } from './zones.ts'

export interface WantedBalancer {
  readonly name: string
  readonly scheme: 'internal' | 'internet-facing'
  readonly ipAddressType: 'ipv4' | 'dualstack'
  readonly sourceNat: boolean
  readonly groups: Groups
  readonly zones: readonly ZoneMapping[]
  /** From where it stands to `zones`; none: it stands there, or is new. */
  readonly route: readonly Leg[]
  readonly found?: LoadBalancerPart
  /** Owners on it that stay as they are, and whose requests are unknown: what may be theirs is not reset. */
  readonly holders: readonly Owner[]
}

export interface BalancerQuestion {
  readonly settings: BalancerSettings
  readonly view: AwsView
  readonly network: Network | undefined
  readonly clusterName?: string
  readonly naming: Naming
  readonly parties: Parties
}

export type Answer = { readonly balancer: WantedBalancer } | { readonly problem: Problem } | { readonly unknown: 'network' }

export function balancerOf(question: BalancerQuestion): Answer {
  const { settings, view, parties } = question
  const standing = [...view.loadBalancers.values()]
    .filter(({ state }) => state !== 'failed')
    .toSorted(
      (a, b) =>
        Number(a.mark.lingers ?? false) - Number(b.mark.lingers ?? false) ||
        Number(parties.known.has(b.dnsName)) - Number(parties.known.has(a.dnsName)) ||
        compareText(a.name, b.name),
    )
  const adopted = standing.find(({ arn }) => arn === settings.adopt)
  if (adopted !== undefined) return asAdopted(adopted, question)
  const held = standing.find((found) => found.mark.lingers !== true && holdersOf(found, question).length > 0)
  if (held !== undefined) return asHeld(held, question)
  // A default never changes the scheme of what exists.
  const scheme = settings.scheme ?? standing[0]?.scheme ?? settings.defaultScheme
  let obstacle: Problem | undefined
  for (const found of standing) {
    if (found.scheme !== scheme || (settings.name !== undefined && found.name !== settings.name)) continue
    const answer = asFound(found, question)
    if (!('problem' in answer) || !answer.mayBeReplaced) return answer
    obstacle = answer.problem
  }
  return asNew(scheme, standing, obstacle, question)
}

/** What cannot be had of it is refused as long as the Service names it: its DNS name is what it was taken over for. */
function asAdopted(found: LoadBalancerPart, question: BalancerQuestion): Answer {
  const { scheme } = question.settings
  const remedy = `${FIELDS.adopt} asks for this load balancer and no other: without it another one is made, with another DNS name.`
  if (scheme !== undefined && scheme !== found.scheme)
    return { problem: { reason: 'Conflict', field: FIELDS.scheme, value: scheme, wrong: 'cannot be had of the load balancer that was taken over', remedy } }
  const answer = asFound(found, question)
  return 'problem' in answer && answer.mayBeReplaced === true ? { problem: { ...answer.problem, remedy } } : answer
}

type Fit = Answer & { readonly mayBeReplaced?: true }

function asFound(found: LoadBalancerPart, question: BalancerQuestion): Fit {
  const { settings, view } = question
  const groups = settings.securityGroups
  const replace = (field: string, wrong: string): Fit => ({ problem: { reason: 'Conflict', field, wrong }, mayBeReplaced: true })
  if ((groups.kind === 'none') !== (found.securityGroups.length === 0))
    return replace(FIELDS.noSecurityGroups, 'cannot be changed on a load balancer that exists')
  const place = placeOf(found.scheme, question, found)
  if (!('zones' in place)) return place
  const { ipAddressType, zones } = place
  const held = heldElsewhere(
    zones,
    [...view.loadBalancers.values()].filter(({ name }) => name !== found.name),
    undefined,
  )
  if (held !== undefined) return held
  const listeners = listenersOf(view, found)
  if (ipAddressType !== found.ipAddressType && (settings.hasDatagrams || listeners.some(isDatagram)))
    return replace(FIELDS.ipAddressType, 'cannot be changed on a load balancer with UDP listeners')
  const route = routeOf(found.zones, zones)
  if (route === undefined)
    return replace(settings.addressNames === undefined ? FIELDS.subnets : FIELDS.addressNames, 'cannot be changed in the only zone of a load balancer')
  return {
    balancer: {
      name: found.name,
      scheme: found.scheme,
      ipAddressType,
      sourceNat: sourceNat(settings, ipAddressType),
      groups,
      zones,
      route,
      found,
      holders: [],
    },
  }
}

function holdersOf(found: LoadBalancerPart, { view, parties }: BalancerQuestion): readonly Owner[] {
  const owners = listenersOf(view, found).flatMap(({ mark }) => (mark.owner !== undefined && stays(parties, mark.owner.uid) ? [mark.owner] : []))
  return [...new Map(owners.map((owner) => [owner.uid, owner])).values()]
}

/** As it is, with what may be added; an owner that wants it otherwise has to wait for those that stay as they are. */
function asHeld(found: LoadBalancerPart, question: BalancerQuestion): Answer {
  const { settings, view } = question
  const holders = holdersOf(found, question)
  const refuse = (field: string): Answer => ({
    problem: {
      reason: 'Conflict',
      field,
      wrong: `says another thing than the load balancer has, which stays as it is while ${holders.map(ownerName).join(', ')} cannot be changed`,
      remedy: 'It is paused, refused, or not seen at the moment.',
    },
  })
  if (settings.scheme !== undefined && settings.scheme !== found.scheme) return refuse(FIELDS.scheme)
  if (settings.name !== undefined && settings.name !== found.name) return refuse(FIELDS.name)
  if (settings.ipAddressType !== undefined && settings.ipAddressType !== found.ipAddressType) return refuse(FIELDS.ipAddressType)
  if (!hasGroups(settings.securityGroups, found, view)) return refuse(FIELDS.securityGroups)
  if (!isPlain(settings)) {
    const place = placeAs(found.ipAddressType, found.scheme, question, found)
    if (!('zones' in place)) return place
    if (!isSamePlaces(place.zones, found.zones)) return refuse(settings.subnets === undefined ? FIELDS.addressNames : FIELDS.subnets)
  }
  const { name, scheme, ipAddressType, zones } = found
  const nat = found.sourceNat || sourceNat(settings, ipAddressType)
  return { balancer: { name, scheme, ipAddressType, sourceNat: nat, groups: settings.securityGroups, zones, route: [], found, holders } }
}

/** Whether a load balancer has groups of this kind. The cluster's back-end group next to them is requested by no Service. */
function hasGroups(groups: Groups, { securityGroups, mark }: LoadBalancerPart, { securityGroups: ours }: AwsView): boolean {
  const isOurs = securityGroups.some((id) => ours.has(id))
  if (groups.kind === 'ours') return isOurs
  if (groups.kind === 'none') return securityGroups.length === 0
  return !isOurs && groups.ids.every((id) => securityGroups.includes(id)) && groups.backend === (mark.backend ?? false)
}

function isSamePlaces(wanted: readonly ZoneMapping[], found: readonly ZoneMapping[]): boolean {
  return wanted.length === found.length && wanted.every((zone) => found.some((other) => other.zone === zone.zone && isSamePlace(zone, other)))
}

/** It never serves anybody, and is taken down before another one is made. */
function isFailed(found: LoadBalancerPart, question: BalancerQuestion): boolean {
  return found.state === 'failed' && holdersOf(found, question).length === 0
}

function isDatagram({ mark }: ListenerPart): boolean {
  return mark.listener?.endsWith('UDP') ?? false
}

/** Beside what stands: under another name, and without the addresses that the old one holds. */
function asNew(
  scheme: 'internal' | 'internet-facing',
  standing: readonly LoadBalancerPart[],
  obstacle: Problem | undefined,
  question: BalancerQuestion,
): Answer {
  const { settings, view, naming } = question
  const place = placeOf(scheme, question)
  if (!('zones' in place)) return place
  const namesake = settings.name === undefined ? undefined : view.loadBalancers.get(settings.name)
  if (settings.name !== undefined && namesake !== undefined && !isFailed(namesake, question)) {
    const because = obstacle === undefined ? 'is the name of the load balancer that has to be replaced' : `is in use, and ${obstacle.field} ${obstacle.wrong}`
    return { problem: { reason: 'Conflict', field: FIELDS.name, value: settings.name, wrong: because, allowed: 'another name, under which a new one is made' } }
  }
  const held = heldElsewhere(place.zones, standing, obstacle)
  if (held !== undefined) return held
  const { ipAddressType, zones } = place
  const name = settings.name ?? freeName(naming, scheme, view)
  return {
    balancer: { name, scheme, ipAddressType, sourceNat: sourceNat(settings, ipAddressType), groups: settings.securityGroups, zones, route: [], holders: [] },
  }
}

/** AWS gives an address to one load balancer at a time. */
function heldElsewhere(
  zones: readonly ZoneMapping[],
  others: readonly LoadBalancerPart[],
  obstacle: Problem | undefined,
): { readonly problem: Problem } | undefined {
  const held = zones.find((zone) => others.some((balancer) => balancer.zones.some((other) => sharesAddress(zone, other))))
  if (held === undefined) return undefined
  const because = obstacle === undefined ? '' : `, since ${obstacle.field} ${obstacle.wrong}`
  return {
    problem: {
      reason: 'Conflict',
      field: held.allocationId === undefined ? FIELDS.privateIpv4Addresses : FIELDS.addressNames,
      value: held.allocationId ?? held.privateIpv4 ?? '',
      wrong: `is held by the load balancer that has to be replaced${because}`,
      allowed: 'another address, or none until the old load balancer is gone',
    },
  }
}

function sharesAddress(wanted: ZoneMapping, other: ZoneMapping): boolean {
  return (
    (wanted.allocationId !== undefined && wanted.allocationId === other.allocationId) ||
    (wanted.privateIpv4 !== undefined && wanted.privateIpv4 === other.privateIpv4)
  )
}

function freeName(naming: Naming, scheme: string, view: AwsView): string {
  let turn = 0
  while (view.loadBalancers.has(balancerName(naming, scheme, turn))) turn += 1
  return balancerName(naming, scheme, turn)
}

/** UDP on a dual-stack NLB needs it. */
function sourceNat({ ipv6SourceNat, hasDatagrams }: BalancerSettings, ipAddressType: 'ipv4' | 'dualstack'): boolean {
  return ipAddressType === 'dualstack' && (ipv6SourceNat ?? hasDatagrams)
}

type Place = { readonly ipAddressType: 'ipv4' | 'dualstack'; readonly zones: readonly ZoneMapping[] } | Exclude<Answer, { balancer: unknown }>

/** Where a request accepts either, both families are had if every subnet has both. */
function placeOf(scheme: 'internal' | 'internet-facing', question: BalancerQuestion, found?: LoadBalancerPart): Place {
  const { settings } = question
  // Of what was taken over, no default changes what it has.
  if (found?.mark.adopted === true && settings.ipAddressType === undefined) return placeAs(found.ipAddressType, scheme, question, found)
  const asked = settings.ipAddressType ?? 'ipv4'
  const isOpen = settings.prefersDualStack && settings.ipAddressType === undefined && !settings.hasDatagrams
  const dual = isOpen ? placeAs('dualstack', scheme, question, found) : undefined
  return dual !== undefined && 'zones' in dual ? dual : placeAs(asked, scheme, question, found)
}

/** Where it stands and with which addresses is left to us. */
function isPlain({ subnets, addressNames, privateIpv4Addresses, ipv6Addresses }: BalancerSettings): boolean {
  return subnets === undefined && addressNames === undefined && privateIpv4Addresses === undefined && ipv6Addresses === undefined
}

function placeAs(ipAddressType: 'ipv4' | 'dualstack', scheme: 'internal' | 'internet-facing', question: BalancerQuestion, found?: LoadBalancerPart): Place {
  const { settings, network, clusterName, view } = question
  if (found !== undefined && isPlain(settings) && ipAddressType === found.ipAddressType)
    return { ipAddressType, zones: found.mark.adopted === true ? found.zones : found.zones.map(withoutReserved) }
  if (network === undefined) return { unknown: 'network' }
  const needsIpv6 = ipAddressType === 'dualstack'
  const standing = new Set(found?.zones.map(({ subnetId }) => subnetId))
  const asked = { network, scheme, needsIpv6, standing, ...(clusterName === undefined ? {} : { clusterName }) }
  const chosen =
    settings.subnets === undefined
      ? found === undefined
        ? discoveredSubnets(asked)
        : namedSubnets(idsOf(found), asked)
      : namedSubnets(settings.subnets, asked)
  if ('problem' in chosen) return chosen
  // What an internal load balancer cannot have is refused as it is written.
  const names = scheme === 'internal' ? undefined : settings.addressNames
  const reserved =
    names && allocationsOf(names, { subnets: chosen.subnets, addresses: network.addresses, lookedFor: view.lookedFor, found: found?.zones ?? [] })
  if (reserved !== undefined && 'problem' in reserved) return reserved
  const places = zonesOf(chosen.subnets, scheme, ipAddressType, reserved === undefined ? settings : { ...settings, addressNames: reserved.allocationIds })
  if ('problem' in places) return places
  const keeps = found?.mark.adopted === true && settings.addressNames === undefined
  return { ipAddressType, zones: keeps ? places.zones.map((zone) => withFound(zone, found)) : places.zones }
}

/** With the reserved address that was found in a subnet. */
function withFound(zone: ZoneMapping, { zones }: LoadBalancerPart): ZoneMapping {
  const allocationId = zones.find(({ subnetId }) => subnetId === zone.subnetId)?.allocationId
  return allocationId === undefined ? zone : { ...zone, allocationId }
}

/** In the order in which they would have been found. */
function idsOf({ zones }: LoadBalancerPart): readonly Subnet['id'][] {
  return zones.map(({ subnetId }) => subnetId).toSorted(compareText)
}

/** No Service asks for a reserved address any more. */
function withoutReserved({ zone, subnetId }: ZoneMapping): ZoneMapping {
  return { zone, subnetId }
}
