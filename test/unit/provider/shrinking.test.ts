import { expect, test } from 'vitest'
import { isGrowth, isShrinking } from '../../../src/provider/shrinking.ts'

test.each([
  ['that creates', { verb: 'create' }, false, true],
  ['that updates', { verb: 'update' }, false, true],
  ['that updates, and only takes away', { verb: 'update', shrinks: true }, true, false],
  ['that deletes', { verb: 'delete' }, true, false],
  ['that reads', { verb: 'read' }, false, false],
] as const)('a step %s', (_, step, shrinks, grows) => {
  expect(isShrinking(step)).toBe(shrinks)
  expect(isGrowth(step)).toBe(grows)
})
