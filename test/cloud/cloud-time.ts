/** The time of an emulated cloud, for a process that has no other. */
import type { Clock } from '../../src/model/clock.ts'

export interface TimedCloud {
  readonly cloud: { now(): number }
  readonly advance: (ms: number) => void
}

/** It stands still while calls are made, and passes at once where something is waited for. */
export function clockOf({ cloud, advance }: TimedCloud): Clock {
  return {
    now: () => cloud.now(),
    date: () => new Date(cloud.now()),
    setTimeout(fn, ms) {
      const timer = setImmediate(() => {
        advance(ms)
        fn()
      })
      return { cancel: () => clearImmediate(timer) }
    },
  }
}
