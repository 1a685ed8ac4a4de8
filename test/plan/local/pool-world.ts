/** A local Stack on paper: plans, and folds each step as if it had succeeded. Panics when a plan is not what the contract says a plan is. */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { ownerName } from '../../../src/model/owner.ts'
import { problemText } from '../../../src/model/problem.ts'
import { placeText } from '../../../src/model/status.ts'
import type { Desired, Intent, Plan } from '../../../src/provider/provider.ts'
import { EMPTY_VIEW, type LocalView, withoutPart, withPart } from '../../../providers/local/parts.ts'
import { type Planner, planner, type PlannerOptions } from '../../../providers/local/plan.ts'
import { parsePools } from '../../../providers/local/config.ts'
import { status } from '../../../providers/local/status.ts'
import type { LocalStep } from '../../../providers/local/steps.ts'
import { at, owner } from '../../contract/wish.ts'

const MOST_PLANS = 6

export interface Reported {
  readonly want?: Desired<never>
  readonly follow?: Desired<never>['backends']
  readonly gone?: true
  readonly published?: readonly string[]
  readonly lingering?: readonly string[]
  /** Later letters are younger. */
  readonly age?: string
  readonly namespace?: string
}

export class PoolWorld {
  view: LocalView
  readonly #plan: Planner
  readonly #options: PlannerOptions

  constructor(pools: readonly string[] = ['127.0.10.0/29'], { lowestPort = 1, ...options }: Partial<PlannerOptions & { readonly lowestPort: number }> = {}) {
    this.#options = { pools: parsePools(pools), portOffset: 0, kubeProxy: true, ...options }
    this.view = { ...EMPTY_VIEW, machine: { ...EMPTY_VIEW.machine, lowestPort } }
    this.#plan = planner(this.#options)
  }

  plan(reported: Readonly<Record<string, Reported>>): Plan<LocalStep> {
    const intents = Object.entries(reported).map(([name, one]) => intentOf(name, one))
    const plan = this.#plan(intents, this.view)
    const again = this.#plan(intents.toReversed(), this.view)
    assert.deepEqual(transcript(again), transcript(plan), 'the order of intents changes the plan')
    const fresh = planner(this.#options)(intents, this.view)
    assert.deepEqual(transcript(fresh), transcript(plan), 'what the planner remembers changes the plan')
    const mentioned = new Set(intents.map((intent) => intent.owner.uid))
    for (const step of plan.stages.flat()) for (const { uid } of step.serves) assert.ok(mentioned.has(uid), `a step serves ${uid}, whom nobody mentioned`)
    return plan
  }

  /**
   * Plans and applies until nothing is left to plan, as a turn does: what one plan frees, the next may give to somebody. No step may be wanted twice with the same
   * content. A line of two dashes stands between one plan and the next.
   */
  run(reported: Readonly<Record<string, Reported>>): readonly string[] {
    const lines: string[] = []
    const done: LocalStep[] = []
    for (let round = 0; ; round++) {
      const plan = this.plan(reported)
      if (plan.stages.length === 0) return [...lines, ...transcript(plan)]
      assert.ok(round < MOST_PLANS, `plan after plan:\n${lines.join('\n')}`)
      lines.push(...(round === 0 ? [] : ['--']), ...transcript({ ...plan, refused: [], waiting: [] }))
      for (const step of plan.stages.flat()) {
        assert.ok(!done.some((other) => isDeepStrictEqual(other, step)), `${step.verb} ${step.key} is wanted again, after\n${lines.join('\n')}`)
        done.push(step)
        this.#apply(step)
      }
    }
  }

  #apply(step: LocalStep): void {
    const { part } = step
    const holder = [...this.view.owners.values()]
      .flatMap(({ parts }) => parts)
      .find((other) => other.address === part.address && other.listener === part.listener)
    if (step.verb === 'create') assert.equal(holder, undefined, `${part.address} ${part.listener} is opened while it is open`)
    else assert.equal(holder?.key, part.key, `${step.verb} of ${part.key}, which is not there`)
    this.view = step.verb === 'delete' ? withoutPart(this.view, part.owner.uid, part.key) : withPart(this.view, part)
  }

  /** `web 127.0.10.1` for each who publishes something. */
  places(): readonly string[] {
    return [...this.view.owners.values()].map(({ owner: who }) => [who.name, ...status(this.view, who).places.map(placeText)].join(' ')).toSorted()
  }
}

function intentOf(name: string, { want, follow, gone, published = [], lingering = [], age, namespace }: Reported): Intent<never> {
  const who = owner(name, namespace)
  if (gone !== undefined) return { owner: who, gone }
  if (follow !== undefined) return { owner: who, follow }
  assert.ok(want !== undefined, `${name} asks for nothing`)
  return { owner: who, want, published: at(...published), lingering: at(...lingering), ...(age === undefined ? {} : { createdAt: age }) }
}

/** One line a step, a dash between stages; then who is refused and who waits. */
export function transcript({ stages, refused, waiting }: Plan<LocalStep>): readonly string[] {
  const steps = stages.flatMap((stage, i) => [...(i === 0 ? [] : ['-']), ...stage.map(line)])
  const no = refused.map(
    ({ owner: who, ports, problem }) =>
      `refused ${ownerName(who)}${ports === undefined ? '' : ` ${ports.map(({ port, protocol, error }) => `${port}/${protocol} ${error}`).join(', ')}`}: ${problem.reason}: ${problemText(problem)}`,
  )
  const wait = waiting.map(({ owner: who, because }) => `waits ${ownerName(who)}: ${because}`)
  return [...steps, ...no.toSorted(), ...wait.toSorted()]
}

function line({ verb, part }: LocalStep): string {
  return `${verb} ${part.owner.name} ${part.address} ${part.listener}${part.lingers ? ' lingers' : ''}`
}
