/** Waiting in tests for something that is going to be true; it never waits for time to pass. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Asked at once, then after a tenth of what was waited so far: what takes long is not held up by being asked about. */
const [SHORTEST_MS, LONGEST_MS] = [2, 50]

/** Polls until `condition` holds; the test's own time-out is the only limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now()
  while (!(await condition())) await sleep(Math.min(Math.max((performance.now() - began) / 10, SHORTEST_MS), LONGEST_MS))
}
