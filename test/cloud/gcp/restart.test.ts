/** A start after another process. */
import { expect, test } from 'vitest'
import { onServer } from './frame.ts'
import { calls } from '../damaged.ts'
import { read } from './foreign.ts'
import type { World } from './world.ts'

const open = onServer()
const SERVICES = ['one', 'two', 'three', 'four']

async function restarted(names: readonly string[]): Promise<readonly string[]> {
  const world = await open()
  const first = await world.start()
  for (const name of names) await world.cluster.create(name)
  for (const name of names) await world.untilReason(name, 'Ready')
  await world.rest()
  const before = versions(world)
  await first.stop()
  const { mark } = world.gcp.journal
  await world.start()
  await world.rest()
  await world.pass(600_000)
  expect(calls(world, mark, 'write')).toEqual([])
  expect(versions(world)).toEqual(before)
  const reads = calls(world, mark, 'read')
  await world.close()
  return reads
}

test('costs the lists, whatever the number of Services, and no write; versions stay', async () => {
  const reads = await restarted(SERVICES.slice(0, 1))
  expect(reads).not.toEqual([])
  expect(await restarted(SERVICES)).toEqual(reads)
})

test('what left and what came meanwhile is behind the Services', async () => {
  const world = await open()
  const first = await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await first.stop()
  await world.cluster.pods('web', ['10.244.7.1'])
  await world.cluster.create('late')
  await world.start()
  await world.untilReason('late', 'Ready')
  expect([await world.reach('web'), await world.reach('late')]).toEqual(['web', 'late'])
})

/** Of every resource. */
function versions(world: World): readonly string[] {
  return world.ownedObjects().map(({ id }) => `${id} ${JSON.stringify(read(world.gcp, id)['fingerprint'])}`)
}
