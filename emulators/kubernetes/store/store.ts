/**
 * The objects, one version counter for all of them, and what changed lately. It knows keys and versions; what an object means is no business of its.
 * Stored objects are never changed: a write puts a new one in its place.
 */
import type { ApiObject } from '../resource.ts'
import { Table } from './table.ts'

export interface StoredChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly key: string
  readonly revision: number
  /** For DELETED the last state, with the version of the deletion. */
  readonly object: ApiObject
  readonly old: ApiObject | undefined
}

export interface StoreOptions {
  /** How many changes of one resource are kept for watches that resume, and for pages of a list. */
  readonly history: number
}

/** What `backup` gives and `restore` takes. Objects are shared, not copied. */
export interface Backup {
  readonly revision: number
  readonly tables: ReadonlyMap<string, readonly ApiObject[]>
}

export class Store {
  readonly #tables = new Map<string, Table>()
  readonly #options: StoreOptions
  #revision = 1

  constructor(options: StoreOptions) {
    this.#options = options
  }

  get revision(): number {
    return this.#revision
  }

  /** The table of a resource, as `services` or `deployments.apps`. */
  table(resource: string): Table {
    const known = this.#tables.get(resource)
    if (known !== undefined) return known
    const table = new Table(resource, this.#options.history)
    this.#tables.set(resource, table)
    return table
  }

  /** Stores a new state and answers it with its version. The object given is kept: do not change it afterwards. */
  put(table: Table, object: ApiObject): ApiObject {
    const revision = ++this.#revision
    object.metadata.resourceVersion = String(revision)
    table.put(object, revision)
    return object
  }

  /** Takes an object away; answers its last state with the version of the deletion. */
  remove(table: Table, object: ApiObject): ApiObject {
    const revision = ++this.#revision
    const last: ApiObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } }
    table.remove(last, revision)
    return last
  }

  /** Forgets all history: every older version is expired now. */
  compact(): void {
    for (const table of this.#tables.values()) table.history.compact(this.#revision)
  }

  backup(): Backup {
    return { revision: this.#revision, tables: new Map([...this.#tables].map(([name, table]) => [name, [...table.objects()]])) }
  }

  /** Sets state and version back. Watches that run are not informed, as by a server that was restored under its clients. */
  restore(backup: Backup): void {
    this.#revision = backup.revision
    for (const [name, table] of this.#tables) table.reset(backup.tables.get(name) ?? [], backup.revision)
  }
}
