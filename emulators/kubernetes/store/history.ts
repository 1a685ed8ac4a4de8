/** The latest changes of one resource, oldest first. What is older than the oldest kept one is expired. */
import type { StoredChange } from './store.ts'

export class History {
  readonly #limit: number
  #changes: StoredChange[] = []
  /** Changes up to this version are not kept. */
  #horizon = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get horizon(): number {
    return this.#horizon
  }

  add(change: StoredChange): void {
    this.#changes.push(change)
    // Cut in large pieces, so that a write costs nothing on average.
    if (this.#changes.length < this.#limit * 2) return
    this.#forget(this.#changes.length - this.#limit)
  }

  /** The changes after `revision`, or undefined when some of them are forgotten. */
  since(revision: number): readonly StoredChange[] | undefined {
    if (revision < this.#horizon) return undefined
    let [low, high] = [0, this.#changes.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#changes.slice(low)
  }

  /** Forgets all changes up to now. */
  compact(revision: number): void {
    this.#changes = []
    this.#horizon = revision
  }

  #forget(count: number): void {
    this.#horizon = this.#changes[count - 1]?.revision ?? this.#horizon
    this.#changes = this.#changes.slice(count)
  }
}
