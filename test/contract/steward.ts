/**
 * As much of a controller as the contract needs: asks the cloud for what the cluster's Services want, publishes what comes of it, and goes on until nothing is due. It
 * decides nothing else: no finalizers, no queue, no events.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Cloud, Outcome } from '../../src/provider/cloud.ts'
import type { Intent, StackId } from '../../src/provider/provider.ts'
import { placeText } from '../../src/model/status.ts'
import type { Cluster, ContractService } from './cluster.ts'
import { Crash, Journal, watched } from './faults.ts'
import { bind } from '../../src/provider/bind.ts'
import type { Binder, World } from './world.ts'

export const LINGER_MS = 300_000
/** A refused wish is tried again after ten minutes at first: waiting longer than this in one go is a test's own decision. */
const PATIENCE_MS = 120_000
const forever = new AbortController().signal

export class Steward {
  readonly world: World
  readonly cluster: Cluster
  readonly journal = new Journal()
  now = Date.UTC(2026, 0, 2)
  refused: ReadonlyMap<string, Outcome['refused'] extends ReadonlyMap<string, infer R> ? R : never> = new Map()
  #cloud: Cloud | undefined
  #baseDueAt: number | undefined

  constructor(world: World, cluster: Cluster) {
    this.world = world
    this.cluster = cluster
  }

  get cloud(): Cloud {
    assert.ok(this.#cloud !== undefined, 'nothing was booted')
    return this.#cloud
  }

  /** Begins a process, and takes the inventory. */
  async boot(): Promise<void> {
    this.journal.revive()
    const wrap: Binder = (provider) => bind(watched(provider, this.journal))
    this.#cloud = await this.world.boot(wrap)
    await this.#cloud.learn(forever)
    // As the controller does with whatever may have changed while no process looked: here that may be everything.
    for (const [stack] of this.#cloud.holdings()) await this.#cloud.inspect?.(stack, forever)
    this.#baseDueAt = this.#cloud.baseStack === undefined ? undefined : this.now
  }

  /** Turns until nothing is due. A process that crashes is followed by another one. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 60; turn++) {
      await this.world.run(this.cluster.machines())
      const due = await this.#survive(() => this.#turn())
      if (due === undefined) return
      await this.elapse(due)
    }
    assert.fail('sixty turns, and something is still due')
  }

  /** One turn that ends in a crash is made again by a new process. */
  async #survive(turn: () => Promise<number | undefined>): Promise<number | undefined> {
    try {
      return await turn()
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      await this.boot()
      return 0
    }
  }

  /** Lets time pass; nothing is done meanwhile. */
  async elapse(ms: number): Promise<void> {
    this.now += ms
    await this.world.advance?.(ms)
  }

  /** Lets old addresses linger to their end, and refused wishes be tried again. */
  async mature(): Promise<void> {
    await this.settle()
    await this.elapse(6 * 3_600_000)
    await this.settle()
  }

  /** Takes a Service's part away, as when it is deleted and this is known. */
  remove(name: string): void {
    this.cluster.services.delete(name)
  }

  places(name: string): readonly string[] {
    return (this.cluster.services.get(name)?.published ?? []).map(placeText)
  }

  /** In milliseconds, when the next turn is due; undefined when nothing is. */
  async #turn(): Promise<number | undefined> {
    const refused = new Map<string, ReturnType<Outcome['refused']['get']> & {}>()
    const looks: number[] = []
    for (const [stack, intents] of this.#intents()) {
      const outcome = await this.cloud.converge({ stack, intents, now: this.now, signal: forever, mayWrite: () => true })
      for (const [uid, refusal] of outcome.refused) refused.set(uid, refusal)
      if (outcome.needsBase === true || outcome.baseMayShrink === true) this.#baseDueAt = this.now
      if (outcome.againAfterMs !== undefined) looks.push(outcome.againAfterMs)
    }
    if (this.#baseDueAt !== undefined && this.#baseDueAt <= this.now) {
      await this.#convergeBase()
      looks.push(0)
    }
    if (this.#baseDueAt !== undefined) looks.push(this.#baseDueAt - this.now)
    this.refused = refused
    if (this.#publish()) looks.push(0)
    const soonest = Math.min(...looks)
    return soonest <= PATIENCE_MS ? soonest : undefined
  }

  /** The base has its own times to be looked at again. */
  async #convergeBase(): Promise<void> {
    const services = [...this.cluster.services.values()].filter(({ mode }) => mode === 'want')
    const wants = services.map((service) => ({ owner: service.owner, want: this.cluster.desired(service) }))
    const nodes = { nodes: this.cluster.nodes }
    const { againAfterMs } = await this.cloud.convergeBase({ wants, nodes, now: this.now, signal: forever, mayWrite: () => true })
    this.#baseDueAt = againAfterMs === undefined ? undefined : this.now + againAfterMs
  }

  #intents(): ReadonlyMap<StackId, readonly Intent<unknown>[]> {
    const stacks = new Map<StackId, Intent<unknown>[]>()
    const add = (stack: StackId, intent: Intent<unknown>): void => void stacks.set(stack, [...(stacks.get(stack) ?? []), intent])
    const services = [...this.cluster.services.values()]
    const homes = new Map(services.map((service) => [service.owner.uid, this.cloud.stackOf(service.owner, this.cluster.desired(service))]))
    const hidden = new Set(services.filter(({ isHidden }) => isHidden).map(({ owner }) => owner.uid))
    for (const service of services) if (!service.isHidden) add(homes.get(service.owner.uid) ?? '', this.#intentOf(service))
    for (const [stack, owners] of this.cloud.holdings()) {
      for (const owner of owners) {
        const home = homes.get(owner.uid)
        if (home === stack || hidden.has(owner.uid)) continue
        if (home === undefined || this.cloud.status(home, owner).places.length > 0) add(stack, { owner, gone: true })
      }
    }
    return stacks
  }

  #intentOf(service: ContractService): Intent<unknown> {
    const { owner, mode, published, lingering, createdAt } = service
    const want = this.cluster.desired(service)
    if (mode === 'follow') return { owner, follow: want.backends }
    const places = lingering.filter(({ until }) => until > this.now).map(({ place }) => place)
    return { owner, want, published, lingering: places, createdAt }
  }

  /** Whether somebody's places changed. What was published stays until there is something else to publish. */
  #publish(): boolean {
    let isNew = false
    for (const [name, service] of this.cluster.services) {
      const home = this.cloud.stackOf(service.owner, this.cluster.desired(service))
      const { places } = this.cloud.status(home, service.owner)
      if (places.length === 0 || isDeepStrictEqual(places, service.published)) continue
      const left = service.published.filter((place) => !places.some((other) => placeText(other) === placeText(place)))
      const lingering = [...service.lingering, ...left.map((place) => ({ place, until: this.now + LINGER_MS }))]
      this.cluster.services.set(name, { ...service, published: places, lingering })
      isNew = true
    }
    return isNew
  }
}
