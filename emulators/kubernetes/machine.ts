/** What every request handler works with: the store, the kinds, the clock. One is made for each server. */
import type { Registry, Resource } from './registry.ts'
import type { ApiObject, Cluster } from './resource.ts'
import type { Store } from './store/store.ts'
import { keyOf } from './store/table.ts'

export interface Machine {
  readonly store: Store
  readonly registry: Registry
  /** What the rules of the kinds may ask. */
  readonly cluster: Cluster
  readonly now: () => Date
  /** At least 0, less than 1. */
  readonly random: () => number
  readonly uid: () => string
}

/** The cluster as the rules of a kind see it. */
export function clusterOf(registry: Registry, now: () => Date): Cluster {
  return {
    now,
    list(plural, namespace) {
      const resource = registry.named(plural)
      return [...resource.table.objects(namespace)].map((object) => resource.show(object))
    },
    get(plural, namespace, name) {
      const resource = registry.named(plural)
      const found = resource.table.get(keyOf(resource.namespaced ? namespace : undefined, name))
      return found === undefined ? undefined : resource.show(found)
    },
    indexed(plural, index, key) {
      const resource = registry.named(plural)
      return resource.table.indexed(index, key).map((object) => resource.show(object))
    },
  }
}

/** The stored object as this resource shows it. */
export function find(resource: Resource, namespace: string | undefined, name: string): ApiObject | undefined {
  const stored = resource.table.get(keyOf(namespace, name))
  return stored === undefined ? undefined : resource.show(stored)
}
