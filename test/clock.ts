/** A clock that stands still until a test moves it. It runs what is due in order, and lets promises settle in between. */
import { setImmediate } from 'node:timers/promises'
import type { Clock, Timer } from '../src/model/clock.ts'

interface Entry {
  readonly at: number
  readonly fn: () => void
}

export class ManualClock implements Clock {
  #now: number
  #set = 0
  /** In the order in which they were set, so that of two timers due at one moment the older runs first. */
  readonly #timers = new Set<Entry>()

  constructor(start: number | Date = Date.UTC(2026, 0, 1)) {
    this.#now = Number(start)
  }

  now(): number {
    return this.#now
  }

  date(): Date {
    return new Date(this.#now + this.#set)
  }

  /** Sets the time of day forward, or back, by so many milliseconds: nothing else changes. */
  setDate(ms: number): void {
    this.#set += ms
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const entry = { at: this.#now + Math.max(0, ms), fn }
    this.#timers.add(entry)
    return { cancel: () => void this.#timers.delete(entry) }
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#timers.size
  }

  /** Milliseconds until the next timer; undefined when none is waiting. */
  get next(): number | undefined {
    const first = this.#first(Number.POSITIVE_INFINITY)
    return first && first.at - this.#now
  }

  /** Moves the time on, running each timer at its own moment, those set on the way included. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let entry = this.#first(end); entry; entry = this.#first(end)) {
      this.#timers.delete(entry)
      this.#now = Math.max(this.#now, entry.at)
      entry.fn()
      await settle()
    }
    this.#now = end
  }

  #first(end: number): Entry | undefined {
    let first: Entry | undefined
    for (const entry of this.#timers) if (entry.at <= end && (!first || entry.at < first.at)) first = entry
    return first
  }
}

/** Lets everything go on that waits for promises alone: a turn of the event loop comes after all microtasks. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await setImmediate()
}
