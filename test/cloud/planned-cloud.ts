/**
 * Stacks on an emulated cloud, which checks each document as the cloud does: planned, applied and polled by the core until nothing is due. Panics when a plan is
 * not what the contract says a plan is.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Backends, NodeSet } from '../../src/model/load-balancer.ts'
import { ownerName } from '../../src/model/owner.ts'
import { problemText } from '../../src/model/problem.ts'
import { placeText } from '../../src/model/status.ts'
import type { Cloud, Outcome } from '../../src/provider/cloud.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { portsText, stepName } from '../../src/provider/engine/plan-text.ts'
import type { AnyView, Desired, Intent, Plan, Provider, StackId, Step } from '../../src/provider/provider.ts'
import { owner } from '../contract/wish.ts'
import { Crash } from '../crash.ts'
import type { PreviewWorld } from './plan-previews.ts'

/** What time alone brings to an end. */
const WAITS: ReadonlySet<string> = new Set(['Progressing', 'Waiting'])
const MOST_TURNS = 60
/** Of turns in a row in which nothing was done: what is waited for then is that something is published. */
const MOST_IDLE = 12
/** A refusal is tried again later than this. */
const PATIENCE_MS = 60_000
const { signal } = new AbortController()

export interface Reported<Options> {
  readonly want?: Desired<Options>
  readonly follow?: Backends
  readonly gone?: true
  readonly published?: readonly string[]
  readonly lingering?: readonly string[]
  readonly age?: string
}

type Reports<Options> = Readonly<Record<string, Reported<Options>>>

export interface PlannedCloudProps<Options, View, S extends Step> {
  readonly provider: Provider<Options, View, S>
  /** Of the emulated cloud. */
  readonly now: () => number
  readonly advance: (ms: number) => void
  /** What the cluster owns, as texts. */
  readonly owned: () => readonly string[]
  readonly close: () => Promise<void>
}

export class PlannedCloud<Options, View extends AnyView, S extends Step> implements PreviewWorld<Reported<Options>> {
  readonly #props: PlannedCloudProps<Options, View, S>
  readonly #provider: Provider<Options, View, S>
  #cloud: Cloud
  /** Where each Service was last asked for. */
  readonly #homes = new Map<string, StackId>()
  #nodes: NodeSet = { nodes: [] }
  /** What is wrong with plans. It is not thrown where they are made: the core takes that for the fault of a Service. */
  readonly #faults: string[] = []
  /** Steps until the process ends. */
  #left = Number.POSITIVE_INFINITY

  private constructor(props: PlannedCloudProps<Options, View, S>) {
    this.#props = props
    this.#provider = this.#checked(props.provider)
    this.#cloud = bind(this.#provider)
  }

  static async open<Options, View extends AnyView, S extends Step>(props: PlannedCloudProps<Options, View, S>): Promise<PlannedCloud<Options, View, S>> {
    const world = new PlannedCloud(props)
    await world.restart()
    return world
  }

  #checked(provider: Provider<Options, View, S>): Provider<Options, View, S> {
    return {
      ...provider,
      plan: (intents, view, base) => {
        const plan = provider.plan(intents, view, base)
        this.#faults.push(...faultsOf(plan, intents, provider.plan(intents.toReversed(), view, base)))
        return plan
      },
      apply: async (step, view, base, cancelled) => {
        if (step.verb !== 'read' && this.#left-- <= 0) throw new Crash('the process ends here')
        return provider.apply(step, view, base, cancelled)
      },
    }
  }

  async run(asked: Reports<Options>, most = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
    this.#left = most
    this.#settleHomes(asked)
    const lines: string[] = []
    let idle = 0
    for (let turn = 0; ; turn++) {
      assert.ok(turn < MOST_TURNS, `turn after turn:\n${lines.join('\n')}`)
      const outcomes = await this.#turn(asked, turn === 0)
      assert.deepEqual(this.#faults, [])
      if (outcomes === undefined) return lines
      const applied = outcomes.flatMap((one) => one.applied)
      for (const { stopped } of outcomes)
        assert.ok(stopped === undefined || WAITS.has(stopped.reason), `${stopped?.reason}: ${stopped?.message}, after\n${lines.join('\n')}`)
      lines.push(...applied.map(stepName))
      idle = applied.length === 0 ? idle + 1 : 0
      const nextMs = Math.min(...outcomes.map(dueAfter))
      if (nextMs > PATIENCE_MS || idle > MOST_IDLE) return [...lines, ...outcomes.flatMap((outcome) => refusals(outcome, Object.keys(asked)))]
      this.#props.advance(Math.max(nextMs, 1))
    }
  }

  async shown(asked: Reports<Options>): Promise<readonly string[]> {
    this.#settleHomes(asked)
    const lines: string[] = []
    for (const [stack, intents] of this.#intents(asked)) {
      const { stages } = await this.#cloud.preview(stack, intents, signal)
      lines.push(...stages.flat().map(stepName))
    }
    assert.deepEqual(this.#faults, [])
    return lines
  }

  #settleHomes(asked: Reports<Options>): void {
    for (const [name, { want, follow }] of Object.entries(asked)) {
      if (want !== undefined) this.#homes.set(name, this.#cloud.stackOf(owner(name), want))
      this.#nodes = (want?.backends ?? follow)?.nodes ?? this.#nodes
    }
  }

  /** Each Stack once, and then the base. Undefined: the process ended. */
  async #turn(asked: Reports<Options>, isChange: boolean): Promise<readonly Outcome[] | undefined> {
    const retryNow = new Set(isChange ? Object.keys(asked).map((name) => owner(name).uid) : [])
    const turn = { now: this.#props.now(), signal, mayWrite: () => true, retryNow }
    try {
      const outcomes: Outcome[] = []
      for (const [stack, intents] of this.#intents(asked)) outcomes.push(await this.#cloud.converge({ stack, intents, ...turn }))
      if (this.#cloud.baseStack === undefined) return outcomes
      const wants = Object.entries(asked).flatMap(([name, { want, age }]) =>
        want === undefined ? [] : [{ owner: owner(name), want, ...(age === undefined ? {} : { createdAt: age }) }],
      )
      const base = await this.#cloud.convergeBase({ wants, nodes: this.#nodes, ...turn })
      // What waited for the base, or held it up, is tried again with what it did.
      const isAgain = base.applied.length > 0 || outcomes.some(({ needsBase, baseMayShrink }) => needsBase === true || baseMayShrink === true)
      return [...outcomes, isAgain ? { ...base, againAfterMs: 1 } : base]
    } catch (error) {
      if (error instanceof Crash) return undefined
      throw error
    }
  }

  #intents(asked: Reports<Options>): ReadonlyMap<StackId, readonly Intent<Options>[]> {
    const stacks = new Map<StackId, Intent<Options>[]>()
    for (const [stack] of this.#cloud.holdings()) stacks.set(stack, [])
    for (const [name, one] of Object.entries(asked)) {
      const stack = this.#homes.get(name)
      if (stack !== undefined) stacks.set(stack, [...(stacks.get(stack) ?? []), intentOf(name, one)])
    }
    return stacks
  }

  async restart(): Promise<void> {
    this.#cloud = bind(this.#provider)
    await this.#cloud.learn(signal)
  }

  places(name: string): readonly string[] {
    const home = this.#homes.get(name)
    return home === undefined ? [] : this.#cloud.status(home, owner(name)).places.map(placeText)
  }

  owned(): readonly string[] {
    return this.#props.owned()
  }

  async close(): Promise<void> {
    await this.#props.close()
  }
}

function dueAfter({ againAfterMs = Number.POSITIVE_INFINITY, stopped }: Outcome): number {
  return Math.min(againAfterMs, stopped?.afterMs ?? Number.POSITIVE_INFINITY)
}

/** `again`: planned of the same in another order. */
function faultsOf(plan: Plan<Step>, intents: readonly Intent<unknown>[], again: Plan<Step>): readonly string[] {
  const mentioned = new Set(intents.map((intent) => intent.owner.uid))
  const steps = plan.stages.flat()
  const names = steps.map(stepName)
  return [
    ...(isDeepStrictEqual(again, plan) ? [] : [`the order of intents changes the plan: ${differing(plan, again)}`]),
    ...steps.flatMap((step) =>
      step.serves.filter(({ uid }) => !mentioned.has(uid)).map(({ uid }) => `${stepName(step)} serves ${uid}, which is not mentioned`),
    ),
    ...names.filter((name, i) => names.indexOf(name) !== i).map((name) => `two steps are called ${name}`),
  ]
}

function differing(one: Plan<Step>, other: Plan<Step>): string {
  const lines = [one, other].map((plan) => [...plan.stages.flat(), ...plan.refused, ...plan.waiting].map((part) => JSON.stringify(part)))
  return (lines[0] ?? [])
    .filter((line) => lines[1]?.includes(line) !== true)
    .join('\n')
    .slice(0, 3_000)
}

function intentOf<Options>(name: string, { want, follow, gone, published = [], lingering = [], age }: Reported<Options>): Intent<Options> {
  const who = owner(name)
  if (gone !== undefined) return { owner: who, gone }
  if (follow !== undefined) return { owner: who, follow }
  if (want === undefined) throw new Error(`${name} asks for nothing`)
  const places = (all: readonly string[]) => all.map((ip) => ({ ip, ipMode: 'VIP' as const }))
  return { owner: who, want, published: places(published), lingering: places(lingering), ...(age === undefined ? {} : { createdAt: age }) }
}

function refusals({ refused, waiting }: Outcome, names: readonly string[]): readonly string[] {
  const nameOf = (uid: string): string => {
    const name = names.find((one) => owner(one).uid === uid)
    return name === undefined ? uid : ownerName(owner(name))
  }
  return [
    ...[...refused].map(([uid, refusal]) => `refused ${nameOf(uid)}${portsText(refusal)}: ${problemText(refusal.problem)}`),
    ...[...waiting].map(([uid, { because }]) => `waits ${nameOf(uid)}: ${because}`),
  ]
}
