/** One Service's trouble stays its own, and what is no Service's fault is said of all that wait for it. */
import { expect, test, vi } from 'vitest'
import type { Fault } from '../../../emulators/gcp/index.ts'
import { readyOf, type ServiceParts } from '../cluster.ts'
import { noted, port } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { partsOf } from './look.ts'
import type { World, WorldOptions } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const GKE = 'networking.gke.io/'
const INTERNAL = { 'fairlead.dev/scheme': 'internal' }

const messageOf = async (world: World, name: string): Promise<string> => readyOf(await world.cluster.get(name))?.message ?? ''

async function withGood(options: WorldOptions = {}): Promise<World> {
  const world = await open(options)
  await world.start()
  await world.cluster.create('good')
  await world.untilReason('good', 'Ready')
  return world
}

/** The neighbour is served, also what it asks for now. */
async function expectGood(world: World): Promise<void> {
  await world.cluster.change('good', { spec: { ports: [port(80), port(81)] } })
  await world.until('the neighbour is served', async () => (await world.reach('good', 81)) === 'good')
  await world.untilReason('good', 'Ready')
}

function forbidden(permission: string, on: string): Fault['kind'] {
  return { code: 'forbidden', status: 403, message: `Required '${permission}' permission for '${on}'` }
}

test.for<[what: string, parts: ServiceParts, said: RegExp]>([
  ['a subnet that does not exist', noted({ ...INTERNAL, 'fairlead.dev/subnets': 'nowhere' }), /nowhere/],
  ['strong affinity without an affinity', noted({ [`${GKE}l4-strong-session-affinity`]: 'enabled' }), /sessionAffinity|affinity/],
  [
    'strong affinity of an internal Service',
    { ...noted({ ...INTERNAL, [`${GKE}l4-strong-session-affinity`]: 'enabled' }), spec: { sessionAffinity: 'ClientIP' } },
    /strong/,
  ],
  [
    'strong affinity for less than a minute',
    {
      ...noted({ [`${GKE}l4-strong-session-affinity`]: 'enabled' }),
      spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 30 } } },
    },
    /60/,
  ],
  ['weights with policy Cluster', noted({ [`${GKE}weighted-load-balancing`]: 'pods-per-node' }), /externalTrafficPolicy/],
  ['a tier of an internal Service', noted({ ...INTERNAL, 'cloud.google.com/network-tier': 'Standard' }), /tier/],
  ['global access of an internet-facing Service', noted({ 'fairlead.dev/global-access': 'true' }), /global-access/],
  ['two health checks', { ...noted({ 'fairlead.dev/health-check-path.81': '/ready' }), spec: { ports: [port(80), port(81)] } }, /health/],
  ['a drain time-out of more than an hour', noted({ 'fairlead.dev/drain-timeout': '2h' }), /drain-timeout/],
  ['an interval that is no whole number of seconds', noted({ 'fairlead.dev/health-check-interval': '301s' }), /health-check-interval/],
  ['an affinity for some minutes', { spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } } } }, /timeout/],
  ['a word that Google does not know', noted({ 'cloud.google.com/network-tier': 'Gold' }), /Gold/],
  [
    'a range of IPv6 addresses of an internal Service',
    noted({ ...INTERNAL, [`${GKE}ip-collection-v6`]: 'https://www.googleapis.com/compute/v1/projects/p/regions/r/publicDelegatedPrefixes/n' }),
    /ip-collection/,
  ],
])('%s: refused with what is wrong, nothing is made, and the neighbour is served', async ([, parts, said]) => {
  const world = await withGood()
  await world.cluster.create('bad', parts)
  await world.until('it is reported', async () => said.test(await messageOf(world, 'bad')))
  expect(readyOf(await world.cluster.get('bad'))).toMatchObject({ status: 'False', reason: 'Invalid' })
  expect(partsOf(world, 'bad')).toEqual([])
  await expectGood(world)
  const { mark } = world.gcp.journal
  await world.pass(3_600_000)
  expect(
    world.gcp.journal.since(mark).filter(({ kind }) => kind === 'write'),
    'writes in an hour',
  ).toEqual([])
  await world.cluster.remove('bad')
  await world.gone('bad')
})

test('no right to use an address: its Service says which permission on what, the neighbour is served, and once it is granted so is the Service', async () => {
  const world = await withGood()
  const kind = forbidden('compute.addresses.use', `projects/${world.gcp.cloud.project}/regions/${world.gcp.cloud.region}/addresses/reserved-1`)
  const grant = world.gcp.faults.inject({ match: { action: 'forwardingRules.insert' }, kind, times: 1_000 })
  await world.cluster.create('bad', noted({ 'fairlead.dev/address-names': 'reserved-1' }))
  expect(readyOf(await world.untilReason('bad', 'Denied'))?.message).toMatch(/compute\.addresses\.use.*reserved-1/)
  grant()
  await expectGood(world)
  await world.untilReason('bad', 'Ready')
  expect(await world.reach('bad')).toBe('bad')
})

test("no right to make forwarding rules is no Service's fault: all that wait for it say so, and go on when it is granted", async () => {
  const world = await withGood()
  const kind = forbidden('compute.forwardingRules.create', `projects/${world.gcp.cloud.project}/regions/${world.gcp.cloud.region}/forwardingRules/any`)
  const grant = world.gcp.faults.inject({ match: { action: 'forwardingRules.insert' }, kind, times: 1_000 })
  await world.cluster.create('late')
  expect(readyOf(await world.untilReason('late', 'Denied'))?.message).toMatch(/compute\.forwardingRules\.create/)
  expect(await world.reach('good')).toBe('good')
  grant()
  await world.untilReason('late', 'Ready')
  expect(await world.reach('late')).toBe('late')
})

test('a feature that Google has not opened for the project: the Service says so, and the neighbour is served', async () => {
  const world = await withGood()
  const message = 'Invalid value for field: Strong session affinity is not supported for this project.'
  const lift = world.gcp.faults.inject({ match: { action: 'regionBackendServices.insert' }, kind: { code: 'invalid', status: 400, message }, times: 1_000 })
  await world.cluster.create('bad', { ...noted({ [`${GKE}l4-strong-session-affinity`]: 'enabled' }), spec: { sessionAffinity: 'ClientIP' } })
  await world.until('it is reported', async () => (await messageOf(world, 'bad')).includes('is not supported'))
  await expectGood(world)
  lift()
  await world.untilReason('bad', 'Ready')
  expect(await world.reach('bad')).toBe('bad')
})

test('Google asks for fewer calls, as it writes it: the Service waits, says so, and is served', async () => {
  const world = await withGood()
  world.gcp.faults.inject({ match: { action: 'forwardingRules.insert' }, kind: 'throttle', times: 6 })
  await world.cluster.create('late')
  await world.untilReason('late', 'Ready')
  expect(await world.reach('late')).toBe('late')
})
