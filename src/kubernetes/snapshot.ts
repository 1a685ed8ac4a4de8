/** The store as decisions see it: lookups, and nothing that changes. */
import type { EndpointSlice, Node, Pod, Service, Snapshot } from '../model/cluster.ts'

export interface Held {
  readonly services: ReadonlyMap<string, Service>
  /** By the Service's key. */
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>
  readonly nodes: readonly Node[]
  /** By UID. */
  readonly pods: ReadonlyMap<string, Pod>
}

const NONE: readonly EndpointSlice[] = Object.freeze([])

export function objectKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

export function snapshotOf({ services, slices, nodes, pods }: Held): Snapshot {
  return Object.freeze({
    service: (namespace: string, name: string) => services.get(objectKey(namespace, name)),
    services: () => services.values(),
    slicesOf: (namespace: string, name: string) => slices.get(objectKey(namespace, name)) ?? NONE,
    nodes,
    pod: (uid: string) => pods.get(uid),
  })
}
