/** Google Cloud takes its time: what a Service waits for is reported, others are not held up, and operations that fail end well. */
import { expect, test, vi } from 'vitest'
import { IMMEDIATE, REALISTIC } from '../../../emulators/gcp/index.ts'
import { readyOf } from '../cluster.ts'
import { printed } from '../commands.ts'
import { port, STRANGER } from '../live-changes.ts'
import { isReadyInTheEnd } from '../slow.ts'
import { onServer } from './frame.ts'
import { patch, read } from './foreign.ts'
import { partsOf, sharedOf } from './look.ts'
import { looking, type World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const MINUTE_MS = 60_000
const SLOW = {
  ...IMMEDIATE,
  address: 5_000,
  firewall: 5_000,
  healthCheck: 5_000,
  group: 5_000,
  membership: 5_000,
  backendService: 20_000,
  forwardingRule: MINUTE_MS,
  deletion: 20_000,
}
const failure = { code: 'INTERNAL_ERROR', message: 'An internal error occurred.', status: 500 }
const writes = ({ gcp }: World, mark: number, action: string): number => gcp.journal.since(mark).filter((call) => call.action === action).length
const backendService = (world: World): string => partsOf(world, 'web', 'backendServices')[0]?.id ?? ''

async function served(): Promise<World> {
  const world = await open({ delays: SLOW })
  await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  return world
}

isReadyInTheEnd(() => open({ delays: SLOW }), 3 * MINUTE_MS)

test('Services do not wait for each other: ten are ready when one would be', async () => {
  const world = await served()
  const began = world.clock.now()
  const names = Array.from({ length: 10 }, (_, i) => `s${i}`)
  for (const name of names) await world.cluster.create(name)
  for (const name of names) await world.untilReason(name, 'Ready')
  // The backend service, the forwarding rule, the firewall rule; and the polls.
  expect(world.clock.now() - began).toBeLessThan(SLOW.backendService + SLOW.forwardingRule + SLOW.firewall + 30_000)
})

test('a range is taken away while a forwarding rule is being made', async () => {
  const world = await served()
  const { mark } = world.gcp.journal
  await world.cluster.change('web', { spec: { ports: [port(80), port(81)] } })
  await world.until('the rule is under way', () => writes(world, mark, 'forwardingRules.insert') === 1)
  const began = world.clock.now()
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.until('it is closed', async () => (await world.reach('web', 80, STRANGER)) !== 'web')
  expect(world.clock.now() - began).toBeLessThan(MINUTE_MS)
  await world.until('the port is open', async () => (await world.reach('web', 81)) === 'web')
})

test.for(['forwardingRules', 'backendServices', 'firewalls'])('an operation on %s that fails: it is made again, and the Service is served', async (kind) => {
  const world = await open({ delays: SLOW })
  await world.start()
  await world.cluster.create('first')
  await world.untilReason('first', 'Ready')
  const { mark } = world.gcp.journal
  let isArmed = false
  world.onWrite = () => {}
  world.befalls = (action) => {
    const isInsert = action === `${kind === 'backendServices' ? 'regionBackendServices' : kind}.insert`
    if (isInsert && !isArmed) {
      isArmed = true
      world.gcp.cloud.failOperations({ match: { kind: 'insert' }, failure })
    }
    return undefined
  }
  await world.cluster.create('late')
  await world.untilReason('late', 'Ready')
  await world.until('both answer', async () => (await world.reach('first')) === 'first' && (await world.reach('late')) === 'late')
  expect(isArmed).toBe(true)
  expect(writes(world, mark, `${kind === 'backendServices' ? 'regionBackendServices' : kind}.insert`)).toBeGreaterThan(1)
  await world.pass(10 * MINUTE_MS)
  expect(
    partsOf(world, 'late')
      .map((one) => one.kind)
      .toSorted(),
  ).toEqual(['backendServices', 'firewalls', 'forwardingRules'])
})

test('operations that go on failing: the Service says so, what was served stays, and it is served when they succeed', async () => {
  const world = await served()
  const lift = world.gcp.cloud.failOperations({ match: { kind: 'insert' }, failure, times: 1_000 })
  await world.cluster.create('late')
  await world.until('it is reported', async () => ['Refused', 'CloudUnavailable'].includes(readyOf(await world.cluster.get('late'))?.reason ?? ''))
  expect(await world.reach('web')).toBe('web')
  lift()
  await world.untilReason('late', 'Ready')
  await world.until('it answers', async () => (await world.reach('late')) === 'late')
})

test('a person changes a backend service while ours waits: neither is lost', async () => {
  const world = await served()
  patch(world.gcp, backendService(world), { failoverPolicy: { failoverRatio: 0.5 } })
  await world.cluster.change('web', { spec: { sessionAffinity: 'ClientIP' } })
  await world.untilReason('web', 'Ready')
  await world.pass(10 * MINUTE_MS)
  expect(read(world.gcp, backendService(world))).toMatchObject({ sessionAffinity: 'CLIENT_IP', failoverPolicy: { failoverRatio: 0.5 } })
})

test('a process that starts while operations run finds what is under way, and makes nothing twice', async () => {
  const world = await open({ delays: SLOW })
  const first = await world.start()
  await world.cluster.create('web')
  await world.until('the rule is under way', () => writes(world, 0, 'forwardingRules.insert') === 1)
  first.strike()
  await world.clock.advance(15_000)
  await world.start()
  await world.untilReason('web', 'Ready')
  await world.until('it answers', async () => (await world.reach('web')) === 'web')
  await world.pass(10 * MINUTE_MS)
  expect(world.gcp.journal.counts()).toMatchObject({ 'forwardingRules.insert': 1, 'regionBackendServices.insert': 1, 'firewalls.insert': 2 })
  expect(sharedOf(world, 'healthChecks')).toHaveLength(1)
})

test('with delays as users report them a Service comes, changes and goes, and nothing is left', async () => {
  const world = await open({ delays: REALISTIC })
  await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await world.cluster.change('web', { annotations: { 'fairlead.dev/scheme': 'internal' } })
  await world.pass(10 * MINUTE_MS)
  await world.untilReason('web', 'Ready')
  expect(await world.reach('web', 80, '10.0.200.9')).toBe('web')
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(10 * MINUTE_MS)
  expect(world.owned()).toEqual([])
})

test('`fairlead plan` says what Google is still at, and what comes then', async () => {
  const world = await open({ delays: SLOW })
  const { mark } = world.gcp.journal
  await world.start()
  await world.cluster.create('web')
  await world.until('the rule is under way', () => writes(world, mark, 'forwardingRules.insert') === 1)
  const text = await printed(looking(world), ['plan', 'web'])
  expect(text).toMatch(/\. waiting \S+\/web: Google is carrying out the change of forwarding rule/)
  expect(text).toMatch(/\+ firewall rule \S+: its clients are let in/)
})
