/** One Service's trouble stays its own, though all are in the same documents; and what is no Service's fault is said of all. */
import { expect, test, vi } from 'vitest'
import type { AzureOptions, Fault } from '../../../emulators/azure/index.ts'
import { readyOf } from '../cluster.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const messageOf = async (world: World, name: string): Promise<string> => readyOf(await world.cluster.get(name))?.message ?? ''

async function withGood(options: AzureOptions = {}): Promise<World> {
  const world = await open(options)
  await world.start()
  await world.cluster.create('good')
  await world.untilReason('good', 'Ready')
  return world
}

/** The neighbour is served, also what it asks for now. */
async function expectGood(world: World): Promise<void> {
  await world.cluster.change('good', {
    spec: {
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ],
    },
  })
  await world.until('the neighbour is served', async () => (await world.reach('good', 81)) === 'good')
  await world.untilReason('good', 'Ready')
}

test.for([
  ['an address that does not exist', { spec: { loadBalancerIP: '198.51.100.77' } }, /198\.51\.100\.77/],
  ['a name that does not exist', { annotations: { 'fairlead.dev/address-names': 'nowhere' } }, /nowhere/],
  ['an internal address outside the subnet', { annotations: { 'fairlead.dev/scheme': 'internal' }, spec: { loadBalancerIP: '10.0.99.9' } }, /10\.0\.99\.9/],
  ['a subnet that does not exist', { annotations: { 'fairlead.dev/scheme': 'internal', 'fairlead.dev/subnets': 'nowhere' } }, /nowhere/],
  ['an idle time-out that no rule has', { annotations: { 'fairlead.dev/idle-timeout': '1s' } }, /idle-timeout/],
] as const)('%s: refused with its name, and the neighbour is served', async ([, parts, said]) => {
  const world = await withGood()
  await world.cluster.create('bad', parts)
  await world.until('it is reported', async () => said.test(await messageOf(world, 'bad')))
  await expectGood(world)
  expect(readyOf(await world.cluster.get('bad'))?.status).toBe('False')
  const { mark } = world.azure.journal
  await world.pass(3_600_000)
  expect(world.azure.journal.since(mark).filter(({ kind }) => kind === 'write').length, 'attempts in an hour').toBeLessThanOrEqual(12)
  await world.cluster.remove('bad')
  await world.gone('bad')
})

test('an address that another load balancer uses', async () => {
  const world = await withGood()
  await world.cluster.create('bad', { annotations: { 'fairlead.dev/address-names': 'reserved-3' } })
  expect(readyOf(await world.untilReason('bad', 'Conflict'))?.message).toMatch(/foreign/)
  await expectGood(world)
})

test('no right to join an address: its Service says which right on which id, the neighbour is served, and once it is granted so is the Service', async () => {
  const world = await withGood()
  const [address = ''] = world.azure.cloud.ids.addresses
  const message = `The client 'x' with object id 'x' has permission to perform action 'Microsoft.Network/loadBalancers/write' on scope 'any'; however, it does not have permission to perform action(s) 'Microsoft.Network/publicIPAddresses/join/action' on the linked scope(s) '${address}' (respectively) or the linked scope(s) are invalid.`
  const kind: Fault['kind'] = { code: 'LinkedAuthorizationFailed', status: 403, message }
  const grant = world.azure.faults.inject({ match: { action: 'PutLoadBalancer' }, kind })
  await world.cluster.create('bad', { annotations: { 'fairlead.dev/address-names': 'reserved-1' } })
  expect(readyOf(await world.untilReason('bad', 'Denied'))?.message).toMatch(/publicIPAddresses\/join\/action.*reserved-1/)
  grant()
  await expectGood(world)
  await world.untilReason('bad', 'Ready')
  expect(await world.reach('bad')).toBe('bad')
})

test("no right to write load balancers is no Service's fault: all that wait for it say so, and go on when it is granted", async () => {
  const world = await withGood()
  const message = "The client 'x' with object id 'x' does not have authorization to perform action 'Microsoft.Network/loadBalancers/write' over scope 'any'."
  const grant = world.azure.faults.inject({ match: { action: 'PutLoadBalancer' }, kind: { code: 'AuthorizationFailed', status: 403, message }, times: 1_000 })
  await world.cluster.create('late')
  expect(readyOf(await world.untilReason('late', 'Denied'))?.message).toMatch(/loadBalancers\/write/)
  expect(await world.reach('good')).toBe('good')
  grant()
  await world.untilReason('late', 'Ready')
  expect(await world.reach('late')).toBe('late')
})

test('more rules than a node may have: the newest Service says so, and is served when another one goes', async () => {
  const world = await withGood({ quotas: { rulesPerMember: 2 } })
  await world.cluster.create('second')
  await world.untilReason('second', 'Ready')
  await world.cluster.create('third')
  expect(readyOf(await world.untilReason('third', 'LimitReached'))?.message).toMatch(/rules/)
  expect([await world.reach('good'), await world.reach('second')]).toEqual(['good', 'second'])
  await world.cluster.remove('second')
  await world.gone('second')
  await world.untilReason('third', 'Ready')
  expect(await world.reach('third')).toBe('third')
})

test('no address is left in the subscription: who has none says so, and gets one when there is room', async () => {
  const world = await withGood({ quotas: { publicAddresses: 6 } })
  await world.cluster.create('second')
  await world.untilReason('second', 'Ready')
  await world.cluster.create('third')
  await world.untilReason('third', 'LimitReached')
  await expectGood(world)
  await world.cluster.remove('second')
  await world.gone('second')
  await world.untilReason('third', 'Ready')
  expect(await world.reach('third')).toBe('third')
})

test('a Node outside the virtual network is left out and named', async () => {
  const world = await withGood()
  await world.cluster.addGhost({ name: 'ghost', providerId: 'azure:///subscriptions/any', ip: '192.168.7.9' })
  try {
    await world.until('it is named', async () => (await messageOf(world, 'good')).includes('ghost'))
    await expectGood(world)
  } finally {
    await world.cluster.removeNode('ghost')
  }
  await world.until('the note is gone', async () => !(await messageOf(world, 'good')).includes('ghost'))
  expect(await world.reach('good')).toBe('good')
})
