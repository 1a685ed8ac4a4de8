/** What the tests of a file or of a `describe` share, as long as none of them is tried again. */
import { afterAll, beforeAll, beforeEach } from 'vitest'

/**
 * Runs `setUp` before the first test, and `tearDown` after the last. Before a test is tried a second time both run as well: what the first try left behind
 * must not decide. Such a test finds nothing of the tests before it.
 */
export function setUpForTests(setUp: () => PromiseLike<void>, tearDown: () => PromiseLike<void>): void {
  beforeAll(() => setUp())
  beforeEach(async ({ task }) => {
    if ((task.result?.retryCount ?? 0) === 0) return
    await tearDown()
    await setUp()
  })
  afterAll(() => tearDown())
}
