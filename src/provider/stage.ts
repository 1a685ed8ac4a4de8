/** Runs the steps of one stage side by side and keeps what became of each. The one place where a provider is asked to change something. */
import type { Failure } from './blame.ts'
import { CloudError } from './cloud-error.ts'
import type { Memory } from './memory.ts'
import type { Mirror } from './mirror.ts'
import { stepName } from './plan-text.ts'
import type { Provider, StackId, Step } from './provider.ts'
import { interrupted, nobodysFault, type Stop } from './stop.ts'

/** Steps under way at one time. A stage with more of them tries one alone first: what is nobody's fault shall not be asked hundreds of times. */
const WINDOW = 16

export interface StageContext<Options, View, S extends Step> {
  readonly provider: Provider<Options, View, S>
  readonly mirror: Mirror<View>
  readonly memory: Memory
  readonly stack: StackId
  readonly base: View | undefined
  readonly signal: AbortSignal
  readonly mayWrite: () => boolean
  readonly onApplied: (step: S) => void
}

/**
 * Steps of which the answer is known to be no are answered back. An unclear answer puts the Stack in doubt and throws a Stop once the others have ended;
 * where it was the third to one step on an unchanged view, it counts as a refusal. What is no CloudError is thrown on, and the Stack is in doubt.
 */
export async function runStage<Options, View, S extends Step>(context: StageContext<Options, View, S>, stage: readonly S[]): Promise<readonly Failure[]> {
  const run = new StageRun(context)
  const [probe, ...rest] = stage
  if (probe !== undefined && stage.length > WINDOW) await run.all([probe], 1)
  await run.all(probe !== undefined && stage.length > WINDOW ? rest : stage, WINDOW)
  return run.failures()
}

class StageRun<Options, View, S extends Step> {
  readonly #context: StageContext<Options, View, S>
  readonly #view: View
  readonly #failures: Failure[] = []
  readonly #faults: unknown[] = []
  #stop: Stop | undefined
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

  failures(): readonly Failure[] {
    if (this.#faults.length > 0) throw this.#faults[0]
    if (this.#stop !== undefined && this.#failures.length === 0) throw this.#stop
    return this.#failures
  }

  async #attempt(step: S): Promise<void> {
    const { provider, mirror, memory, stack, base, signal, mayWrite } = this.#context
    if (signal.aborted) return this.#halt(interrupted('the process ends'))
    if (step.verb !== 'read' && !mayWrite()) return this.#halt(interrupted('the lease has run out'))
    try {
      mirror.folded(stack, await provider.apply(step, this.#view, base, signal))
      memory.clear(stepName(step))
      this.#context.onApplied(step)
    } catch (error) {
      this.#failed(step, error)
    }
  }

  #failed(step: S, error: unknown): void {
    const { mirror, memory, stack, signal } = this.#context
    const isClear = error instanceof CloudError && error.consequence !== 'unclear'
    if (!isClear && step.verb !== 'read') mirror.doubt(stack)
    if (isClear) {
      this.#failures.push({ step, error })
      if (error.blames?.length === 0) this.#isHalted = true
    } else if (signal.aborted) this.#halt(interrupted('the process ends'))
    else if (!(error instanceof CloudError)) {
      this.#faults.push(error)
      this.#isHalted = true
    } else if (memory.isUnclearForLong(stepName(step), this.#view)) this.#failures.push({ step, error: asRefused(error) })
    else this.#halt(nobodysFault(error))
  }

  #halt(stop: Stop): void {
    this.#stop ??= stop
    this.#isHalted = true
  }
}

function asRefused({ reason, publicMessage, blames, cause }: CloudError): CloudError {
  return new CloudError('refused', { reason, publicMessage, ...(blames === undefined ? {} : { blames }), cause })
}
