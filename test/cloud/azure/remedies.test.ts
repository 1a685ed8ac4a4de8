/** What a Service names and what is not there yet is found when it is made: soon, by few calls, and at once where the Service is changed. */
import { expect, test, vi } from 'vitest'
import { readyOf } from '../cluster.ts'
import { onServer } from './frame.ts'
import { putAddress } from './foreign.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const MINUTE_MS = 60_000
/** Long enough that nothing is due to an inventory here. */
const SELDOM = { driftIntervalMs: 24 * 60 * MINUTE_MS }
const NAME = 'service.beta.kubernetes.io/azure-pip-name'

async function refused(): Promise<World> {
  const world = await open()
  await world.start(SELDOM)
  await world.cluster.create('neighbour')
  await world.cluster.create('web', { annotations: { [NAME]: 'mine' } })
  expect(readyOf(await world.untilReason('web', 'Invalid'))?.message).toMatch(
    /azure-pip-name: "mine" is not a public address in the resource group fairlead\. .*Fairlead checks again within a minute/,
  )
  await world.untilReason('neighbour', 'Ready')
  return world
}

test('an address that is made later is found within a minute', async () => {
  const world = await refused()
  putAddress(world.azure, 'mine')
  await world.pass(MINUTE_MS)
  expect(await world.hasReason('web', 'Ready')).toBe(true)
  expect(await world.reach('web')).toBe('web')
})

test('hours later it is found at once where any annotation of the Service is changed', async () => {
  const world = await refused()
  await world.pass(200 * MINUTE_MS)
  putAddress(world.azure, 'mine')
  await world.cluster.change('web', { annotations: { retry: 'now' } })
  await world.pass(20_000)
  expect(await world.hasReason('web', 'Ready')).toBe(true)
})

test('looking for it costs few calls, and no write', async () => {
  const world = await refused()
  await world.pass(60 * MINUTE_MS)
  const mark = world.azure.journal.mark
  await world.pass(60 * MINUTE_MS)
  const calls = world.azure.journal.since(mark)
  expect(calls.filter(({ kind }) => kind === 'write')).toEqual([])
  // Every ten minutes: three lists, and the address by its name.
  expect(calls.length).toBeLessThanOrEqual(7 * 4)
  expect(calls.length).toBeGreaterThan(0)
})
