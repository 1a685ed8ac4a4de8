/**
 * Frontends that a Service had before and that clients may still know: an address is let go only after the new one is published. Pure.
 */
import { placeText } from '../../../src/model/status.ts'
import { isSameBalancer } from '../balancer-keys.ts'
import { parseAddress } from '../../../src/model/address.ts'
import type { Serving } from './accept/serving.ts'
import type { Site } from './accept/site.ts'
import { addressKeysIn, type FoundRule, foundIn } from './found.ts'
import type { PlanInput } from './plan-context.ts'

/** Canonical; undefined: it is not known yet. */
export function addressOf({ name, addressKey }: Site, { view }: Pick<PlanInput, 'view'>): string | undefined {
  const part = addressKey === undefined ? undefined : view.addresses.get(addressKey)
  const text = part?.document.properties?.ipAddress
  if (text !== undefined) return parseAddress(text)
  return foundIn(view).frontends.find((frontend) => frontend.name.toLowerCase() === name.toLowerCase())?.ip
}

/**
 * Rules of a Service at other frontends than those it is to have, for as long as not all new addresses are published. One without floating IP cannot stand beside
 * the new one in one load balancer, as both would lead to one port of the nodes.
 */
export function oldRules({ want, sites, listeners }: Serving, input: PlanInput): readonly FoundRule[] {
  const names = new Set(sites.map(({ name }) => name.toLowerCase()))
  const old = (foundIn(input.view).rulesOf.get(want.owner.uid) ?? []).filter(
    ({ frontend }) => frontend !== undefined && !names.has(frontend.name.toLowerCase()),
  )
  if (old.length === 0) return []
  const published = new Set(want.published.map(placeText))
  if (sites.every((site) => published.has(addressOf(site, input) ?? ''))) return []
  const families = new Set(sites.map(({ family }) => family))
  const taken = new Set(sites.flatMap(({ addressKey }) => addressKey ?? []))
  const asked = new Set(listeners.map(({ port, protocol }) => `${protocol.toLowerCase()} ${port}`))
  return old.filter(({ frontend, child, balancer, family, protocol, port }) => {
    if (!families.has(family) || !published.has(frontend?.ip ?? '') || taken.has(frontend?.addressKey ?? '')) return false
    if (protocol !== 'all' && !asked.has(`${protocol} ${port}`)) return false
    return child.properties?.enableFloatingIP === true || !sites.some(({ balancerKey }) => isSameBalancer(balancerKey, balancer))
  })
}

/** Whether another load balancer has the address, or had it before a change that is under way: it can be on one at a time. */
export function isElsewhere({ addressKey, balancerKey }: Site, { view }: Pick<PlanInput, 'view'>): boolean {
  if (addressKey === undefined) return false
  const others = [...view.balancers.values()].filter((balancer) => !isSameBalancer(balancer, balancerKey))
  return others.some(({ document, operation }) => [document, operation?.before].some((one) => addressKeysIn(one).has(addressKey)))
}

/** Keys of the ids of the public addresses that these rules are at. */
export function addressKeysOf(rules: readonly FoundRule[]): readonly string[] {
  return rules.flatMap(({ frontend }) => frontend?.addressKey ?? [])
}
