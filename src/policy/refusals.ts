/** The refusals of a policy, as the controller and the admission policy put them: the same words in both. */
import { KEYS } from '../../annotations/neutral.ts'
import type { Problem } from '../model/problem.ts'
import { type Policy, type PolicyRule, whomToAsk } from './policy.ts'

export const SCHEME = KEYS.scheme
export const ADDRESS_POOL = KEYS.addressPool
export const SOURCE_RANGES = KEYS.sourceRanges
/** How messages name the source ranges of a Service that has none: the field of Kubernetes itself. */
export const SOURCE_RANGES_FIELD = 'spec.loadBalancerSourceRanges'

/** A refusal without its field and value. */
export type Refusal = Omit<Problem, 'field' | 'value'>

export function notAmongAllowed(policy: Policy, rule: PolicyRule): Refusal {
  return refusal(policy, `is not among the annotations that ${ruleText(rule)} allows`, listText(rule.allowedAnnotations?.patterns ?? []))
}

export function forbidden(policy: Policy, rule: PolicyRule): Refusal {
  return refusal(policy, `is forbidden by ${ruleText(rule)}`)
}

export function valueNotAllowed(policy: Policy, rule: PolicyRule, allowed: readonly string[]): Refusal {
  return refusal(policy, `is not allowed by ${ruleText(rule)}`, listText(allowed))
}

/** For a scheme that nothing on the Service says. */
export function defaultNotAllowed(policy: Policy, rule: PolicyRule, allowed: readonly string[]): Refusal {
  return refusal(policy, `holds because this annotation is absent, and is not allowed by ${ruleText(rule)}`, listText(allowed))
}

export function rangeNotAllowed(policy: Policy, rule: PolicyRule): Refusal {
  return refusal(policy, `is not allowed by ${ruleText(rule)}`, withinText(rule))
}

/** For a Service that any client could reach. */
export function rangesMissing(policy: Policy, rule: PolicyRule): Refusal {
  return refusal(policy, `does not restrict the clients of all ports, which ${ruleText(rule)} requires`, withinText(rule))
}

/** For an annotation that lets clients in whose addresses cannot be compared with the allowed ranges. */
export function onlyRanges(policy: Policy, rule: PolicyRule): Refusal {
  return refusal(policy, `admits clients in another way than by source ranges, which is forbidden by ${ruleText(rule)}`, withinText(rule))
}

/** For what exists already, or comes from another Service with which the load balancer is shared. */
export function foundNotAllowed(policy: Policy, rule: PolicyRule, allowed: readonly string[]): Refusal {
  return refusal(policy, `of the existing load balancer or address is not allowed by ${ruleText(rule)}`, listText(allowed))
}

export function tooMany(policy: Policy, rule: PolicyRule): Refusal {
  const allowed = `${rule.maxServices ?? 0} in a namespace; Services with an address come first, then the oldest`
  return refusal(policy, `is one load balancer more than ${ruleText(rule)} allows`, allowed)
}

function refusal(policy: Policy, wrong: string, allowed?: string): Refusal {
  return { reason: 'Forbidden', wrong, ...(allowed === undefined ? {} : { allowed }), remedy: whomToAsk(policy) }
}

function ruleText({ name }: PolicyRule): string {
  return `the rule ${JSON.stringify(name)} of the operator's policy`
}

function withinText({ allowedSourceRanges = [] }: PolicyRule): string {
  return `source ranges within ${listText(allowedSourceRanges)}`
}

/** Long lists are cut: the file has the rest. */
const MOST_LISTED = 10

function listText(values: readonly string[]): string {
  if (values.length === 0) return 'none'
  const more = values.length - MOST_LISTED
  return `${values.slice(0, MOST_LISTED).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}
