/**
 * Services that share an address, of which some set the standard tier and others ask for IPv6, which that tier does not have: who has what it asks for keeps it, and
 * among new ones the first decides. Source: kubernetes/ingress-gce pkg/loadbalancers/forwarding_rules_ipv6.go. Pure.
 */
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import { type GcpView, isLeaving, type RulePart } from '../../view.ts'
import type { Want } from '../plan-context.ts'
import { familyOfRule } from '../wanted/sites.ts'

/** What the address has, and the first Service that asks for it. */
export interface TierChoice {
  readonly has: 'standard tier' | 'IPv6'
  readonly by: Owner
}

/** `bound`: rules of others that share the address, and keep what they have. Undefined: no Service asks for one of the two. */
export function tierChoice(wants: readonly Want[], bound: readonly RulePart[], view: GcpView): TierChoice | undefined {
  const asking = wants.flatMap((want) => askedBy(want) ?? [])
  const kept = bound.flatMap((rule) => choiceIn(rule) ?? [])
  const found = [...view.rules.values()].flatMap((rule) => (isLeaving(rule) ? [] : (choiceIn(rule) ?? [])))
  const holds = (one: TierChoice): boolean => found.some(({ has, by }) => has === one.has && by.uid === one.by.uid)
  return kept[0] ?? asking.find(holds) ?? asking[0]
}

/** A Service that asks for both is refused for itself. */
function askedBy({ owner, want: { settings, options } }: Want): TierChoice | undefined {
  const isStandard = options.networkTier === 'Standard'
  const isSix = settings.families.includes('IPv6')
  if (isStandard === isSix) return undefined
  return { has: isStandard ? 'standard tier' : 'IPv6', by: owner }
}

function choiceIn({ document, mark }: RulePart): TierChoice | undefined {
  if (mark.owner === undefined || document.loadBalancingScheme === 'INTERNAL') return undefined
  if (document.networkTier === 'STANDARD') return { has: 'standard tier', by: mark.owner }
  return familyOfRule(document) === 'IPv6' ? { has: 'IPv6', by: mark.owner } : undefined
}

/** Why one may not share the address; undefined: it may. One for which IPv6 is not necessary does without. */
export function tierProblem({ want: { settings, options } }: Want, { has, by }: TierChoice): Problem | undefined {
  if (has === 'IPv6') {
    if (options.networkTier !== 'Standard') return undefined
    const wrong = `has no IPv6 addresses, and ${ownerName(by)}, which shares this address, asks for IPv6`
    return { reason: 'Conflict', field: FIELDS.networkTier, value: 'Standard', wrong, allowed: `Premium, no value, or another ${FIELDS.share} key` }
  }
  const needsSix = settings.families[0] === 'IPv6' || (settings.needsAllFamilies && settings.families.includes('IPv6'))
  if (!needsSix) return undefined
  const wrong = `is not possible at this address, because ${ownerName(by)}, which shares it, sets ${FIELDS.networkTier}: Standard, which has no IPv6 addresses`
  return { reason: 'Conflict', field: FIELDS.families, value: 'IPv6', wrong, allowed: `IPv4 alone, or another ${FIELDS.share} key` }
}

/** Why there is no IPv6 address. */
export function withoutSix({ by }: TierChoice): Problem {
  const wrong = `has no IPv6 addresses, and ${ownerName(by)}, which shares this address, sets it`
  return { reason: 'Conflict', field: FIELDS.networkTier, value: 'Standard', wrong }
}
