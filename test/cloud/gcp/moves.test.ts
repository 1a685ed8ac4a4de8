/** Changes that give a Service another address: where Google Cloud has room for both, the new one is published beside the old one, and one of them answers all the time. */
import { expect, test, vi } from 'vitest'
import { readyOf, type ServiceParts } from '../cluster.ts'
import { printed } from '../commands.ts'
import { addressesOf, answersAt, watched } from '../published.ts'
import { noted } from '../live-changes.ts'
import { reserve } from './foreign.ts'
import { onServer } from './frame.ts'
import { partsOf } from './look.ts'
import { looking, type World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const INTERNAL = { 'fairlead.dev/scheme': 'internal' }
const FACING = { 'fairlead.dev/scheme': 'internet-facing' }
const TIER = 'cloud.google.com/network-tier'

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

interface Move {
  readonly what: string
  readonly before: Readonly<Record<string, string>>
  readonly after: Readonly<Record<string, string | null>>
  /** Why the address cannot stay, in the keys of the Service's author. */
  readonly because: string
  /** What its reservation says beside the address. */
  readonly where?: string
}

const TO_SUBNET = 'networking.gke.io/load-balancer-subnet'
const MOVES: readonly Move[] = [
  { what: 'to internal', before: {}, after: INTERNAL, because: 'an external address cannot become an internal one (fairlead.dev/scheme)' },
  {
    what: 'to internet-facing',
    before: INTERNAL,
    after: FACING,
    because: 'an internal address cannot become an external one (fairlead.dev/scheme)',
    where: ' --subnet nodes',
  },
  {
    what: 'to another subnet',
    before: INTERNAL,
    after: { [TO_SUBNET]: 'internal' },
    because: `an address of the subnet nodes cannot become one of internal (${TO_SUBNET})`,
    where: ' --subnet nodes',
  },
  {
    what: 'to the standard tier',
    before: {},
    after: { [TIER]: 'Standard' },
    because: `an address of the network tier PREMIUM cannot become one of STANDARD (${TIER})`,
  },
  {
    what: 'to the premium tier',
    before: { [TIER]: 'Standard' },
    after: { [TIER]: null },
    because: 'an address of the network tier STANDARD cannot become one of PREMIUM (cloud.google.com/network-tier)',
    where: ' --network-tier STANDARD',
  },
]

/** What the command that keeps an address says, as a person copies it. */
const KEEP = /gcloud compute addresses create NAME --addresses (\S+)( --(?:subnet|network-tier) \S+)? --region us-central1 --project fairlead\./

test.for(MOVES)(
  '$what: the new address is published beside the old one, which is said to be given up, and then alone',
  async ({ before, after, because, where }) => {
    const world = await served(noted(before))
    const [old = ''] = await addressesOf(world)
    const seen = await watched(world, () => world.cluster.change('web', { annotations: after }))
    expect(seen.size).toBe(2)
    const notes = (await world.cluster.events('web')).map(({ note }) => note).filter((note) => note.includes('given up'))
    expect(notes).toEqual([
      expect.stringContaining(`The address ${old} is given up when another one is published, because ${because}. To keep it, reserve it before: `),
    ])
    expect(KEEP.exec(notes[0] ?? '')?.slice(1)).toEqual([old, where])
    await world.untilReason('web', 'Ready')
    await world.pass(MINUTE_MS)
    expect(readyOf(await world.cluster.get('web'))?.message).not.toContain('given up')
    await ends(world, old)
  },
)

test("an address that its user reserves, as the note says, stays the user's when the Service moves to another tier, and comes back with it", async () => {
  const world = await served({})
  const [old = ''] = await addressesOf(world)
  expect(reserve(world.gcp, 'kept', { address: old })).toBe(old)
  await world.pass(2 * HOUR_MS)
  await watched(world, () => world.cluster.change('web', noted({ [TIER]: 'Standard' })))
  expect((await world.cluster.events('web')).filter(({ note }) => note.includes('given up'))).toEqual([])
  expect(number(world, 'kept')).toBe(old)
  await watched(world, () => world.cluster.change('web', noted({ [TIER]: null, 'fairlead.dev/address-names': 'kept' })))
  expect(await addressesOf(world)).toEqual([old])
})

test('a plan says which address would be given up, and how it is kept', async () => {
  const world = await served({})
  const [old = ''] = await addressesOf(world)
  await world.cluster.change('web', noted({ [TIER]: 'Standard', 'fairlead.dev/plan-only': 'true' }))
  await world.untilReason('web', 'PlanOnly')
  const text = await printed(looking(world), ['plan', 'web'])
  expect(text).toMatch(`The address changes from ${old} to a new one`)
  expect(text).toMatch(`note: The address ${old} is given up when another one is published`)
  expect(text).toMatch(KEEP)
  expect(await addressesOf(world)).toEqual([old])
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
