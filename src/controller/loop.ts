/**
 * Start here: what happens to a Service, from the watch to its status. There is one loop for each provider.
 *
 *     watch ──▶ handle ──▶ queue of Services ──▶ #reconcileService ──▶ finalizer, status, conditions, events
 *                 │                              │          ▲
 *                 └──────▶ queue of Stacks ◀─────┘          │ what changed for a Service
 *                                │                          │
 *                                └──▶ #reconcileStack ──────┘
 *                                     snapshot ──▶ desired ──▶ plan ──▶ apply
 *
 * 1. The watch reports a new Service: `handle` (changes.ts) finds its Stack, and adds the Service to its queue.
 * 2. The Service's first turn writes our finalizer and the name of the Stack into it, so that whatever is created will be found again. Then its Stack is
 *    added to the other queue.
 * 3. The Stack's turn takes one snapshot of the cluster, builds what each of its Services requests (src/desired), decides what is asked for each (want,
 *    follow or gone: stacks/intents.ts), and lets the provider plan and apply it, one cloud call a step, until the plan is empty
 *    (src/provider/engine/turn.ts). It keeps a report for each Service.
 * 4. Services whose report is new get another turn, which writes address, conditions and events (services/service-update.ts decides which) in one patch.
 *
 * A later change, of endpoints, nodes, the policy or the cloud, enters at 1 or 3. A turn reads the present state, never what the event was.
 */
import type { UnreadyPod } from '../desired/readiness-gates.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { Service } from '../model/cluster.ts'
import type { Change, ClusterStore } from '../kubernetes/cluster.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import type { NamedOwner } from '../model/owner.ts'
import type { Policy } from '../policy/policy.ts'
import type { Priority } from '../provider/kit/budget.ts'
import type { StackId } from '../provider/provider.ts'
import type { Activity } from './activity.ts'
import { Changes } from './changes.ts'
import type { Warming } from './gates/readiness-gates.ts'
import type { Side } from './gates/waiting-pods.ts'
import { lookAtProvider, lookAtService, type ProviderLook, type ServiceLook } from './look.ts'
import type { ProviderState } from './provider-state.ts'
import type { ReconcileResult } from './queue.ts'
import { requestOf } from './services/service-request.ts'
import { reconcileService } from './services/service-turn.ts'
import { ArrivingServices } from './stacks/arriving-services.ts'
import { BaseReads } from './stacks/base-reads.ts'
import { reconcileBase } from './stacks/base-turn.ts'
import { InventoryTurns, type InventoryTurnsOptions } from './stacks/inventory-turns.ts'
import { placeService } from './stacks/membership.ts'
import { reconcileStack, type StackTurnOptions } from './stacks/stack-turn.ts'
import { logSteps } from './step-log.ts'
import { type CloudWork, serviceKey, type ServiceName, WorkQueues } from './work.ts'

export interface LoopOptions extends InventoryTurnsOptions {
  readonly api: KubernetesApi
  readonly store: Pick<ClusterStore, 'snapshot' | 'learn'>
  readonly events: Pick<EventRecorder, 'record'>
  readonly signal: AbortSignal
  /** Aborted when the Lease has run out: calls to a cloud that wait are not sent. */
  readonly term: () => AbortSignal
  readonly isDryRun: boolean
  readonly concurrency: number
  readonly warming: Pick<Warming, 'prepare' | 'follow'>
  readonly activity: Pick<Activity, 'noteOutcome'>
}

/** How long a Stack waits for other new Services that are about to enter it. */
const GATHER_SERVICES_MS = 1000
/** At a start: so many Services are placed between two turns of the event loop. */
const BETWEEN_YIELDS = 200

/** The Lease may come back, so it is asked again soon. */
const NOT_LEADING: ReconcileResult = { kind: 'done', againAfterMs: 1000 }

export class Loop implements Side {
  readonly state: ProviderState
  readonly #options: LoopOptions
  readonly #queues: WorkQueues
  readonly #changes: Changes
  readonly #arriving = new ArrivingServices()
  readonly #inventory: InventoryTurns
  readonly #base: BaseReads
  readonly #inventoryTried = Promise.withResolvers<void>()
  #isStarted = false

  constructor(state: ProviderState, options: LoopOptions) {
    this.state = state
    this.#options = options
    const workOnCloud = (item: CloudWork, priority: Priority): Promise<ReconcileResult> => this.#measured(item, priority)
    const workOnService = (name: ServiceName): Promise<ReconcileResult> => this.#reconcileService(name)
    this.#queues = new WorkQueues({ ...options, provider: state.cloud.name, workOnCloud, workOnService })
    this.#base = new BaseReads(state, this.#queues, options.driftIntervalMs)
    this.#inventory = new InventoryTurns(state, this.#queues, options)
    const onDeleted = (uid: string): void => this.#base.noteDeleted(uid)
    this.#changes = new Changes(state, { ...options, queues: this.#queues, arriving: this.#arriving, onDeleted })
  }

  /** Notes where all Services are, and has the inventory taken. */
  async start(): Promise<void> {
    this.#isStarted = true
    const snapshot = this.#options.store.snapshot()
    const unready: UnreadyPod[] = []
    let placed = 0
    for (const service of snapshot.services()) {
      placeService(this.state, service, snapshot)
      const request = requestOf(this.state, service, snapshot)
      if (request.kind !== 'not ours') unready.push(...request.unready)
      placed += 1
      if (placed % BETWEEN_YIELDS === 0) await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await this.#options.warming.prepare(unready)
    this.#queues.add({ kind: 'inventory' }, 'change')
  }

  /** Resolves when the inventory was taken, or failed for the first time. */
  get inventoryTried(): Promise<void> {
    return this.#inventoryTried.promise
  }

  /** The store saw a change in the cluster. */
  handle(change: Change): void {
    this.#changes.handle(change)
  }

  podsChanged(owner: NamedOwner): void {
    this.#changes.podsChanged(owner)
  }

  /** The operator's policy is another one now. */
  setPolicy(policy: Policy | undefined): void {
    this.state.policy = policy
    if (this.#isStarted) this.#changes.policyChanged()
  }

  /** The operator has released the Services with these uids, and no other. */
  release(uids: ReadonlySet<string>): void {
    const before = this.state.released
    const changed = new Set([...uids, ...before].filter((uid) => !(uids.has(uid) && before.has(uid))))
    this.state.released = uids
    if (this.#isStarted && changed.size > 0) this.#changes.released(changed)
  }

  /** The provider found a Stack changed from outside. */
  noteDrift(stack: StackId): void {
    this.#changes.noteDrift(stack)
  }

  /** Orphans with these uids need not be kept any longer. */
  deleteOrphans(uids: readonly string[]): void {
    this.#changes.deleteOrphans(uids)
  }

  /** What is known of a Service; undefined: it has nothing to do with this provider. */
  look(service: Service): ServiceLook | undefined {
    return lookAtService(this.state, service, { snapshot: this.#options.store.snapshot(), nextTurnMs: (stack) => this.#queues.nextTurnMs(stack) })
  }

  lookAtProvider(): ProviderLook {
    return lookAtProvider(this.state, this.#queues.cloudWaiting)
  }

  /** Resolves when nothing is due now. */
  async idle(): Promise<void> {
    await this.#queues.idle()
  }

  /** Starts nothing any more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    await this.#queues.stop()
  }

  async #measured(item: CloudWork, priority: Priority): Promise<ReconcileResult> {
    const { clock, metrics } = this.#options
    const began = clock.now()
    const result = await this.#workOn(item, priority)
    const provider = this.state.cloud.name
    metrics.observe('fairlead_reconcile_seconds', (clock.now() - began) / 1000, { provider, result: result.kind })
    metrics.set('fairlead_queue_depth', this.#queues.cloudWaiting, { provider })
    return result
  }

  async #workOn(item: CloudWork, priority: Priority): Promise<ReconcileResult> {
    switch (item.kind) {
      case 'stack':
        return this.#reconcileStack(item.stack, priority)
      case 'base':
        return this.#reconcileBase(priority)
      case 'base reread':
        return this.#base.reread()
      case 'inventory':
        return this.#takeInventory()
      case 'inspection':
        return this.#options.mayWrite() ? this.#inventory.inspect(this.#callSignal()) : NOT_LEADING
      case 'namespace':
        this.#changes.policyChanged(item.namespace)
        return { kind: 'done' }
      default:
        return item satisfies never
    }
  }

  /** Everything that the cluster requests of one Stack is planned and applied; the Services for which something changed get a turn. */
  async #reconcileStack(stack: StackId, priority: Priority): Promise<ReconcileResult> {
    if (!this.#options.mayWrite()) return NOT_LEADING
    const { metrics, warming } = this.#options
    const provider = this.state.cloud.name
    const isDrift = this.state.stacks.hasDrifted(stack)
    const beforeRetry = (uids: ReadonlySet<string>): void => this.#base.rereadFor(uids)
    const turn = await reconcileStack(this.state, stack, { ...this.#turnOptions(priority), beforeRetry })
    const { result, toUpdate, toReconcile, outcome } = turn
    logSteps(this.#options.log, { provider, stack }, outcome)
    this.#options.activity.noteOutcome({ provider, stack, owners: turn.members.map(({ owner }) => owner), isRepair: isDrift }, outcome)
    warming.follow(this, stack, turn)
    for (const owner of toUpdate) this.#queues.addService(owner, priority)
    this.#queues.addStacks(toReconcile, priority)
    this.#base.noteNeeds(stack, turn)
    this.#base.noteSeen()
    this.#base.noteRefusals(stack, turn)
    this.#inventory.countOrphans()
    if (isDrift && outcome.applied.length > 0) metrics.count('fairlead_drift_repaired_total', { provider }, outcome.applied.length)
    return result
  }

  /** What became of one Service's request is written into it; the Stacks that waited for that get a turn. */
  async #reconcileService(name: ServiceName): Promise<ReconcileResult> {
    const { isDryRun, mayWrite, log } = this.#options
    const service = serviceKey(name)
    if (isDryRun) return { kind: 'done' }
    if (!mayWrite()) return NOT_LEADING
    try {
      const { result, toReconcile } = await reconcileService(this.state, name, this.#options)
      this.#arriving.leave(service)
      for (const stack of toReconcile) this.#queues.addStacks([stack], 'change', this.#arriving.waiting(stack) > 0 ? GATHER_SERVICES_MS : 0)
      return result
    } catch (error) {
      this.#arriving.leave(service)
      log.warn('updating a Service failed', { service, error })
      return { kind: 'failed' }
    }
  }

  /** The Stack that the others depend on, planned for all Services and nodes of the cluster. */
  async #reconcileBase(priority: Priority): Promise<ReconcileResult> {
    const { log, mayWrite } = this.#options
    if (!mayWrite()) return NOT_LEADING
    const retryNow = this.#base.takeRetries()
    const { result, toReconcile, toUpdate, outcome } = await reconcileBase(this.state, { ...this.#turnOptions(priority), retryNow })
    this.#base.noteSeen()
    logSteps(log, { provider: this.state.cloud.name, stack: 'base' }, outcome)
    this.#options.activity.noteOutcome({ provider: this.state.cloud.name, stack: 'base', owners: [], isRepair: false }, outcome)
    for (const owner of toUpdate) this.#queues.addService(owner, priority)
    this.#queues.addStacks(toReconcile, 'churn')
    return result
  }

  async #takeInventory(): Promise<ReconcileResult> {
    const result = await this.#inventory.takeInventory(this.#callSignal(), () => this.#changes.inventoryChanged())
    this.#inventoryTried.resolve()
    if (result.kind === 'done') this.#base.noteSeen()
    return result
  }

  /** For calls to a cloud: the process ends, or the Lease has run out. */
  #callSignal(): AbortSignal {
    return AbortSignal.any([this.#options.signal, this.#options.term()])
  }

  #turnOptions(priority: Priority): StackTurnOptions {
    const { api, store, clock, log, mayWrite, filter, isDryRun } = this.#options
    return { api, snapshot: () => store.snapshot(), clock, log, signal: this.#callSignal(), mayWrite, filter, isDryRun, priority }
  }
}
