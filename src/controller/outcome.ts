/**
 * What a Service is told: one pure, total function from its wish and from what became of it in its Stacks, to finalizer, address, condition and events.
 */
import { isHeldBy } from '../desired/eligible.ts'
import type { Wish } from '../desired/wish.ts'
import type { ServiceEvent } from '../kubernetes/events.ts'
import type { Publication } from '../kubernetes/publish.ts'
import type { Service } from '../model/cluster.ts'
import { READY } from '../model/names.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { LoadBalancerStatus } from '../model/status.ts'
import type { StackId } from '../provider/provider.ts'
import { isProtected, isToBeApplied } from './intents.ts'
import { readyOf } from './ready.ts'
import type { Report } from './report.ts'
import type { Placement } from './roster.ts'
import { DELETED_TEXT, eventType, placesText, REPAIRED_TEXT, servedText, STATUS_REPAIRED_TEXT } from './sentences.ts'
import { isPublished, isSamePlaces, placesOf } from './published.ts'

export interface Standing {
  readonly provider: string
  readonly service: Service
  readonly wish: Wish
  /** Absent: the Service is in no Stack, and none knows it. */
  readonly placement: Placement | undefined
  readonly reports: ReadonlyMap<StackId, Report>
  /** What the cloud holds could not be read so far: nothing can be known of any Stack. */
  readonly trouble?: { readonly reason: ReadyReason; readonly message: string }
  /** A drift was put right since the Service was last told. */
  readonly isRepaired: boolean
  /** What we wrote last into `status.loadBalancer`; absent: nothing since this process started. */
  readonly written?: LoadBalancerStatus
}

export interface Telling {
  /** Absent: the Service is none of our business, or there is nothing to say yet. */
  readonly publication?: Publication
  /** To be told when the publication is written, or was not needed. */
  readonly events: readonly ServiceEvent[]
}

const NOTHING: Telling = { events: [] }

export function tell(standing: Standing): Telling {
  const { service, wish } = standing
  const isDeleting = service.metadata.deletionTimestamp !== undefined
  return wish.kind === 'not ours' || (isDeleting && !isProtected(wish)) ? tellLeaving(standing) : tellWanted(standing, wish, isDeleting)
}

/** A Service that goes, or goes elsewhere: the finalizer goes when every Stack was seen to hold nothing of it. */
function tellLeaving(standing: Standing): Telling {
  const { service, provider, placement, trouble } = standing
  if (!isHeldBy(service, provider)) return NOTHING
  const left = placement === undefined ? [] : [...stacksOf(placement)].filter((stack) => !placement.cleared.has(stack))
  if (left.length > 0 || trouble !== undefined) return withReady(standing, { provider, finalizer: 'keep' })
  const publication: Publication = { provider, finalizer: 'remove', ...(isStatusOurs(standing) ? { status: 'clear' } : {}) }
  return { publication, events: [{ type: 'Normal', reason: 'Deleted', message: DELETED_TEXT }] }
}

function tellWanted(standing: Standing, wish: Exclude<Wish, { kind: 'not ours' }>, isDeleting: boolean): Telling {
  const { service, provider, placement } = standing
  const isApplied = isToBeApplied(wish) && placement?.home !== undefined && !isDeleting && standing.trouble === undefined
  const status = statusOf(standing)
  const told = withReady(standing, {
    provider,
    finalizer: isApplied ? 'add' : 'keep',
    ...(isApplied ? { stacks: stacksToName(placement) } : {}),
    ...(status === undefined ? {} : { status }),
  })
  return { ...told, events: [...addressEvents(service, status, standing, wish), ...told.events] }
}

function withReady(standing: Standing, publication: Publication): Telling {
  const ready = readyOf(standing)
  const before = standing.service.status.conditions?.find(({ type }) => type === READY)
  if (ready === undefined) return { publication, events: [] }
  const isNews = before?.reason !== ready.reason || (before.message !== ready.message && ready.reason !== 'Ready')
  const notes = standing.wish.kind === 'not ours' ? [] : standing.wish.notes
  const { reason, message } = ready
  const events: ServiceEvent[] = [
    { type: eventType(reason), reason, message },
    ...notes.map((note): ServiceEvent => ({ type: 'Normal', reason, message: note })),
  ]
  return { publication: { ...publication, ready }, events: isNews ? events : [] }
}

/** The Stacks that the annotation has to name: those it names, but for the ones seen empty, and then the others. */
function stacksToName(placement: Placement): readonly StackId[] {
  const { home, named, held, cleared } = placement
  const all = new Set([...named, ...held, ...(home === undefined ? [] : [home])])
  return [...all].filter((stack) => stack === home || !cleared.has(stack))
}

function stacksOf({ home, named, held }: Placement): Set<StackId> {
  return new Set([...named, ...held, ...(home === undefined ? [] : [home])])
}

/**
 * What stands in `status.loadBalancer`. An address is published when it is served, and taken back when a finished turn found none; a turn that could
 * not finish says nothing about it. Where nothing is published, nothing can be taken back, and what is wrong with the ports is told at once: it needs no Stack.
 */
function statusOf({ service, wish, placement, reports }: Standing): LoadBalancerStatus | 'clear' | undefined {
  const malformedPorts = wish.kind === 'malformed' ? (wish.ports ?? []) : undefined
  const bare = malformedPorts === undefined || placesOf(service).length > 0 ? undefined : orClear({ places: [], ports: malformedPorts })
  if (placement === undefined) return bare
  const home = placement.home === undefined ? undefined : reports.get(placement.home)
  const ports = wish.kind === 'malformed' ? wish.ports : home?.verdict.kind === 'refused' ? home.verdict.ports : undefined
  const found = [home, ...[...stacksOf(placement)].filter((stack) => stack !== placement.home).map((stack) => reports.get(stack))].filter(
    (report) => report !== undefined,
  )
  const serving = found.find((report) => isConclusive(report) && report.status.places.length > 0)
  const status = serving?.status ?? (found.length > 0 && found.every(isConclusive) ? NOWHERE : undefined)
  if (status === undefined) return bare
  return orClear(ports === undefined ? status : { ...status, ports })
}

function orClear(status: LoadBalancerStatus): LoadBalancerStatus | 'clear' {
  return status.places.length === 0 && (status.ports?.length ?? 0) === 0 ? 'clear' : status
}

const NOWHERE: LoadBalancerStatus = { places: [] }

function isConclusive({ ask, verdict }: Report): boolean {
  return ask !== 'nothing' && (verdict.kind === 'served' || verdict.kind === 'refused')
}

function addressEvents(service: Service, status: LoadBalancerStatus | 'clear' | undefined, standing: Standing, wish: Wish): readonly ServiceEvent[] {
  const repaired: ServiceEvent[] = standing.isRepaired ? [{ type: 'Normal', reason: 'Repaired', message: REPAIRED_TEXT }] : []
  if (status === undefined || status === 'clear' || status.places.length === 0) return repaired
  const before = placesOf(service)
  if (isPublished(service, status.places)) return repaired
  if (standing.written !== undefined && isSamePlaces(standing.written.places, status.places))
    return [...repaired, { type: 'Warning', reason: 'Repaired', message: STATUS_REPAIRED_TEXT }]
  if (before.length > 0)
    return [
      ...repaired,
      { type: 'Normal', reason: 'AddressChanged', message: `The address is ${placesText(status.places)} now; it was ${placesText(before)}.` },
    ]
  const isAdopted = wish.kind === 'wanted' && wish.desired.settings.adopt !== undefined
  return [...repaired, { type: 'Normal', reason: isAdopted ? 'Adopted' : 'Created', message: servedText(status.places) }]
}

/**
 * Whether the address in the status of a leaving Service is one of ours. The API server empties the status at a change of type, and a class only
 * changes that way, so what a Service with another class shows was written after us; without a class it may be ours, unless a cloud's own controller
 * took over.
 */
function isStatusOurs({ service, wish, written }: Standing): boolean {
  if (service.spec.type !== 'LoadBalancer') return false
  if (wish.kind !== 'not ours') return true
  if (written !== undefined) return isPublished(service, written.places)
  const isTakenOver = service.metadata.finalizers?.includes('service.kubernetes.io/load-balancer-cleanup') ?? false
  return service.spec.loadBalancerClass === undefined && !isTakenOver
}
