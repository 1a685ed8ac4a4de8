/** The resources that a server has, found by where a request points, and what they keep in the store. */
import type { ApiObject, ResourceDefinition } from './resource.ts'
import { structOf } from './schema/index.ts'
import type { Struct } from './schema/notation.ts'
import type { Store } from './store/store.ts'
import type { Table } from './store/table.ts'

/** A resource with its schema and its place in the store. */
export interface Resource extends ResourceDefinition {
  readonly struct: Struct
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string
  readonly table: Table
  /** A stored object as this resource shows it; the same stored object gives the same one. */
  show(stored: ApiObject): ApiObject
}

export class Registry {
  readonly resources: readonly Resource[]
  readonly #byPath = new Map<string, Resource>()
  readonly #byName = new Map<string, Resource>()

  constructor(definitions: readonly ResourceDefinition[], store: Store) {
    this.resources = definitions.map((definition) => toResource(definition, store))
    for (const resource of this.resources) {
      this.#byPath.set(`${resource.apiVersion}/${resource.plural}`, resource)
      this.#byName.set(`${resource.plural}.${resource.group}`, resource)
      if (!this.#byName.has(resource.plural)) this.#byName.set(resource.plural, resource)
    }
  }

  /** By group and version (`v1`, `apps/v1`) and plural. */
  find(apiVersion: string, plural: string): Resource | undefined {
    return this.#byPath.get(`${apiVersion}/${plural}`)
  }

  /** By `services`, or `events.events.k8s.io`. Throws when there is none: the caller is our own code. */
  named(name: string): Resource {
    const resource = this.#byName.get(name)
    if (resource === undefined) throw new Error(`the emulator has no resource ${name}`)
    return resource
  }

  /** By kind, for owner references. */
  ofKind(apiVersion: string, kind: string): Resource | undefined {
    return this.resources.find((resource) => resource.apiVersion === apiVersion && resource.kind === kind)
  }

  groupVersions(): readonly string[] {
    return [...new Set(this.resources.map((resource) => resource.apiVersion))]
  }
}

function toResource(definition: ResourceDefinition, store: Store): Resource {
  const { group, version, plural, view } = definition
  const storage = view?.of ?? { group, plural }
  const shown = new WeakMap<ApiObject, ApiObject>()
  const table = store.table(storage.group === '' ? storage.plural : `${storage.plural}.${storage.group}`)
  for (const [name, keysOf] of Object.entries(definition.indexes ?? {})) table.addIndex(name, keysOf)
  const show = (stored: ApiObject): ApiObject => {
    if (view === undefined) return stored
    const known = shown.get(stored)
    if (known !== undefined) return known
    const made = view.fromStored(stored)
    shown.set(stored, made)
    return made
  }
  return {
    ...definition,
    struct: structOf(group, definition.kind),
    apiVersion: group === '' ? version : `${group}/${version}`,
    table,
    show,
  }
}
