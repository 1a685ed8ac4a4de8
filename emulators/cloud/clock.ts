/** The cloud's time: the real one at any speed, a test's own, or one that stands still until it is moved. */

export interface CloudClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Lets time pass at once, beside the time that passes anyway. */
  advance(ms: number): void
}

export interface ClockOptions {
  /** Milliseconds since the epoch. Default: the real clock times `timeScale`. */
  readonly now?: () => number
  /** Default 1; 20 makes the cloud's waits and rate limits 20 times as quick. */
  readonly timeScale?: number
  /** Time stands still until `advance`. */
  readonly virtualTime?: boolean
}

const VIRTUAL_START = Date.UTC(2026, 0, 1)

export function cloudClock({ now, timeScale = 1, virtualTime = false }: ClockOptions): CloudClock {
  let ahead = 0
  const start = Date.now()
  const real = (): number => start + (Date.now() - start) * timeScale
  const base = now ?? (virtualTime ? () => VIRTUAL_START : real)
  return {
    now: () => base() + ahead,
    advance(ms) {
      if (!(ms >= 0)) throw new RangeError(`time passes by a number of milliseconds from 0 on, not by ${ms}`)
      ahead += ms
    },
  }
}
