/**
 * When each Stack is read in full, where an inventory does not show everything: those found at a start soon, then each once a round, spread evenly, so
 * that it uses calls that are needed for nothing else. It holds times; it makes no call.
 */
import type { StackId } from '../../provider/provider.ts'

/** A Stack that this process did not make is first read within this share of a round: an hour of a day, so that a thousand leave calls to others. */
const FIRST_SHARE = 1 / 24
/** The calls of a start's first minutes are for the start: five minutes of a day. */
const FIRST_WAIT = FIRST_SHARE / 12
const LEAST_GAP_MS = 1000
/** So many share the pages that are read for them. */
const AT_ONCE = 20

export class InspectionRounds {
  readonly #roundMs: number
  readonly #lookedAt = new Map<StackId, number>()
  #askedAt: number | undefined

  /** `roundMs`: within how many milliseconds each Stack is read. */
  constructor(roundMs: number) {
    this.#roundMs = roundMs
  }

  /** Found at the start, at `now`: it is unknown when they were last read in full. Those named first come first. */
  begin(found: Iterable<StackId>, now: number): void {
    for (const stack of found) this.#lookedAt.set(stack, now - this.#roundMs * (1 - FIRST_WAIT))
  }

  /** Of the present Stacks those that are due, at most 20, which then count as read; and after how many milliseconds to ask again. */
  next(present: Iterable<StackId>, now: number): { readonly stacks: readonly StackId[]; readonly afterMs: number } {
    const there = new Set(present)
    for (const stack of this.#lookedAt.keys()) if (!there.has(stack)) this.#lookedAt.delete(stack)
    // A new one was made at some time since the last question: the earliest counts, or it would come up to two rounds after it was made.
    for (const stack of there) if (!this.#lookedAt.has(stack)) this.#lookedAt.set(stack, this.#askedAt ?? now)
    this.#askedAt = now
    const ordered = [...this.#lookedAt].toSorted(([, a], [, b]) => a - b)
    const stacks = ordered
      .filter(([, lookedAt]) => lookedAt + this.#roundMs <= now)
      .map(([stack]) => stack)
      .slice(0, AT_ONCE)
    for (const stack of stacks) this.#lookedAt.set(stack, now)
    if (stacks.length > 0) return { stacks, afterMs: stacks.length * Math.max(LEAST_GAP_MS, (this.#roundMs * FIRST_SHARE) / there.size) }
    const [first] = ordered
    return { stacks, afterMs: first === undefined ? this.#roundMs : first[1] + this.#roundMs - now }
  }

  /** Nothing could be said of these: they are due again. */
  repeat(stacks: Iterable<StackId>): void {
    for (const stack of stacks) if (this.#lookedAt.has(stack)) this.#lookedAt.set(stack, Number.NEGATIVE_INFINITY)
  }
}
