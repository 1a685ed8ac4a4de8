/** Reserved addresses: given where they fit, refused with what is wrong where they do not, and never deleted. */
import { expect, test, vi } from 'vitest'
import { type ServiceParts, readyOf } from '../cluster.ts'
import { noted, port } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { FOREIGN_ADDRESS, idOf, remove, reserve } from './foreign.ts'
import { addressesOf } from '../published.ts'
import { partsOf } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const MINUTE_MS = 60_000
const COLLEAGUE = '10.0.200.9'
const named = (...names: readonly string[]): ServiceParts => noted({ 'fairlead.dev/address-names': names.join(',') })
const internal = (parts: ServiceParts): ServiceParts => ({ ...parts, annotations: { 'fairlead.dev/scheme': 'internal', ...parts.annotations } })
const number = ({ gcp }: World, name: string): string => gcp.cloud.addressOf(name) ?? ''
const reservations = (world: World): readonly string[] => world.foreign().filter((text) => text.startsWith('addresses '))

async function started(): Promise<World> {
  const world = await open()
  await world.start()
  return world
}

/** Goes again, and leaves all reservations as they were. */
async function goes(world: World, before: readonly string[]): Promise<void> {
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(10 * MINUTE_MS)
  expect(world.owned()).toEqual([])
  expect(reservations(world)).toEqual(before)
}

test.for<[how: string, asked: (world: World) => ServiceParts]>([
  ['by its name', () => named('reserved-1')],
  ["by Google's own annotation", () => noted({ 'networking.gke.io/load-balancer-ip-addresses': 'reserved-1' })],
  ['by spec.loadBalancerIP', (world) => ({ spec: { loadBalancerIP: number(world, 'reserved-1') } })],
  ['by its number in an annotation', (world) => noted({ 'fairlead.dev/addresses': number(world, 'reserved-1') })],
])('a reserved address, %s: it is given, and is there when the Service has gone', async ([, asked]) => {
  const world = await started()
  const before = reservations(world)
  await world.cluster.create('web', asked(world))
  await world.untilReason('web', 'Ready')
  expect(await addressesOf(world)).toEqual([number(world, 'reserved-1')])
  expect(await world.reach('web')).toBe('web')
  await goes(world, before)
})

test('two protocols on a reserved address, external and internal', async () => {
  const world = await started()
  const ports = [port(53), port(53, 'UDP')]
  await world.cluster.create('web', { ...named('reserved-1'), spec: { ports } })
  const inside = { addressType: 'INTERNAL', subnetwork: idOf(world.gcp, 'subnetworks', 'nodes') }
  const shared = reserve(world.gcp, 'shared', { ...inside, purpose: 'SHARED_LOADBALANCER_VIP' })
  const single = reserve(world.gcp, 'single', inside)
  await world.cluster.create('inside', { ...internal(named('shared')), spec: { ports } })
  await world.cluster.create('alone', { ...internal(named('single')), spec: { ports } })
  for (const name of ['web', 'inside', 'alone']) await world.untilReason(name, 'Ready')
  expect([await addressesOf(world), await addressesOf(world, 'inside'), await addressesOf(world, 'alone')]).toEqual([
    [number(world, 'reserved-1')],
    [shared],
    [single],
  ])
  for (const protocol of ['TCP', 'UDP'] as const) {
    expect(await world.reach('web', 53, undefined, protocol)).toBe('web')
    expect([await world.reach('inside', 53, COLLEAGUE, protocol), await world.reach('alone', 53, COLLEAGUE, protocol)]).toEqual(['inside', 'alone'])
  }
})

test.for<[what: string, reason: string, asked: (world: World) => ServiceParts, said: RegExp]>([
  ['a name that does not exist', 'Invalid', () => named('nowhere'), /nowhere/],
  ['a number that is not reserved', 'Invalid', () => ({ spec: { loadBalancerIP: '198.51.100.77' } }), /198\.51\.100\.77/],
  [
    'an address of another tier',
    'Invalid',
    ({ gcp }) => {
      reserve(gcp, 'standard', { networkTier: 'STANDARD' })
      return named('standard')
    },
    /standard.*(tier|Standard|STANDARD)/i,
  ],
  [
    'an internal address of an internet-facing Service',
    'Invalid',
    ({ gcp }) => {
      reserve(gcp, 'inside', { addressType: 'INTERNAL', subnetwork: gcp.cloud.ids.subnetworks['nodes'] ?? '' })
      return named('inside')
    },
    /inside.*internal/i,
  ],
  ['a public address of an internal Service', 'Invalid', () => internal(named('reserved-1')), /reserved-1/],
  [
    'an internal address of another subnet than the one that is named',
    'Invalid',
    ({ gcp }) => {
      reserve(gcp, 'elsewhere', { addressType: 'INTERNAL', subnetwork: gcp.cloud.ids.subnetworks['internal'] ?? '' })
      return internal(noted({ 'fairlead.dev/address-names': 'elsewhere', 'fairlead.dev/subnets': 'nodes' }))
    },
    /elsewhere/,
  ],
  ['an internal number outside the subnet', 'Invalid', () => internal({ spec: { loadBalancerIP: '10.0.99.9' } }), /10\.0\.99\.9/],
  ['an address that another load balancer uses', 'Conflict', () => named(FOREIGN_ADDRESS), /foreign/],
  ['two addresses of one family', 'Invalid', () => named('reserved-1', 'reserved-2'), /reserved-/],
])('%s: refused with what is wrong; nothing is left in the project, and a neighbour is served', async ([, reason, asked, said]) => {
  const world = await started()
  await world.cluster.create('neighbour')
  await world.untilReason('neighbour', 'Ready')
  const before = world.owned()
  await world.cluster.create('web', asked(world))
  const refused = readyOf(await world.untilReason('web', reason))
  expect(refused?.message).toMatch(said)
  expect(refused?.status).toBe('False')
  expect(await addressesOf(world)).toEqual([])
  expect(world.owned()).toEqual(before)
  expect(await world.reach('neighbour')).toBe('neighbour')
  const { mark } = world.gcp.journal
  await world.pass(60 * MINUTE_MS)
  expect(world.gcp.journal.since(mark).filter(({ kind }) => kind === 'write').length, 'attempts in an hour').toBeLessThanOrEqual(12)
})

test('an address that does not exist is found within minutes of being reserved', async () => {
  const world = await started()
  await world.cluster.create('web', named('mine'))
  await world.untilReason('web', 'Invalid')
  const mine = reserve(world.gcp, 'mine')
  await world.pass(10 * MINUTE_MS)
  expect(await world.hasReason('web', 'Ready')).toBe(true)
  expect(await addressesOf(world)).toEqual([mine])
})

test('an address that Google chose is reserved by its user, and then named: it stays, and nothing is interrupted', async () => {
  const world = await started()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  const [chosen = ''] = await addressesOf(world)
  expect(reserve(world.gcp, 'promoted', { address: chosen })).toBe(chosen)
  world.onWrite = ({ action }) => expect(world.send(chosen), `after ${action}`).toBe('web')
  await world.cluster.change('web', named('promoted'))
  await world.pass(10 * MINUTE_MS)
  await world.untilReason('web', 'Ready')
  expect(await addressesOf(world)).toEqual([chosen])
})

test('a reserved address that its user deletes while it is served: the Service keeps it, and says what is wrong', async () => {
  const world = await started()
  await world.cluster.create('web', named('reserved-1'))
  await world.untilReason('web', 'Ready')
  const address = number(world, 'reserved-1')
  remove(world.gcp, idOf(world.gcp, 'addresses', 'reserved-1'))
  await world.pass(2 * 60 * MINUTE_MS)
  expect(world.send(address)).toBe('web')
  expect(readyOf(await world.cluster.get('web'))?.message).toMatch(/reserved-1/)
})

test('the first of two Services that name one address has it; the other says so, and gets it when the first has gone', async () => {
  const world = await started()
  await world.cluster.create('web', named('reserved-1'))
  await world.untilReason('web', 'Ready')
  await world.cluster.create('late', { ...named('reserved-1'), spec: { ports: [port(81)] } })
  const refused = readyOf(await world.untilReason('late', 'Conflict'))
  expect(refused?.message).toMatch(
    /"reserved-1" is used by the Service [\w-]+\/web \(forwarding rule [\w-]+\)\. Allowed: a free address, or one fairlead\.dev\/share key/,
  )
  expect(await addressesOf(world, 'late')).toEqual([])
  expect(partsOf(world, 'late')).toEqual([])
  expect(await world.reach('web')).toBe('web')
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(30 * MINUTE_MS)
  await world.untilReason('late', 'Ready')
  expect(await world.reach('late', 81)).toBe('late')
})
