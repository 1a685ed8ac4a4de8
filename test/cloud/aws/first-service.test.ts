/** The first Service of a cluster: nothing of the cluster's own stands in the account yet. */
import { expect, test } from 'vitest'
import { readyOf } from '../cluster.ts'
import { onServer } from './frame.ts'

const open = onServer()

test('is planned whole, on the security group and rules that are still to be made, and the deed does what the plan said', async () => {
  const world = await open()
  await world.start()
  await world.cluster.create('web', { annotations: { 'fairlead.dev/plan-only': 'true' } })
  const { message } = readyOf(await world.untilReason('web', 'PlanOnly')) ?? { message: '' }
  const planned = [...message.matchAll(/\b(?:create|update|delete) ([a-z ]+?) \S+ \(/g)].map(([, kind]) => kind)
  expect(planned).toEqual(
    expect.arrayContaining(['security group', 'security group rules', 'load balancer', 'target group', 'targets', 'listener']) as readonly string[],
  )
  expect(message).not.toMatch(/wait/)
  expect(world.owned()).toEqual([])
  await world.cluster.change('web', { annotations: { 'fairlead.dev/plan-only': null } })
  await world.untilReason('web', 'Ready')
  expect(await world.reach('web')).toBe('web')
})

test.for([
  ['a subnet that is not there', { 'fairlead.dev/subnets': 'nowhere' }, /nowhere/],
  ['an address that no load balancer takes', { 'fairlead.dev/scheme': 'internal', 'fairlead.dev/address-names': 'eipalloc-1' }, /address-names/],
  ['an idle time-out that no load balancer has', { 'fairlead.dev/idle-timeout': '1s' }, /idle-timeout/],
] as const)('with %s is refused, planned or not, and nothing is made for it', async ([, annotations, message]) => {
  const world = await open()
  await world.start()
  for (const [name, more] of Object.entries({ planned: { 'fairlead.dev/plan-only': 'true' }, asked: {} })) {
    await world.cluster.create(name, { annotations: { ...annotations, ...more } })
    await world.until(`${name} is refused`, async () => message.test(readyOf(await world.cluster.get(name))?.message ?? ''))
  }
  expect(readyOf(await world.cluster.get('asked'))?.reason).toBe('Invalid')
  await world.pass(1_200_000)
  expect(world.owned()).toEqual([])
})
