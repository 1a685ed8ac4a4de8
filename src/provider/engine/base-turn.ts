/** Brings the base to what the Stacks that depend on it need. It grows when asked, and shrinks only while no Stack that may depend on it is in doubt. */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../model/problem.ts'
import { type Failure, problemOf } from './failure.ts'
import { CloudError } from '../cloud-error.ts'
import type { ConvergeBaseRequest, Outcome } from '../cloud.ts'
import { baseOutcome, type BaseEnd } from './base-outcome.ts'
import type { Observed } from './observed.ts'
import { forecast, lookedFor } from './base-forecast.ts'
import { type BaseTrouble, dependentsOf, noTrouble } from './base-dependents.ts'
import { Memory } from './stack-memory.ts'
import { needsOf } from './base-needs.ts'
import { NotPermitted } from '../kit/permit.ts'
import { stepName } from './plan-text.ts'
import { keepSteps } from './plan-filters.ts'
import type { Base, Need, Plan, StackId, Step } from '../provider.ts'
import { isShrinking } from '../shrinking.ts'
import type { Wait } from './suspects.ts'
import { RefusedSteps } from './refused-steps.ts'
import { Rounds } from './rounds.ts'
import { doesNotSettle, interrupted, LATER_MS, LEASE_OVER, stackFailure, Stop } from './stop.ts'

export class BaseConvergence<View, S extends Step> {
  readonly #observed: Observed<View, S>
  readonly #base: Base<unknown, View, S>
  readonly #memory = new Memory()
  readonly #refusedSteps = new RefusedSteps<S>()
  #granted: readonly Need[] = []
  #unsettled: { readonly asked: unknown; readonly until: number; readonly stop: Stop } | undefined
  #trouble: BaseTrouble = noTrouble
  #isShrinkHeld = false

  constructor(observed: Observed<View, S>, base: Base<unknown, View, S>) {
    this.#observed = observed
    this.#base = base
  }

  /** How the last turn ended for those who depend on the base. */
  get trouble(): BaseTrouble {
    return this.#trouble
  }

  /** Whether something is kept only because a Stack was in doubt. */
  get isShrinkHeld(): boolean {
    return this.#isShrinkHeld
  }

  async converge(asking: ConvergeBaseRequest): Promise<Outcome> {
    const request = { ...asking, wants: await this.#withoutRefused(asking) }
    const { mirror } = this.#observed
    const wasInDoubt = mirror.isInDoubt(this.#base.stack)
    const isDoubtful = [...mirror.doubted()].some((stack) => stack !== this.#base.stack)
    const asked = needsOf(request.wants, this.#base, this.#observed, [])
    const needs = isDoubtful ? needsOf(request.wants, this.#base, this.#observed, this.#granted) : asked
    if (needs.length === 0 && mirror.last(this.#base.stack) === undefined && !mirror.isInDoubt(this.#base.stack)) return nothingToDo
    this.#granted = needs
    if ((request.retryNow?.size ?? 0) > 0) {
      this.#refusedSteps.hurry()
      this.#unsettled = undefined
    }
    const turn = new BaseTurn(this.#observed, this.#base, { request, needs, memory: this.#memory, refusedSteps: this.#refusedSteps, mayShrink: !isDoubtful })
    const stop = await this.#play(turn, request, needs)
    if (stop === undefined) this.#refusedSteps.keepOnly(turn.wanted)
    const { applied, held, refused, waiting, looks, missing } = turn
    const isShrinkHeld = turn.isShrinkHeld || needs.length > asked.length
    this.#isShrinkHeld = isShrinkHeld
    const { wants, now } = request
    const view = mirror.last(this.#base.stack)
    const dueAt = this.#refusedSteps.dueAt()
    const end: BaseEnd<View> = { base: this.#base, wants, needs, now, view, refused, waiting, missing, applied, held, looks, isShrinkHeld, stop, dueAt }
    const { outcome, trouble } = baseOutcome(end)
    this.#trouble = trouble
    // One that the inventory lists though no Stack needs it stays known, so that the first that does need not ask. One that it leaves out falls in doubt, and goes here.
    if (needs.length === 0 && stop === undefined && turn.wanted.size === 0 && wasInDoubt) mirror.forget(this.#base.stack)
    return outcome
  }

  /** Who is refused anyway needs nothing of the base, as far as the Stacks are known. */
  async #withoutRefused({ wants, signal }: ConvergeBaseRequest): Promise<ConvergeBaseRequest['wants']> {
    const { provider, view } = this.#observed
    // Where the base cannot be read, the turn says so.
    const needsBase = wants.some(({ want }) => this.#base.needs(want).length > 0)
    const baseView = !needsBase ? undefined : await view(this.#base.stack, signal).catch(() => undefined)
    if (baseView === undefined) return wants
    const stacks = Map.groupBy(wants, ({ owner, want }) => provider.stackOf(owner, want))
    const out = new Set([...stacks].flatMap(([stack, members]) => this.#needless(stack, members, baseView)))
    return out.size === 0 ? wants : wants.filter(({ owner }) => !out.has(owner.uid))
  }

  /** Uids of those in a Stack who lack something and are refused, or of whom that is not known before something is read. */
  #needless(stack: StackId, members: ConvergeBaseRequest['wants'], baseView: View): readonly string[] {
    const known = this.#observed.mirror.last(stack)
    if (known === undefined) return []
    const intents = members.map((want) => ({ ...want, published: [] }))
    const { lacking } = dependentsOf(intents, this.#base, baseView)
    const seen = forecast(this.#observed, this.#base, { intents, of: new Set(lacking.keys()), view: known, baseView })
    // What was granted before is not taken away while it is read again.
    const granted = new Set(this.#granted.flatMap(({ owners }) => owners.map(({ uid }) => uid)))
    return [...seen.refused.keys(), ...[...lookedFor(seen)].filter((uid) => !granted.has(uid))]
  }

  async #play(turn: BaseTurn<View, S>, { signal, now, nodes }: ConvergeBaseRequest, needs: readonly Need[]): Promise<Stop | undefined> {
    const asked = { needs, nodes }
    if (this.#unsettled !== undefined && now < this.#unsettled.until && isDeepStrictEqual(this.#unsettled.asked, asked)) return this.#unsettled.stop
    try {
      await turn.play()
      this.#unsettled = undefined
      return undefined
    } catch (error) {
      if (error instanceof Stop) {
        this.#unsettled = error.reason === 'DoesNotSettle' ? { asked, until: now + error.afterMs, stop: error } : undefined
        return error
      }
      if (signal.aborted) return interrupted('the process ends')
      if (error instanceof NotPermitted) return interrupted(LEASE_OVER)
      if (error instanceof CloudError) return stackFailure(error)
      this.#observed.mirror.doubt(this.#base.stack)
      throw error
    }
  }
}

const nothingToDo: Outcome = { served: new Set(), refused: new Map(), waiting: new Map(), applied: [], held: [] }

interface BaseTurnContext<S extends Step> {
  readonly request: ConvergeBaseRequest
  readonly needs: readonly Need[]
  readonly memory: Memory
  readonly refusedSteps: RefusedSteps<S>
  readonly mayShrink: boolean
}

class BaseTurn<View, S extends Step> {
  readonly applied: S[] = []
  /** By uid. */
  readonly refused = new Map<string, Problem>()
  readonly waiting = new Map<string, Wait>()
  held: readonly S[] = []
  /** Why steps of the last plan that would make something are left out. */
  missing: readonly Problem[] = []
  /** When to check again what had to wait, whether or not an owner waits for it; in milliseconds. */
  readonly looks: number[] = []
  /** Names of the steps of the last plan, those that were left out included. */
  wanted: ReadonlySet<string> = new Set()
  /** Deletions that wait until no Stack is in doubt. */
  isShrinkHeld = false
  readonly #observed: Observed<View, S>
  readonly #base: Base<unknown, View, S>
  readonly #context: BaseTurnContext<S>
  /** Names of steps that have to wait. */
  readonly #postponed = new Set<string>()
  /** Names of steps that only take away and failed once: closing and leaving wait for nothing, so that they are tried again at once. */
  readonly #closing = new Set<string>()

  constructor(observed: Observed<View, S>, base: Base<unknown, View, S>, context: BaseTurnContext<S>) {
    this.#observed = observed
    this.#base = base
    this.#context = context
  }

  async play(): Promise<void> {
    const { request, memory } = this.#context
    const onApplied = (step: S): void => void this.applied.push(step)
    const rounds = new Rounds({ observed: this.#observed, memory, stage: { ...request, stack: this.#base.stack }, onApplied })
    const onRepeated = (): never => {
      throw doesNotSettle()
    }
    for (;;) {
      const failures = await rounds.run({ base: async () => undefined, plan: (view) => this.#plan(view), onRepeated })
      if (failures.length > 0) this.#judge(failures)
      else {
        for (const failure of rounds.awaited) this.#awaitLater(failure)
        return
      }
    }
  }

  #judge(failures: readonly Failure[]): void {
    const { now } = this.#context.request
    for (const { step, error } of failures) {
      if (error.blames?.length === 0) throw stackFailure(error, step)
      if (isShrinking(step) && !this.#closing.has(stepName(step))) {
        this.#closing.add(stepName(step))
        continue
      }
      if (error.consequence === 'refused') this.#context.refusedSteps.add(step as S, problemOf({ step, error }, this.#observed.provider.calledAs), now)
      else this.#awaitLater({ step, error })
    }
  }

  #awaitLater({ step, error: { reason, publicMessage: because, afterMs = LATER_MS } }: Pick<Failure, 'step' | 'error'>): void {
    const wait: Wait = { reason, because, afterMs }
    this.#postponed.add(stepName(step))
    this.looks.push(wait.afterMs)
    for (const uid of this.#whoNeeds(step)) this.waiting.set(uid, wait)
  }

  /** The plan without what may not or need not be tried now, and without what follows from it. */
  #plan(view: View): Plan<S> {
    const { needs, request, refusedSteps, mayShrink } = this.#context
    const whole = this.#base.plan(needs, request.nodes, view)
    const barred = new Set<string>()
    const missing: Problem[] = []
    const open = keepSteps(whole, (step) => {
      const problem = refusedSteps.standing(step, request.now)
      const isHeldBack = !mayShrink && isShrinking(step) && (step.takesFrom ?? []).length === 0
      if (isHeldBack) this.isShrinkHeld = true
      if (problem !== undefined) for (const uid of this.#whoNeeds(step)) this.refused.set(uid, problem)
      if (problem !== undefined && !isShrinking(step)) missing.push(problem)
      const isOut = isHeldBack || problem !== undefined || this.#postponed.has(stepName(step)) || step.serves.some(({ uid }) => barred.has(uid))
      if (isOut) for (const { uid } of step.serves) barred.add(uid)
      return !isOut
    })
    this.missing = missing
    const filtered = (request.filter?.(open) ?? open) as Plan<S>
    const kept = new Set(filtered.stages.flat())
    this.held = open.stages.flat().filter((step) => !kept.has(step))
    this.wanted = new Set(whole.stages.flat().map(stepName))
    for (const { owner, problem } of whole.refused) this.refused.set(owner.uid, problem)
    for (const { owner, because, afterMs } of whole.waiting) this.waiting.set(owner.uid, { reason: 'Waiting', because, afterMs })
    return filtered
  }

  /** A step without owners is for all. */
  #whoNeeds({ serves }: Step): readonly string[] {
    const owners = serves.length > 0 ? serves : this.#context.needs.flatMap((need) => need.owners)
    return owners.map(({ uid }) => uid)
  }
}
