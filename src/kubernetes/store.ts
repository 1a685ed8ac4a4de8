/** The cluster as last seen, kept from list pages and watch events, and its listeners. It never calls a server. */
import { isDeepStrictEqual } from 'node:util'
import type { EndpointSlice, Namespace, Node, Pod, Service, Snapshot } from '../model/cluster.ts'
import type { Resource, WatchedResources } from './api.ts'
import { isOlder } from './resource-version.ts'
import { SliceIndex } from './slice-index.ts'
import { objectKey, snapshotOf } from './snapshot.ts'
import { serviceNameOf } from './trim.ts'

/**
 * One change of the store, reported after it was made. Without `before` the object is new to us, without `after` it is gone from the cluster as we see it
 * (which may be stale: what acts on an absence asks the server first). A new object under an old name comes as one change; its UID shows that.
 */
export type Change =
  | { readonly resource: 'services'; readonly namespace: string; readonly name: string; readonly before?: Service; readonly after?: Service }
  | {
      readonly resource: 'endpointslices'
      readonly namespace: string
      readonly name: string
      /** The Service by `kubernetes.io/service-name`. A slice that passes from one Service to another is reported once for each. */
      readonly serviceName?: string
      readonly before?: EndpointSlice
      readonly after?: EndpointSlice
    }
  /** Only what a balancer cares for: existence, deletion, providerID, addresses, labels, annotations we read, taints other than those of node conditions. */
  | { readonly resource: 'nodes'; readonly name: string; readonly before?: Node; readonly after?: Node }
  /** Only its labels. */
  | { readonly resource: 'namespaces'; readonly name: string; readonly before?: Namespace; readonly after?: Namespace }

export type Listener = (change: Change) => void

/** Where one resource's reflector puts what it sees. */
export interface Sink<T> {
  /**
   * What changes nothing that we read is neither taken nor reported. `listed`: from a list, which is the truth also when it is older than what we hold (a
   * server back from a backup, which may even give one version number to two contents).
   */
  put(object: T, from: 'listed' | 'watched'): void
  remove(object: T): void
  /** After a complete list: what it did not name is gone. */
  keepOnly(keys: ReadonlySet<string>): void
  keyOf(object: T): string
}

export class Store {
  readonly sinks: { readonly [R in Resource]: Sink<WatchedResources[R]> }
  readonly #services = new Map<string, Service>()
  readonly #slices = new Map<string, EndpointSlice>()
  readonly #nodes = new Map<string, Node>()
  readonly #pods = new Map<string, Pod>()
  readonly #namespaces = new Map<string, Namespace>()
  /** Made when they are first asked for. */
  readonly #servicesIn = new Map<string, readonly Service[]>()
  readonly #index = new SliceIndex()
  readonly #listeners = new Set<Listener>()
  readonly #onListenerError: (error: unknown) => void
  /** Absent: to be sorted anew. */
  #sortedNodes: readonly Node[] | undefined

  constructor(onListenerError: (error: unknown) => void) {
    this.#onListenerError = onListenerError
    this.sinks = {
      services: sink(this.#services, namespaced, (before, after) => this.#serviceChanged(before, after)),
      endpointslices: sink(this.#slices, namespaced, (before, after) => this.#sliceChanged(before, after)),
      nodes: sink(
        this.#nodes,
        (node) => node.metadata.name,
        (before, after) => this.#nodeChanged(before, after),
      ),
      namespaces: sink(
        this.#namespaces,
        (namespace) => namespace.metadata.name,
        (before, after) => this.#notify({ resource: 'namespaces', name: metadataOf(before, after).name, ...present(before, after) }),
      ),
    }
  }

  snapshot(): Snapshot {
    this.#sortedNodes ??= Object.freeze([...this.#nodes.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)))
    return snapshotOf({
      services: this.#services,
      slices: this.#index.byService,
      nodes: this.#sortedNodes,
      pods: this.#pods,
      servicesIn: this.#inNamespace,
      namespaces: this.#namespaces,
    })
  }

  subscribe(listener: Listener): () => void {
    // Wrapped, so that one function may be subscribed twice.
    const wrapped: Listener = (change) => listener(change)
    this.#listeners.add(wrapped)
    return () => void this.#listeners.delete(wrapped)
  }

  /** Takes what a write of ours was answered, without waiting for the watch; nothing that is no longer, or not yet, in the store. */
  learn(service: Service): void {
    const held = this.#services.get(namespaced(service))
    if (held?.metadata.uid === service.metadata.uid) this.sinks.services.put(service, 'watched')
  }

  /** Takes a pod that was asked for; it stays until it is forgotten. No listener is called. */
  learnPod(pod: Pod): void {
    this.#pods.set(pod.metadata.uid, pod)
  }

  forgetPod(uid: string): void {
    this.#pods.delete(uid)
  }

  readonly #inNamespace = (namespace: string): readonly Service[] => {
    const known = this.#servicesIn.get(namespace)
    if (known !== undefined) return known
    const found = Object.freeze([...this.#services.values()].filter(({ metadata }) => metadata.namespace === namespace))
    this.#servicesIn.set(namespace, found)
    return found
  }

  #serviceChanged(before: Service | undefined, after: Service | undefined): void {
    const { namespace, name } = metadataOf(before, after)
    this.#servicesIn.delete(namespace)
    this.#notify({ resource: 'services', namespace, name, ...present(before, after) })
  }

  #sliceChanged(before: EndpointSlice | undefined, after: EndpointSlice | undefined): void {
    if (before) this.#index.remove(before)
    if (after) this.#index.add(after)
    const { namespace, name } = metadataOf(before, after)
    const services = new Set([before, after].flatMap((slice) => (slice === undefined ? [] : [serviceNameOf(slice)])))
    for (const service of services) {
      this.#notify({ resource: 'endpointslices', namespace, name, ...(service === undefined ? {} : { serviceName: service }), ...present(before, after) })
    }
  }

  #nodeChanged(before: Node | undefined, after: Node | undefined): void {
    this.#sortedNodes = undefined
    this.#notify({ resource: 'nodes', name: metadataOf(before, after).name, ...present(before, after) })
  }

  #notify(change: Change): void {
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        this.#onListenerError(error)
      }
    }
  }
}

type Metadata = Service['metadata'] | Node['metadata']

function sink<T extends { readonly metadata: Metadata }>(
  held: Map<string, T>,
  keyOf: (object: T) => string,
  changed: (before: T | undefined, after: T | undefined) => void,
): Sink<T> {
  const remove = (key: string): void => {
    const before = held.get(key)
    if (held.delete(key)) changed(before, undefined)
  }
  return {
    keyOf,
    put(object, from) {
      const before = held.get(keyOf(object))
      if (before && before.metadata.uid === object.metadata.uid) {
        // A watch event may be older than the answer to a write of ours.
        const isLate = from === 'watched' && isOlder(object.metadata.resourceVersion, before.metadata.resourceVersion)
        if (isLate || isSame(before, object)) return
      }
      held.set(keyOf(object), object)
      changed(before, object)
    },
    remove: (object) => remove(keyOf(object)),
    keepOnly: (keys) => [...held.keys()].filter((key) => !keys.has(key)).forEach(remove),
  }
}

/** Apart from the version, a trimmed object holds nothing that we do not read. */
function isSame<T extends { readonly metadata: Metadata }>(a: T, b: T): boolean {
  return isDeepStrictEqual(withoutVersion(a), withoutVersion(b))
}

function withoutVersion<T extends { readonly metadata: Metadata }>(object: T): T {
  return { ...object, metadata: { ...object.metadata, resourceVersion: '' } }
}

function namespaced({ metadata }: Service | EndpointSlice): string {
  return objectKey(metadata.namespace, metadata.name)
}

function metadataOf<T extends { readonly metadata: Metadata }>(before: T | undefined, after: T | undefined): T['metadata'] {
  const object = after ?? before
  if (object === undefined) throw new Error('a change without an object')
  return object.metadata
}

function present<T>(before: T | undefined, after: T | undefined): { before?: T; after?: T } {
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}
