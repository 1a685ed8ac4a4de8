/**
 * The controller of one cloud: what changes in the cluster becomes turns of Stacks and of Services, and what a turn sets free becomes the next. Calls to
 * the cloud are made by the turns of Stacks alone, writes to the cluster by the turns of Services alone, so a slow one never holds up the other.
 */
import type { UnreadyPod } from '../desired/readiness-gates.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { Change, ClusterStore } from '../kubernetes/cluster.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import type { Clock } from '../model/clock.ts'
import type { Service } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import type { Owner } from '../model/owner.ts'
import type { ConvergeRequest, PlanFilter } from '../provider/cloud.ts'
import { stepName } from '../provider/plan-text.ts'
import type { StackId, Step } from '../provider/provider.ts'
import { convergeBase } from './base.ts'
import { Entrance } from './entrance.ts'
import { Inspection, type InspectionOptions } from './inspection.ts'
import { noteLastResort, takeInventory } from './inventory.ts'
import { isToBeApplied } from './intents.ts'
import { concerns, isPrepared, type Ledger, placeService, wishOf } from './ledger.ts'
import type { ControllerMetrics } from './metrics.ts'
import { orphansOf } from './orphans.ts'
import { placesOf } from './published.ts'
import { type Priority, Queue, type Turn } from './queue.ts'
import { convergeStack, type StackTurnOptions } from './reconcile.ts'
import { tellService } from './telling.ts'
import { triggerOf } from './triggers.ts'
import type { Side } from './waiting-pods.ts'
import type { Warming } from './warming.ts'

export interface ControlOptions extends Pick<InspectionOptions, 'inspectionMs' | 'leftAt'> {
  readonly api: KubernetesApi
  readonly store: Pick<ClusterStore, 'snapshot' | 'learn'>
  readonly events: Pick<EventRecorder, 'record'>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: ControllerMetrics
  readonly signal: AbortSignal
  readonly mayWrite: () => boolean
  readonly filter: PlanFilter | undefined
  readonly isDryRun: boolean
  readonly concurrency: number
  readonly driftIntervalMs: number
  readonly warming: Pick<Warming, 'prepare' | 'follow'>
}

/** Pods come and go in waves; so much of a wave is taken at once. */
const GATHER_ENDPOINTS_MS = 100
const GATHER_NODES_MS = 500
/** How long a Stack waits for other new Services that are about to enter it. */
const GATHER_SERVICES_MS = 1000
const SERVICES_AT_A_TIME = 16
const BETWEEN_YIELDS = 200

/** The Lease may come back, so it is asked again soon. */
const NOT_LEADING: Turn = { kind: 'done', againAfterMs: 1000 }

const INVENTORY = 'inventory'
const BASE = 'base'
const ROUND = 'round'
const STACK = 'stack '

/** What a queue serves first, its calls get first. */
const CALLS = { user: 'change', churn: 'churn', drift: 'drift' } as const satisfies Record<Priority, ConvergeRequest['priority']>

export class Control implements Side {
  readonly ledger: Ledger
  readonly #options: ControlOptions
  readonly #stacks: Queue
  readonly #services: Queue
  readonly #entrance = new Entrance()
  readonly #inspection: Inspection
  readonly #counted = Promise.withResolvers<void>()

  constructor(ledger: Ledger, options: ControlOptions) {
    this.ledger = ledger
    this.#options = options
    const { clock, random, concurrency, log } = options
    this.#inspection = new Inspection(ledger, { ...options, snapshot: () => options.store.snapshot() })
    const broken = (key: string, error: unknown): void => log.error('a turn failed', { provider: ledger.cloud.name, key, error })
    this.#stacks = new Queue({ clock, random, concurrency, broken, work: (key, priority) => this.#stackTurn(key, priority) })
    this.#services = new Queue({ clock, random, concurrency: SERVICES_AT_A_TIME, broken, work: (key) => this.#serviceTurn(key) })
  }

  /** Resolves when the inventory was taken, or failed for the first time. */
  get counted(): Promise<void> {
    return this.#counted.promise
  }

  /** Notes where all Services are, and has the inventory taken. */
  async start(): Promise<void> {
    const snapshot = this.#options.store.snapshot()
    const unready: UnreadyPod[] = []
    let placed = 0
    for (const service of snapshot.services()) {
      placeService(this.ledger, service, snapshot)
      const wish = wishOf(this.ledger, service, snapshot)
      if (wish.kind !== 'not ours') unready.push(...wish.unready)
      placed += 1
      if (placed % BETWEEN_YIELDS === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await this.#options.warming.prepare(unready)
    this.#stacks.add(INVENTORY, 'user')
  }

  podsChanged(owner: Owner): void {
    this.#enqueueOf(owner, 'churn', GATHER_ENDPOINTS_MS)
  }

  hear(change: Change): void {
    const trigger = triggerOf(change)
    if (change.resource === 'services') this.#see(change.before, change.after)
    switch (trigger?.kind) {
      case undefined:
        return
      case 'wish':
        this.#services.add(nameOf(trigger), 'user')
        this.#enqueueOf(trigger, 'user', 0)
        return
      case 'told':
        this.#services.add(nameOf(trigger), 'user')
        return
      case 'endpoints':
        this.#enqueueOf(trigger, 'churn', GATHER_ENDPOINTS_MS)
        return
      case 'nodes':
        this.#enqueueAll('churn', GATHER_NODES_MS)
        return
      default:
        trigger satisfies never
    }
  }

  /** Before the inventory there is nothing that could have drifted. */
  noteDrift(stack: StackId): void {
    if (!this.ledger.isOpen) return
    this.ledger.cloud.doubt(stack)
    this.ledger.drifted.add(stack)
    this.#stacks.add(`${STACK}${stack}`, 'churn')
  }

  /** Resolves when nothing is due now. */
  async idle(): Promise<void> {
    while (this.#stacks.depth + this.#services.depth > 0) {
      await this.#stacks.idle()
      await this.#services.idle()
    }
  }

  /** Starts nothing any more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    await Promise.all([this.#stacks.stop(), this.#services.stop()])
  }

  /** Keeps the index and the memory of old addresses as the cluster has it. */
  #see(before: Service | undefined, after: Service | undefined): void {
    const { ledger } = this
    const { store, clock } = this.#options
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) this.#lose(before)
    if (after === undefined) return
    const { uid } = after.metadata
    if (before?.metadata.uid === uid && ledger.roster.of(uid) !== undefined) ledger.lingering.note(uid, placesOf(before), placesOf(after), clock.now())
    placeService(ledger, after, store.snapshot())
    this.#noteEntering(after)
  }

  #lose({ metadata }: Service): void {
    const { roster, written, rivals, repaired } = this.ledger
    roster.withdraw(metadata.uid)
    written.delete(metadata.uid)
    rivals.forget(metadata.uid)
    repaired.delete(metadata.uid)
    this.#entrance.leave(nameOf(metadata))
  }

  /** In a dry run nobody is prepared, and the Stack is planned as if everybody were. */
  #noteEntering(service: Service): void {
    if (this.#options.isDryRun) return
    const { ledger } = this
    const home = ledger.roster.of(service.metadata.uid)?.home
    if (home === undefined || isPrepared(ledger, service, home) || !isToBeApplied(wishOf(ledger, service, this.#options.store.snapshot()))) return
    this.#entrance.enter(nameOf(service.metadata), home)
  }

  /** The Stacks of all owners of a name. A Service that is being prepared for its home gets there when it is. */
  #enqueueOf(name: { readonly namespace: string; readonly name: string }, priority: Priority, delayMs: number): void {
    if (!this.ledger.isOpen) return
    for (const uid of this.ledger.roster.named(name.namespace, name.name)) {
      for (const stack of this.ledger.roster.stacksOf(uid)) {
        if (!this.#entrance.isEntering(nameOf(name), stack)) this.#stacks.add(`${STACK}${stack}`, priority, delayMs)
      }
    }
  }

  #enqueueAll(priority: Priority, delayMs: number): void {
    if (!this.ledger.isOpen) return
    if (this.ledger.cloud.baseStack !== undefined) this.#stacks.add(BASE, priority, delayMs)
    for (const stack of this.ledger.roster.stacks()) this.#stacks.add(`${STACK}${stack}`, priority, delayMs)
  }

  async #stackTurn(key: string, priority: Priority): Promise<Turn> {
    const began = this.#options.clock.now()
    const turn = await this.#turnOf(key, priority)
    const provider = this.ledger.cloud.name
    this.#options.metrics.observe('fairlead_reconcile_seconds', (this.#options.clock.now() - began) / 1000, { provider, result: turn.kind })
    this.#options.metrics.set('fairlead_queue_depth', this.#stacks.depth, { provider })
    return turn
  }

  async #turnOf(key: string, priority: Priority): Promise<Turn> {
    switch (key) {
      case INVENTORY:
        return this.#inventoryTurn()
      case BASE:
        return this.#baseTurn(priority)
      case ROUND:
        return this.#roundTurn()
      default:
        return this.#leaningTurn(key.slice(STACK.length), priority)
    }
  }

  async #leaningTurn(stack: StackId, priority: Priority): Promise<Turn> {
    if (!this.#options.mayWrite()) return NOT_LEADING
    await this.#inspection.look(stack)
    const isDrift = this.ledger.drifted.has(stack)
    const { turn, toTell, toConverge, outcome, members } = await convergeStack(this.ledger, stack, this.#turnOptions(priority))
    this.#logSteps(stack, outcome)
    this.#options.warming.follow(this, stack, { members, outcome })
    for (const owner of toTell) this.#services.add(nameOf(owner), priority)
    for (const other of toConverge) this.#stacks.add(`${STACK}${other}`, priority)
    if (outcome.needsBase === true) {
      this.ledger.waitsForBase.add(stack)
      this.#stacks.add(BASE, 'churn')
    }
    // Who leaves may have been given a part of the base before the Stack came to use it.
    const hasLeft = members.some(({ owner, decision }) => decision.ask === 'gone' && outcome.served.has(owner.uid))
    if (outcome.baseMayShrink === true || (hasLeft && this.ledger.cloud.baseStack !== undefined)) this.#stacks.add(BASE, 'churn')
    if (isDrift && outcome.applied.length > 0)
      this.#options.metrics.count('fairlead_drift_repaired_total', { provider: this.ledger.cloud.name }, outcome.applied.length)
    return turn
  }

  async #roundTurn(): Promise<Turn> {
    const { stack, afterMs } = this.#inspection.next()
    if (stack !== undefined) this.#stacks.add(`${STACK}${stack}`, 'drift')
    return { kind: 'done', againAfterMs: afterMs }
  }

  async #baseTurn(priority: Priority): Promise<Turn> {
    if (!this.#options.mayWrite()) return NOT_LEADING
    const { turn, toConverge, outcome } = await convergeBase(this.ledger, this.#turnOptions(priority))
    this.#logSteps(BASE, outcome)
    for (const stack of toConverge) this.#stacks.add(`${STACK}${stack}`, 'churn')
    return turn
  }

  /** At the first time everything is looked at once; later what drifted. */
  async #inventoryTurn(): Promise<Turn> {
    const { ledger } = this
    const { store, log, signal, metrics, random, driftIntervalMs } = this.#options
    const wasOpen = ledger.isOpen
    const troubleBefore = ledger.trouble?.message
    const stacks = await takeInventory(ledger, { log, signal, snapshot: () => store.snapshot() })
    if (!wasOpen && ledger.isOpen) noteLastResort(ledger, store.snapshot())
    if (wasOpen !== ledger.isOpen || (!ledger.isOpen && troubleBefore !== ledger.trouble?.message)) this.#tellAll()
    this.#counted.resolve()
    if (stacks === undefined) return { kind: 'failed' }
    if (!wasOpen && this.#inspection.begin(stacks)) this.#stacks.add(ROUND, 'drift')
    const priority = wasOpen ? 'drift' : 'churn'
    for (const stack of stacks) this.#stacks.add(`${STACK}${stack}`, priority)
    if (ledger.cloud.baseStack !== undefined) this.#stacks.add(BASE, priority)
    metrics.set('fairlead_orphans', orphansOf(ledger.cloud.holdings(), store.snapshot()).length, { provider: ledger.cloud.name })
    return { kind: 'done', againAfterMs: driftIntervalMs * (0.9 + random() / 5) }
  }

  #tellAll(): void {
    for (const service of this.#options.store.snapshot().services()) {
      if (!concerns(this.ledger, service)) continue
      this.#noteEntering(service)
      this.#services.add(nameOf(service.metadata), 'churn')
    }
  }

  async #serviceTurn(key: string): Promise<Turn> {
    const [namespace = '', name = ''] = key.split('/')
    if (this.#options.isDryRun) return { kind: 'done' }
    if (!this.#options.mayWrite()) return NOT_LEADING
    try {
      const { turn, toConverge } = await tellService(this.ledger, namespace, name, this.#options)
      this.#entrance.leave(key)
      for (const stack of toConverge) this.#stacks.add(`${STACK}${stack}`, 'user', this.#entrance.waiting(stack) > 0 ? GATHER_SERVICES_MS : 0)
      return turn
    } catch (error) {
      this.#entrance.leave(key)
      this.#options.log.warn('a Service could not be told', { service: key, error })
      return { kind: 'failed' }
    }
  }

  #logSteps(stack: StackId, { applied, held, stopped }: { applied: readonly Step[]; held: readonly Step[]; stopped?: object }): void {
    const { log } = this.#options
    const provider = this.ledger.cloud.name
    for (const step of applied) if (step.verb !== 'read') log.info('done', { provider, stack, step: stepName(step), why: step.why })
    for (const step of held) log.info('held back by policy', { provider, stack, step: stepName(step), why: step.why })
    if (stopped !== undefined) log.warn('a Stack cannot go on', { provider, stack, stopped })
  }

  #turnOptions(priority: Priority): StackTurnOptions {
    const { api, store, clock, log, signal, mayWrite, filter, isDryRun } = this.#options
    return { api, snapshot: () => store.snapshot(), clock, log, signal, mayWrite, filter, isDryRun, priority: CALLS[priority] }
  }
}

function nameOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`
}
