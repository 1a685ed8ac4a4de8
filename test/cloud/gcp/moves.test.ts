/** Changes that give a Service another address: where Google Cloud has room for both, the new one is published beside the old one, and one of them answers all the time. */
import { expect, test, vi } from 'vitest'
import type { ServiceParts } from '../cluster.ts'
import { CLIENT } from '../world.ts'
import { noted } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { addressesOf, partsOf } from './look.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const MINUTE_MS = 60_000
/** Somebody in the network, whom an internal address lets in. */
const COLLEAGUE = '10.0.200.9'
const INTERNAL = { 'fairlead.dev/scheme': 'internal' }
const FACING = { 'fairlead.dev/scheme': 'internet-facing' }
const TIER = 'cloud.google.com/network-tier'

const answersAt = (world: World, address: string): boolean => world.send(address, 80, address.startsWith('10.') ? COLLEAGUE : CLIENT) === 'web'
const number = ({ gcp }: World, name: string): string => gcp.cloud.addressOf(name) ?? ''

async function served(parts: ServiceParts): Promise<World> {
  const world = await open()
  await world.start()
  await world.cluster.create('web', parts)
  await world.cluster.create('neighbour')
  await world.untilReason('web', 'Ready')
  await world.untilReason('neighbour', 'Ready')
  await world.rest()
  return world
}

/** Changes the Service, and watches its published addresses until there is only another one. Answers all that were published on the way. */
async function watched(world: World, change: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const [old = ''] = await addressesOf(world)
  const seen = new Set<string>()
  const check = (after: string): void => {
    const published = world.cluster.published('web')
    for (const address of published) seen.add(address)
    expect(
      published.some((address) => answersAt(world, address)),
      `after ${after}, at ${published.join()}`,
    ).toBe(true)
  }
  world.onWrite = ({ action }) => check(action)
  await change()
  await world.until('only another address is published', () => {
    check('a while')
    return world.cluster.published('web').join() !== old && world.cluster.published('web').length === 1
  })
  await world.rest()
  world.onWrite = () => {}
  return seen
}

/** The old place is closed, the neighbour noticed nothing, and in the end nothing is left. */
async function ends(world: World, old: string): Promise<void> {
  await world.untilReason('web', 'Ready')
  await world.pass(10 * MINUTE_MS)
  expect(answersAt(world, old)).toBe(false)
  expect(partsOf(world, 'web', 'forwardingRules')).toHaveLength(1)
  expect(partsOf(world, 'web', 'backendServices')).toHaveLength(1)
  expect(await world.reach('neighbour')).toBe('neighbour')
  expect((await world.cluster.events('web')).map(({ reason }) => reason)).toContain('AddressChanged')
  for (const name of ['web', 'neighbour']) await world.cluster.remove(name)
  for (const name of ['web', 'neighbour']) await world.gone(name)
  await world.pass(10 * MINUTE_MS)
  expect(world.owned()).toEqual([])
}

test.for<[what: string, before: Readonly<Record<string, string>>, after: Readonly<Record<string, string | null>>]>([
  ['to internal', {}, INTERNAL],
  ['to internet-facing', INTERNAL, FACING],
  ['to another subnet', INTERNAL, { 'networking.gke.io/load-balancer-subnet': 'internal' }],
  ['to the standard tier', {}, { [TIER]: 'Standard' }],
  ['to the premium tier', { [TIER]: 'Standard' }, { [TIER]: null }],
])('%s: the new address is published beside the old one, and then alone', async ([, before, after]) => {
  const world = await served(noted(before))
  const [old = ''] = await addressesOf(world)
  const seen = await watched(world, () => world.cluster.change('web', { annotations: after }))
  expect(seen.size).toBe(2)
  await ends(world, old)
})

test('a reserved address is given, another one follows, and both are left as they were', async () => {
  const world = await served({})
  const foreign = world.foreign()
  await watched(world, () => world.cluster.change('web', { spec: { loadBalancerIP: number(world, 'reserved-1') } }))
  expect(await addressesOf(world)).toEqual([number(world, 'reserved-1')])
  await watched(world, () => world.cluster.change('web', { spec: { loadBalancerIP: number(world, 'reserved-2') } }))
  expect(await addressesOf(world)).toEqual([number(world, 'reserved-2')])
  await watched(world, () => world.cluster.change('web', { spec: { loadBalancerIP: null } }))
  await ends(world, number(world, 'reserved-2'))
  expect(world.foreign()).toEqual(foreign)
})

test('a tier that a Service asks for and its reserved address does not have: refused, and the old one is served', async () => {
  const world = await served(noted({ 'fairlead.dev/address-names': 'reserved-1' }))
  world.onWrite = ({ action }) => expect(world.send(number(world, 'reserved-1')), `after ${action}`).toBe('web')
  await world.cluster.change('web', noted({ [TIER]: 'Standard' }))
  await world.untilReason('web', 'Invalid')
  await world.pass(10 * MINUTE_MS)
  expect(await addressesOf(world)).toEqual([number(world, 'reserved-1')])
})
