/** Steps, each with its phase. The order of the phases is the order of a plan: what may be refused is before what deletes something. */
import { compareText } from '../../model/order.ts'
import type { Step } from '../provider.ts'
import { isShrinking } from '../shrinking.ts'

export interface PhasedStep<Phase extends string, S extends Step> {
  readonly phase: Phase
  /** Place among the stages of one phase, from 0. */
  readonly order: number
  readonly step: S
}

/** A step in its phase. One that only takes away takes from all whom it serves, where it does not say from whom. */
export function inPhase<Phase extends string, S extends Step>(phase: Phase, step: S, order = 0): PhasedStep<Phase, S> {
  return { phase, order, step: isShrinking(step) && step.takesFrom === undefined ? { ...step, takesFrom: step.serves } : step }
}

/** The stages of a plan: one for each phase, and each order in it, that has a step. The steps of a stage are sorted, so that a plan is always the same. */
export function stagesInOrder<Phase extends string, S extends Step>(
  phases: readonly Phase[],
  steps: readonly PhasedStep<Phase, S>[],
): readonly (readonly S[])[] {
  const places = new Map(phases.map((phase, place) => [phase, place]))
  const placeOf = ({ phase }: PhasedStep<Phase, S>): number => places.get(phase) ?? 0
  const stages = Map.groupBy(
    steps.toSorted((a, b) => placeOf(a) - placeOf(b) || a.order - b.order),
    ({ phase, order }) => `${phase} ${order}`,
  )
  return [...stages.values()].map((stage) => stage.map(({ step }) => step).toSorted(byName))
}

/** Of two reads for the same, the first: what two ask for is read once. */
export function readOnce<Phase extends string, S extends Step>(steps: readonly PhasedStep<Phase, S>[]): readonly PhasedStep<Phase, S>[] {
  const seen = new Set<string>()
  return steps.filter(({ step: { verb, kind, key } }) => {
    if (verb !== 'read') return true
    const name = `${kind} ${key}`
    const isFirst = !seen.has(name)
    seen.add(name)
    return isFirst
  })
}

function byName(a: Step, b: Step): number {
  return compareText(a.kind, b.kind) || compareText(a.key, b.key) || compareText(a.verb, b.verb)
}
