/** The time, as an argument: what waits or measures takes a clock, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  setTimeout(fn: () => void, ms: number): Timer
}

export interface Timer {
  cancel(): void
}

/** Node's timers hold 32 bits; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      timer = setTimeout(() => (left > LONGEST_MS ? wait(left - LONGEST_MS) : fn()), Math.min(left, LONGEST_MS))
    }
    wait(ms)
    return { cancel: () => clearTimeout(timer) }
  },
}
