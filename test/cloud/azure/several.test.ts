/** More rules than a node may be in: further load balancers, each with nodes of its own. */
import { expect, test, vi } from 'vitest'
import { readyOf } from '../cluster.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const NAMES = ['a', 'b', 'c', 'd'] as const
const CONFIGURATIONS = 'service.beta.kubernetes.io/azure-load-balancer-configurations'

/** By load balancer, how many rules of ours it has. */
function rules(world: World): Readonly<Record<string, number>> {
  const own = world.azure.cloud.objects().filter(({ kind, name }) => kind === 'loadBalancers/loadBalancingRules' && name.includes('/fl_'))
  return Object.fromEntries([...Map.groupBy(own, ({ name }) => name.split('/')[0] ?? '')].map(([name, all]) => [name, all.length]))
}

async function untilReady(world: World, names: readonly string[]): Promise<void> {
  for (const name of names) await world.untilReason(name, 'Ready')
}

test('beyond the limit a Service is refused with it; a further load balancer has room, and no Service moves for that', async () => {
  const world = await open()
  world.settings = { balancerName: 'main', ruleLimit: 2 }
  const first = await world.start()
  await world.cluster.create('a')
  await world.cluster.create('b')
  await untilReady(world, ['a', 'b'])
  await world.cluster.create('c')
  const { message } = readyOf(await world.untilReason('c', 'LimitReached')) ?? {}
  expect(message).toContain('is more than the 2 rules that the interface of a node may be in at Azure')
  expect(message).toContain('--azure-more-load-balancers')
  expect(await world.reach('a')).toBe('a')

  await first.stop()
  world.settings = { balancerName: 'main', ruleLimit: 2, moreBalancers: ['more'] }
  await world.start()
  await world.cluster.create('d')
  await untilReady(world, NAMES)
  expect(rules(world)).toEqual({ main: 2, more: 2 })
  for (const name of NAMES) expect(await world.reach(name)).toBe(name)
})

test('a Service may name the load balancer, and one that the settings do not have is refused', async () => {
  const world = await open()
  world.settings = { balancerName: 'main', moreBalancers: ['more'] }
  await world.start()
  await world.cluster.create('a', { annotations: { [CONFIGURATIONS]: 'MORE' } })
  await world.cluster.create('b', { annotations: { [CONFIGURATIONS]: 'other' } })
  await untilReady(world, ['a'])
  expect(rules(world)).toEqual({ more: 1 })
  expect(readyOf(await world.untilReason('b', 'Invalid'))?.message).toContain(
    `${CONFIGURATIONS}: "other" names no load balancer of this controller. Allowed: main, more`,
  )

  const before = await world.cluster.get('a')
  await world.cluster.change('a', { annotations: { [CONFIGURATIONS]: 'main' } })
  await world.until('it has moved', () => rules(world)['main'] === 1 && rules(world)['more'] === undefined)
  await untilReady(world, ['a'])
  expect(await world.reach('a')).toBe('a')
  expect((await world.cluster.get('a')).status.loadBalancer).toEqual(before.status.loadBalancer)
})

test('one that the settings do not name any more is drained, and goes; addresses stay', async () => {
  const world = await open()
  world.settings = { balancerName: 'main', moreBalancers: ['more'] }
  const first = await world.start()
  for (const name of NAMES) await world.cluster.create(name)
  await untilReady(world, NAMES)
  expect(rules(world)).toEqual({ main: 2, more: 2 })
  const addresses = await Promise.all(NAMES.map(async (name) => (await world.cluster.get(name)).status.loadBalancer))

  await first.stop()
  world.settings = { balancerName: 'main' }
  await world.start()
  await world.until('it is gone', () => !world.azure.cloud.objects().some(({ kind, name }) => kind === 'loadBalancers' && name === 'more'))
  await untilReady(world, NAMES)
  expect(rules(world)).toEqual({ main: 4 })
  for (const name of NAMES) expect(await world.reach(name)).toBe(name)
  expect(await Promise.all(NAMES.map(async (name) => (await world.cluster.get(name)).status.loadBalancer))).toEqual(addresses)
})
