/**
 * A Stack on the emulated Azure, which checks each document as Azure does: planned, applied and polled by the core until nothing is due. Panics when a plan is not
 * what the contract says a plan is.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { type AzureEmulator, IMMEDIATE, startAzure } from '../../../emulators/azure/index.ts'
import type { AzureConnection } from '../../../providers/azure/index.ts'
import type { AzureOptions } from '../../../annotations/azure.ts'
import type { Backends } from '../../../src/model/load-balancer.ts'
import { ownerName } from '../../../src/model/owner.ts'
import { problemText } from '../../../src/model/problem.ts'
import { placeText } from '../../../src/model/status.ts'
import type { Cloud, Outcome } from '../../../src/provider/cloud.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import { portsText, stepName } from '../../../src/provider/engine/plan-text.ts'
import type { Desired, Intent, Plan, Step } from '../../../src/provider/provider.ts'
import { clockOf } from '../../cloud/cloud-time.ts'
import { connectTo } from '../../cloud/azure/connect.ts'
import { isOurs, SEED, textOf } from '../../cloud/azure/foreign.ts'
import { addMachines } from '../../cloud/azure/machines.ts'
import { addOthers, type Others } from '../../cloud/azure/others.ts'
import type { PlanWorld } from '../../cloud/plan-walk.ts'
import { owner } from '../../contract/wish.ts'
import { Crash } from '../../crash.ts'

const CLUSTER = 'walk'
const MOST_TURNS = 60
/** Of turns in a row in which nothing was done: what is waited for then is that something is published. */
const MOST_IDLE = 12
/** A refusal is tried again later than this. */
const PATIENCE_MS = 60_000
const { signal } = new AbortController()

export interface Reported {
  readonly want?: Desired<AzureOptions>
  readonly follow?: Backends
  readonly gone?: true
  readonly published?: readonly string[]
  readonly lingering?: readonly string[]
  readonly age?: string
}

type Provider = AzureConnection['provider']

export class AzureWorld implements PlanWorld<Reported> {
  readonly azure: AzureEmulator
  readonly #others: Others
  readonly #provider: Provider
  #cloud: Cloud
  #stack = ''
  /** What is wrong with plans. It is not thrown where they are made: the core takes that for the fault of a Service. */
  readonly #faults: string[] = []
  /** Steps until the process ends. */
  #left = Number.POSITIVE_INFINITY

  private constructor(azure: AzureEmulator, others: Others, { provider }: Pick<AzureConnection, 'provider'>) {
    this.azure = azure
    this.#others = others
    this.#provider = this.#checked(provider)
    this.#cloud = bind(this.#provider)
  }

  static async open(): Promise<AzureWorld> {
    const azure = await startAzure({
      virtualTime: true,
      tls: false,
      seed: SEED,
      delays: { ...IMMEDIATE, address: 2_000, loadBalancer: 15_000, deletion: 5_000 },
    })
    addMachines(azure)
    const others = addOthers(azure, CLUSTER)
    azure.advance(PATIENCE_MS)
    const world = new AzureWorld(azure, others, await connectTo(azure, { clusterId: CLUSTER, clock: clockOf(azure) }))
    await world.restart()
    return world
  }

  #checked(provider: Provider): Provider {
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

  async run(asked: Readonly<Record<string, Reported>>, most = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
    this.#left = most
    const lines: string[] = []
    let idle = 0
    const intents = Object.entries(asked).map(([name, one]) => intentOf(name, one))
    for (const intent of intents) if ('want' in intent) this.#stack = this.#cloud.stackOf(intent.owner, intent.want)
    const stack = this.#stack === '' ? [...this.#cloud.holdings()][0]?.[0] : this.#stack
    if (stack === undefined) return []
    for (let turn = 0; ; turn++) {
      assert.ok(turn < MOST_TURNS, `turn after turn:\n${lines.join('\n')}`)
      const outcome = await this.#turn(stack, intents, turn === 0)
      assert.deepEqual(this.#faults, [])
      if (outcome === undefined) return lines
      const { stopped, againAfterMs = Number.POSITIVE_INFINITY, applied } = outcome
      assert.ok(stopped === undefined || stopped.reason === 'Progressing', `${stopped?.reason}: ${stopped?.message}, after\n${lines.join('\n')}`)
      lines.push(...applied.map(stepName))
      const nextMs = Math.min(againAfterMs, stopped?.afterMs ?? Number.POSITIVE_INFINITY)
      idle = applied.length === 0 ? idle + 1 : 0
      if (nextMs > PATIENCE_MS || idle > MOST_IDLE) return [...lines, ...refusals(outcome, intents)]
      this.azure.advance(Math.max(nextMs, 1))
    }
  }

  /** Undefined: the process ended. */
  async #turn(stack: string, intents: readonly Intent<unknown>[], isChange: boolean): Promise<Outcome | undefined> {
    try {
      const retryNow = new Set(isChange ? intents.map((intent) => intent.owner.uid) : [])
      return await this.#cloud.converge({ stack, intents, now: this.azure.cloud.now(), signal, mayWrite: () => true, retryNow })
    } catch (error) {
      if (error instanceof Crash) return undefined
      throw error
    }
  }

  async restart(): Promise<void> {
    this.#cloud = bind(this.#provider)
    await this.#cloud.learn(signal)
  }

  places(name: string): readonly string[] {
    return this.#stack === '' ? [] : this.#cloud.status(this.#stack, owner(name)).places.map(placeText)
  }

  /** What other writers keep in our documents is as they wrote it. */
  checkOthers(): void {
    const { found, expected } = this.#others.parts()
    assert.deepEqual(found, expected)
  }

  owned(): readonly string[] {
    this.checkOthers()
    return this.azure.cloud.objects().filter(isOurs(CLUSTER)).map(textOf)
  }

  async close(): Promise<void> {
    await this.azure.close()
  }
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

function intentOf(name: string, { want, follow, gone, published = [], lingering = [], age }: Reported): Intent<AzureOptions> {
  const who = owner(name)
  if (gone !== undefined) return { owner: who, gone }
  if (follow !== undefined) return { owner: who, follow }
  if (want === undefined) throw new Error(`${name} asks for nothing`)
  const places = (all: readonly string[]) => all.map((ip) => ({ ip, ipMode: 'VIP' as const }))
  return { owner: who, want, published: places(published), lingering: places(lingering), ...(age === undefined ? {} : { createdAt: age }) }
}

function refusals({ refused, waiting }: Outcome, intents: readonly Intent<unknown>[]): readonly string[] {
  const nameOf = (uid: string): string => {
    const intent = intents.find((one) => one.owner.uid === uid)
    return intent === undefined ? uid : ownerName(intent.owner)
  }
  return [
    ...[...refused].map(([uid, refusal]) => `refused ${nameOf(uid)}${portsText(refusal)}: ${problemText(refusal.problem)}`),
    ...[...waiting].map(([uid, { because }]) => `waits ${nameOf(uid)}: ${because}`),
  ]
}
