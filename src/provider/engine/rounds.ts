/** Plans and applies, round after round, until nothing is left to plan: what the turn of a Stack and the turn of the base have in common. */
import { present } from '../../model/present.ts'
import { isDeepStrictEqual } from 'node:util'
import { CloudError } from '../cloud-error.ts'
import type { Plan, Step } from '../provider.ts'
import { isShrinking } from '../shrinking.ts'
import type { Failure } from './failure.ts'
import type { Observed } from './observed.ts'
import { planText, stepName } from './plan-text.ts'
import { repetitionIn } from './repetition.ts'
import type { Memory } from './stack-memory.ts'
import { runStage, type StageContext } from './stage.ts'
import { stackFailure } from './stop.ts'

/** How often one turn looks and plans again because what it knew was old. */
const MOST_STALE = 3

export interface RoundsContext<View, S extends Step> {
  readonly observed: Observed<View, S>
  readonly memory: Memory
  readonly stage: Pick<StageContext<unknown, View, S>, 'stack' | 'signal' | 'mayWrite' | 'now'>
  /** `isWhole`: nothing of the step was left out. */
  readonly onApplied: (step: S, isWhole: boolean) => void
}

/** What one run of rounds plans on and with. */
export interface Planning<View, S extends Step> {
  readonly base: () => Promise<View | undefined>
  /** Failures, where the plan could not be made or was found to fail. */
  readonly plan: (view: View, base: View | undefined) => Plan<S> | readonly Failure[]
  /** The plan wants again what was just applied: whose failure that is. */
  readonly onRepeated: (plan: Plan<S>) => Failure
}

export class Rounds<View, S extends Step> {
  readonly #context: RoundsContext<View, S>
  /** Steps that had to wait in this turn, by their names. */
  readonly #waited = new Map<string, Failure>()
  /** Refusals that may have had an effect: they are judged once the Stack was observed. */
  #toJudge: readonly Failure[] = []
  #stale = 0

  constructor(context: RoundsContext<View, S>) {
    this.#context = context
  }

  /** Whether something that was begun, in this turn or before, is still under way: a `read` step found it so. */
  get isUnderWay(): boolean {
    return this.#waited.values().some(({ step }) => step.verb === 'read')
  }

  /** Steps that had to wait in this turn and are wanted by the plan in which nothing else is left. */
  awaited: readonly Failure[] = []

  /** Resolves to the failures that cut it short; empty: nothing is left to do, or nothing but what has to wait. Throws a Stop. */
  async run(planning: Planning<View, S>): Promise<readonly Failure[]> {
    const { observed, stage } = this.#context
    let done: Plan<S>[] = []
    this.awaited = []
    for (;;) {
      const base = await planning.base()
      const plan = planning.plan(await observed.view(stage.stack, stage.signal), base)
      if (isFailures(plan)) return plan
      const judged = this.#afterLook(plan)
      if (judged.length > 0) return judged
      if (plan.stages.length === 0) return []
      const known = plan.stages.flat().map((step) => this.#knownWait(step))
      if (known.every((failure) => failure !== undefined)) return ((this.awaited = known), [])
      const repeated = repetitionIn(plan, done)
      if (repeated !== undefined) return [this.#repeated(plan, repeated, planning)]
      const applied: S[] = []
      done.push({ ...plan, stages: [applied] })
      const { failures, isStale } = await this.#apply(plan, base, applied)
      // What was applied before may have been undone by what made the view old.
      if (isStale) done = []
      else if (failures.some(({ error }) => error.mayHaveEffect)) this.#toJudge = failures
      else if (failures.length > 0) return failures
    }
  }

  /** One stage, whatever becomes of it. Throws a Stop. */
  async once(stage: readonly S[], base: View | undefined): Promise<void> {
    await this.#apply({ stages: [stage], refused: [], waiting: [] }, base, [])
  }

  async #apply({ stages }: Plan<S>, base: View | undefined, applied: S[]): Promise<{ readonly failures: readonly Failure[]; readonly isStale: boolean }> {
    const { observed, memory, stage: common, onApplied } = this.#context
    const context = {
      ...observed,
      ...common,
      memory,
      base,
      knownWait: (step: S) => this.#knownWait(step)?.error,
      onApplied: (step: S, isWhole: boolean) => {
        if (isWhole) applied.push(step)
        onApplied(step, isWhole)
      },
    }
    for (const steps of stages) {
      const { failures, stale, isUndone } = await runStage(context, steps)
      for (const failure of failures) if (isWait(failure)) this.#waited.set(stepName(failure.step), failure)
      if (stale !== undefined && failures.length === 0) {
        if (++this.#stale > MOST_STALE) throw stackFailure(asLater(stale.error), stale.step)
        return { failures, isStale: true }
      }
      if (failures.length > 0 || isUndone) return { failures, isStale: false }
    }
    return { failures: [], isStale: false }
  }

  /**
   * Of the refusals that may have had an effect, those of whose object something is still wanted. An operation that was found to have failed is the failure
   * of the step that wants the same again, for those whom both serve.
   */
  #afterLook({ stages }: Plan<S>): readonly Failure[] {
    if (this.#toJudge.length === 0) return []
    const wanted = Map.groupBy(stages.flat(), ({ kind, key }) => `${kind} ${key}`)
    const failures = this.#toJudge.flatMap((failure): readonly Failure[] => {
      const again = wanted.get(`${failure.step.kind} ${failure.step.key}`) ?? []
      if (failure.step.verb !== 'read') return again.some(({ verb }) => verb === failure.step.verb) ? [failure] : []
      const writing = again.find(({ verb }) => verb !== 'read')
      const step = writing === undefined ? undefined : forBoth(writing, failure.step)
      return step === undefined ? [] : [{ ...failure, step }]
    })
    this.#toJudge = []
    return failures
  }

  /** The wait that this very step met before in this turn: asking again at once says nothing new. */
  #knownWait(step: S): Failure | undefined {
    const before = this.#waited.get(stepName(step))
    if (before === undefined) return undefined
    const isSame = step.verb === 'read' || isShrinking(step) || isDeepStrictEqual(before.step, step)
    return isSame ? { ...before, step } : undefined
  }

  #repeated(plan: Plan<S>, repeated: Plan<S>, { onRepeated }: Planning<View, S>): Failure {
    const [before, again] = [repeated, plan].map(planText)
    this.#context.observed.log.error('a plan does not settle', { stack: this.#context.stage.stack, before, again })
    return onRepeated(plan)
  }
}

function isFailures<S extends Step>(plan: Plan<S> | readonly Failure[]): plan is readonly Failure[] {
  return Array.isArray(plan)
}

/** The step as far as it concerns those whom the other one served; all of it, where that served no Service in particular; undefined: it concerns none of them. */
function forBoth<S extends Step>(step: S, other: Step): S | undefined {
  const served = new Set(other.serves.map(({ uid }) => uid))
  const serves = step.serves.filter(({ uid }) => served.has(uid))
  if (served.size === 0 || serves.length === step.serves.length) return step
  return serves.length === 0 ? undefined : { ...step, serves }
}

/** A call that was made too soon may be repeated in the same turn; what is in use or under way is not over so quickly. */
function isWait({ error }: Failure): boolean {
  return error.consequence === 'later' && error.reason !== 'Throttled' && error.blames?.length !== 0
}

function asLater({ reason, publicMessage, afterMs, cause }: CloudError): CloudError {
  return new CloudError('later', { reason, publicMessage, blames: [], ...present({ afterMs }), cause })
}
