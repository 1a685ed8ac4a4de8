/** The time, as an argument: what waits or measures takes a clock, so that a test can move it. */
export interface Clock {
  /** Milliseconds by a clock that is never set: for durations and deadlines. It begins at the epoch's time, so that numbers look like times, and only ever grows. */
  now(): number
  /** The time of day, for what others read. It may be set forward and back while the process runs: no duration is measured by it. */
  date(): Date
  setTimeout(fn: () => void, ms: number): Timer
}

export interface Timer {
  cancel(): void
}

/** Node's timers hold 32 bits; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Math.floor(performance.timeOrigin + performance.now()),
  date: () => new Date(),
  setTimeout(fn, ms) {
    let timer: NodeJS.Timeout
    const start = (left: number): void => {
      timer = setTimeout(() => (left > LONGEST_MS ? start(left - LONGEST_MS) : fn()), Math.min(left, LONGEST_MS))
    }
    // What is no number would fire at once, again and again.
    start(Number.isNaN(ms) ? LONGEST_MS : ms)
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms`, or as soon as `signal` is aborted: the caller checks the signal afterwards. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
