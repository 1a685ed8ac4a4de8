/** Whose a Stack's parts are, what each publishes, and what of it cannot be in two places at once. Pure. */
import type { GcpOptions } from '../../../annotations/gcp.ts'
import { familyOf, parseAddress } from '../../../src/model/address.ts'
import { type ListenerKey, listenerKey } from '../../../src/model/load-balancer.ts'
import { compareText } from '../../../src/model/order.ts'
import type { Owner } from '../../../src/model/owner.ts'
import type { LoadBalancerStatus } from '../../../src/model/status.ts'
import type { Desired } from '../../../src/provider/provider.ts'
import type { ForwardingRule } from '../api/documents.ts'
import { nameOf } from '../api/ids.ts'
import { matchOf, portsIn } from './wanted/forwarding-rules.ts'
import { type AnyPart, type GcpView, isLeaving, isSettled, PART_MAPS, partsIn, type RulePart } from '../view.ts'

/** Sorted by uid. */
export function owners(view: GcpView): readonly Owner[] {
  const found = new Map<string, Owner>()
  for (const { mark } of partsIn(view)) if (mark.owner !== undefined) found.set(mark.owner.uid, mark.owner)
  return [...found.values()].toSorted((a, b) => compareText(a.uid, b.uid))
}

const KINDS = {
  addresses: 'address',
  rules: 'forwarding rule',
  services: 'backend service',
  checks: 'health check',
  firewalls: 'firewall rule',
  endpointGroups: 'endpoint group',
  groups: 'instance group',
} as const satisfies Record<(typeof PART_MAPS)[number], string>

/** What carries this owner's mark, by kind and name, sorted. */
export function parts(view: GcpView, { uid }: Owner): readonly string[] {
  return PART_MAPS.flatMap((kind) =>
    [...view[kind].values()].flatMap(({ mark, id }: AnyPart) => (mark.owner?.uid === uid ? [`${KINDS[kind]} ${nameOf(id)}`] : [])),
  ).toSorted(compareText)
}

/** By its forwarding rules; undefined: one of them is for all ports. */
export function listeners(view: GcpView, { uid }: Owner): readonly ListenerKey[] | undefined {
  const matches = [...view.rules.values()].flatMap(({ mark, document }) => (mark.owner?.uid === uid ? (matchOf(document) ?? []) : []))
  const found = new Set<ListenerKey>()
  for (const match of matches) {
    if (match.allPorts === true || match.IPProtocol === 'L3_DEFAULT') return undefined
    for (const port of portsIn(match)) found.add(listenerKey(port, match.IPProtocol))
  }
  return [...found]
}

/** Of the rules of an owner, those that carry packets now. */
export function servingRules(view: GcpView, uid: string): readonly RulePart[] {
  return [...view.rules.values()].filter((rule) => rule.mark.owner?.uid === uid && isSettled(rule) && ipOf(rule) !== undefined)
}

/** Canonical; undefined: it is not known yet. An IPv6 rule has a network of 96 bits, of which the first address is published. */
export function ipOf({ document }: { readonly document: ForwardingRule }): string | undefined {
  const [literal = ''] = document.IPAddress?.split('/') ?? []
  return parseAddress(literal)
}

/**
 * The addresses of the owner's forwarding rules, those of IPv4 first. While an address is replaced both are there, the old one behind the new one: kube-proxy takes
 * packets for published addresses alone, so that both have to be published until the old one goes.
 */
export function status(view: GcpView, { uid }: Owner): LoadBalancerStatus {
  // Of two that were made at one time, the one that is known for less long.
  const rules = servingRules(view, uid)
    .toReversed()
    .toSorted((a, b) => compareText(createdAt(b), createdAt(a)))
  const addresses = [...new Set(rules.flatMap((rule) => ipOf(rule) ?? []))]
  const byFamily = addresses.toSorted((a, b) => Number(familyOf(a) === 'IPv6') - Number(familyOf(b) === 'IPv6'))
  return { places: byFamily.map((ip) => ({ ip, ipMode: 'VIP' })) }
}

function createdAt({ document }: RulePart): string {
  const at = Date.parse(document.creationTimestamp ?? '')
  return Number.isNaN(at) ? '' : new Date(at).toISOString()
}

/** Reserved addresses, by what a Service names them by: one is on one load balancer. */
export function claims({ settings: { addressNames, addresses } }: Desired<GcpOptions>): readonly string[] {
  return [...addressNames, ...addresses].map((address) => `address ${address}`)
}

export function holds(view: GcpView, { uid }: Owner): readonly string[] {
  const own = [...view.rules.values()].filter((rule) => rule.mark.owner?.uid === uid && !isLeaving(rule))
  const names = own.flatMap((rule) => [rule.mark.address ?? [], ipOf(rule) ?? []].flat())
  return [...new Set(names)].map((address) => `address ${address}`)
}
