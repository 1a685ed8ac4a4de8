/** How many findings of one kind a Service's messages hold: a tenant may write thousands of annotations. */
import type { Problem } from '../src/model/problem.ts'

export const MOST_FINDINGS = 10

/** The first problems, and one that counts those beyond them. `all`: how many there are. `field`: where those beyond are. */
export function withRest(problems: readonly Problem[], all: number, field = 'metadata.annotations'): readonly Problem[] {
  const first = problems.slice(0, MOST_FINDINGS)
  const more = all - first.length
  return more === 0 ? first : [...first, { reason: 'Invalid', field, wrong: `has ${more} more problems like these` }]
}
