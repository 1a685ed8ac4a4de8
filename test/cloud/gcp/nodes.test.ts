/** Nodes that come and go: their groups are one for each zone, which all Services have behind them. */
import { expect, test } from 'vitest'
import type { GcpEmulator } from '../../../emulators/gcp/index.ts'
import type { Machine } from '../cluster.ts'
import { readyOf } from '../cluster.ts'
import { changeMembers, idOf, insert, patch } from './foreign.ts'
import { onServer } from './frame.ts'
import { partsOf, serviceOf, sharedOf, writesSince } from './look.ts'
import { addMachine, providerIdOf } from './machines.ts'
import type { World } from './world.ts'

const open = onServer()
const NAMES = ['web', 'shop'] as const

/** Both in the first zone. */
const inOneZone = (gcp: GcpEmulator): readonly Machine[] => {
  const [zone = ''] = gcp.cloud.zones
  return [1, 2].map((number) => addMachine(gcp, { name: `node-${number}`, ip: `10.0.0.1${number}`, zone }))
}

async function served(): Promise<World> {
  const world = await open({ machines: inOneZone })
  await world.start()
  for (const name of NAMES) await world.cluster.create(name)
  for (const name of NAMES) await world.untilReason(name, 'Ready')
  await world.pass(60_000)
  return world
}

const members = (world: World): readonly string[] =>
  sharedOf(world, 'instanceGroups').flatMap(({ settings }) =>
    ((settings['members'] ?? []) as readonly { readonly instance: string }[]).map(({ instance }) => instance.split('/').at(-1) ?? ''),
  )
const groupsBehind = (world: World, name: string): number => (serviceOf(world, name)['backends'] as readonly unknown[]).length

test('a zone gets its first node: a group for it, with which the backend service of each Service goes on', async () => {
  const world = await served()
  expect(groupsBehind(world, 'web')).toBe(1)
  const { mark } = world.gcp.journal
  await world.cluster.join(addMachine(world.gcp, { name: 'node-3', ip: '10.0.0.13', zone: world.gcp.cloud.zones[1] ?? '' }))
  await world.pass(300_000)
  expect(writesSince(world, mark)).toEqual({ 'instanceGroups.addInstances': 1, 'instanceGroups.insert': 1, 'regionBackendServices.update': NAMES.length })
  expect(members(world).toSorted()).toEqual(['node-1', 'node-2', 'node-3'])
  for (const name of NAMES) expect([groupsBehind(world, name), await world.reach(name)]).toEqual([2, name])
})

test('a zone loses its last node for a while: its group stays behind the Services, so that it takes traffic again at once', async () => {
  const world = await served()
  const machine = addMachine(world.gcp, { name: 'node-3', ip: '10.0.0.13', zone: world.gcp.cloud.zones[1] ?? '' })
  await world.cluster.join(machine)
  await world.pass(300_000)
  const { mark } = world.gcp.journal
  await world.cluster.removeNode('node-3')
  await world.pass(60_000)
  expect(writesSince(world, mark)).toEqual({ 'instanceGroups.removeInstances': 1 })
  expect(groupsBehind(world, 'web')).toBe(2)
  for (const name of NAMES) expect(await world.reach(name)).toBe(name)
})

test('a machine that is deleted leaves its group without a call of ours; its Node, which follows, costs no failure', async () => {
  const world = await served()
  world.gcp.cloud.removeMachine('node-2')
  await world.cluster.removeNode('node-2')
  await world.pass(300_000)
  expect(members(world)).toEqual(['node-1'])
  for (const name of NAMES) expect([await world.reach(name), await world.hasReason(name, 'Ready')]).toEqual([name, true])
})

test('a Node without a machine is left out and named, and costs no other node its place', async () => {
  const world = await served()
  const [zone = ''] = world.gcp.cloud.zones
  await world.cluster.addGhost({ name: 'ghost', providerId: providerIdOf(world.gcp, zone, 'ghost'), ip: '10.0.0.99' })
  try {
    await world.until('it is named', async () => (readyOf(await world.cluster.get('web'))?.message ?? '').includes('ghost'))
    await world.cluster.join(addMachine(world.gcp, { name: 'node-3', ip: '10.0.0.13', zone }))
    await world.pass(60_000)
    expect(members(world).toSorted()).toEqual(['node-1', 'node-2', 'node-3'])
  } finally {
    await world.cluster.removeNode('ghost')
  }
  await world.until('the note is gone', async () => !(readyOf(await world.cluster.get('web'))?.message ?? '').includes('ghost'))
})

test.for<[what: string, odd: (world: World, zone: string) => Machine, said: RegExp]>([
  [
    'whose machine is in another network',
    ({ gcp }, zone) => {
      insert(gcp, 'networks', { name: 'second', autoCreateSubnetworks: false })
      insert(gcp, 'subnetworks', { name: 'second', network: idOf(gcp, 'networks', 'second'), ipCidrRange: '10.9.0.0/16' })
      return addMachine(gcp, { name: 'odd', ip: '10.9.0.9', zone, subnetwork: 'second' })
    },
    /Node odd is left out: Google refused to take it into the group of its zone: All instances of a group must be in the same network\. Fairlead tries again/,
  ],
  [
    'whose machine is in another subnet than the first',
    ({ gcp }, zone) => addMachine(gcp, { name: 'odd', ip: '10.0.16.9', zone, subnetwork: 'internal' }),
    /Node odd is left out: .* must be in the same subnetwork\./,
  ],
  [
    "whose machine is in another owner's group behind a load balancer",
    ({ gcp }, zone) => {
      const machine = addMachine(gcp, { name: 'odd', ip: '10.0.5.9', zone })
      const group = insert(gcp, 'instanceGroups', { name: 'theirs' })
      changeMembers(gcp, 'addInstances', group, [idOf(gcp, 'instances', 'odd', zone)])
      patch(gcp, idOf(gcp, 'backendServices', 'foreign'), { backends: [{ group, balancingMode: 'CONNECTION' }] })
      return machine
    },
    /Node odd is left out: .* instance may belong to at most one load-balanced instance group\./,
  ],
])('a Node %s: it is left out and named, the others join in a few calls, and none that serves is touched', async ([, odd, said]) => {
  const world = await served()
  const [zone = ''] = world.gcp.cloud.zones
  const numbers = [3, 4, 5, 6, 7, 8]
  const { mark } = world.gcp.journal
  const joining = [...numbers.map((number) => addMachine(world.gcp, { name: `node-${number}`, ip: `10.0.5.${number}`, zone })), odd(world, zone)]
  world.onWrite = () => NAMES.forEach((name) => expect(world.cluster.published(name).map((host) => world.send(host))).toEqual([name]))
  for (const machine of joining) await world.cluster.join(machine)
  await world.until('it is named', async () => said.test(readyOf(await world.cluster.get('web'))?.message ?? ''))
  await world.until('the others are in', () => members(world).length === 8)
  expect(members(world).toSorted()).toEqual([1, 2, ...numbers].map((number) => `node-${number}`))
  expect(writesSince(world, mark)['instanceGroups.addInstances']).toBeLessThanOrEqual(2 + joining.length)
  for (const name of NAMES) expect([await world.reach(name), await world.hasReason(name, 'Ready')]).toEqual([name, true])
  const before = world.gcp.journal.mark
  await world.pass(600_000)
  expect(writesSince(world, before), 'nothing is tried meanwhile').toEqual({})
  await world.cluster.removeNode('odd')
  await world.until('nothing is said', async () => !(readyOf(await world.cluster.get('web'))?.message ?? '').includes('odd'))
})

test('a Node of another cloud, or of none, is left out and named', async () => {
  const world = await served()
  await world.cluster.addGhost({ name: 'elsewhere', providerId: 'aws:///us-east-1a/i-0123456789abcdef0', ip: '10.0.0.98' })
  try {
    await world.until('it is named', async () => (readyOf(await world.cluster.get('web'))?.message ?? '').includes('elsewhere'))
    expect(await world.reach('web')).toBe('web')
  } finally {
    await world.cluster.removeNode('elsewhere')
  }
})

test('an internal and an internet-facing Service have the same groups of nodes', async () => {
  const world = await served()
  await world.cluster.create('inside', { annotations: { 'fairlead.dev/scheme': 'internal' } })
  await world.untilReason('inside', 'Ready')
  expect(serviceOf(world, 'inside')['backends']).toEqual(serviceOf(world, 'web')['backends'])
  expect(await world.reach('inside', 80, '10.0.200.9')).toBe('inside')
  expect(partsOf(world, 'inside', 'instanceGroups')).toEqual([])
})
