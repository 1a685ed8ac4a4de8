/** Finds the stored objects of one resource by what they say of themselves. The table keeps it with each write. */
import type { ApiObject } from '../resource.ts'

export class Index {
  readonly #keysOf: (object: ApiObject) => readonly string[]
  readonly #entries = new Map<string, Map<string, ApiObject>>()

  constructor(keysOf: (object: ApiObject) => readonly string[]) {
    this.#keysOf = keysOf
  }

  get(key: string): readonly ApiObject[] {
    return [...(this.#entries.get(key)?.values() ?? [])]
  }

  add(at: string, object: ApiObject): void {
    for (const key of this.#keysOf(object)) {
      const entry = this.#entries.get(key)
      if (entry === undefined) this.#entries.set(key, new Map([[at, object]]))
      else entry.set(at, object)
    }
  }

  remove(at: string, object: ApiObject): void {
    for (const key of this.#keysOf(object)) {
      const entry = this.#entries.get(key)
      entry?.delete(at)
      if (entry?.size === 0) this.#entries.delete(key)
    }
  }

  clear(): void {
    this.#entries.clear()
  }
}
