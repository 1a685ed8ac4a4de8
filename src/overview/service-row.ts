/** One row for each Service of ours, as data: what `fairlead get` and other overviews show. From the cluster alone: no cloud is asked. Pure. */
import { placesOf } from '../controller/services/published.ts'
import { isLeftBehind } from '../desired/eligible.ts'
import { unservedClassText } from '../desired/unserved-class.ts'
import { requestedPorts } from '../desired/request-input.ts'
import type { Condition, Service, Snapshot } from '../model/cluster.ts'
import type { ListenerKey } from '../model/load-balancer.ts'
import { BACKENDS, classOf, FINALIZERS, finalizerOf, READY, stackAnnotationOf } from '../model/names.ts'
import { compareText } from '../model/order.ts'
import { ownerName } from '../model/owner.ts'
import { placeText } from '../model/status.ts'
import { capitalized, excerpt } from '../model/text.ts'
import { type BackendCount, backendCount } from './backend-count.ts'
import { type Level, levelOf, type ServiceState, stateOf } from './service-state.ts'

/** Stable: scripts read it. Fields may be added; none changes its meaning. */
export interface ServiceRow {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The provider that manages it, or that it asks for; absent: none yet. */
  readonly provider?: string
  /** `spec.loadBalancerClass`, as it is written. */
  readonly class?: string
  /** Published addresses and host names; empty: none. */
  readonly addresses: readonly string[]
  /** None is published, and the Service asks for one. */
  readonly addressIsPending: boolean
  /** All ports of the Service, in its order: `80/TCP`. */
  readonly ports: readonly ListenerKey[]
  /** Ports that are published as refused, with the error; the others are served. */
  readonly refusedPorts: readonly RefusedPort[]
  readonly backends: BackendCount
  readonly state: ServiceState
  readonly level: Level
  /** That of the condition `fairlead.dev/Ready`; absent: there is none. */
  readonly reason?: string
  /** One sentence, at most 200 characters; empty where the state says it all. */
  readonly message: string
  /** The whole message of the condition; empty: there is none. */
  readonly detail: string
  /** Since when the Service is ready, or is not: ISO 8601; absent: not known. */
  readonly since?: string
  /** The Stacks that it is in, as people call them. */
  readonly stacks: readonly string[]
}

export interface RefusedPort {
  readonly port: string
  readonly error: string
}

export interface Providers {
  readonly names: readonly string[]
  /** Which of them serves Services without a class; absent: none, or not known. */
  readonly forNoClass?: string
}

/** Of all Services of ours, by namespace and name. */
export function rowsOf(snapshot: Snapshot, providers: Providers): readonly ServiceRow[] {
  const rows: ServiceRow[] = []
  for (const service of snapshot.services()) {
    const row = rowOf(service, snapshot, providers)
    if (row !== undefined) rows.push(row)
  }
  return rows.toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name))
}

/** Undefined: it is no Service of ours: nothing of it names a provider of ours, and no controller of ours has written on it. */
export function rowOf(service: Service, snapshot: Pick<Snapshot, 'slicesOf'>, providers: Providers): ServiceRow | undefined {
  const { metadata, spec } = service
  const { namespace, name, uid } = metadata
  const standing = standingOf(service, providers)
  if (standing === undefined) return undefined
  const { provider, isHeld, isLeaving } = standing
  const addresses = placesOf(service).map(placeText)
  const ports = requestedPorts(service).map(({ key }) => key)
  const refusedPorts = refusedIn(service)
  const [ready, backends] = [conditionOf(service, READY), conditionOf(service, BACKENDS)]
  const isPartly = refusedPorts.length > 0 && refusedPorts.length < ports.length
  const isServed = addresses.length > 0 && (refusedPorts.length === 0 || isPartly)
  const state = stateOf({ ready, isHeld, isLeaving, isServed, isPartly })
  const since = sinceOf(service, ready)
  return {
    namespace,
    name,
    uid,
    ...(provider === undefined ? {} : { provider }),
    ...(spec.loadBalancerClass === undefined ? {} : { class: spec.loadBalancerClass }),
    addresses,
    addressIsPending: addresses.length === 0 && !isLeaving,
    ports,
    refusedPorts,
    backends: backendCount(service, snapshot.slicesOf(namespace, name)),
    state,
    level: levelOf(state, ready, backends?.status !== 'False'),
    ...(ready === undefined ? {} : { reason: ready.reason }),
    message: messageOf(state, { service, ready, backends, providers }),
    detail: ready?.message ?? '',
    ...(since === undefined ? {} : { since }),
    stacks: provider === undefined ? [] : stacksOf(service, provider),
  }
}

interface Standing {
  readonly provider: string | undefined
  readonly isHeld: boolean
  readonly isLeaving: boolean
}

/** Undefined: not ours. What holds the Service counts before what it asks for. */
function standingOf(service: Service, { names, forNoClass }: Providers): Standing | undefined {
  const { metadata, spec } = service
  const held = (metadata.finalizers ?? []).flatMap((name) => (name.startsWith(FINALIZERS) ? [name.slice(FINALIZERS.length)] : []))
  const asked = spec.type !== 'LoadBalancer' ? undefined : spec.loadBalancerClass === undefined ? forNoClass : names.find(isClass(spec.loadBalancerClass))
  const isOurs = spec.type === 'LoadBalancer' && (asked !== undefined || spec.loadBalancerClass?.startsWith(classOf('')) === true)
  const isLeft = isLeftBehind(service)
  if (held.length === 0 && !isOurs && !isLeft && conditionOf(service, READY) === undefined) return undefined
  const provider = asked ?? held[0]
  // Without a class the holder was configured to take such Services.
  const isAsked = spec.type === 'LoadBalancer' && (isOurs || spec.loadBalancerClass === undefined)
  return { provider, isHeld: held.length > 0, isLeaving: metadata.deletionTimestamp !== undefined || !isAsked }
}

function isClass(text: string): (name: string) => boolean {
  return (name) => classOf(name) === text
}

function conditionOf({ status }: Service, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type)
}

/** The same errors stand beside each of the addresses. */
function refusedIn({ status }: Service): readonly RefusedPort[] {
  const refused = new Map<string, string>()
  for (const { ports } of status.loadBalancer?.ingress ?? []) {
    for (const { port, protocol, error } of ports ?? []) if (error !== undefined) refused.set(`${port}/${protocol}`, error)
  }
  return [...refused].map(([port, error]) => ({ port, error }))
}

function sinceOf({ metadata }: Service, ready: Condition | undefined): string | undefined {
  return metadata.deletionTimestamp ?? ready?.lastTransitionTime ?? metadata.creationTimestamp
}

interface Said {
  readonly service: Service
  readonly ready: Condition | undefined
  readonly backends: Condition | undefined
  readonly providers: Providers
}

function messageOf(state: ServiceState, { service, ready, backends, providers }: Said): string {
  if (state === 'NotManaged') return notManagedText(service, providers)
  if (state === 'Ready' || state === 'NoBackends') return backends?.status === 'False' ? firstSentence(backends.message) : ''
  // A condition that was true before the deletion says nothing about it.
  return ready === undefined || ready.status === 'True' ? '' : firstSentence(ready.message)
}

function notManagedText({ spec }: Service, { names }: Providers): string {
  const { loadBalancerClass } = spec
  if (loadBalancerClass === undefined || names.some(isClass(loadBalancerClass)))
    return 'No controller serves this Service: none has taken it up yet, or it was released.'
  return capitalized(unservedClassText(loadBalancerClass, names))
}

const LONGEST_MESSAGE = 200

/** At most 200 characters and on one line. */
export function firstSentence(text: string): string {
  return excerpt(firstSentenceOf(text), LONGEST_MESSAGE)
}

/** The text up to the first full stop that another sentence follows. */
export function firstSentenceOf(text: string): string {
  return /^.*?[.!?](?=\s+["'`A-Z(])/s.exec(text)?.[0] ?? text
}

/** Ids in the names of Stacks become the name of the Service. */
function stacksOf({ metadata }: Service, provider: string): readonly string[] {
  const text = metadata.finalizers?.includes(finalizerOf(provider)) === true ? (metadata.annotations?.[stackAnnotationOf(provider)] ?? '') : ''
  return text.split(',').flatMap((stack) => (stack === '' ? [] : [stack.replaceAll(metadata.uid, ownerName(metadata))]))
}
