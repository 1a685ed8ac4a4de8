/** Changes that give a Service another address: both are published while the change goes on, and one of them answers all the time. */
import { expect, test, vi } from 'vitest'
import { addressesOf, answersAt, watched } from '../published.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const INTERNAL = { 'fairlead.dev/scheme': 'internal' }
const FACING = { 'fairlead.dev/scheme': 'internet-facing' }

const frontends = (world: World): readonly string[] =>
  world.ownedObjects().flatMap(({ kind, name }) => (kind === 'loadBalancers/frontendIPConfigurations' ? [name] : []))
const reserved = ({ azure }: World, at: number): string => azure.cloud.addressOf(azure.cloud.ids.addresses[at] ?? '') ?? ''

test.for([
  ['to internal', {}, INTERNAL],
  ['to internet-facing', INTERNAL, FACING],
] as const)('another scheme, %s: the new address is published beside the old one, and then alone', async ([, before, after]) => {
  const world = await open()
  await world.start()
  await world.cluster.create('web', { annotations: before })
  await world.cluster.create('neighbour')
  await world.untilReason('web', 'Ready')
  await world.untilReason('neighbour', 'Ready')
  const [old = ''] = await addressesOf(world)
  const seen = await watched(world, () => world.cluster.change('web', { annotations: after }))
  expect(seen.size).toBe(2)
  await world.untilReason('web', 'Ready')
  await world.pass(600_000)
  expect(answersAt(world, old)).toBe(false)
  expect(frontends(world)).toHaveLength(2)
  expect(await world.reach('neighbour')).toBe('neighbour')
  expect((await world.cluster.events('web')).map(({ reason }) => reason)).toContain('AddressChanged')
  for (const name of ['web', 'neighbour']) await world.cluster.remove(name)
  for (const name of ['web', 'neighbour']) await world.gone(name)
  await world.pass(600_000)
  expect(world.owned()).toEqual([])
})

test('an address that was reserved is given, another one follows, and both are left as they were', async () => {
  const world = await open()
  await world.start()
  const foreign = world.foreign()
  await world.cluster.create('web', { spec: { loadBalancerIP: reserved(world, 0) } })
  await world.untilReason('web', 'Ready')
  expect(await addressesOf(world)).toEqual([reserved(world, 0)])
  await watched(world, () => world.cluster.change('web', { spec: { loadBalancerIP: reserved(world, 1) } }))
  expect(await addressesOf(world)).toEqual([reserved(world, 1)])
  await watched(world, () => world.cluster.change('web', { spec: { loadBalancerIP: null } }))
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(600_000)
  expect(world.owned()).toEqual([])
  expect(world.foreign()).toEqual(foreign)
})

test('two Services share an address by naming it; one leaves, and the other is served all the time', async () => {
  const world = await open()
  await world.start()
  const shared = { 'fairlead.dev/address-names': 'reserved-1' }
  await world.cluster.create('mail', { annotations: shared, spec: { ports: [{ port: 25 }] } })
  await world.untilReason('mail', 'Ready')
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  const edge = reserved(world, 0)
  await watched(world, () => world.cluster.change('web', { annotations: shared }))
  expect(await addressesOf(world)).toEqual([edge])
  world.onWrite = ({ action }) => expect(world.send(edge, 25), `after ${action}`).toBe('mail')
  await world.cluster.change('web', { annotations: { 'fairlead.dev/address-names': null } })
  await world.until('it left', async () => !(await addressesOf(world)).includes(edge))
  await world.until('its port is gone', () => world.send(edge) !== 'web')
  world.onWrite = () => {}
  await world.cluster.remove('mail')
  await world.gone('mail')
  expect(await world.reach('web')).toBe('web')
})

test('a Service that wants a port of another one at an address is not published there, says whose it is, and is served without that port', async () => {
  const world = await open()
  await world.start()
  const shared = { 'fairlead.dev/address-names': 'reserved-1' }
  const port = (number: number) => ({ name: `p${number}`, port: number })
  await world.cluster.create('web', { annotations: shared })
  await world.untilReason('web', 'Ready')
  await world.cluster.create('late', { annotations: shared, spec: { ports: [port(80), port(81)] } })
  const late = await world.untilReason('late', 'Conflict')
  expect(JSON.stringify(late.status.conditions)).toContain(`${world.cluster.namespace}/web`)
  expect(await addressesOf(world, 'late')).toEqual([])
  expect(world.send(reserved(world, 0))).toBe('web')
  await world.cluster.change('late', { spec: { ports: [port(81)] } })
  await world.untilReason('late', 'Ready')
  expect([world.send(reserved(world, 0)), world.send(reserved(world, 0), 81)]).toEqual(['web', 'late'])
})
