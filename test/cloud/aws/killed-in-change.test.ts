/** The process is killed in the middle of a change, and another one takes over when its Lease has run out. */
import { expect, test } from 'vitest'
import { onServer } from './frame.ts'
import { type Deed, everyWrite, type Fate } from './every-write.ts'

const open = onServer()
const STORIES: readonly (readonly [Deed, Fate])[] = [
  ['change', 'kept'],
  ['change', 'deleted'],
]

test.for(STORIES)('killed at any write of a %s, and the Service %s: nothing leaks, nothing twice', { timeout: 300_000 }, async ([deed, fate]) => {
  expect(await everyWrite(open, { deed, mishap: 'killed', fate })).toBeGreaterThan(3)
})
