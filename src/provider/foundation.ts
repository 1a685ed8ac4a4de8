/** Brings the base to what the Stacks that lean on it need. It grows when asked, and shrinks only while nobody who may lean on it is in doubt. */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../model/problem.ts'
import { type Failure, problemOf } from './blame.ts'
import { CloudError } from './cloud-error.ts'
import type { ConvergeBaseRequest, Outcome } from './cloud.ts'
import { baseOutcome, type BaseEnd } from './foundation-outcome.ts'
import type { Knowledge } from './knowledge.ts'
import { type BaseTrouble, noTrouble } from './lean.ts'
import { Memory } from './memory.ts'
import { needsOf } from './needs.ts'
import { planText, stepName } from './plan-text.ts'
import { keepSteps } from './policy.ts'
import type { Base, Need, Plan, Step } from './provider.ts'
import type { Wait } from './run.ts'
import { repetitionIn } from './repetition.ts'
import { RefusedSteps } from './refused-steps.ts'
import { runStage } from './stage.ts'
import { doesNotSettle, interrupted, LATER_MS, nobodysFault, Stop } from './stop.ts'

export class Foundation<View, S extends Step> {
  readonly #knowledge: Knowledge<View, S>
  readonly #base: Base<unknown, View, S>
  readonly #memory = new Memory()
  readonly #refusedSteps = new RefusedSteps<S>()
  #granted: readonly Need[] = []
  #unsettled: { readonly asked: unknown; readonly until: number; readonly stop: Stop } | undefined
  #trouble: BaseTrouble = noTrouble
  #isShrinkHeld = false

  constructor(knowledge: Knowledge<View, S>, base: Base<unknown, View, S>) {
    this.#knowledge = knowledge
    this.#base = base
  }

  /** How the last turn ended for those who lean on the base. */
  get trouble(): BaseTrouble {
    return this.#trouble
  }

  /** Whether something is kept only because a Stack was in doubt. */
  get isShrinkHeld(): boolean {
    return this.#isShrinkHeld
  }

  async converge(request: ConvergeBaseRequest): Promise<Outcome> {
    const { mirror } = this.#knowledge
    const wasInDoubt = mirror.isInDoubt(this.#base.stack)
    const isDoubtful = [...mirror.doubted()].some((stack) => stack !== this.#base.stack)
    const asked = needsOf(request.wants, this.#base, this.#knowledge, [])
    const needs = isDoubtful ? needsOf(request.wants, this.#base, this.#knowledge, this.#granted) : asked
    if (needs.length === 0 && mirror.last(this.#base.stack) === undefined && !mirror.isInDoubt(this.#base.stack)) return nothingToDo
    this.#granted = needs
    const turn = new BaseTurn(this.#knowledge, this.#base, { request, needs, memory: this.#memory, refusedSteps: this.#refusedSteps, mayShrink: !isDoubtful })
    const stop = await this.#play(turn, request, needs)
    if (stop === undefined) this.#refusedSteps.keepOnly(turn.wanted)
    const { applied, held, refused, waiting, looks } = turn
    const isShrinkHeld = turn.isShrinkHeld || needs.length > asked.length
    this.#isShrinkHeld = isShrinkHeld
    const { wants, now } = request
    const view = mirror.last(this.#base.stack)
    const dueAt = Math.min(this.#refusedSteps.dueAt() ?? Number.POSITIVE_INFINITY, now + turn.laterMs)
    const end: BaseEnd<View> = { base: this.#base, wants, needs, now, view, refused, waiting, applied, held, looks, isShrinkHeld, stop, dueAt }
    const { outcome, trouble } = baseOutcome(end)
    this.#trouble = trouble
    // One that the inventory lists though nobody needs it stays known, so that the first who does has not to ask. One that it leaves out falls in doubt, and goes here.
    if (needs.length === 0 && stop === undefined && turn.wanted.size === 0 && wasInDoubt) mirror.forget(this.#base.stack)
    return outcome
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
      if (error instanceof CloudError) return nobodysFault(error)
      this.#knowledge.mirror.doubt(this.#base.stack)
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
  /** When to look again at what had to wait, whether or not somebody waits for it; in milliseconds. */
  readonly looks: number[] = []
  /** Names of the steps of the last plan, those that were left out included. */
  wanted: ReadonlySet<string> = new Set()
  /** Deletions that rest until nobody is in doubt. */
  isShrinkHeld = false
  /** When a step that has to wait may be tried again, whoever needs it: a deletion has nobody who does. */
  laterMs = Number.POSITIVE_INFINITY
  readonly #knowledge: Knowledge<View, S>
  readonly #base: Base<unknown, View, S>
  readonly #context: BaseTurnContext<S>
  /** Names of steps that have to wait. */
  readonly #postponed = new Set<string>()

  constructor(knowledge: Knowledge<View, S>, base: Base<unknown, View, S>, context: BaseTurnContext<S>) {
    this.#knowledge = knowledge
    this.#base = base
    this.#context = context
  }

  async play(): Promise<void> {
    const done: Plan<S>[] = []
    for (;;) {
      const plan = this.#plan(await this.#knowledge.view(this.#base.stack, this.#context.request.signal))
      if (plan.stages.length === 0) return
      const repeated = repetitionIn(plan, done)
      if (repeated !== undefined) {
        const [before, again] = [repeated, plan].map(planText)
        this.#knowledge.log.error('a plan does not settle', { stack: this.#base.stack, before, again })
        throw doesNotSettle()
      }
      const applied: S[] = []
      done.push({ ...plan, stages: [applied] })
      await this.#applyStages(plan, (step) => applied.push(step))
    }
  }

  async #applyStages(plan: Plan<S>, onApplied: (step: S) => void): Promise<void> {
    const { request, memory } = this.#context
    const context = {
      ...this.#knowledge,
      ...request,
      memory,
      stack: this.#base.stack,
      base: undefined,
      onApplied: (step: S) => {
        this.applied.push(step)
        onApplied(step)
      },
    }
    for (const stage of plan.stages) {
      const failures = await runStage(context, stage)
      this.#judge(failures, stage)
      if (failures.length > 0) return
    }
  }

  #judge(failures: readonly Failure[], stage: readonly S[]): void {
    const { now } = this.#context.request
    for (const { step, error } of failures) {
      if (error.blames?.length === 0) throw nobodysFault(error)
      const own = stage.find((candidate) => candidate === step)
      if (error.consequence === 'refused' && own !== undefined) this.#context.refusedSteps.add(own, problemOf({ step, error }), now)
      else this.#makeWait(step, { reason: error.reason, because: error.publicMessage, afterMs: error.afterMs ?? LATER_MS })
    }
  }

  #makeWait(step: Step, wait: Wait): void {
    this.#postponed.add(stepName(step))
    this.looks.push(wait.afterMs)
    this.laterMs = Math.min(this.laterMs, wait.afterMs)
    for (const uid of this.#whoNeeds(step)) this.waiting.set(uid, wait)
  }

  /** The plan without what may not or need not be tried now, and without what follows from it. */
  #plan(view: View): Plan<S> {
    const { needs, request, refusedSteps, mayShrink } = this.#context
    const whole = this.#base.plan(needs, request.nodes, view)
    const barred = new Set<string>()
    const open = keepSteps(whole, (step) => {
      const problem = refusedSteps.standing(step, request.now)
      const isHeldBack = !mayShrink && step.verb === 'delete'
      if (isHeldBack) this.isShrinkHeld = true
      if (problem !== undefined) for (const uid of this.#whoNeeds(step)) this.refused.set(uid, problem)
      const isOut = isHeldBack || problem !== undefined || this.#postponed.has(stepName(step)) || step.serves.some(({ uid }) => barred.has(uid))
      if (isOut) for (const { uid } of step.serves) barred.add(uid)
      return !isOut
    })
    const filtered = (request.filter?.(open) ?? open) as Plan<S>
    const kept = new Set(filtered.stages.flat())
    this.held = open.stages.flat().filter((step) => !kept.has(step))
    this.wanted = new Set(whole.stages.flat().map(stepName))
    for (const { owner, problem } of whole.refused) this.refused.set(owner.uid, problem)
    for (const { owner, because, afterMs } of whole.waiting) this.waiting.set(owner.uid, { reason: 'Waiting', because, afterMs })
    return filtered
  }

  /** A step that names nobody is for everybody. */
  #whoNeeds({ serves }: Step): readonly string[] {
    const owners = serves.length > 0 ? serves : this.#context.needs.flatMap((need) => need.owners)
    return owners.map(({ uid }) => uid)
  }
}
