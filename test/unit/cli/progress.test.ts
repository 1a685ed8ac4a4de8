import { expect, test } from 'vitest'
import { withProgress } from '../../../src/cli/progress.ts'
import { silentLog } from '../../../src/model/log.ts'
import { ManualClock } from '../../clock.ts'

/** What is logged while something takes this long. */
async function loggedDuring(ms: number): Promise<readonly string[]> {
  const [clock, lines]: [ManualClock, string[]] = [new ManualClock(), []]
  const log = { ...silentLog, info: (message: string, fields = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`) }
  const work = Promise.withResolvers<string>()
  const done = withProgress(work.promise, 'waiting for the answer of the API server', { clock, log })
  await clock.advance(ms)
  work.resolve('the answer')
  expect(await done).toBe('the answer')
  await clock.advance(60_000)
  return lines
}

test('what takes less than a second is silent', async () => {
  expect(await loggedDuring(900)).toEqual([])
})

test('what takes longer is named after a second, and then every ten seconds until it ends', async () => {
  expect(await loggedDuring(12_000)).toEqual([
    'waiting for the answer of the API server {"seconds":1}',
    'waiting for the answer of the API server {"seconds":11}',
  ])
})

test('a failure is passed on, and nothing is logged after it', async () => {
  const [clock, lines]: [ManualClock, string[]] = [new ManualClock(), []]
  const log = { ...silentLog, info: (message: string) => void lines.push(message) }
  await expect(withProgress(Promise.reject(new Error('refused')), 'waiting', { clock, log })).rejects.toThrow('refused')
  await clock.advance(60_000)
  expect(lines).toEqual([])
})
