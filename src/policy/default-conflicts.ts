/** Defaults that a rule refuses wherever they hold, so that no new Service that relies on them could be served. Pure. */
import type { AnnotationSet } from '../../annotations/define.ts'
import { matchesAny } from '../model/load-balancer.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { admittingKeys, itemOutside } from './ranges.ts'
import { forbidden, notAmongAllowed, onlyRanges, rangeNotAllowed, type Refusal, SCHEME, SOURCE_RANGES, valueNotAllowed } from './refusals.ts'
import { itemsIn } from './said.ts'

export interface DefaultConflict {
  /** The rule that sets the default, by its place in the policy. */
  readonly rule: number
  readonly key: string
  readonly refusal: Refusal
}

/**
 * A default is compared with its own rule, and with the others that select the same namespaces or all. Whether two other selections have a namespace in common
 * depends on the cluster.
 */
export function defaultConflicts(policy: Policy, sets: readonly AnnotationSet<unknown>[]): readonly DefaultConflict[] {
  return policy.rules.flatMap(({ namespaces, defaults = {} }, rule) => {
    const others = policy.rules.filter((other) => other.namespaces === undefined || JSON.stringify(other.namespaces) === JSON.stringify(namespaces))
    return Object.entries(defaults).flatMap(([key, text]): DefaultConflict[] => {
      const [refusal] = others.flatMap((other) => refusalOf(policy, other, { key, text }, sets) ?? [])
      return refusal === undefined ? [] : [{ rule, key, refusal }]
    })
  })
}

interface Default {
  readonly key: string
  readonly text: string
}

// oxlint-disable-next-line max-params -- a default, and what it is compared with
function refusalOf(policy: Policy, rule: PolicyRule, { key, text }: Default, sets: readonly AnnotationSet<unknown>[]): Refusal | undefined {
  const { allowedAnnotations, forbiddenAnnotations, allowedValues, allowedSourceRanges } = rule
  // A scheme is judged by what holds, whether the annotation may be on a Service or not.
  const isJudgedByKey = key !== SCHEME
  if (isJudgedByKey && allowedAnnotations?.keys.has(key) === false) return notAmongAllowed(policy, rule)
  if (isJudgedByKey && forbiddenAnnotations?.keys.has(key) === true) return forbidden(policy, rule)
  const values = allowedValues?.[key]
  if (values !== undefined && itemsIn(text).some((item) => !matchesAny(values, item))) return valueNotAllowed(policy, rule, values)
  if (allowedSourceRanges === undefined) return undefined
  if (admittingKeys(sets).includes(key)) return onlyRanges(policy, rule)
  return key === SOURCE_RANGES && itemOutside(text, allowedSourceRanges) !== undefined ? rangeNotAllowed(policy, rule) : undefined
}
