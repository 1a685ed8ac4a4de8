/** `--never-delete` keeps what Services that go had, while others come. */
import { expect, test } from 'vitest'
import { STRANGER } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { partsOf } from './look.ts'

const open = onServer()

test('with --never-delete source ranges follow, and all of a deleted Service stays while others come', { timeout: 120_000 }, async () => {
  const world = await open()
  await world.start({ neverDelete: true })
  await world.cluster.create('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24', '198.51.100.0/24'] } })
  await world.cluster.create('shop')
  await world.untilReason('web', 'Ready')
  await world.untilReason('shop', 'Ready')
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.pass(60_000)
  expect(await world.reach('web', 80, STRANGER)).not.toBe('web')
  expect(await world.reach('web')).toBe('web')
  const before = partsOf(world, 'shop')
  expect(before).not.toEqual([])
  await world.cluster.remove('shop')
  await world.untilReason('shop', 'Protected')
  await world.cluster.create('late')
  await world.untilReason('late', 'Ready')
  await world.pass(60_000)
  expect(partsOf(world, 'shop')).toEqual(before)
})
