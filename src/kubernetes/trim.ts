/**
 * Wire objects cut down to what the model reads, frozen. At ten thousand Services most of what a server sends is `managedFields`, applied
 * configurations and lists of images: none of it stays in memory. It checks nothing: the API server has validated what it stores.
 */
import { hash } from 'node:crypto'
import type { EndpointSlice, Node, Pod, Service } from '../model/cluster.ts'
import { LAST_CHANGE } from '../model/names.ts'
import type { Resource, WatchedResources } from './api.ts'
import type { Interner } from './intern.ts'

/** What to keep of a JSON value: all of it, a shared copy of a text, some fields of an object, the same of each element, or what a function makes of it. */
type Shape = 'all' | 'shared' | { readonly [field: string]: Shape } | readonly [Shape] | ((value: unknown, strings: Interner) => unknown)

/** Which of a Service's annotations are kept: the annotation sets say it, so that what one command refuses the others see. */
export type IsReadAnnotation = (key: string) => boolean

/** Taints that follow a node's conditions come and go with its heartbeats; no balancer may act on them (KEP-3458). */
const CONDITION_TAINT = 'node.kubernetes.io/'

/** The label of an EndpointSlice that names its Service. */
export const SERVICE_NAME = 'kubernetes.io/service-name'

const NAMES = { name: 'all', namespace: 'shared', uid: 'all', resourceVersion: 'all', creationTimestamp: 'all', deletionTimestamp: 'all' } as const

const SERVICE = {
  metadata: { ...NAMES, labels: 'all', annotations: 'all', finalizers: 'all' },
  spec: {
    type: 'shared',
    selector: 'all',
    ports: [{ name: 'shared', protocol: 'shared', port: 'all', targetPort: 'all', nodePort: 'all', appProtocol: 'shared' }],
    clusterIP: 'all',
    clusterIPs: 'all',
    ipFamilies: ['shared'],
    ipFamilyPolicy: 'shared',
    externalIPs: 'all',
    sessionAffinity: 'shared',
    sessionAffinityConfig: 'all',
    externalTrafficPolicy: 'shared',
    healthCheckNodePort: 'all',
    loadBalancerIP: 'all',
    loadBalancerSourceRanges: 'all',
    loadBalancerClass: 'shared',
    allocateLoadBalancerNodePorts: 'all',
    publishNotReadyAddresses: 'all',
    trafficDistribution: 'shared',
  },
  status: { loadBalancer: { ingress: 'all' }, conditions: 'all' },
} as const satisfies Shape

const NODE: Shape = {
  metadata: { ...NAMES, name: 'shared', labels: ['shared'], annotations: keysThat((key) => key.startsWith('fairlead.dev/')) },
  spec: { providerID: 'all', taints: taintKeys },
  status: { addresses: [{ type: 'shared', address: 'all' }] },
}

const ENDPOINT = { addresses: 'all', conditions: { ready: 'all', serving: 'all', terminating: 'all' }, nodeName: 'shared', zone: 'shared' } as const
const WAITING_ENDPOINT = { ...ENDPOINT, targetRef: { name: 'all', uid: 'all' } } as const

const SLICE: Shape = {
  metadata: { ...NAMES, labels: { [SERVICE_NAME]: 'all' }, annotations: keysThat((key) => key === LAST_CHANGE) },
  addressType: 'shared',
  endpoints: [endpoint],
  ports: [{ name: 'shared', protocol: 'shared', port: 'all' }],
}

const NAMESPACE: Shape = { metadata: { ...NAMES, labels: ['shared'] } }

const POD: Shape = {
  metadata: NAMES,
  spec: { readinessGates: [{ conditionType: 'shared' }] },
  status: { conditions: [{ type: 'shared', status: 'shared', reason: 'all', message: 'all', lastTransitionTime: 'all' }] },
}

const SHAPES: Readonly<Record<Exclude<Resource, 'services'>, Shape>> = { nodes: NODE, endpointslices: SLICE, namespaces: NAMESPACE }

/** What makes the part of a wire object that the model reads. */
export type Trim = <R extends Resource>(resource: R, wire: unknown, strings: Interner) => WatchedResources[R]

/** Keeps the annotations of Services that `isRead` names. */
export function trimmer(isRead: IsReadAnnotation): Trim {
  const service: Shape = { ...SERVICE, metadata: { ...SERVICE.metadata, annotations: keysThat(isRead) } }
  return (resource, wire, strings) => trimBy(resource === 'services' ? service : SHAPES[resource], { resource, wire, strings })
}

/** As a `trimmer` that keeps all annotations. `strings` shares texts that many objects repeat. */
export const trim: Trim = trimmer(() => true)

interface Trimming<R> {
  readonly resource: R
  readonly wire: unknown
  readonly strings: Interner
}

function trimBy<R extends Resource>(shape: Shape, { resource, wire, strings }: Trimming<R>): WatchedResources[R] {
  const kept = keep(shape, wire, strings) as Partial<Service & Node & EndpointSlice>
  return Object.freeze(resource === 'services' ? serviceOf(kept, wire) : kept) as WatchedResources[R]
}

function serviceOf(kept: Partial<Service>, wire: unknown): Partial<Service> {
  const otherAnnotations = digestOfOthers((wire as Service).metadata.annotations ?? {}, kept.metadata?.annotations ?? {})
  const metadata = otherAnnotations === undefined ? kept.metadata : Object.freeze({ ...(kept.metadata as Service['metadata']), otherAnnotations })
  return { ...kept, ...(metadata === undefined ? {} : { metadata }), status: kept.status ?? EMPTY }
}

/** A change of any annotation asks for another try, and the texts of those that nothing reads are not worth their memory. */
function digestOfOthers(annotations: Readonly<Record<string, string>>, kept: Readonly<Record<string, string>>): string | undefined {
  const others = Object.entries(annotations).filter(([key]) => !Object.hasOwn(kept, key))
  return others.length === 0 ? undefined : hash('sha1', JSON.stringify(others.toSorted(([a], [b]) => (a < b ? -1 : 1))), 'base64url')
}

export function trimPod(wire: unknown, strings: Interner): Pod {
  return keep(POD, wire, strings) as Pod
}

const EMPTY = Object.freeze({})

/** The name of the Service that a slice belongs to. */
export function serviceNameOf(slice: EndpointSlice): string | undefined {
  return slice.metadata.labels?.[SERVICE_NAME]
}

/** Field by field; a list, or each value of a map where the shape is a list of one. */
function keep(shape: Shape, value: unknown, strings: Interner): unknown {
  if (value === null || value === undefined) return value
  if (shape === 'all') return frozen(value)
  if (shape === 'shared') return typeof value === 'string' ? strings.share(value) : frozen(value)
  if (typeof shape === 'function') return shape(value, strings)
  return Array.isArray(shape) ? elements(shape[0] as Shape, value, strings) : fields(shape as Readonly<Record<string, Shape>>, value, strings)
}

function elements(shape: Shape, value: unknown, strings: Interner): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map((element) => keep(shape, element, strings)))
  return Object.freeze(Object.fromEntries(Object.entries(value as object).map(([key, element]) => [key, keep(shape, element, strings)])))
}

function fields(shape: Readonly<Record<string, Shape>>, value: unknown, strings: Interner): unknown {
  const from = value as Readonly<Record<string, unknown>>
  const kept: Record<string, unknown> = {}
  for (const field in shape) {
    const of = shape[field]
    if (of !== undefined && from[field] !== undefined && from[field] !== null) kept[field] = keep(of, from[field], strings)
  }
  return Object.freeze(kept)
}

function keysThat(isRead: (key: string) => boolean): Shape {
  return (value) => {
    const read = Object.entries(value as Record<string, string>).filter(([key]) => isRead(key))
    return read.length === 0 ? undefined : Object.freeze(Object.fromEntries(read))
  }
}

/** The pod's name is kept where the pod may be asked for: at thousands of endpoints the names of all would be the largest part. */
function endpoint(value: unknown, strings: Interner): unknown {
  const { conditions, targetRef } = value as { conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean }; targetRef?: { kind?: string } }
  // `ready` is also true of what a Service publishes although it is not ready.
  const isServing = conditions?.serving ?? conditions?.ready ?? true
  const isWaiting = !isServing && conditions?.terminating !== true && targetRef?.kind === 'Pod'
  return keep(isWaiting ? WAITING_ENDPOINT : ENDPOINT, value, strings)
}

function taintKeys(value: unknown, strings: Interner): unknown {
  const taints = (value as readonly { readonly key: string }[]).filter(({ key }) => !key.startsWith(CONDITION_TAINT))
  return taints.length === 0 ? undefined : Object.freeze(taints.map(({ key }) => Object.freeze({ key: strings.share(key) })))
}

function frozen(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    for (const element of Object.values(value)) frozen(element)
    Object.freeze(value)
  }
  return value
}
