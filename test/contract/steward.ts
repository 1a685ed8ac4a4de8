/**
 * As much of a controller as the contract needs: asks the cloud for what the cluster's Services want, publishes what comes of it, and goes on until nothing is due. It
 * decides nothing else: no finalizers, no queue, no events.
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import type { Cloud, Outcome } from '../../src/provider/cloud.ts'
import type { Intent, StackId } from '../../src/provider/provider.ts'
import { placeText } from '../../src/model/status.ts'
import { problemText } from '../../src/model/problem.ts'
import { stepText } from '../../src/provider/engine/plan-text.ts'
import type { Cluster, ContractService } from './cluster.ts'
import { Crash } from '../crash.ts'
import { Journal, watched } from './faults.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import type { Binder, World } from './world.ts'

export const LINGER_MS = 300_000
/** A refused wish is tried again after ten minutes at first: waiting longer than this in one go is a test's own decision. */
const PATIENCE_MS = 120_000
const forever = new AbortController().signal

export class Steward {
  readonly world: World
  readonly cluster: Cluster
  readonly journal: Journal
  now = Date.UTC(2026, 0, 2)
  /** Whether the Lease runs. */
  mayWrite = (): boolean => true
  refused: ReadonlyMap<string, Outcome['refused'] extends ReadonlyMap<string, infer R> ? R : never> = new Map()
  #notes: ReadonlyMap<string, readonly string[]> = new Map()
  #cloud: Cloud | undefined
  #baseDueAt: number | undefined
  /** When a refusal of the base may be tried again. */
  #baseRetryAt = Number.POSITIVE_INFINITY
  /** When anything is due, refusals included. */
  #dueAt = Number.POSITIVE_INFINITY
  #retryNow: ReadonlySet<string> = new Set()

  constructor(world: World, cluster: Cluster) {
    this.world = world
    this.cluster = cluster
    this.journal = new Journal(world.operations)
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
    await this.#cloud.inspect?.(
      [...this.#cloud.holdings()].map(([stack]) => stack),
      forever,
    )
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

  /** One turn of every Stack, and no more. */
  async turn(): Promise<void> {
    await this.world.run(this.cluster.machines())
    await this.#turn()
  }

  /** Lets what was begun be carried out; nothing else is done meanwhile. */
  async complete(): Promise<void> {
    if (this.world.operations !== undefined) await this.elapse(this.world.operations.ms)
  }

  /** Lets time pass, and does what is due meanwhile: refusals are tried again when their time has come. */
  async live(ms: number): Promise<void> {
    const end = this.now + ms
    for (let turn = 0; turn < 1000; turn++) {
      await this.elapse(Math.max(0, Math.min(this.#dueAt, end) - this.now))
      if (this.#dueAt > this.now) return
      await this.turn()
    }
    assert.fail('a thousand turns, and something is still due')
  }

  /** A person changes every Service in a way that asks for nothing new, as by an annotation. */
  touch(): void {
    this.#retryNow = new Set([...this.cluster.services.values()].map(({ owner }) => owner.uid))
    this.lookAtBase()
  }

  /** The nodes changed, which the base has to know. */
  lookAtBase(): void {
    if (this.cloud.baseStack !== undefined) this.#baseDueAt = this.now
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

  /** What the Service reported besides its status. */
  notes(name: string): readonly string[] {
    return this.#notes.get(this.cluster.services.get(name)?.owner.uid ?? '') ?? []
  }

  places(name: string): readonly string[] {
    return (this.cluster.services.get(name)?.published ?? []).map(placeText)
  }

  /** In milliseconds, when the next turn is due; undefined when nothing is. */
  async #turn(): Promise<number | undefined> {
    const refused = new Map<string, ReturnType<Outcome['refused']['get']> & {}>()
    const notes = new Map<string, readonly string[]>()
    const looks: number[] = []
    const retries: number[] = []
    const retryNow = this.#retryNow
    this.#retryNow = new Set()
    if (this.#baseRetryAt <= this.now) this.lookAtBase()
    for (const [stack, intents] of this.#intents()) {
      const outcome = await this.cloud.converge({ stack, intents, now: this.now, signal: forever, mayWrite: () => this.mayWrite(), retryNow })
      this.#requireReadable(outcome)
      for (const [uid, refusal] of outcome.refused) refused.set(uid, refusal)
      for (const [uid, texts] of outcome.notes ?? []) notes.set(uid, texts)
      if (outcome.needsBase === true || outcome.baseMayShrink === true) this.#baseDueAt = this.now
      if (outcome.againAfterMs !== undefined) looks.push(outcome.againAfterMs)
      if (outcome.stopped !== undefined) retries.push(outcome.stopped.afterMs)
      if (outcome.retryAfterMs !== undefined) retries.push(outcome.retryAfterMs)
    }
    if (this.#baseDueAt !== undefined && this.#baseDueAt <= this.now) {
      await this.#convergeBase(retryNow)
      looks.push(0)
    }
    if (this.#baseDueAt !== undefined) looks.push(this.#baseDueAt - this.now)
    this.refused = refused
    this.#notes = notes
    if (this.#publish()) {
      // Nodes take what comes for an address as soon as it is published.
      await this.world.run(this.cluster.machines())
      looks.push(0)
    }
    const soonest = Math.min(...looks)
    this.#dueAt = Math.min(this.now + Math.min(soonest, ...retries), this.#baseRetryAt)
    return soonest <= PATIENCE_MS ? soonest : undefined
  }

  /** The base has its own times to be looked at again. */
  async #convergeBase(retryNow: ReadonlySet<string>): Promise<void> {
    const services = [...this.cluster.services.values()].filter(({ mode }) => mode === 'want')
    const wants = services.map((service) => ({ owner: service.owner, want: this.cluster.desired(service) }))
    const nodes = { nodes: this.cluster.nodes }
    const request = { wants, nodes, now: this.now, signal: forever, mayWrite: () => this.mayWrite(), retryNow }
    const outcome = await this.cloud.convergeBase(request)
    this.#requireReadable(outcome)
    const { againAfterMs, retryAfterMs } = outcome
    this.#baseRetryAt = retryAfterMs === undefined ? Number.POSITIVE_INFINITY : this.now + retryAfterMs
    this.#baseDueAt = againAfterMs === undefined ? undefined : this.now + againAfterMs
  }

  /** What a condition, an event or a plan may say is for people, who know a Service by its name and not by its UID. */
  #requireReadable({ refused, waiting, notes, stopped, applied, held }: Outcome): void {
    // The cloud in memory has no names but keys made of UIDs.
    if (this.cloud.name === 'memory') return
    const texts = [
      ...[...refused.values()].map(({ problem }) => problemText(problem)),
      ...[...waiting.values()].map(({ because }) => because),
      ...[...(notes?.values() ?? [])].flat(),
      ...(stopped === undefined ? [] : [stopped.message]),
      ...[...applied, ...held].map(stepText),
    ]
    const uids = [...this.cluster.services.values()].map(({ owner }) => owner.uid)
    const unreadable = texts.filter((text) => uids.some((uid) => text.includes(uid)))
    assert.deepEqual(unreadable, [], 'a message names a UID')
  }

  #intents(): ReadonlyMap<StackId, readonly Intent<unknown>[]> {
    const stacks = new Map<StackId, Intent<unknown>[]>()
    const add = (stack: StackId, intent: Intent<unknown>): void => void stacks.set(stack, [...(stacks.get(stack) ?? []), intent])
    const services = [...this.cluster.services.values()]
    const homes = new Map(services.map((service) => [service.owner.uid, this.cloud.stackOf(service.owner, this.cluster.desired(service))]))
    const hidden = new Set(services.filter(({ isHidden }) => isHidden).map(({ owner }) => owner.uid))
    for (const service of services) if (!service.isHidden) add(homes.get(service.owner.uid) ?? '', this.#intentOf(service))
    for (const [stack, owners] of this.cloud.holdings()) {
      if (!stacks.has(stack)) stacks.set(stack, [])
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
