import { isDeepStrictEqual } from 'node:util'
import { stepName } from './plan-text.ts'
import type { Plan, Step } from '../provider.ts'

/** Plans that one attempt to come to rest may take, each different from those before. */
const MOST_ROUNDS = 12

/**
 * The earlier plan that wanted a step which this plan wants again, with the very same content: a planner that does not settle. One that wants something
 * else each time does not settle either. What was read before something was written may be read again. `done`: the steps that were applied, in order.
 */
export function repetitionIn<S extends Step>(plan: Plan<S>, done: readonly Plan<S>[]): Plan<S> | undefined {
  const lastWrite = done.flatMap(({ stages }) => stages.flat()).findLast(({ verb }) => verb !== 'read')
  const wanted = new Map(plan.stages.flat().map((step) => [stepName(step), step]))
  const isWanted = (step: S): boolean => {
    const again = wanted.get(stepName(step))
    return again !== undefined && isDeepStrictEqual(again, step)
  }
  let isOld = lastWrite !== undefined
  const isRepeated = (step: S): boolean => {
    const isBefore = isOld
    if (step === lastWrite) isOld = false
    return (step.verb !== 'read' || !isBefore) && isWanted(step)
  }
  return done.find(({ stages }) => stages.flat().some(isRepeated)) ?? (done.length >= MOST_ROUNDS ? done.at(-1) : undefined)
}
