/** What a rule about source ranges has against a Service. Pure. */
import type { AnnotationSet } from '../../annotations/define.ts'
import { parseCidr } from '../model/address.ts'
import type { LoadBalancer } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import { contains } from '../model/source-ranges.ts'
import type { Policy, PolicyRule } from './policy.ts'
import { onlyRanges, rangeNotAllowed, rangesMissing, SOURCE_RANGES, SOURCE_RANGES_FIELD } from './refusals.ts'
import { itemsIn, type Said } from './said.ts'

export interface RangeSubject {
  readonly said: readonly Said[]
  readonly settings: Pick<LoadBalancer, 'listeners' | 'sourceRanges'>
  readonly sets: readonly AnnotationSet<unknown>[]
}

export function rangeProblems(policy: Policy, rule: PolicyRule, { said, settings, sets }: RangeSubject): readonly Problem[] {
  const { allowedSourceRanges: allowed } = rule
  if (allowed === undefined) return []
  const admitting = new Set(admittingKeys(sets))
  const others = new Set(said.filter(({ means }) => admitting.has(means)).map(({ key }) => key))
  const outside = said
    .filter(({ means }) => means === SOURCE_RANGES)
    .flatMap(({ key: field, text }) => {
      const value = itemOutside(text, allowed)
      return value === undefined ? [] : [{ field, value, ...rangeNotAllowed(policy, rule) }]
    })
  const isOpen = settings.sourceRanges === undefined && settings.listeners.some(({ sourceRanges }) => sourceRanges === undefined)
  return [
    ...[...others].map((field) => ({ field, ...onlyRanges(policy, rule) })),
    ...outside,
    ...(isOpen ? [{ field: SOURCE_RANGES_FIELD, ...rangesMissing(policy, rule) }] : []),
  ]
}

/** The annotations that let clients in whatever the source ranges are. */
export function admittingKeys(sets: readonly AnnotationSet<unknown>[]): readonly string[] {
  return sets.flatMap(({ definitions }) => Object.values(definitions).flatMap(({ key, admitsClients }) => (admitsClients === true ? [key] : [])))
}

/** The first range of a list that is within none of the allowed ones; undefined: each is within one. What is not a range is within none. */
export function itemOutside(text: string, allowed: readonly string[]): string | undefined {
  return itemsIn(text).find((item) => {
    const range = parseCidr(item)
    return range === undefined || !allowed.some((network) => contains(network, range))
  })
}
