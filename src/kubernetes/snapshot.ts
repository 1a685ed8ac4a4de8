/** The store as decisions see it: lookups, and nothing that changes. */
import type { EndpointSlice, Namespace, Node, Pod, Service, Snapshot } from '../model/cluster.ts'

export interface Held {
  readonly services: ReadonlyMap<string, Service>
  /** By the Service's key. */
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>
  readonly nodes: readonly Node[]
  /** By UID. */
  readonly pods: ReadonlyMap<string, Pod>
  readonly servicesIn: (namespace: string) => readonly Service[]
  readonly namespaces: ReadonlyMap<string, Namespace>
}

const NONE: readonly EndpointSlice[] = Object.freeze([])

export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

export function snapshotOf({ services, slices, nodes, pods, servicesIn, namespaces }: Held): Snapshot {
  return Object.freeze({
    service: (namespace: string, name: string) => services.get(objectKey(namespace, name)),
    services: () => services.values(),
    servicesIn,
    namespace: (name: string) => namespaces.get(name),
    slicesOf: (namespace: string, name: string) => slices.get(objectKey(namespace, name)) ?? NONE,
    nodes,
    pod: (uid: string) => pods.get(uid),
  })
}
