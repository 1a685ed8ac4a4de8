/** How long to wait between attempts, and who comes next. */

/** How long to wait after failures: doubling, jittered down by up to a half so that many clients do not come back at once. */
export class Backoff {
  readonly #leastMs: number
  readonly #mostMs: number
  readonly #random: () => number
  #failures = 0

  constructor(leastMs: number, mostMs: number, random: () => number) {
    this.#leastMs = leastMs
    this.#mostMs = mostMs
    this.#random = random
  }

  /** The next wait, in milliseconds; never shorter than the server asked for. */
  next(atLeastMs = 0): number {
    const whole = Math.min(this.#mostMs, this.#leastMs * 2 ** Math.min(this.#failures++, 20))
    const jitter = 0.5 + this.#random() / 2
    return Math.max(whole * jitter, atLeastMs * (1 + this.#random() / 10))
  }

  reset(): void {
    this.#failures = 0
  }
}

/** Runs one at a time, in the order of asking; what fails holds up nothing. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => {})
    return result
  }
}
