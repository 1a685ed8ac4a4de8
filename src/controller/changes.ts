/** The event side: what a change in the cluster, of the policy or in a cloud adds to the queues. It reads no cloud and writes nothing. */
import type { Change, ClusterStore } from '../kubernetes/cluster.ts'
import type { Clock } from '../model/clock.ts'
import type { Service } from '../model/cluster.ts'
import type { Priority } from '../provider/kit/budget.ts'
import type { StackId } from '../provider/provider.ts'
import { isLeftBehind } from '../desired/eligible.ts'
import type { ProviderState } from './provider-state.ts'
import { placesOf } from './services/published.ts'
import { concerns, requestOf } from './services/service-request.ts'
import type { ArrivingServices } from './stacks/arriving-services.ts'
import { isToBeApplied } from './stacks/intents.ts'
import { isPrepared, placeService } from './stacks/membership.ts'
import { triggerOf } from './triggers.ts'
import { GATHER_NODES_MS, serviceKey, type ServiceName, type WorkQueues } from './work.ts'

export interface ChangesOptions {
  readonly store: Pick<ClusterStore, 'snapshot'>
  readonly clock: Pick<Clock, 'now'>
  readonly isDryRun: boolean
  readonly queues: WorkQueues
  readonly arriving: ArrivingServices
  /** Called with the uid of a Service that the cluster does not show any more. */
  readonly onDeleted: (uid: string) => void
}

/** Pods come and go in waves; this much of a wave is taken at once. */
const GATHER_ENDPOINTS_MS = 100
/** Where the operator's policy counts Services, one that comes or goes concerns the others of its namespace. */
const GATHER_NAMESPACE_MS = 200

export class Changes {
  readonly #state: ProviderState
  readonly #options: ChangesOptions

  constructor(state: ProviderState, options: ChangesOptions) {
    this.#state = state
    this.#options = options
  }

  /** The store saw a change in the cluster. */
  handle(change: Change): void {
    const { queues } = this.#options
    const trigger = triggerOf(change)
    if (change.resource === 'services') this.#placeAgain(change)
    switch (trigger?.kind) {
      case undefined:
        return
      case 'request':
        this.#noteRetry(change)
        queues.addService(trigger, 'change')
        this.#addStacksOf(trigger, 'change', 0)
        return
      case 'status':
        queues.addService(trigger, 'change')
        return
      case 'endpoints':
        this.podsChanged(trigger)
        return
      case 'nodes':
        this.#addAllStacks()
        return
      case 'namespace':
        queues.add({ kind: 'namespace', namespace: trigger.namespace }, 'change')
        return
      default:
        trigger satisfies never
    }
  }

  /** Pods of the Service are to be added to its load balancer, or removed. */
  podsChanged(name: ServiceName): void {
    this.#addStacksOf(name, 'churn', GATHER_ENDPOINTS_MS)
  }

  /** Before the inventory there is nothing that could have drifted. */
  noteDrift(stack: StackId): void {
    const { cloud, inventory, stacks } = this.#state
    if (!inventory.isTaken) return
    cloud.doubt(stack)
    stacks.noteDrift(stack)
    this.#options.queues.addStacks([stack], 'churn')
  }

  /** Orphans with these uids need not be kept any longer. */
  deleteOrphans(uids: readonly string[]): void {
    this.#options.queues.addStacks(this.#state.absences.orphans.request(uids), 'change')
  }

  /** The Services with these uids were released, or are not any more. */
  released(uids: ReadonlySet<string>): void {
    const { store, queues } = this.#options
    for (const service of store.snapshot().services()) {
      const { metadata } = service
      if (!uids.has(metadata.uid)) continue
      placeService(this.#state, service, store.snapshot())
      this.#state.services.noteChanged(metadata.uid)
      this.#noteArriving(service)
      queues.addService(metadata, 'change')
      this.#addStacksOf(metadata, 'change', 0)
    }
  }

  /** What the operator allows may have changed. `namespace`: only there. */
  policyChanged(namespace?: string): void {
    const snapshot = this.#options.store.snapshot()
    for (const service of namespace === undefined ? snapshot.services() : snapshot.servicesIn(namespace)) this.#reconcileUnderPolicy(service)
  }

  /** Every Service may have something else to say: the inventory was taken, or cannot be taken for another reason. */
  inventoryChanged(): void {
    for (const service of this.#options.store.snapshot().services()) {
      if (!concerns(this.#state, service) && !isLeftBehind(service)) continue
      this.#noteArriving(service)
      this.#options.queues.addService(service.metadata, 'churn')
    }
  }

  /** Keeps the index of Stacks and the memory of old addresses as the cluster has it. */
  #placeAgain(change: Extract<Change, { resource: 'services' }>): void {
    const { before, after } = change
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) this.#noteDeleted(before)
    if (after !== undefined) this.#place(before, after)
    this.#countAgain(change)
  }

  #place(before: Service | undefined, after: Service): void {
    const { placements, services } = this.#state
    const { store, clock } = this.#options
    const { uid } = after.metadata
    const isKnown = before?.metadata.uid === uid && placements.of(uid) !== undefined
    if (isKnown) services.lingering.note(uid, placesOf(before), placesOf(after), clock.now())
    placeService(this.#state, after, store.snapshot())
    this.#noteArriving(after)
  }

  /** Where the policy counts Services, one that comes or goes, or is published or not any more, may make room for another. */
  #countAgain({ namespace, before, after }: Extract<Change, { resource: 'services' }>): void {
    if (this.#state.policy?.rules.some(({ maxServices }) => maxServices !== undefined) !== true) return
    if (counted(before) !== counted(after)) this.#options.queues.add({ kind: 'namespace', namespace }, 'change', GATHER_NAMESPACE_MS)
  }

  #noteDeleted({ metadata }: Service): void {
    const { placements, services, absences, inventory } = this.#state
    placements.withdraw(metadata.uid)
    // Before the inventory it is not known what is held.
    if (!inventory.isTaken || placements.of(metadata.uid) !== undefined) absences.orphans.depart(metadata.uid)
    services.noteDeleted(metadata.uid)
    this.#options.onDeleted(metadata.uid)
    this.#options.arriving.leave(serviceKey(metadata))
  }

  /** What was refused is tried again at once, and so is an inventory that failed. */
  #noteRetry(change: Change): void {
    const { services, inventory } = this.#state
    if (change.resource === 'services' && change.after !== undefined) services.noteChanged(change.after.metadata.uid)
    if (!inventory.isTaken && inventory.trouble !== undefined) this.#options.queues.add({ kind: 'inventory' }, 'change')
  }

  #reconcileUnderPolicy(service: Service): void {
    if (!concerns(this.#state, service)) return
    placeService(this.#state, service, this.#options.store.snapshot())
    this.#noteArriving(service)
    this.#options.queues.addService(service.metadata, 'change')
    this.#addStacksOf(service.metadata, 'change', 0)
  }

  /** In a dry run no Service is prepared, and the Stack is planned as if all were. */
  #noteArriving(service: Service): void {
    const { store, arriving, isDryRun } = this.#options
    if (isDryRun) return
    const home = this.#state.placements.of(service.metadata.uid)?.home
    if (home === undefined || isPrepared(this.#state, service, home) || !isToBeApplied(requestOf(this.#state, service, store.snapshot()))) return
    arriving.enter(serviceKey(service.metadata), home)
  }

  /** The Stacks of all owners of a name. A Service that is being prepared for its home gets there when it is. */
  #addStacksOf(name: ServiceName, priority: Priority, delayMs: number): void {
    const { inventory, placements } = this.#state
    const { arriving, queues } = this.#options
    if (!inventory.isTaken) return
    for (const uid of placements.named(name.namespace, name.name)) {
      const stacks = [...placements.stacksOf(uid)].filter((stack) => !arriving.isEntering(serviceKey(name), stack))
      queues.addStacks(stacks, priority, delayMs)
    }
  }

  #addAllStacks(): void {
    const { cloud, inventory, placements } = this.#state
    const { queues } = this.#options
    if (!inventory.isTaken) return
    if (cloud.baseStack !== undefined) queues.add({ kind: 'base' }, 'churn', GATHER_NODES_MS)
    queues.addStacks(placements.stacks(), 'churn', GATHER_NODES_MS)
  }
}

/** What a policy counts a Service by. */
function counted(service: Service | undefined): string {
  if (service === undefined) return ''
  const { type, loadBalancerClass = '' } = service.spec
  return [service.metadata.uid, type, loadBalancerClass, placesOf(service).length > 0, service.metadata.finalizers?.length ?? 0].join(' ')
}
