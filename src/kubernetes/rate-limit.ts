/** How many requests a second we allow ourselves, so that a busy controller leaves the API server to others. */
import type { Clock } from '../model/clock.ts'

export interface RateLimit {
  /** Resolves when a request may be sent, in the order in which they were asked for. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<void>
}

interface Waiter {
  readonly go: () => void
}

/** A bucket of `burst` requests, refilled at `qps` a second. */
export class TokenBucket implements RateLimit {
  readonly #clock: Clock
  readonly #qps: number
  readonly #burst: number
  readonly #waiters = new Set<Waiter>()
  #tokens: number
  #filledAt: number
  #isTimed = false

  constructor({ clock, qps, burst }: { readonly clock: Clock; readonly qps: number; readonly burst: number }) {
    this.#clock = clock
    this.#qps = qps
    this.#burst = burst
    this.#tokens = burst
    this.#filledAt = clock.now()
  }

  async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#fill()
    if (this.#waiters.size === 0 && this.#tokens >= 1) {
      this.#tokens--
      return
    }
    await new Promise<void>((resolve, reject) => {
      const aborted = (): void => {
        this.#waiters.delete(waiter)
        reject(signal.reason as Error)
      }
      const waiter = {
        go: () => {
          signal.removeEventListener('abort', aborted)
          resolve()
        },
      }
      this.#waiters.add(waiter)
      signal.addEventListener('abort', aborted, { once: true })
      this.#arm()
    })
  }

  #arm(): void {
    if (this.#isTimed || this.#waiters.size === 0) return
    this.#isTimed = true
    this.#clock.setTimeout(
      () => {
        this.#isTimed = false
        this.#serve()
      },
      Math.ceil(((1 - this.#tokens) * 1000) / this.#qps),
    )
  }

  #serve(): void {
    this.#fill()
    for (const waiter of this.#waiters) {
      if (this.#tokens < 1) break
      this.#tokens--
      this.#waiters.delete(waiter)
      waiter.go()
    }
    this.#arm()
  }

  #fill(): void {
    const now = this.#clock.now()
    // A clock that was set back gives nothing, and takes nothing.
    this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, now - this.#filledAt) * this.#qps) / 1000)
    this.#filledAt = now
  }
}
