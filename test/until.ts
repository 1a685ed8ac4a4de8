/** Waiting in tests for something that is going to be true; it never waits for time to pass. */
import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { describedAtTimeOut } from './time-out.ts'

/** Asked at once, then after a tenth of what was waited so far: what takes long is not held up by being asked about. */
const [SHORTEST_MS, LONGEST_MS] = [2, 50]

/** Polls until `condition` holds; the test's own time-out is the only limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await read(condition, { holds: (isTrue) => isTrue, text: String(condition) })
}

/** Reads until `holds` of what was read, and answers that. A test whose time runs out shows what was read last. */
export function eventually<T>(reading: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  return read(reading, { holds, text: `${String(holds)}, of ${String(reading)}` })
}

async function read<T>(reading: () => T | Promise<T>, { holds, text }: { readonly holds: (value: T) => boolean; readonly text: string }): Promise<T> {
  const began = performance.now()
  let [polls, last] = [0, 'nothing']
  let pollBegan: number | undefined = began
  const seconds = (from: number): string => ((performance.now() - from) / 1000).toFixed(1)
  const describe = (): string => {
    const pending = pollBegan === undefined ? '' : `; the poll under way has taken ${seconds(pollBegan)} s`
    return `It did not become true in ${seconds(began)} s: ${text}\nLast seen, after ${polls} polls${pending}: ${last}`
  }
  return describedAtTimeOut(describe, async (isOver) => {
    for (;;) {
      pollBegan = performance.now()
      const value = await reading()
      pollBegan = undefined
      if (holds(value)) return value
      polls++
      last = inspect(value, { depth: 6, maxStringLength: 10_000 })
      await sleep(Math.min(Math.max((performance.now() - began) / 10, SHORTEST_MS), LONGEST_MS))
      isOver?.throwIfAborted()
    }
  })
}
