/**
 * When each Stack is looked at in full, where an inventory does not show everything: those found at a start soon, then each once a round, spread evenly, so
 * that it lives on the calls that nobody else needs. It holds times; it makes no call.
 */
import type { StackId } from '../provider/provider.ts'

/** A Stack that this process did not make is first looked at within this share of a round: an hour of a day, so that a thousand leave calls to others. */
const FIRST_SHARE = 1 / 24
const LEAST_GAP_MS = 1000

export class Rounds {
  readonly #roundMs: number
  readonly #lookedAt = new Map<StackId, number>()
  #askedAt: number | undefined

  /** `roundMs`: within how many milliseconds each Stack is looked at. */
  constructor(roundMs: number) {
    this.#roundMs = roundMs
  }

  /** Found at the start: nobody knows how long they have been looked after by nobody. */
  begin(found: Iterable<StackId>): void {
    for (const stack of found) this.#lookedAt.set(stack, Number.NEGATIVE_INFINITY)
  }

  /** Of the present Stacks the one that is due, if any, which then counts as looked at; and after how many milliseconds to ask again. */
  next(present: Iterable<StackId>, now: number): { readonly stack?: StackId; readonly afterMs: number } {
    const stacks = new Set(present)
    for (const stack of this.#lookedAt.keys()) if (!stacks.has(stack)) this.#lookedAt.delete(stack)
    // A new one was made at some time since the last question: the earliest counts, or it would come up to two rounds after it was made.
    for (const stack of stacks) if (!this.#lookedAt.has(stack)) this.#lookedAt.set(stack, this.#askedAt ?? now)
    this.#askedAt = now
    const [first] = [...this.#lookedAt].toSorted(([, a], [, b]) => a - b)
    if (first === undefined) return { afterMs: this.#roundMs }
    const [stack, lookedAt] = first
    const wait = lookedAt + this.#roundMs - now
    if (wait > 0) return { afterMs: wait }
    this.#lookedAt.set(stack, now)
    return { stack, afterMs: Math.max(LEAST_GAP_MS, (this.#roundMs * FIRST_SHARE) / stacks.size) }
  }
}
