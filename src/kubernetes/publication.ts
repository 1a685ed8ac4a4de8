/** What a Service should say, against what it says: the one patch that makes the difference, or none. Pure. */
import { isDeepStrictEqual } from 'node:util'
import { parseAddress } from '../model/address.ts'
import type { Condition, Ingress, Service } from '../model/cluster.ts'
import {
  BACKENDS,
  defaultsAnnotationOf,
  FINALIZERS,
  finalizerOf,
  PORTS_ERROR,
  READY,
  stackAnnotationOf,
  UPSTREAM_FINALIZER,
  UPSTREAM_MARK,
} from '../model/names.ts'
import type { BackendsReason, ReadyReason } from '../model/reason.ts'
import type { LoadBalancerStatus, Place, PortStatus } from '../model/status.ts'
import { escaped } from '../model/text.ts'
import { secondsTime } from './micro-time.ts'

export interface Publication {
  readonly provider: string
  /** `remove` takes our conditions and the Stacks away in the same patch. `add` is for a live Service: a deleting one refuses it. */
  readonly finalizer: 'keep' | 'add' | 'remove'
  /** The value of the annotation `fairlead.dev/stack-<provider>`; absent: left as it is. */
  readonly stacks?: readonly string[]
  /** The value of the annotation `fairlead.dev/defaults-<provider>`, written by the patch that adds the finalizer and never changed later. */
  readonly defaults?: string
  /** What becomes of `service.kubernetes.io/load-balancer-cleanup`; absent: it is left as it is. */
  readonly upstream?: UpstreamFinalizer
  /** Absent: `status.loadBalancer` is left as it is. */
  readonly status?: LoadBalancerStatus | 'clear'
  /** Absent: the condition is left as it is. */
  readonly ready?: { readonly status: 'True' | 'False' | 'Unknown'; readonly reason: ReadyReason; readonly message: string }
  /** Absent: the condition `fairlead.dev/Backends` is left as it is. */
  readonly backends?: { readonly status: 'True' | 'False'; readonly reason: BackendsReason; readonly message: string }
}

/**
 * `hold`: added where it is absent, and marked as ours; one that another controller has set stays unmarked. `remove`: removed with the mark, where it is
 * marked as ours. `release`: only the mark is removed, so that the finalizer belongs to another controller from then on.
 */
export type UpstreamFinalizer = 'hold' | 'remove' | 'release'

/** A strategic merge patch for `/status`, where metadata is taken too: finalizers are a set, conditions go by type, ingress is replaced. */
export interface StatusPatch {
  /** The UID is a guard: another Service of the same name refuses the patch. */
  readonly metadata: { readonly uid: string; readonly resourceVersion?: string; readonly [field: string]: unknown }
  readonly status?: { readonly loadBalancer?: { readonly ingress: readonly Ingress[] | null }; readonly conditions?: readonly ConditionPatch[] }
}

type ConditionPatch = Condition | { readonly $patch: 'delete'; readonly type: string }

const LONGEST_MESSAGE = 32_768

/** Undefined: the Service says so already. `now` dates a condition whose status changes. */
export function publication(service: Service, wanted: Publication, now: Date): StatusPatch | undefined {
  const upstream = upstreamChange(service, wanted)
  // Between the read and the write another controller may have set the finalizer: then the server refuses the patch, and the Service is read again.
  const isTouched = upstream.finalizer !== undefined || upstream.mark !== service.metadata.annotations?.[UPSTREAM_MARK]
  const guard = !isTouched ? {} : { resourceVersion: service.metadata.resourceVersion }
  const metadata = { ...guard, ...finalizerPatch(service, wanted, upstream), ...annotationPatch(service, wanted, upstream) }
  const status = { ...ingressPatch(service, wanted), ...conditionsPatch(service, wanted, now) }
  if (isEmpty(metadata) && isEmpty(status)) return undefined
  return { metadata: { uid: service.metadata.uid, ...metadata }, ...(isEmpty(status) ? {} : { status }) }
}

function finalizerPatch({ metadata }: Service, { finalizer, provider }: Publication, upstream: UpstreamChange): object {
  const name = finalizerOf(provider)
  const isThere = metadata.finalizers?.includes(name) === true
  const added = [...(finalizer === 'add' && !isThere ? [name] : []), ...(upstream.finalizer === 'add' ? [UPSTREAM_FINALIZER] : [])]
  const removed = [...(finalizer === 'remove' && isThere ? [name] : []), ...(upstream.finalizer === 'remove' ? [UPSTREAM_FINALIZER] : [])]
  return {
    ...(added.length === 0 ? {} : { finalizers: added }),
    ...(removed.length === 0 ? {} : { '$deleteFromPrimitiveList/finalizers': removed }),
  }
}

interface UpstreamChange {
  readonly finalizer?: 'add' | 'remove'
  /** The mark's value from now on. */
  readonly mark: string | undefined
}

/** The mark decides whose the finalizer is: one without it was set by another controller, which still needs it. */
function upstreamChange({ metadata }: Service, { provider, upstream }: Publication): UpstreamChange {
  const isThere = metadata.finalizers?.includes(UPSTREAM_FINALIZER) === true
  const mark = metadata.annotations?.[UPSTREAM_MARK]
  if (upstream === 'hold') {
    if (!isThere) return { finalizer: 'add', mark: provider }
    return { mark: mark === undefined ? undefined : provider }
  }
  if (upstream === undefined || mark !== provider) return { mark }
  return { ...(upstream === 'remove' && isThere ? { finalizer: 'remove' } : {}), mark: undefined }
}

function annotationPatch({ metadata }: Service, { finalizer, provider, stacks, defaults }: Publication, { mark }: UpstreamChange): object {
  const [stackKey, defaultsKey] = [stackAnnotationOf(provider), defaultsAnnotationOf(provider)]
  const found = metadata.annotations ?? {}
  const isNew = metadata.finalizers?.includes(finalizerOf(provider)) !== true
  const wanted: Readonly<Record<string, string | undefined>> = {
    [stackKey]: finalizer === 'remove' ? undefined : (stacks?.join(',') ?? found[stackKey]),
    [defaultsKey]: finalizer === 'remove' ? undefined : finalizer === 'add' && isNew ? defaults : found[defaultsKey],
    [UPSTREAM_MARK]: mark,
  }
  const changed = Object.entries(wanted).filter(([key, value]) => value !== found[key])
  return changed.length === 0 ? {} : { annotations: Object.fromEntries(changed.map(([key, value]) => [key, value ?? null])) }
}

function ingressPatch(service: Service, { status }: Publication): object {
  if (status === undefined) return {}
  const published = service.status.loadBalancer?.ingress ?? []
  const ingress = status === 'clear' ? [] : ingressOf(status)
  if (isDeepStrictEqual(published.map(normal), ingress.map(normal))) return {}
  // A patch with an empty list would do as well; null also takes the field away.
  return { loadBalancer: { ingress: ingress.length === 0 ? null : ingress } }
}

/** As the API server takes it: host names in lower case without the dot at the end, addresses in canonical form, `ipMode` only with an address. */
function ingressOf({ places, ports = [] }: LoadBalancerStatus): Ingress[] {
  const errors = ports.some(({ error }) => error !== undefined) ? { ports: ports.map(portOf) } : {}
  return places.map((place) => ({ ...placeOf(place), ...errors }))
}

function placeOf(place: Place): Ingress {
  if ('hostname' in place) return { hostname: place.hostname.toLowerCase().replace(/\.$/, '') }
  return { ip: parseAddress(place.ip) ?? place.ip, ipMode: place.ipMode }
}

function portOf({ port, protocol, error }: PortStatus): { port: number; protocol: string; error?: string } {
  return { port, protocol, ...(error === undefined ? {} : { error }) }
}

/** For comparison: the server writes `ipMode: VIP` where none was sent, and one address has many texts. */
function normal({ ip, hostname, ipMode, ports }: Ingress): object {
  return {
    ip: ip === undefined ? undefined : (parseAddress(ip) ?? ip),
    ipMode: ip ? (ipMode ?? 'VIP') : undefined,
    hostname: hostname || undefined,
    ports: (ports ?? []).map(({ port, protocol, error }) => [port, protocol, error ?? '']),
  }
}

function conditionsPatch(service: Service, wanted: Publication, now: Date): object {
  const conditions = wanted.finalizer === 'remove' ? removedConditions(service, wanted) : changedConditions(service, wanted, now)
  return conditions.length === 0 ? {} : { conditions }
}

/** Where another provider has taken the Service over, the conditions are those of that provider. */
function removedConditions(service: Service, { provider }: Publication): ConditionPatch[] {
  const isTakenOver = service.metadata.finalizers?.some((name) => name.startsWith(FINALIZERS) && name !== finalizerOf(provider)) === true
  const ours = (service.status.conditions ?? []).filter(
    (condition) => ((condition.type === READY || condition.type === BACKENDS) && !isTakenOver) || isOurPortsError(condition, provider),
  )
  return ours.map(({ type }) => ({ $patch: 'delete', type }))
}

function changedConditions(service: Service, { provider, ready, backends, status }: Publication, now: Date): ConditionPatch[] {
  const wanted = [
    ...(ready === undefined ? [] : [{ ...ready, type: READY }]),
    ...(backends === undefined ? [] : [{ ...backends, type: BACKENDS }]),
    ...(status === undefined || status === 'clear' ? [] : portsError(provider, status.ports ?? [])),
  ]
  const changed = wanted.flatMap((condition) => changedCondition(service, condition, now))
  const isMended = status !== undefined && !wanted.some(({ type }) => type === PORTS_ERROR)
  const mended = isMended ? (service.status.conditions ?? []).filter((condition) => isOurPortsError(condition, provider)) : []
  return [...changed, ...mended.map(({ type }) => ({ $patch: 'delete' as const, type }))]
}

type Wanted = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

function changedCondition(service: Service, { type, status, reason, message: text }: Wanted, now: Date): Condition[] {
  const before = service.status.conditions?.find((condition) => condition.type === type)
  const message = escaped(text.slice(0, LONGEST_MESSAGE)).slice(0, LONGEST_MESSAGE)
  if (before?.status === status && before.reason === reason && before.message === message) return []
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : secondsTime(now)
  return [{ type, status, reason, message, lastTransitionTime }]
}

/** The message says whose condition it is, since the type is everybody's. */
function portsError(provider: string, ports: readonly PortStatus[]): Wanted[] {
  const errors = ports.flatMap(({ port, protocol, error }) => (error === undefined ? [] : [`${port}/${protocol} ${error}`]))
  return errors.length === 0 ? [] : [{ type: PORTS_ERROR, status: 'True', reason: PORTS_ERROR, message: `${ourMark(provider)}${errors.join(', ')}` }]
}

function isOurPortsError({ type, message }: Condition, provider: string): boolean {
  return type === PORTS_ERROR && message.startsWith(ourMark(provider))
}

function ourMark(provider: string): string {
  return `fairlead.dev/${provider}: `
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0
}
