/** Something read from outside, kept for a while: one read at a time for all callers, and the old value where a new reading fails. */
import type { Clock } from '../model/clock.ts'

export interface Reading<T> {
  readonly value: T
  /** Milliseconds since the epoch: from then on it is read anew. */
  readonly freshUntil: number
  /** From then on it is worthless; absent: never. */
  readonly expiresAt?: number
}

export class Cached<T> {
  readonly #clock: Clock
  readonly #read: () => Promise<Reading<T>>
  #last: Reading<T> | undefined
  #reading: Promise<T> | undefined

  constructor(clock: Clock, read: () => Promise<Reading<T>>) {
    this.#clock = clock
    this.#read = read
  }

  get(): Promise<T> {
    if (this.#last && this.#clock.now() < this.#last.freshUntil) return Promise.resolve(this.#last.value)
    this.#reading ??= this.#readAnew().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  /** The next one who asks gets a new reading. */
  doubt(): void {
    if (this.#last) this.#last = { ...this.#last, freshUntil: 0 }
  }

  async #readAnew(): Promise<T> {
    try {
      this.#last = await this.#read()
      return this.#last.value
    } catch (error) {
      // A file that is being replaced, a credential program with a bad day: what we have may still be good.
      if (this.#last && this.#clock.now() < (this.#last.expiresAt ?? Number.POSITIVE_INFINITY)) return this.#last.value
      throw error
    }
  }
}
