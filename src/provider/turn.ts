/**
 * One turn of one Stack: plans and applies until nothing is left to plan, and finds out whose fault a refusal is by letting a half of the suspects stand
 * apart. What it remembers afterwards, and what it answers, is decided elsewhere.
 */
import type { Failure } from './blame.ts'
import type { ConvergeRequest } from './cloud.ts'
import type { Knowledge } from './knowledge.ts'
import { type BaseTrouble, isTroubleKnown, type Lack, lean } from './lean.ts'
import type { Memory } from './memory.ts'
import { planText } from './plan-text.ts'
import { repetitionIn } from './repetition.ts'
import type { Plan, Step } from './provider.ts'
import { Run } from './run.ts'
import { runStage } from './stage.ts'
import { doesNotSettle } from './stop.ts'

export interface TurnContext<View, S extends Step> extends Knowledge<View, S> {
  readonly memory: Memory
  readonly trouble: BaseTrouble
  readonly request: ConvergeRequest
}

export class Turn<View, S extends Step> {
  readonly run: Run
  readonly applied: S[] = []
  /** What the last plan said that is no step, and what a filter held back of it. */
  plan: Plan<S> | undefined
  held: readonly S[] = []
  lacking: ReadonlyMap<string, Lack> = new Map()
  readonly #context: TurnContext<View, S>

  constructor(context: TurnContext<View, S>) {
    this.#context = context
    this.run = new Run(context.request.intents, context.memory)
  }

  /** All together; then who was under suspicion before; then refused wishes that are due, each alone. */
  async play(): Promise<void> {
    const { run } = this
    const suspects = run.suspects()
    run.setApart(suspects)
    await this.#settle()
    if (suspects.length > 0 && run.isSpent) run.postpone(suspects)
    else if (suspects.length > 0) {
      run.letInLast(suspects)
      await this.#settle()
    }
    for (const uid of run.retries(this.#context.request.now, this.#hasFreed())) {
      if (run.isSpent) return
      run.retry(uid)
      await this.#settle()
    }
  }

  get needsBase(): boolean {
    return [...this.lacking].some(([uid, lack]) => !isTroubleKnown(uid, lack, this.#context.trouble))
  }

  /** What is left to do, by the last view known; undefined where there is none. */
  remaining(): readonly S[] | undefined {
    const { provider, mirror, request } = this.#context
    const view = mirror.last(request.stack)
    if (view === undefined || (this.plan === undefined && mirror.isInDoubt(request.stack))) return undefined
    return this.#planOn(view, provider.base === undefined ? undefined : mirror.last(provider.base.stack)).stages.flat()
  }

  async #settle(): Promise<void> {
    const { run } = this
    for (;;) {
      const failures = await this.#apply()
      if (failures.length === 0) return
      const suspects = run.judge(failures)
      if (suspects.length === 0) continue
      const half = Math.ceil(suspects.length / 2)
      const [first, second] = [suspects.slice(0, half), suspects.slice(half)]
      run.setApart(second)
      await this.#settle()
      if (run.isSpent) run.postpone(second)
      else run.letIn(second, first)
    }
  }

  async #apply(): Promise<readonly Failure[]> {
    const { request, log } = this.#context
    const done: Plan<S>[] = []
    for (;;) {
      const base = await this.#base()
      const plan = this.#planOn(await this.#context.view(request.stack, request.signal), base)
      if (plan.stages.length === 0) return []
      const repeated = repetitionIn(plan, done)
      if (repeated !== undefined) {
        const [before, again] = [repeated, plan].map(planText)
        log.error('a plan does not settle', { stack: request.stack, before, again })
        throw doesNotSettle()
      }
      done.push(plan)
      const failures = await this.#applyStages(plan, base)
      if (failures.length > 0) return failures
    }
  }

  async #applyStages({ stages }: Plan<S>, base: View | undefined): Promise<readonly Failure[]> {
    const { request, ...context } = this.#context
    for (const stage of stages) {
      const failures = await runStage({ ...context, ...request, base, onApplied: (step) => this.applied.push(step) }, stage)
      if (failures.length > 0) return failures
    }
    return []
  }

  #planOn(view: View, baseView: View | undefined): Plan<S> {
    const { provider, request } = this.#context
    const { base } = provider
    const allowed = this.run.allowed()
    const leaning = base === undefined || baseView === undefined ? { intents: allowed, lacking: new Map<string, Lack>() } : lean(allowed, base, baseView)
    const plan = provider.plan(leaning.intents, view, baseView)
    const filtered = (request.filter?.(plan) ?? plan) as Plan<S>
    const kept = new Set(filtered.stages.flat())
    this.plan = plan
    this.held = plan.stages.flat().filter((step) => !kept.has(step))
    this.lacking = leaning.lacking
    return filtered
  }

  /** The view of the base, where this Stack leans on it. */
  async #base(): Promise<View | undefined> {
    const { provider, request, view } = this.#context
    const { base } = provider
    if (base === undefined) return undefined
    const leans = request.intents.some((intent) => 'want' in intent && base.needs(intent.want).length > 0)
    const uses = leans || base.uses(await view(request.stack, request.signal)).length > 0
    return uses ? view(base.stack, request.signal) : undefined
  }

  /** Whether this turn took something away, so that a wish refused before may fit now. */
  #hasFreed(): boolean {
    const leaving = new Set(this.run.intents.flatMap((intent) => ('gone' in intent ? [intent.owner.uid] : [])))
    return this.applied.some(({ verb, serves }) => verb === 'delete' || serves.some(({ uid }) => leaving.has(uid) || this.#hasShrunk(uid)))
  }

  #hasShrunk(uid: string): boolean {
    const before = this.#context.memory.accepted(uid)
    const intent = this.run.intentOf(uid)
    if (before === undefined || intent === undefined || !('want' in intent)) return false
    const kept = new Set(intent.want.settings.listeners.map(({ key }) => key))
    return before.settings.listeners.some(({ key }) => !kept.has(key))
  }
}
