/** `--never-delete` keeps the parts of Services that go, in documents that go on changing for others. */
import { expect, test } from 'vitest'
import { STRANGER } from '../live-changes.ts'
import { onServer } from './frame.ts'

const open = onServer()

test('with --never-delete source ranges follow, and the rules and the address of a deleted Service stay while others come', { timeout: 120_000 }, async () => {
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
  const { uid } = (await world.cluster.get('shop')).metadata
  const ofShop = (): readonly string[] => world.owned().filter((text) => text.includes(uid))
  const before = ofShop()
  await world.cluster.remove('shop')
  await world.untilReason('shop', 'Protected')
  await world.cluster.create('late')
  await world.untilReason('late', 'Ready')
  await world.pass(60_000)
  expect(ofShop()).toEqual(before)
})
