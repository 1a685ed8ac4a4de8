/** Brings Stacks to what is intended, and keeps what is known and remembered of each between the turns. */
import { isDeepStrictEqual } from 'node:util'
import { CloudError } from '../cloud-error.ts'
import type { ConvergeRequest, Outcome } from '../cloud.ts'
import type { Observed } from './observed.ts'
import type { BaseTrouble } from './base-dependents.ts'
import { Memory, SHRUNK } from './stack-memory.ts'
import { outcomeOf } from './turn-outcome.ts'
import { NotPermitted } from '../kit/permit.ts'
import type { Intent, StackId, Step } from '../provider.ts'
import { interrupted, LEASE_OVER, stackFailure, Stop } from './stop.ts'
import { Turn } from './turn.ts'

/** What the Stacks that depend on the base have to know of it. */
export interface BaseState {
  readonly trouble: BaseTrouble
  readonly isShrinkHeld: boolean
}

export class Convergence<View, S extends Step> {
  readonly #observed: Observed<View, S>
  readonly #base: BaseState
  readonly #memories = new Map<StackId, Memory>()
  readonly #busy = new Set<StackId>()

  constructor(observed: Observed<View, S>, base: BaseState) {
    this.#observed = observed
    this.#base = base
  }

  async converge(request: ConvergeRequest): Promise<Outcome> {
    const { stack } = request
    if (this.#busy.has(stack)) throw new Error(`two turns at a time for one Stack: ${stack}`)
    this.#busy.add(stack)
    try {
      return await this.#turn(request, this.#memory(stack))
    } finally {
      this.#busy.delete(stack)
    }
  }

  async #turn(request: ConvergeRequest, memory: Memory): Promise<Outcome> {
    const { mirror } = this.#observed
    const [usedBefore, wasDoubtful] = [this.#uses(request.stack), mirror.isInDoubt(request.stack)]
    for (const uid of request.retryNow ?? []) memory.hurry(uid)
    if ((request.retryNow?.size ?? 0) > 0) memory.unsettled = undefined
    for (const uid of request.lastResort ?? []) if (!memory.knows(uid)) memory.lastResort.add(uid)
    const turn = new Turn({ ...this.#observed, memory, trouble: this.#base.trouble, request })
    const stop = await this.#play(turn, request, memory)
    this.#remember(turn, request, memory, stop)
    const view = mirror.sure(request.stack)
    const holders = view === undefined ? undefined : new Set(this.#observed.provider.owners(view).map(({ uid }) => uid))
    const outcome = outcomeOf({ turn, memory, trouble: this.#base.trouble, stop, now: request.now, holders })
    for (const intent of request.intents) if (outcome.served.has(intent.owner.uid)) memory.accept(intent)
    this.#tidy(request, memory, outcome, holders)
    const usedNow = new Set(this.#uses(request.stack))
    const isWaitedFor = this.#base.isShrinkHeld && wasDoubtful && !mirror.isInDoubt(request.stack)
    return isWaitedFor || usedBefore.some((need) => !usedNow.has(need)) ? { ...outcome, baseMayShrink: true } : outcome
  }

  /** The reason why the turn came to no rest; undefined when it did. */
  async #play(turn: Turn<View, S>, { intents, now, stack, signal }: ConvergeRequest, memory: Memory): Promise<Stop | undefined> {
    const { unsettled } = memory
    if (unsettled !== undefined && now < unsettled.until && isDeepStrictEqual(unsettled.intents, intents)) return unsettled.stop
    try {
      await turn.play()
      memory.unsettled = undefined
      return undefined
    } catch (error) {
      if (error instanceof Stop) {
        memory.unsettled = error.reason === 'DoesNotSettle' ? { intents, until: now + error.afterMs, stop: error } : undefined
        return error
      }
      if (signal.aborted) return interrupted('the process ends')
      if (error instanceof NotPermitted) return interrupted(LEASE_OVER)
      if (error instanceof CloudError) return stackFailure(error)
      this.#observed.mirror.doubt(stack)
      throw error
    }
  }

  #remember({ run, isUnderWay }: Turn<View, S>, { stack, intents, now }: ConvergeRequest, memory: Memory, stop: Stop | undefined): void {
    // Where the turn did not settle, suspects stay suspects.
    memory.undecided = stop === undefined ? run.waitingGroups() : [[...new Set([...memory.undecided.flat(), ...run.undecided()])]]
    if (stop === undefined) memory.inFlight = new Set(isUnderWay ? run.waiting.keys() : [])
    if (stop === undefined) memory.backends.settle(intents, now)
    for (const intent of intents) {
      const { uid } = intent.owner
      const problem = run.waiting.has(uid) ? undefined : run.refused.get(uid)
      const wasTried = run.tried.has(uid)
      const isDecided = stop === undefined && !(isUnderWay && run.waiting.has(uid))
      if (problem !== undefined || (wasTried && isDecided)) memory.underTrial.delete(uid)
      else if (wasTried && isUnderWay) memory.underTrial.add(uid)
      if (problem !== undefined) {
        const level = run.levelOf(uid)
        memory.refuse(intent, now, { problem, level, stuck: level >= SHRUNK || this.#isPlaceless(stack, intent) }, wasTried)
      } else if (wasTried && isDecided) memory.forgive(uid)
      if (problem !== undefined || (wasTried && isDecided)) memory.lastResort.delete(uid)
    }
  }

  #isPlaceless(stack: StackId, { owner }: Intent<unknown>): boolean {
    const { mirror, provider } = this.#observed
    const view = mirror.last(stack)
    return view === undefined || provider.status(view, owner).places.length === 0
  }

  /** An empty Stack at rest is forgotten; of those who neither ask nor hold anything nothing is remembered. */
  #tidy({ stack, intents }: ConvergeRequest, memory: Memory, outcome: Outcome, holders: ReadonlySet<string> | undefined): void {
    const isAtRest =
      outcome.stopped === undefined &&
      outcome.againAfterMs === undefined &&
      outcome.held.length === 0 &&
      intents.every(({ owner }) => outcome.served.has(owner.uid))
    if (isAtRest && holders?.size === 0 && intents.every((intent) => 'gone' in intent)) {
      this.#observed.mirror.forget(stack)
      this.#memories.delete(stack)
    } else if (holders !== undefined) memory.keepOnly(new Set([...holders, ...intents.map(({ owner }) => owner.uid)]))
  }

  #uses(stack: StackId): readonly string[] {
    const { mirror, provider } = this.#observed
    const view = mirror.last(stack)
    return view === undefined || provider.base === undefined ? [] : provider.base.uses(view)
  }

  #memory(stack: StackId): Memory {
    const memory = this.#memories.get(stack) ?? new Memory()
    this.#memories.set(stack, memory)
    return memory
  }
}
