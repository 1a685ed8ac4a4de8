/** How many new events one Service may cause: a few at once, then one in five minutes, as client-go's recorder has it. */
import type { Clock } from '../model/clock.ts'

const BURST = 25
const REFILL_MS = 300_000
const MOST_OBJECTS = 4_096

interface Spent {
  events: number
  at: number
}

export class EventAllowance {
  readonly #clock: Clock
  readonly #spent = new Map<string, Spent>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether one more is allowed for the object; counts it if so. */
  take(uid: string): boolean {
    const now = this.#clock.now()
    const before = this.#spent.get(uid) ?? { events: 0, at: now }
    const refilled = Math.max(0, before.events - Math.max(0, now - before.at) / REFILL_MS)
    const isAllowed = refilled + 1 <= BURST
    // The last to speak is the last to be forgotten.
    this.#spent.delete(uid)
    this.#spent.set(uid, { events: isAllowed ? refilled + 1 : refilled, at: now })
    if (this.#spent.size > MOST_OBJECTS) for (const oldest of this.#spent.keys()) return this.#forget(oldest, isAllowed)
    return isAllowed
  }

  #forget(uid: string, answer: boolean): boolean {
    this.#spent.delete(uid)
    return answer
  }
}
