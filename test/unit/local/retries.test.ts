/** When a socket that was refused is tried again: the core over the local provider, in virtual time. */
import { expect, test } from 'vitest'
import { parsePools } from '../../../providers/local/config.ts'
import { localProvider } from '../../../providers/local/provider.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Outcome } from '../../../src/provider/cloud.ts'
import { owner, wish } from '../../contract/wish.ts'
import { FakeDataPlane } from './fake-data-plane.ts'
import { FakeMemory } from './fake-memory.ts'

const { signal } = new AbortController()
const SECONDS = 1_000
const HOUR = 3_600 * SECONDS

test.each([
  ['the address is in use', 'EADDRINUSE'],
  ['the port may not be bound', 'EACCES'],
  ['the address is not on this machine', 'EADDRNOTAVAIL'],
  ['the machine refuses for another reason', 'ENOPROTOOPT'],
])('%s: it is tried every few seconds for hours, and served within ten seconds after the remedy', async (_, code) => {
  const plane = new FakeDataPlane()
  const options = {
    dataPlane: plane,
    pools: parsePools(['127.0.10.0/30']),
    lowestPort: async () => 1,
    portOffset: 0,
    kubeProxy: true,
    memory: new FakeMemory(),
  }
  const cloud = bind(localProvider({ ...options, reach: { kind: 'direct' } }))
  await cloud.learn(signal)
  const [web, want] = [owner('web'), wish({ listeners: ['80/TCP'], addresses: ['127.0.10.1'] })]
  let now = Date.UTC(2026, 0, 1)
  const turn = (): Promise<Outcome> =>
    cloud.converge({ stack: cloud.stackOf(web, want), intents: [{ owner: web, want, published: [] }], now, signal, mayWrite: () => true })

  plane.unbindable.set('80', code)
  const end = now + 2 * HOUR
  let refused = await turn()
  while (now < end) {
    expect(refused.refused.has(web.uid)).toBe(true)
    const delayMs = refused.retryAfterMs ?? Number.POSITIVE_INFINITY
    expect(delayMs).toBeGreaterThanOrEqual(1 * SECONDS)
    expect(delayMs).toBeLessThanOrEqual(10 * SECONDS)
    now += delayMs
    refused = await turn()
  }
  plane.unbindable.clear()
  now += refused.retryAfterMs ?? Number.POSITIVE_INFINITY
  const served = await turn()
  expect(served.served.has(web.uid)).toBe(true)
  expect(cloud.status(cloud.stackOf(web, want), web).places).toMatchObject([{ ip: '127.0.10.1' }])
})
