/** A time that passes many times as quickly as the real one. */
import { type Clock, systemClock } from '../../../src/model/clock.ts'

export function scaledClock(scale: number): Clock {
  const start = Date.now()
  return {
    now: () => start + (Date.now() - start) * scale,
    setTimeout: (fn, ms) => systemClock.setTimeout(fn, ms / scale),
  }
}
