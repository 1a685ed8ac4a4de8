/** What is known of the operations of one place: those that this process began, and how they ended where that was seen before they were polled. */
import type { Clock } from '../../../src/model/clock.ts'
import type { Operation } from './documents.ts'

/** An operation that is older is not polled any more. */
const KEPT_MS = 10 * 60_000
/** Google asks for a second between polls, and no operation is faster. */
const APART_MS = 1_000

interface Known {
  readonly begunAt: number
  /** When it was asked about last, or begun. */
  askedAt: number
  /** How it ended. */
  ended?: Operation
}

export class RunningOperations {
  readonly #clock: Pick<Clock, 'now'>
  /** By name, the oldest first. */
  readonly #known = new Map<string, Known>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  begun(name: string): void {
    const now = this.#clock.now()
    for (const [old, { begunAt }] of this.#known) {
      if (now - begunAt < KEPT_MS) break
      this.#known.delete(old)
    }
    this.#known.set(name, { begunAt: now, askedAt: now })
  }

  /** Others that are worth asking about, those first that were not asked about for longest. */
  others(besides: readonly string[], most: number): readonly string[] {
    const now = this.#clock.now()
    return [...this.#known]
      .filter(([name, { askedAt, ended }]) => ended === undefined && now - askedAt >= APART_MS && !besides.includes(name))
      .toSorted(([, a], [, b]) => a.askedAt - b.askedAt)
      .slice(0, most)
      .map(([name]) => name)
  }

  /** They are asked about now. */
  asked(names: readonly string[]): void {
    for (const name of names) {
      const known = this.#known.get(name)
      if (known !== undefined) known.askedAt = this.#clock.now()
    }
  }

  /** What a list shows of one: an end is kept until it is polled. */
  saw(operation: Operation): void {
    const known = this.#known.get(operation.name ?? '')
    if (known !== undefined && operation.status === 'DONE') known.ended = operation
  }

  /** How it ended, where that was seen; it is forgotten then. */
  take(name: string): Operation | undefined {
    const ended = this.#known.get(name)?.ended
    if (ended !== undefined) this.#known.delete(name)
    return ended
  }

  forget(name: string): void {
    this.#known.delete(name)
  }
}
