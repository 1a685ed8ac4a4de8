/** What the security group is to let in, address by address: for those who are served as they ask, for all others as it is found. Pure. */
import { familyOf } from '../../../../src/model/address.ts'
import type { Family } from '../../../../src/model/address.ts'
import type { Listener, Scheme } from '../../../../src/model/load-balancer.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import type { AzureOptions } from '../../../../annotations/azure.ts'
import { alsoIn } from '../../marks.ts'
import { type BalancerKey, isSameBalancer } from '../../balancer-keys.ts'
import type { Serving } from '../accept/serving.ts'
import type { Site } from '../accept/site.ts'
import { nodesFor } from '../balancer/pools.ts'
import { isRuleClosed } from '../balancer/wanted-children.ts'
import { type FoundRule, foundIn, foundInDocument } from '../found.ts'
import { addressOf, oldRules } from '../old-sites.ts'
import type { Parties, PlanInput } from '../plan-context.ts'
import { hasFloatingIp } from '../wanted/rules.ts'
import { closedTo } from './closing.ts'
import type { Opening, Openings } from './openings.ts'
import { openingsWanted } from './wanted.ts'

export interface Targets {
  readonly openings: Openings
  /** By address, the uids of those to whom it matters. */
  readonly users: ReadonlyMap<string, ReadonlySet<string>>
}

export interface Accepted {
  readonly parties: Parties
  readonly serving: readonly Serving[]
  /** Load balancers that cannot be written now: what they do not have yet is not opened either. */
  readonly polled?: readonly BalancerKey[]
}

/** `found`: what our rules open now. */
export function firewallTargets(found: Openings, { parties, serving, polled = [] }: Accepted, input: PlanInput): Targets {
  const openings = new Map<string, Opening[]>()
  const users = new Map<string, Set<string>>()
  const use = (uid: string, address: string): void => void users.set(address, (users.get(address) ?? new Set()).add(uid))
  const add = (uid: string, address: string, more: readonly Opening[]): void => {
    use(uid, address)
    if (more.length > 0) openings.set(address, [...(openings.get(address) ?? []), ...more])
  }
  for (const one of serving) for (const [address, more] of servedOpenings(one, polled, input)) add(one.want.owner.uid, address, more)
  for (const one of serving) {
    for (const place of placesOf(one.want.owner.uid, switchedRules(one, input), input)) {
      const now = (found.get(place.address) ?? []).flatMap((opening) => ofPorts(opening, place.ports))
      add(one.want.owner.uid, place.address, now.length === 0 ? [] : closedTo(now, openedAt(one, place)))
    }
  }
  for (const [uid, rules] of foundIn(input.view).rulesOf) {
    for (const { address } of placesOf(uid, rules, input)) use(uid, address)
    if (!stays(parties, uid)) continue
    const within = parties.follows.get(uid)?.within
    for (const place of placesOf(
      uid,
      rules.filter((rule) => !isRuleClosed(rule, parties)),
      input,
    )) {
      const now = (found.get(place.address) ?? []).flatMap((opening) => ofPorts(opening, place.ports))
      add(uid, place.address, within === undefined ? now : narrowed(now, within, place))
    }
  }
  return { openings, users }
}

/** Where a load balancer cannot be written now, the listeners alone that it has already. */
function listenersThere({ want, sites, listeners }: Serving, polled: readonly BalancerKey[], { view }: PlanInput): readonly Listener[] {
  if (!sites.some(({ balancerKey }) => polled.some((other) => isSameBalancer(other, balancerKey)))) return listeners
  const rules = foundIn(view).rulesOf.get(want.owner.uid) ?? []
  const isThere = ({ port, protocol }: Listener, { name }: Site): boolean =>
    rules.some(
      (rule) =>
        rule.frontend?.name.toLowerCase() === name.toLowerCase() &&
        (rule.protocol === 'all' || (rule.port === port && rule.protocol === protocol.toLowerCase())),
    )
  return listeners.filter((listener) => sites.every((site) => isThere(listener, site)))
}

/**
 * Rules of a Service that lead to node ports and are to keep the published address, or the other way round: packets arrive at one place until the load balancer
 * is written, and at another one afterwards, so that both are open meanwhile: the one as far as it was open, as the rule may have been changed by hand.
 */
export function switchedRules({ want, sites }: Serving, { view }: Pick<PlanInput, 'view'>): readonly FoundRule[] {
  const names = new Set(sites.map(({ name }) => name.toLowerCase()))
  const documents = [...view.balancers.values()].flatMap((balancer) =>
    [balancer.document, balancer.operation?.before].flatMap((document) => (document === undefined ? [] : [foundInDocument(balancer, document, view)])),
  )
  const rules = documents.flatMap(({ rulesOf }) => rulesOf.get(want.owner.uid) ?? [])
  return rules.filter(
    ({ frontend, family, child }) =>
      names.has(frontend?.name.toLowerCase() ?? '') && (child.properties?.enableFloatingIP === true) !== hasFloatingIp(want.want, family),
  )
}

function openedAt({ want: { want }, listeners }: Serving, place: FoundPlace): readonly Opening[] {
  const openings = openingsWanted({ settings: { ...want.settings, listeners: asTheyArrive(listeners, place) }, options: want.options }, place.family)
  return place.rules.every(({ child }) => child.properties?.enableFloatingIP === true) ? openings : withProbes(openings)
}

/** At all its addresses, at old ones as their scheme needs it; without floating IP at the nodes, by node port. */
function servedOpenings(one: Serving, polled: readonly BalancerKey[], input: PlanInput): readonly (readonly [string, readonly Opening[]])[] {
  const { want, sites } = one
  const { settings, options, backends } = want.want
  const old = oldRules(one, input)
  const there = listenersThere(one, polled, input)
  return [...new Set(settings.families)].flatMap((family): readonly (readonly [string, readonly Opening[]])[] => {
    const own = sites.filter((site) => site.family === family).flatMap((site) => addressOf(site, input) ?? [])
    const also = (options.additionalAddresses ?? []).filter((address) => familyOf(address) === family)
    const openingsFor = (scheme: Scheme, listeners: readonly Listener[]): readonly Opening[] =>
      openingsWanted({ settings: { ...settings, scheme, listeners }, options }, family)
    const before = old.filter((rule) => rule.family === family)
    const atOld = new Map(
      before.flatMap(({ frontend, balancer }) => (frontend?.ip === undefined ? [] : [[frontend.ip, openingsFor(balancer.scheme, one.listeners)] as const])),
    )
    const atOwn = new Map([...own, ...also].map((address) => [address, openingsFor(settings.scheme, there)] as const))
    if (hasFloatingIp({ settings, options }, family)) return [...atOld, ...atOwn]
    const translated = there.flatMap((listener): readonly Listener[] => {
      const port = backends.ports[listener.key]?.nodePort
      return port === undefined ? [] : [{ ...listener, port }]
    })
    const atNodes = withProbes(openingsWanted({ settings: { ...settings, listeners: translated }, options }, family))
    const nodes = nodesFor(sites[0]?.balancerKey.of ?? '', backends.nodes.nodes, input.config)
    const addresses = nodes.flatMap((node) => node.addresses.filter((address) => familyOf(address) === family))
    return [...atOld, ...addresses.map((address) => [address, atNodes] as const)]
  })
}

/** A rule that denies the rest at a node port would deny the probes too. Source: learn.microsoft.com, "Azure Load Balancer health probes", probe source address. */
function withProbes(openings: readonly Opening[]): readonly Opening[] {
  return openings.flatMap((opening) => (opening.access === 'Deny' ? [{ ...opening, access: 'Allow', sources: ['AzureLoadBalancer'] }, opening] : [opening]))
}

interface FoundPlace {
  readonly address: string
  readonly family: Family
  readonly isInternal: boolean
  /** `isAll`: a rule for all ports. */
  readonly ports: { readonly Tcp: ReadonlySet<string>; readonly Udp: ReadonlySet<string>; readonly isAll: boolean }
  readonly rules: readonly FoundRule[]
}

/** Where packets for these rules arrive, and with which ports. */
function placesOf(uid: string, rules: readonly FoundRule[], { view }: PlanInput): readonly FoundPlace[] {
  const also = [...view.balancers.values()].flatMap(({ document }) => alsoIn(document.tags).get(uid) ?? [])
  const byPlace = Map.groupBy(
    rules.flatMap((rule) => addressesFor(rule, also).map((address) => ({ address, rule }))),
    ({ address }) => address,
  )
  return [...byPlace].map(([address, all]) => {
    const portsOf = (protocol: string): ReadonlySet<string> =>
      new Set(all.filter(({ rule }) => rule.protocol === protocol).map(({ rule: { child } }) => String(child.properties?.backendPort)))
    const isInternal = all.every(({ rule }) => rule.balancer.scheme === 'internal')
    return {
      address,
      family: familyOf(address),
      isInternal,
      ports: { Tcp: portsOf('tcp'), Udp: portsOf('udp'), isAll: all.some(({ rule }) => rule.protocol === 'all') },
      rules: all.map(({ rule }) => rule),
    }
  })
}

/** With floating IP, the frontend; otherwise the members of the pool. */
function addressesFor({ frontend, child, family }: FoundRule, also: readonly string[]): readonly string[] {
  if (frontend === undefined) return []
  if (child.properties?.enableFloatingIP === true)
    return [...(frontend.ip === undefined ? [] : [frontend.ip]), ...also.filter((address) => familyOf(address) === family)]
  const pool = (frontend.balancer.document.properties?.backendAddressPools ?? []).find(
    ({ id }) => id !== undefined && id.toLowerCase() === child.properties?.backendAddressPool?.id.toLowerCase(),
  )
  return (pool?.properties?.loadBalancerBackendAddresses ?? []).flatMap(({ properties }) => properties?.ipAddress ?? [])
}

/** The part of an opening that is about these ports. */
function ofPorts(opening: Opening, { Tcp, Udp, isAll }: FoundPlace['ports']): readonly Opening[] {
  if (isAll) return [opening]
  const own = opening.protocol === 'Udp' ? Udp : opening.protocol === 'Tcp' ? Tcp : new Set([...Tcp, ...Udp])
  const ports = opening.ports.filter((port) => own.has(port))
  return ports.length === 0 ? [] : [{ ...opening, ports }]
}

/** Nothing that the Service does not ask for. An internal one without rules is open to its network, so that what it asks for is all that closes it. */
function narrowed(found: readonly Opening[], { settings, options }: Desired<AzureOptions>, place: FoundPlace): readonly Opening[] {
  const { family, isInternal, rules } = place
  const listeners = asTheyArrive(settings.listeners, place)
  const here = openingsWanted({ settings: { ...settings, listeners, scheme: isInternal ? 'internal' : 'internet-facing' }, options }, family)
  const asked = rules.every(({ child }) => child.properties?.enableFloatingIP === true) ? here : withProbes(here)
  if (options.noSecurityRules === true) return found
  if (isInternal && found.length === 0) return asked
  return isInternal && asked.length === 0 ? found : closedTo(found, asked)
}

/** With the ports that packets for them have here: those of the nodes, where the rule translates. */
function asTheyArrive(listeners: readonly Listener[], { ports, rules }: FoundPlace): readonly Listener[] {
  if (ports.isAll) return listeners
  return listeners.flatMap((listener) => {
    const rule = rules.find(({ port, protocol }) => port === listener.port && protocol === (listener.protocol === 'UDP' ? 'udp' : 'tcp'))
    const port = rule?.child.properties?.backendPort
    return port === undefined ? [] : [{ ...listener, port }]
  })
}
