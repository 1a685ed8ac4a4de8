/**
 * One turn of one Service: writes to the cluster what became of its request, and adds our finalizer before anything is created for it. It makes no call to
 * a cloud.
 */
import { isLeftBehind } from '../../desired/eligible.ts'
import type { KubernetesApi } from '../../kubernetes/api.ts'
import type { ClusterStore } from '../../kubernetes/cluster.ts'
import type { EventRecorder, ServiceEvent } from '../../kubernetes/events.ts'
import { type Publication, publish } from '../../kubernetes/publish.ts'
import type { Clock } from '../../model/clock.ts'
import type { Service } from '../../model/cluster.ts'
import type { Log } from '../../model/log.ts'
import { READY } from '../../model/names.ts'
import { ownerName, ownerOf } from '../../model/owner.ts'
import type { LoadBalancerStatus } from '../../model/status.ts'
import type { StackId } from '../../provider/provider.ts'
import { isToBeApplied } from '../stacks/intents.ts'
import { concerns, defaultsFor, requestOf } from './service-request.ts'
import { isPrepared, otherStacks, placeService, reportsOf } from '../stacks/membership.ts'
import type { ProviderState } from '../provider-state.ts'
import { type ServiceFacts, type ServiceUpdate, updateFor } from './service-update.ts'
import type { ReconcileResult } from '../queue.ts'
import type { ServiceName } from '../work.ts'
import { isPublished, isSamePlaces } from './published.ts'
import { STATUS_FIGHT_TEXT } from './sentences.ts'

export interface ServiceTurnOptions {
  readonly api: KubernetesApi
  readonly store: Pick<ClusterStore, 'snapshot' | 'learn'>
  readonly events: Pick<EventRecorder, 'record'>
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

export interface ServiceTurn {
  readonly result: ReconcileResult
  /** Stacks that may go on now: the Service is prepared for them, or its address is published. */
  readonly toReconcile: readonly StackId[]
}

const NOTHING_TO_DO: ServiceTurn = { result: { kind: 'done' }, toReconcile: [] }

/** Throws what the API server's failures throw, but for conflicts: those are a `failed` turn. */
export async function reconcileService(state: ProviderState, name: ServiceName, options: ServiceTurnOptions): Promise<ServiceTurn> {
  const { api, store, clock, signal } = options
  const service = store.snapshot().service(name.namespace, name.name)
  if (service === undefined || !isToBeUpdated(state, service)) return NOTHING_TO_DO
  const facts = factsOf(state, service, options)
  const update = updateFor(facts)
  if (update === undefined) return NOTHING_TO_DO
  const { publication, events, waitMs } = delayedInFight(state, facts, update, clock.now())
  const published = await publish(api, service, publication, clock.date(), signal)
  switch (published.kind) {
    case 'gone':
      return NOTHING_TO_DO
    case 'changed':
      options.log.debug('a Service changed while it was updated', { service: ownerName(ownerOf(service)), answer: published.message })
      return { result: { kind: 'failed' }, toReconcile: [] }
    case 'unchanged':
    case 'written': {
      store.learn(published.service)
      noteUpdate(state, service, publication, clock.now())
      for (const event of events) options.events.record(service, event)
      logOutcome(service, publication, options.log)
      const toReconcile = publication.finalizer === 'remove' ? [] : stacksToContinue(state, published.service, options)
      return { result: waitMs === undefined ? { kind: 'done' } : { kind: 'done', againAfterMs: waitMs }, toReconcile }
    }
    default:
      return published satisfies never
  }
}

/** Not before the inventory was taken, or failed: until then nothing is known. */
function isToBeUpdated(state: ProviderState, service: Service): boolean {
  const { isTaken, trouble } = state.inventory
  return (concerns(state, service) || isLeftBehind(service)) && (isTaken || trouble !== undefined)
}

function factsOf(state: ProviderState, service: Service, { store }: ServiceTurnOptions): ServiceFacts {
  const { cloud, placements, services, inventory } = state
  const { uid } = service.metadata
  const written = services.written(uid)
  const snapshot = store.snapshot()
  const defaults = defaultsFor(state, service, snapshot)
  return {
    provider: cloud.name,
    service,
    request: requestOf(state, service, snapshot),
    ...(defaults === undefined ? {} : { defaults }),
    placement: placements.of(uid),
    reports: reportsOf(state, uid),
    zeroBackendsRefuse: state.context.provider.capabilities['zero-backends-refuse'],
    byPublishedAddress: cloud.nodesReachedBy === 'publishedAddress',
    upstreamFinalizer: state.upstreamFinalizer,
    isRepaired: services.isRepaired(uid),
    ...(inventory.isTaken || inventory.trouble === undefined ? {} : { trouble: inventory.trouble }),
    ...(written === undefined ? {} : { written }),
  }
}

/** Where another program keeps overwriting the status, the status waits; everything else is published. */
function delayedInFight({ services }: ProviderState, { service, written }: ServiceFacts, update: ServiceUpdate, now: number): ServiceUpdate {
  const { status, ...others } = update.publication
  if (!isOverwritten(service, status, written)) return update
  const { waitMs, isFight } = services.fights.judge(service.metadata.uid, now)
  const fight: ServiceEvent = { type: 'Warning', reason: 'Conflict', message: STATUS_FIGHT_TEXT }
  const events = isFight ? [...update.events.filter(({ reason }) => reason !== 'Repaired'), fight] : update.events
  return waitMs === 0 ? { ...update, events } : { publication: others, events, waitMs }
}

function isOverwritten(service: Service, wanted: Publication['status'], written: LoadBalancerStatus | undefined): boolean {
  if (wanted === undefined || wanted === 'clear' || written === undefined) return false
  return isSamePlaces(wanted.places, written.places) && !isPublished(service, wanted.places)
}

/** One line for each outcome that changes, refusals included; what the Service said before is not logged again. */
function logOutcome({ metadata, status }: Service, { provider, ready, finalizer }: Publication, log: Log): void {
  const service = `${metadata.namespace}/${metadata.name}`
  if (finalizer === 'remove') log.info('released a Service', { service, provider })
  const before = status.conditions?.find(({ type }) => type === READY)
  if (ready === undefined || (before?.reason === ready.reason && before.message === ready.message)) return
  log.info('the state of a Service changed', { service, provider, ready: ready.status, reason: ready.reason, details: ready.message })
}

function noteUpdate({ services }: ProviderState, service: Service, { status, finalizer }: Publication, now: number): void {
  const { uid } = service.metadata
  if (finalizer === 'remove') services.noteReleased(uid)
  else {
    if (isOverwritten(service, status, services.written(uid))) services.fights.repaired(uid, now)
    services.noteUpdated(uid, status)
  }
}

/**
 * What the Stacks were waiting for: the Service prepared for its home, or the address of its home published, so that the old place may go. Level and not
 * edge: the write that prepared it may have been one whose answer was lost.
 */
function stacksToContinue(state: ProviderState, service: Service, { store, clock }: ServiceTurnOptions): readonly StackId[] {
  const { metadata } = service
  const snapshot = store.snapshot()
  if (!state.inventory.isTaken || snapshot.service(metadata.namespace, metadata.name)?.metadata.uid !== metadata.uid) return []
  placeService(state, service, snapshot)
  const placement = state.placements.of(metadata.uid)
  if (placement?.home === undefined) return []
  const report = state.stacks.reports.of(placement.home, metadata.uid)
  const others = otherStacks(placement)
  const isNew = report?.ask !== 'want' && report?.because !== 'claimed elsewhere'
  if (isNew && isPrepared(state, service, placement.home) && isToBeApplied(requestOf(state, service, snapshot))) return [placement.home, ...others]
  if (report?.result.kind !== 'served' || !isPublished(service, report.status.places)) return []
  // What is published now may have taken another's place in the same Stack, which has to know when that one may go; of several that are published together, an
  // old one goes now.
  const mayGo = report.status.places.length > 1 || state.services.lingering.of(metadata.uid, clock.now()).length > 0
  return mayGo ? [placement.home, ...others] : others
}
