/** What a Service publishes, and what is held for it. Pure. */
import { familyOf } from '../../../src/model/address.ts'
import { type ListenerKey, listenerKey } from '../../../src/model/load-balancer.ts'
import { compareText } from '../../../src/model/order.ts'
import type { Owner } from '../../../src/model/owner.ts'
import type { LoadBalancerStatus } from '../../../src/model/status.ts'
import { isOfCluster, alsoIn, ownerIn } from '../marks.ts'
import { type AzureView, inForce } from '../view.ts'
import { type FoundRule, foundIn, foundInDocument } from './found.ts'

/**
 * The addresses of the owner's frontends, those of IPv4 first. While an address is replaced both are there, the new one before the old one: kube-proxy takes packets
 * for published addresses alone, so that both have to be published until the old one goes.
 */
export function status(view: AzureView, { uid }: Owner): LoadBalancerStatus {
  const own = addressesOf(view, uid).toReversed()
  const also = own.length === 0 ? [] : [...view.balancers.values()].flatMap(({ document }) => alsoIn(document.tags).get(uid) ?? [])
  const addresses = [...new Set([...own.toSorted(byFamily), ...also])]
  return { places: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) }
}

function byFamily(a: string, b: string): number {
  return Number(familyOf(a) === 'IPv6') - Number(familyOf(b) === 'IPv6')
}

/**
 * While a part of the owner is changing, the addresses that it has before and after: one that is being made is not served yet, and one that is being taken away is
 * closed already. Where none is both, those from before.
 */
function addressesOf(view: AzureView, uid: string): readonly string[] {
  const after = addressesIn(foundIn(view).rulesOf.get(uid) ?? [])
  const balancers = [...view.balancers.values()]
  if (!balancers.some(({ operation }) => operation?.of.includes(uid) === true)) return after
  const before = balancers.flatMap((balancer) => {
    const document = inForce(balancer, uid)
    return document === undefined ? [] : addressesIn(foundInDocument(balancer, document, view).rulesOf.get(uid) ?? [])
  })
  const both = before.filter((address) => after.includes(address))
  return both.length === 0 ? before : both
}

function addressesIn(rules: readonly FoundRule[]): readonly string[] {
  return rules.flatMap(({ frontend }) => frontend?.ip ?? [])
}

/** By its load-balancing rules; undefined: one of them is for all ports. */
export function listeners(view: AzureView, { uid }: Owner): readonly ListenerKey[] | undefined {
  const rules = foundIn(view).rulesOf.get(uid) ?? []
  if (rules.some(({ protocol }) => protocol === 'all')) return undefined
  return [...new Set(rules.map(({ port, protocol }) => listenerKey(port, protocol === 'udp' ? 'UDP' : 'TCP')))]
}

/** What is held for an owner, by kind and name, sorted. */
export function parts(view: AzureView, { uid }: Owner, clusterId: string): readonly string[] {
  const rules = foundIn(view).rulesOf.get(uid) ?? []
  const addresses = [...view.addresses.values()].filter(({ document: { tags } }) => isOfCluster(tags, clusterId) && ownerIn(tags) === uid)
  return [
    ...rules.map(({ name }) => `load-balancing rule ${name}`),
    ...new Set(rules.flatMap(({ frontend }) => (frontend === undefined ? [] : [`frontend ${frontend.name}`]))),
    ...addresses.map(({ document: { name = '' } }) => `public address ${name}`),
  ].toSorted(compareText)
}
