/** The ports that a plain user may bind change while the process runs. */
import { expect, test } from 'vitest'
import { watchLowestPort } from '../../../providers/local/lowest-port.ts'
import { ManualClock } from '../../clock.ts'

test('another lowest port is noticed within seconds, each time once, and not after the end', async () => {
  const clock = new ManualClock()
  let [lowest, calls] = [1024, 0]
  const stop = watchLowestPort({ clock, changed: () => void calls++, find: async () => lowest })
  const after = async (port: number): Promise<number> => {
    lowest = port
    await clock.advance(5_000)
    await clock.advance(5_000)
    return calls
  }
  expect([await after(1024), await after(80), await after(80), await after(1024)]).toEqual([0, 1, 1, 2])
  stop()
  expect([await after(80), clock.pending]).toEqual([2, 0])
})
