/** One turn of one Service: says in the cluster what became of its wish, and holds it by our finalizer before anything is made for it. No call to a cloud. */
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { ClusterStore } from '../kubernetes/cluster.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import { type Publication, publish } from '../kubernetes/publish.ts'
import type { Clock } from '../model/clock.ts'
import type { Service } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import { ownerName } from '../model/owner.ts'
import type { LoadBalancerStatus } from '../model/status.ts'
import type { StackId } from '../provider/provider.ts'
import { isToBeApplied } from './intents.ts'
import { concerns, isPrepared, type Ledger, otherStacks, ownerOf, placeService, reportsOf, wishOf } from './ledger.ts'
import { type Standing, tell, type Telling } from './outcome.ts'
import type { Turn } from './queue.ts'
import { isPublished, isSamePlaces } from './published.ts'
import { RIVAL_TEXT } from './sentences.ts'

export interface TellingOptions {
  readonly api: KubernetesApi
  readonly store: Pick<ClusterStore, 'snapshot' | 'learn'>
  readonly events: Pick<EventRecorder, 'record'>
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

export interface ServiceTurn {
  readonly turn: Turn
  /** Stacks that may go on now: the Service is prepared for them, or its address is published. */
  readonly toConverge: readonly StackId[]
}

const REST: ServiceTurn = { turn: { kind: 'done' }, toConverge: [] }

export async function tellService(ledger: Ledger, namespace: string, name: string, options: TellingOptions): Promise<ServiceTurn> {
  const { api, store, clock, signal } = options
  const service = store.snapshot().service(namespace, name)
  if (service === undefined || !concerns(ledger, service) || (!ledger.isOpen && ledger.trouble === undefined)) return REST
  const standing = standingOf(ledger, service, options)
  const telling = tell(standing)
  if (telling.publication === undefined) return REST
  const { publication, events, waitMs } = restrained(ledger, standing, telling, telling.publication, clock.now())
  const published = await publish(api, service, publication, new Date(clock.now()), signal)
  switch (published.kind) {
    case 'gone':
      return REST
    case 'changed':
      options.log.debug('a Service changed while it was told', { service: ownerName(ownerOf(service)), answer: published.message })
      return { turn: { kind: 'failed' }, toConverge: [] }
    case 'unchanged':
    case 'written': {
      store.learn(published.service)
      note(ledger, service, publication, clock.now())
      for (const event of events) options.events.record(service, event)
      const toConverge = publication.finalizer === 'remove' ? [] : goOn(ledger, published.service, options)
      return { turn: waitMs === 0 ? { kind: 'done' } : { kind: 'done', againAfterMs: waitMs }, toConverge }
    }
    default:
      return published satisfies never
  }
}

function standingOf(ledger: Ledger, service: Service, { store }: TellingOptions): Standing {
  const { cloud, roster, trouble, repaired, written } = ledger
  const { uid } = service.metadata
  const lastWritten = written.get(uid)
  return {
    provider: cloud.name,
    service,
    wish: wishOf(ledger, service, store.snapshot()),
    placement: roster.of(uid),
    reports: reportsOf(ledger, uid),
    isRepaired: repaired.has(uid),
    ...(ledger.isOpen || trouble === undefined ? {} : { trouble }),
    ...(lastWritten === undefined ? {} : { written: lastWritten }),
  }
}

interface Restrained {
  readonly publication: Publication
  readonly events: Telling['events']
  /** Until the status may be put right; 0: nothing was held back. */
  readonly waitMs: number
}

/** Somebody who keeps writing over our status is not fought: the rest is told, the status waits. */
function restrained({ rivals }: Ledger, { service, written }: Standing, { events }: Telling, publication: Publication, now: number): Restrained {
  const { status, ...others } = publication
  if (!isOverwritten(service, status, written)) return { publication, events, waitMs: 0 }
  const { waitMs, isFight } = rivals.judge(service.metadata.uid, now)
  const told: Telling['events'] = isFight
    ? [...events.filter(({ reason }) => reason !== 'Repaired'), { type: 'Warning', reason: 'Conflict', message: RIVAL_TEXT }]
    : events
  return waitMs === 0 ? { publication, events: told, waitMs } : { publication: others, events: told, waitMs }
}

function isOverwritten(service: Service, wanted: Publication['status'], written: LoadBalancerStatus | undefined): boolean {
  if (wanted === undefined || wanted === 'clear' || written === undefined) return false
  return isSamePlaces(wanted.places, written.places) && !isPublished(service, wanted.places)
}

function note({ written, repaired, rivals, lingering }: Ledger, service: Service, { status, finalizer }: Publication, now: number): void {
  const { uid } = service.metadata
  repaired.delete(uid)
  if (finalizer === 'remove') {
    written.delete(uid)
    rivals.forget(uid)
    lingering.forget(uid)
    return
  }
  if (status === undefined) return
  if (status === 'clear') written.delete(uid)
  else {
    if (isOverwritten(service, status, written.get(uid))) rivals.repaired(uid, now)
    written.set(uid, status)
  }
}

/**
 * What the Stacks were waiting for: the Service prepared for its home, or the address of its home published, so that the old place may go. Level and not
 * edge: the write that prepared it may have been one whose answer was lost.
 */
function goOn(ledger: Ledger, service: Service, { store, clock }: TellingOptions): readonly StackId[] {
  const { metadata } = service
  const snapshot = store.snapshot()
  if (!ledger.isOpen || snapshot.service(metadata.namespace, metadata.name)?.metadata.uid !== metadata.uid) return []
  placeService(ledger, service, snapshot)
  const placement = ledger.roster.of(metadata.uid)
  if (placement?.home === undefined) return []
  const report = ledger.reports.of(placement.home, metadata.uid)
  const others = otherStacks(placement)
  const isNew = report?.ask !== 'want' && report?.because !== 'claimed elsewhere'
  if (isNew && isPrepared(ledger, service, placement.home) && isToBeApplied(wishOf(ledger, service, snapshot))) return [placement.home, ...others]
  if (report?.verdict.kind !== 'served' || !isPublished(service, report.status.places)) return []
  // What is published now may have taken another's place in the same Stack, which has to be told when that one may go.
  return ledger.lingering.of(metadata.uid, clock.now()).length > 0 ? [placement.home, ...others] : others
}
