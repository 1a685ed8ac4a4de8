/**
 * When the base is read again for Services that were refused because of what it shows (a missing subnet, a tag): soon, then less often, until the inventory,
 * which reads it too, comes as often. It holds times; it makes no call.
 */
import { nextDelay } from '../../provider/engine/retry-pace.ts'

export class BaseRereads {
  readonly #driftIntervalMs: number
  /** Uids of those who are refused, and for whom it is read. */
  readonly #waiting = new Set<string>()
  #delayMs: number | undefined

  constructor(driftIntervalMs: number) {
    this.#driftIntervalMs = driftIntervalMs
  }

  /** One is refused, or is not any more. Answers whether the looks begin anew with it. */
  note(uid: string, isRefused: boolean): boolean {
    const isNew = isRefused && !this.#waiting.has(uid)
    if (isRefused) this.#waiting.add(uid)
    else this.#waiting.delete(uid)
    if (isNew) this.#delayMs = undefined
    return isNew
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  has(uid: string): boolean {
    return this.#waiting.has(uid)
  }

  /** The delay in milliseconds before the next read; undefined: none is needed, as no Service is refused or the inventory comes as soon. */
  next(): number | undefined {
    if (this.#waiting.size === 0) return undefined
    const delayMs = nextDelay('by reading', this.#delayMs)
    if (this.#delayMs !== undefined && delayMs >= this.#driftIntervalMs) return undefined
    this.#delayMs = delayMs
    return delayMs
  }
}
