/** A time that passes many times as quickly as the real one. */
import { type Clock, systemClock } from '../../../src/model/clock.ts'

export function scaledClock(scale: number): Clock {
  const start = Date.now()
  const now = (): number => start + (Date.now() - start) * scale
  return {
    now,
    date: () => new Date(now()),
    setTimeout: (fn, ms) => systemClock.setTimeout(fn, ms / scale),
  }
}
