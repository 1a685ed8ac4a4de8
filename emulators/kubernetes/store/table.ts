/** The objects of one resource by key, in the order of the keys when asked, and who wants to hear of changes. */
import type { ApiObject } from '../resource.ts'
import { History } from './history.ts'
import { Index } from './index-of.ts'
import type { StoredChange } from './store.ts'

type Listener = (change: StoredChange) => void

/** `namespace/name`, or `/name` for what is in no namespace. */
export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`
const keyOfObject = (object: ApiObject): string => keyOf(object.metadata.namespace, object.metadata.name)

export class Table {
  readonly resource: string
  readonly history: History
  readonly #objects = new Map<string, ApiObject>()
  readonly #namespaces = new Map<string, Map<string, ApiObject>>()
  readonly #indexes = new Map<string, Index>()
  readonly #listeners = new Set<Listener>()
  /** Sorted by key; undefined after a key came or went. */
  #keys: readonly string[] | undefined

  constructor(resource: string, history: number) {
    this.resource = resource
    this.history = new History(history)
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: string): ApiObject | undefined {
    return this.#objects.get(key)
  }

  /** In no order that means anything. */
  objects(namespace?: string): Iterable<ApiObject> {
    return namespace === undefined ? this.#objects.values() : (this.#namespaces.get(namespace)?.values() ?? [])
  }

  /** In the order in which the server lists. */
  sortedKeys(): readonly string[] {
    this.#keys ??= [...this.#objects.keys()].toSorted()
    return this.#keys
  }

  put(object: ApiObject, revision: number): void {
    const key = keyOfObject(object)
    const old = this.#objects.get(key)
    this.#set(key, object)
    this.#notify({ type: old === undefined ? 'ADDED' : 'MODIFIED', key, revision, object, old })
  }

  remove(last: ApiObject, revision: number): void {
    const key = keyOfObject(last)
    const old = this.#objects.get(key)
    if (old === undefined) return
    this.#unset(key, old)
    this.#notify({ type: 'DELETED', key, revision, object: last, old })
  }

  /** Keeps an index from now on. */
  addIndex(name: string, keysOf: (object: ApiObject) => readonly string[]): void {
    const index = new Index(keysOf)
    for (const [key, object] of this.#objects) index.add(key, object)
    this.#indexes.set(name, index)
  }

  /** The objects that an index files under `key`. */
  indexed(name: string, key: string): readonly ApiObject[] {
    return this.#indexes.get(name)?.get(key) ?? []
  }

  /** Other contents, without a word to anybody. */
  reset(objects: readonly ApiObject[], revision: number): void {
    this.#objects.clear()
    this.#namespaces.clear()
    for (const index of this.#indexes.values()) index.clear()
    this.#keys = undefined
    for (const object of objects) this.#set(keyOfObject(object), object)
    this.history.compact(revision)
  }

  /** Calls within each write. Answers how to stop. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The objects as they were at `revision`, by key; the present ones when nothing changed since. */
  at(revision: number): ReadonlyMap<string, ApiObject> {
    const later = this.history.since(revision)
    if (later === undefined || later.length === 0) return this.#objects
    const objects = new Map(this.#objects)
    for (const change of later.toReversed()) {
      if (change.old === undefined) objects.delete(change.key)
      else objects.set(change.key, change.old)
    }
    return objects
  }

  #notify(change: StoredChange): void {
    this.history.add(change)
    for (const listener of this.#listeners) listener(change)
  }

  #set(key: string, object: ApiObject): void {
    const old = this.#objects.get(key)
    if (old === undefined) this.#keys = undefined
    this.#objects.set(key, object)
    for (const index of this.#indexes.values()) {
      if (old !== undefined) index.remove(key, old)
      index.add(key, object)
    }
    const namespace = object.metadata.namespace
    if (namespace === undefined) return
    const siblings = this.#namespaces.get(namespace)
    if (siblings === undefined) this.#namespaces.set(namespace, new Map([[key, object]]))
    else siblings.set(key, object)
  }

  #unset(key: string, object: ApiObject): void {
    this.#keys = undefined
    this.#objects.delete(key)
    for (const index of this.#indexes.values()) index.remove(key, object)
    const namespace = object.metadata.namespace ?? ''
    const siblings = this.#namespaces.get(namespace)
    siblings?.delete(key)
    if (siblings?.size === 0) this.#namespaces.delete(namespace)
  }
}
