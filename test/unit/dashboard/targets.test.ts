import { expect, test } from 'vitest'
import { rememberTargets } from '../../../src/dashboard/targets.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { TargetState } from '../../../src/provider/provider.ts'
import { ManualClock } from '../../clock.ts'

const HEALTHY: TargetState = { owner: 'u', listener: '80/TCP', target: '10.0.0.1:80', state: 'healthy', because: '' }
const { signal } = new AbortController()

test('the cloud is asked about one Service once in ten seconds, however many look at it', async () => {
  const clock = new ManualClock()
  const memory = rememberTargets(clock, signal)
  let asked = 0
  const cloud = { name: 'memory', targets: async () => ((asked += 1), [HEALTHY]) }
  const looks = await Promise.all(Array.from({ length: 20 }, () => memory.of(cloud, ['s'], 'u')))
  expect(asked).toBe(1)
  expect(looks[19]).toEqual({ kind: 'known', at: clock.now(), targets: [HEALTHY] })
  await clock.advance(9_999)
  await memory.of(cloud, ['s'], 'u')
  expect(asked).toBe(1)
  await clock.advance(1)
  await memory.of(cloud, ['s'], 'u')
  expect(asked).toBe(2)
})

test('a cloud that refuses says so in its public words, and one that does not answer is given up', async () => {
  const clock = new ManualClock()
  const memory = rememberTargets(clock, signal)
  const refused = new CloudError('refused', { reason: 'Denied', publicMessage: 'A permission is missing.' })
  expect(await memory.of({ name: 'a', targets: () => Promise.reject(refused) }, ['s'], 'u')).toMatchObject({
    kind: 'unknown',
    because: 'A permission is missing.',
  })
  const silent = (_: string, __: ReadonlySet<string>, until: AbortSignal): Promise<readonly TargetState[]> =>
    new Promise((_resolve, reject) => until.addEventListener('abort', () => reject(new Error('aborted'))))
  const look = memory.of({ name: 'b', targets: silent }, ['s'], 'u')
  await clock.advance(8_000)
  expect(await look).toMatchObject({ kind: 'unknown', because: 'the cloud did not answer in time' })
})

test('a provider that cannot say is not asked', async () => {
  expect(await rememberTargets(new ManualClock(), signal).of({ name: 'a' }, ['s'], 'u')).toEqual({ kind: 'not offered' })
})
