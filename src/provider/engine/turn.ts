/**
 * One turn of one Stack: plans and applies until nothing is left to plan, and finds out whose fault a refusal is by letting a half of the suspects stand
 * apart. What it remembers afterwards, and what it answers, is decided elsewhere.
 */
import type { Problem } from '../../model/problem.ts'
import type { Failure } from './failure.ts'
import { CloudError } from '../cloud-error.ts'
import type { ConvergeRequest } from '../cloud.ts'
import type { Observed } from './observed.ts'
import { type Forecast, forecast, lookedFor } from './base-forecast.ts'
import { type BaseTrouble, isTroubleKnown, type Lack, dependentsOf } from './base-dependents.ts'
import type { Memory } from './stack-memory.ts'
import { narrowed } from './narrow.ts'
import { stepName } from './plan-text.ts'
import { keepSteps } from './plan-filters.ts'
import type { Desired, Intent, Plan, Step } from '../provider.ts'
import { isShrinking } from '../shrinking.ts'
import { withRefusedPorts } from './refused-ports.ts'
import { Rounds } from './rounds.ts'
import { StandingRefusals } from './standing-refusals.ts'
import { Suspects } from './suspects.ts'
import { doesNotSettle, Stop } from './stop.ts'

export interface TurnContext<View, S extends Step> extends Observed<View, S> {
  readonly memory: Memory
  readonly trouble: BaseTrouble
  readonly request: ConvergeRequest
}

/** Plans that one turn may fail to make: each costs time in which this process does nothing else. */
const MOST_FAULTS = 500

const NOTHING_SEEN: Forecast<never> = { refused: new Map(), looks: [] }

export class Turn<View, S extends Step> {
  readonly run: Suspects
  readonly applied: S[] = []
  /** What the last plan said that is no step, and what a filter held back of it. */
  plan: Plan<S> | undefined
  held: readonly S[] = []
  lacking: ReadonlyMap<string, Lack> = new Map()
  readonly #context: TurnContext<View, S>
  readonly #rounds: Rounds<View, S>
  readonly #standing = new StandingRefusals()
  /** Plans that could not be made in this turn. */
  #faults = 0

  constructor(context: TurnContext<View, S>) {
    this.#context = context
    const { provider } = context
    const narrow = (accepted: Desired<unknown>, asked: Desired<unknown>): Desired<unknown> | undefined => {
      const fallback = narrowed(accepted, asked)
      return fallback === undefined ? undefined : (provider.narrow?.(fallback, asked) ?? fallback)
    }
    this.run = new Suspects(context.request.intents, { memory: context.memory, narrow, calledAs: provider.calledAs })
    const { memory, request } = context
    const onApplied = (step: S): void => {
      this.applied.push(step)
      if ((step.takesFrom?.length ?? 0) > 0) memory.backends.freed()
    }
    this.#rounds = new Rounds({ observed: context, memory, stage: request, onApplied })
  }

  /** Where the Stack cannot go on, what closes and leaves is still carried out. Throws a Stop. */
  async play(): Promise<void> {
    try {
      await this.#converge()
    } catch (error) {
      if (error instanceof Stop && error.reason !== 'Interrupted') await this.#close(error)
      throw error
    }
  }

  /** All together; then earlier suspects, group after group; then refused requests that are due, each alone. */
  async #converge(): Promise<void> {
    const { run } = this
    const groups = run.suspects()
    run.setApart(groups.flat())
    await this.#settle()
    for (const [i, group] of groups.entries()) {
      const others = groups.slice(i + 1)
      if (run.isSpent) run.postpone(group)
      else if (this.isUnderWay) run.leaveApart(group)
      else {
        run.letInLast(group, others.flat())
        await this.#settle()
      }
    }
    if (!this.isUnderWay) await this.#retry()
    if (run.postponed.size > 0) await this.#settle()
  }

  async #retry(): Promise<void> {
    const { run } = this
    for (const uid of run.retries(this.#context.request.now, this.#hasFreed())) {
      if (run.isSpent || this.isUnderWay) return
      run.retry(uid)
      await this.#settle()
    }
  }

  /** Whether something that was begun is not over: who came to rest meanwhile is not cleared by that. */
  get isUnderWay(): boolean {
    return this.#rounds.isUnderWay
  }

  get needsBase(): boolean {
    return [...this.lacking].some(([uid, lack]) => !isTroubleKnown(uid, lack, this.#context.trouble))
  }

  /** What is left to do, by the last view known; undefined where there is none. */
  remaining(): readonly S[] | undefined {
    const { provider, mirror, request } = this.#context
    const view = mirror.last(request.stack)
    if (view === undefined || (this.plan === undefined && mirror.isInDoubt(request.stack))) return undefined
    try {
      return this.#planOn(view, provider.base === undefined ? undefined : mirror.last(provider.base.stack)).stages.flat()
    } catch {
      return undefined
    }
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
      else if (this.isUnderWay) run.leaveApart(second)
      else run.letIn(second, first)
    }
  }

  /** Until nothing is left to plan but what has to wait, or something fails whose fault has to be found. */
  async #apply(): Promise<readonly Failure[]> {
    const failures = await this.#rounds.run({
      base: () => this.#base(),
      plan: (view, base) => this.#tryToPlan(view, base),
      onRepeated: (plan) => this.#repetition(plan),
    })
    this.run.await(this.#rounds.awaited)
    return failures
  }

  /** A fault of the planner at one Service of several is that Service's own: the others go on. */
  #tryToPlan(view: View, base: View | undefined): Plan<S> | readonly Failure[] {
    const { request, log } = this.#context
    try {
      return this.#planOn(view, base)
    } catch (error) {
      const owners = this.run.allowed().map(({ owner }) => owner)
      if (owners.length === 0) throw error
      if (this.#faults === 0) log.error('a plan could not be made: a fault of Fairlead, please report it', { stack: request.stack, error })
      // Finding out at which Service it is takes fewer.
      if (++this.#faults > MOST_FAULTS) throw doesNotSettle()
      return [faultOf({ verb: 'read', kind: 'plan', key: request.stack, serves: owners, why: 'it could not be made' }, error)]
    }
  }

  #repetition({ stages }: Plan<S>): Failure {
    const [first] = stages.flat()
    if (this.run.allowed().length < 2 || first === undefined) throw doesNotSettle()
    const serves = new Map(stages.flat().flatMap((step) => step.serves.map((owner) => [owner.uid, owner] as const)))
    if (serves.size === 0) throw doesNotSettle()
    return faultOf({ ...first, serves: [...serves.values()] }, undefined)
  }

  /** What closes and leaves, in a Stack that cannot go on: without the step that failed, and each step once. */
  async #close({ step }: Stop): Promise<void> {
    const { mirror, request, provider } = this.#context
    const tried = new Set(step === undefined ? [] : [stepName(step)])
    const inTheWay = new Set(step?.serves.map(({ uid }) => uid))
    const baseView = provider.base === undefined ? undefined : mirror.last(provider.base.stack)
    const planned = (view: View): Plan<S> =>
      keepSteps(
        this.#filtered(provider.plan(this.#unlessKept(this.#withoutRefused(this.run.closing(inTheWay))), view, baseView)),
        (one) => !tried.has(stepName(one)),
      )
    try {
      for (;;) {
        const known = mirror.last(request.stack)
        // A Stack in doubt is observed only where there is something to close.
        if (known === undefined || planned(known).stages.length === 0) return
        const plan = planned(await this.#context.view(request.stack, request.signal))
        if (plan.stages.length === 0) return
        for (const one of plan.stages.flat()) tried.add(stepName(one))
        for (const stage of plan.stages) await this.#rounds.once(stage, baseView)
      }
    } catch {
      // The turn has ended already, for a reason that is reported.
    } finally {
      // What was closed says nothing about the step that failed.
      const view = mirror.last(request.stack)
      if (step !== undefined) this.#context.memory.keepCount(stepName(step), view)
    }
  }

  #withoutRefused(intents: readonly Intent<unknown>[]): readonly Intent<unknown>[] {
    const { memory, request } = this.#context
    return memory.backends.size === 0 ? intents : intents.map((intent) => memory.backends.without(intent, request.now))
  }

  /** Who is not mentioned keeps all it has. */
  #unlessKept(intents: readonly Intent<unknown>[]): readonly Intent<unknown>[] {
    return this.#context.request.filter?.keepsGone === true ? intents.filter((intent) => !('gone' in intent)) : intents
  }

  /** What a policy does not take from those who are gone. */
  #keptFromGone(intents: readonly Intent<unknown>[], view: View, baseView: View | undefined): readonly S[] {
    const gone = new Set(intents.flatMap((intent) => ('gone' in intent ? [intent.owner.uid] : [])))
    if (gone.size === 0 || this.#context.request.filter?.keepsGone !== true) return []
    const steps = this.#context.provider.plan(intents, view, baseView).stages.flat()
    return steps.flatMap((step) => {
      const serves = step.serves.filter(({ uid }) => gone.has(uid))
      return serves.length === 0 || step.verb === 'read' ? [] : [{ ...step, serves }]
    })
  }

  #filtered(plan: Plan<S>): Plan<S> {
    return (this.#context.request.filter?.(plan) ?? plan) as Plan<S>
  }

  #planOn(view: View, baseView: View | undefined): Plan<S> {
    const { provider } = this.#context
    const { base } = provider
    this.#standing.note(
      [...this.run.waiting.keys()].filter((uid) => !this.run.isIntended(uid)),
      this.plan,
    )
    const allowed = this.#standing.without(this.#withoutRefused(this.run.allowed()))
    const dependents =
      base === undefined || baseView === undefined ? { intents: allowed, lacking: new Map<string, Lack>() } : dependentsOf(allowed, base, baseView)
    const seen =
      base === undefined || baseView === undefined
        ? NOTHING_SEEN
        : forecast(this.#context, base, { intents: allowed, of: new Set(dependents.lacking.keys()), view, baseView })
    const planned = withRefusedPorts(provider.plan(this.#unlessKept(dependents.intents), view, baseView), dependents.intents)
    const plan = this.#standing.addedTo(withForecast(planned, seen))
    const filtered = this.#filtered(plan)
    const kept = new Set(filtered.stages.flat())
    this.plan = plan
    this.held = [...plan.stages.flat().filter((step) => !kept.has(step)), ...this.#keptFromGone(dependents.intents, view, baseView)]
    const looked = lookedFor(seen)
    this.lacking = new Map([...dependents.lacking].filter(([uid]) => !seen.refused.has(uid) && !looked.has(uid)))
    return filtered
  }

  /** The view of the base, where this Stack depends on it. */
  async #base(): Promise<View | undefined> {
    const { provider, request, view } = this.#context
    const { base } = provider
    if (base === undefined) return undefined
    const needsBase = request.intents.some((intent) => 'want' in intent && base.needs(intent.want).length > 0)
    const uses = needsBase || base.uses(await view(request.stack, request.signal)).length > 0
    return uses ? view(base.stack, request.signal) : undefined
  }

  /** Whether this turn deleted something, so that a request refused before may fit now. */
  #hasFreed(): boolean {
    const leaving = new Set(this.run.intents.flatMap((intent) => ('gone' in intent ? [intent.owner.uid] : [])))
    return this.applied.some(
      // What is taken from no owner was made for one that is refused: that it goes leaves no more room than there was.
      (step) => (step.takesFrom?.length ?? Number(isShrinking(step))) > 0 || step.serves.some(({ uid }) => leaving.has(uid) || this.#hasShrunk(uid)),
    )
  }

  #hasShrunk(uid: string): boolean {
    const before = this.#context.memory.accepted(uid)
    const intent = this.run.intentOf(uid)
    if (before === undefined || intent === undefined || !('want' in intent)) return false
    const kept = new Set(intent.want.settings.listeners.map(({ key }) => key))
    return before.settings.listeners.some(({ key }) => !kept.has(key))
  }
}

/** Who is refused anyway has no base made, and what decides whether one is served is read before it. */
function withForecast<S extends Step>(plan: Plan<S>, { refused, looks }: Forecast<S>): Plan<S> {
  if (refused.size === 0 && looks.length === 0) return plan
  const known = new Set(plan.stages.flat().map(stepName))
  const first = looks.filter((step) => !known.has(stepName(step)))
  return { ...plan, stages: first.length === 0 ? plan.stages : [first, ...plan.stages], refused: [...plan.refused, ...refused.values()] }
}

function faultOf(step: Step, cause: unknown): Failure {
  const problem: Problem = {
    reason: 'DoesNotSettle',
    field: 'Fairlead',
    wrong: 'made a mistake in planning this Service',
    remedy: 'This is a fault of Fairlead, not of the Service. Please report it with the log of the controller.',
  }
  return { step, problem, error: new CloudError('refused', { reason: 'DoesNotSettle', publicMessage: 'a plan could not be made', cause }) }
}
