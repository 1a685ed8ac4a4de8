/** Waiting in tests for something that is going to be true; it never waits for time to pass. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Polls until `condition` holds; the test's own time-out is the only limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(2)
}
