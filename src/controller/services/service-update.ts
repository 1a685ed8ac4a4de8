/**
 * What is written about a Service: one pure, total function from its request and from what became of it in its Stacks, to finalizer, address, condition and
 * events.
 */
import { isHeldBy, isLeftBehind } from '../../desired/eligible.ts'
import type { ServiceRequest } from '../../desired/service-request.ts'
import type { ServiceEvent } from '../../kubernetes/events.ts'
import type { Publication, UpstreamFinalizer } from '../../kubernetes/publish.ts'
import type { Service } from '../../model/cluster.ts'
import { BACKENDS, classOf, READY, UPSTREAM_FINALIZER, UPSTREAM_MARK } from '../../model/names.ts'
import type { ReadyReason } from '../../model/reason.ts'
import type { LoadBalancerStatus } from '../../model/status.ts'
import type { StackId } from '../../provider/provider.ts'
import type { Support } from '../../provider/capabilities.ts'
import { backendsOf } from './backends-condition.ts'
import { isProtected, isToBeApplied } from '../stacks/intents.ts'
import { readyOf } from './ready-condition.ts'
import type { Report } from './report.ts'
import type { Placement } from '../stacks/placements.ts'
import { DELETED_TEXT, eventType, placesText, REPAIRED_TEXT, servedText, STATUS_REPAIRED_TEXT, UPSTREAM_LEFT_TEXT } from './sentences.ts'
import { isPublished, isSamePlaces, placesOf } from './published.ts'

export interface ServiceFacts {
  readonly provider: string
  readonly service: Service
  readonly request: ServiceRequest
  /** Absent: the Service is in no Stack, and none knows it. */
  readonly placement: Placement | undefined
  readonly reports: ReadonlyMap<StackId, Report>
  /** Whether connections are refused at once while there are no backends. */
  readonly zeroBackendsRefuse: Support
  /** What the cloud holds could not be read so far: nothing can be known of any Stack. */
  readonly trouble?: { readonly reason: ReadyReason; readonly message: string }
  /** The defaults of the operator's policy, to be kept on the Service when it is first managed; absent: there are none. */
  readonly defaults?: string
  /** Packets come to the nodes with the published address and the Service's own port. */
  readonly byPublishedAddress: boolean
  /** Services also carry the finalizer of Kubernetes' own service controller. */
  readonly upstreamFinalizer: boolean
  /** A drift was corrected since the Service was last updated. */
  readonly isRepaired: boolean
  /** What we wrote last into `status.loadBalancer`; absent: nothing since this process started. */
  readonly written?: LoadBalancerStatus
}

/** What is to be written about a Service. */
export interface ServiceUpdate {
  readonly publication: Publication
  /** To be recorded when the publication is written, or was not needed. */
  readonly events: readonly ServiceEvent[]
  /** Milliseconds until what was left out of the publication may be written; absent: nothing was left out. */
  readonly waitMs?: number
}

/** Undefined: the Service is not ours, or there is nothing to say yet. */
export function updateFor(facts: ServiceFacts): ServiceUpdate | undefined {
  const { service, request } = facts
  const isDeleting = service.metadata.deletionTimestamp !== undefined
  return request.kind === 'not ours' || (isDeleting && !isProtected(request)) ? updateLeaving(facts) : updateWanted(facts, request, isDeleting)
}

/** A Service that is deleted, or no longer asks for this provider: the finalizer is removed when every Stack was seen to hold nothing of it. */
function updateLeaving(facts: ServiceFacts): ServiceUpdate | undefined {
  const { service, provider, placement, trouble } = facts
  const left = placement === undefined ? [] : [...stacksOf(placement)].filter((stack) => !placement.cleared.has(stack))
  if (!isHeldBy(service, provider)) return left.length === 0 && isLeftBehind(service) ? updateLeftBehind(facts) : undefined
  if (left.length > 0 || trouble !== undefined) return withReady(facts, { provider, finalizer: 'keep' })
  const upstream = upstreamOfReleased(service, facts)
  const publication: Publication = { provider, finalizer: 'remove', upstream, ...(isStatusOurs(facts) ? { status: 'clear' } : {}) }
  const leftEvents: ServiceEvent[] =
    upstream === 'release' && isUpstreamOurs(service, provider) ? [{ type: 'Warning', reason: 'Deleted', message: UPSTREAM_LEFT_TEXT }] : []
  return { publication, events: [{ type: 'Normal', reason: 'Deleted', message: DELETED_TEXT }, ...leftEvents, ...leftovers(facts)] }
}

/** What a person has to remove, because the provider may not. */
function leftovers({ placement, reports }: ServiceFacts): readonly ServiceEvent[] {
  const found = placement === undefined ? [] : [...stacksOf(placement)].map((stack) => reports.get(stack))
  const notes = found.flatMap((report) => (report?.ask === 'gone' ? (report.notes ?? []) : []))
  return notes.map((message) => ({ type: 'Warning', reason: 'Deleted', message }))
}

/**
 * The service controller of Kubernetes takes Services without a class, and counts on a finalizer that it finds: so where such a Service is not ours any
 * more, the finalizer stays.
 */
function upstreamOfReleased({ spec }: Service, { request }: ServiceFacts): UpstreamFinalizer {
  return request.kind === 'not ours' && spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined ? 'release' : 'remove'
}

function isUpstreamOurs({ metadata }: Service, provider: string): boolean {
  return metadata.finalizers?.includes(UPSTREAM_FINALIZER) === true && metadata.annotations?.[UPSTREAM_MARK] === provider
}

/** Its finalizer is gone already, or it never had one: the conditions go as they would have gone with it. */
function updateLeftBehind({ provider, written }: ServiceFacts): ServiceUpdate {
  const deleted: ServiceEvent[] = written === undefined ? [] : [{ type: 'Normal', reason: 'Deleted', message: DELETED_TEXT }]
  return { publication: { provider, finalizer: 'remove' }, events: deleted }
}

function updateWanted(facts: ServiceFacts, request: Exclude<ServiceRequest, { kind: 'not ours' }>, isDeleting: boolean): ServiceUpdate {
  const { service, provider, placement } = facts
  const isApplied = isToBeApplied(request) && placement?.home !== undefined && !isDeleting && facts.trouble === undefined
  const status = statusOf(facts)
  const update = withReady(facts, {
    provider,
    finalizer: isApplied ? 'add' : 'keep',
    ...(isApplied ? { stacks: stacksToName(placement) } : {}),
    ...(facts.upstreamFinalizer ? (isApplied ? { upstream: 'hold' } : {}) : { upstream: 'remove' }),
    ...(isApplied && facts.defaults !== undefined ? { defaults: facts.defaults } : {}),
    ...(status === undefined ? {} : { status }),
  })
  const { condition, isPartial } = backendsOf(facts, status, update.publication.ready !== undefined)
  const publication = { ...update.publication, ...(condition === undefined ? {} : { backends: condition }) }
  const events = [...addressEvents(service, status, facts, request), ...update.events, ...(isPartial ? partialEvents(service, condition) : [])]
  return { publication, events }
}

/** Where some ports have backends and others have none, the condition Ready does not say so: an event does. */
function partialEvents(service: Service, backends: Publication['backends']): readonly ServiceEvent[] {
  if (backends === undefined) return []
  const before = service.status.conditions?.find(({ type }) => type === BACKENDS)
  if (before?.reason === backends.reason && before.message === backends.message) return []
  return [{ type: 'Warning', reason: 'NoBackends', message: backends.message }]
}

function withReady(facts: ServiceFacts, publication: Publication): ServiceUpdate {
  const ready = readyOf(facts)
  const before = facts.service.status.conditions?.find(({ type }) => type === READY)
  if (ready === undefined) return { publication, events: [] }
  const home = facts.placement?.home
  const hasNotes = home !== undefined && (facts.reports.get(home)?.notes ?? []).length > 0
  const isNews = before?.reason !== ready.reason || (before.message !== ready.message && (ready.reason !== 'Ready' || hasNotes))
  const notes = facts.request.kind === 'not ours' ? [] : facts.request.notes
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
 * not finish says nothing about it. Where nothing is published, nothing can be taken back, and what is wrong with the ports is published at once: it needs no Stack.
 */
function statusOf({ service, request, placement, reports }: ServiceFacts): LoadBalancerStatus | 'clear' | undefined {
  const malformedPorts = request.kind === 'malformed' ? (request.ports ?? []) : undefined
  const bare = malformedPorts === undefined || placesOf(service).length > 0 ? undefined : orClear({ places: [], ports: malformedPorts })
  if (placement === undefined) return bare
  const home = placement.home === undefined ? undefined : reports.get(placement.home)
  const ports = request.kind === 'malformed' ? request.ports : home?.result.kind === 'refused' ? home.result.ports : undefined
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

function isConclusive({ ask, result }: Report): boolean {
  return ask !== 'nothing' && (result.kind === 'served' || result.kind === 'refused')
}

function addressEvents(
  service: Service,
  status: LoadBalancerStatus | 'clear' | undefined,
  facts: ServiceFacts,
  request: ServiceRequest,
): readonly ServiceEvent[] {
  const repaired: ServiceEvent[] = facts.isRepaired ? [{ type: 'Normal', reason: 'Repaired', message: REPAIRED_TEXT }] : []
  if (status === undefined || status === 'clear' || status.places.length === 0) return repaired
  const before = placesOf(service)
  if (isPublished(service, status.places)) return repaired
  if (facts.written !== undefined && isSamePlaces(facts.written.places, status.places))
    return [...repaired, { type: 'Warning', reason: 'Repaired', message: STATUS_REPAIRED_TEXT }]
  if (before.length > 0)
    return [
      ...repaired,
      { type: 'Normal', reason: 'AddressChanged', message: `The address is ${placesText(status.places)} now; it was ${placesText(before)}.` },
    ]
  const isAdopted = request.kind === 'wanted' && request.desired.settings.adopt !== undefined
  return [...repaired, { type: 'Normal', reason: isAdopted ? 'Adopted' : 'Created', message: servedText(status.places) }]
}

/**
 * Whether the address in the status of a leaving Service is one of ours. The API server empties the status at a change of type, and a class only
 * changes that way, so what a Service with another class shows was written after us; without a class it may be ours, unless a cloud's own controller
 * took over.
 */
function isStatusOurs({ service, provider, request, written }: ServiceFacts): boolean {
  if (service.spec.type !== 'LoadBalancer') return false
  // The class changes only with the type, which empties the status: what has our class and is not ours was released.
  if (request.kind !== 'not ours' || service.spec.loadBalancerClass === classOf(provider)) return true
  if (written !== undefined) return isPublished(service, written.places)
  const isTakenOver = service.metadata.finalizers?.includes(UPSTREAM_FINALIZER) === true && !isUpstreamOurs(service, provider)
  return service.spec.loadBalancerClass === undefined && !isTakenOver
}
