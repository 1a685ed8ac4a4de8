/** `--never-delete` keeps the load balancers of Services that go. What a Service that stays gives up is taken from it all the same. */
import { expect, test } from 'vitest'
import { onServer } from './frame.ts'

const open = onServer()
const STRANGER = '198.51.100.77'

test('with --never-delete targets and source ranges follow, and the balancer of a deleted Service serves on', { timeout: 120_000 }, async () => {
  const world = await open()
  await world.start({ neverDelete: true })
  const pods = { annotations: { 'fairlead.dev/targets': 'pods' } }
  await world.cluster.create('web', { ...pods, spec: { loadBalancerSourceRanges: ['203.0.113.0/24', '198.51.100.0/24'] } }, ['10.244.1.1'])
  await world.untilReason('web', 'Ready')
  await world.pass(5 * 60_000)
  // The address of a pod that was replaced goes to a pod of another Service.
  await world.cluster.pods('web', ['10.244.1.2'])
  await world.cluster.create('shop', pods, ['10.244.1.1'])
  await world.untilReason('shop', 'Ready')
  await world.pass(60_000)
  const answers = new Set<string>()
  for (let i = 0; i < 6; i++) answers.add(await world.reach('web'))
  expect(answers).toEqual(new Set(['web']))
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.pass(60_000)
  expect(await world.reach('web', 80, STRANGER)).not.toBe('web')
  expect(await world.reach('web')).toBe('web')
  const owned = world.owned()
  await world.cluster.remove('shop')
  await world.untilReason('shop', 'Protected')
  await world.pass(60_000)
  expect(world.owned()).toEqual(owned)
})
