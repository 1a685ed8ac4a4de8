/** Runs the steps of one stage side by side and keeps what became of each. The one place where a provider is asked to change something. */
import { present } from '../../model/present.ts'
import type { Failure } from './failure.ts'
import { CloudError } from '../cloud-error.ts'
import type { Memory } from './stack-memory.ts'
import type { Mirror } from './mirror.ts'
import { stepName } from './plan-text.ts'
import { NotPermitted } from '../kit/permit.ts'
import type { PartialAnswer, Provider, StackId, Step, StepAnswer } from '../provider.ts'
import { interrupted, LEASE_OVER, stackFailure, type Stop } from './stop.ts'

/** Steps under way at one time, where the provider does not say. */
const STEPS_AT_ONCE = 16
/** A stage with more steps tries one alone first: what is no Service's fault shall not be asked hundreds of times. */
const PROBED_FROM = 16

export interface StageContext<Options, View, S extends Step> {
  readonly provider: Provider<Options, View, S>
  readonly mirror: Mirror<View>
  readonly memory: Memory
  readonly stack: StackId
  readonly base: View | undefined
  readonly signal: AbortSignal
  readonly mayWrite: () => boolean
  /** Of the turn, in milliseconds since the epoch. */
  readonly now: number
  /** `isWhole`: nothing of it was left out. */
  readonly onApplied: (step: S, isWhole: boolean) => void
  /** The wait that the step is known to meet, so that the call is not made; undefined: it is made. */
  readonly knownWait: (step: S) => CloudError | undefined
}

export interface StageEnd {
  readonly failures: readonly Failure[]
  /** The first step that was based on an old view. The Stack is in doubt. */
  readonly stale: Failure | undefined
  /** A step changed nothing: what was planned after it was planned on another ground. */
  readonly isUndone: boolean
}

/**
 * Steps of which the answer is known to be no are answered back. An unclear answer puts the Stack in doubt and throws a Stop once the others have ended;
 * where it was the third to one step on an unchanged view, it counts as a refusal. What is no CloudError is thrown on, and the Stack is in doubt.
 */
export async function runStage<Options, View, S extends Step>(context: StageContext<Options, View, S>, stage: readonly S[]): Promise<StageEnd> {
  const run = new StageRun(context)
  const [probe, ...rest] = stage
  const isProbed = probe !== undefined && stage.length > PROBED_FROM
  if (isProbed) await run.all([probe], 1)
  await run.all(isProbed ? rest : stage, context.provider.stepsAtOnce ?? STEPS_AT_ONCE)
  return run.end()
}

class StageRun<Options, View, S extends Step> {
  readonly #context: StageContext<Options, View, S>
  readonly #view: View
  readonly #failures: Failure[] = []
  readonly #faults: unknown[] = []
  #stop: Stop | undefined
  #stale: Failure | undefined
  #isUndone = false
  #isHalted = false

  constructor(context: StageContext<Options, View, S>) {
    this.#context = context
    const view = context.mirror.last(context.stack)
    if (view === undefined) throw new Error(`a stage was planned on a Stack that was never observed: ${context.stack}`)
    this.#view = view
  }

  async all(steps: readonly S[], atOnce: number): Promise<void> {
    const queue = steps.values()
    const work = async (): Promise<void> => {
      for (const step of queue) {
        if (this.#isHalted) return
        await this.#attempt(step)
      }
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, steps.length) }, work))
  }

  end(): StageEnd {
    if (this.#faults.length > 0) throw this.#faults[0]
    if (this.#stop !== undefined && this.#failures.length === 0) throw this.#stop
    return { failures: this.#failures, stale: this.#stale, isUndone: this.#isUndone }
  }

  async #attempt(step: S): Promise<void> {
    const { provider, mirror, memory, stack, base, signal, mayWrite, now } = this.#context
    if (signal.aborted) return this.#halt(interrupted('the process ends'))
    if (step.verb !== 'read' && !mayWrite()) return this.#halt(interrupted(LEASE_OVER))
    const wait = this.#context.knownWait(step)
    if (wait !== undefined) return void this.#failures.push({ step, error: wait })
    try {
      const { fold, refused = [], isUndone } = partsOf(await provider.apply(step, this.#view, base, signal))
      mirror.folded(stack, fold)
      memory.clear(stepName(step))
      memory.backends.add(refused, now)
      if (isUndone === true) this.#isUndone = true
      else this.#context.onApplied(step, refused.length === 0)
    } catch (error) {
      this.#failed(step, error)
    }
  }

  #failed(step: S, error: unknown): void {
    const { mirror, memory, stack, signal } = this.#context
    const isClear = error instanceof CloudError && error.consequence !== 'unclear'
    const isOld = isClear && (error.consequence === 'stale' || error.mayHaveEffect)
    if (isOld || (!isClear && step.verb !== 'read')) mirror.doubt(stack)
    if (isClear && error.consequence === 'stale') {
      this.#stale ??= { step, error }
      this.#isHalted = true
    } else if (isClear) {
      this.#failures.push({ step, error })
      if (error.blames?.length === 0) this.#isHalted = true
    } else if (signal.aborted) this.#halt(interrupted('the process ends'))
    else if (error instanceof NotPermitted) this.#halt(interrupted(LEASE_OVER))
    else if (!(error instanceof CloudError)) {
      this.#faults.push(error)
      this.#isHalted = true
    } else if (memory.isUnclearForLong(stepName(step), this.#view)) this.#failures.push({ step, error: asRefused(error) })
    else this.#halt(stackFailure(error, step))
  }

  #halt(stop: Stop): void {
    this.#stop ??= stop
    this.#isHalted = true
  }
}

/** What a step answered, in one form. */
export function partsOf<View>(answer: StepAnswer<View>): PartialAnswer<View> {
  return typeof answer === 'function' ? { fold: answer } : answer
}

function asRefused({ reason, publicMessage, blames, cause }: CloudError): CloudError {
  return new CloudError('refused', { reason, publicMessage, ...present({ blames }), cause })
}
