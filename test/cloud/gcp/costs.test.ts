/** How many calls to Compute Engine an event costs. Polls of operations are none of them: here every write is over when it is answered. */
import { expect, test } from 'vitest'
import { calls, HOUR_MS } from '../damaged.ts'
import { port } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { readsSince, writesSince } from './look.ts'
import { addMachine } from './machines.ts'
import type { World } from './world.ts'

const open = onServer()

/** What all Services of a cluster share, and the first of them has to wait for: a group of nodes for each zone, the health check that asks kube-proxy, and its firewall rule. */
const BASE = { 'firewalls.insert': 1, 'instanceGroups.addInstances': 3, 'instanceGroups.insert': 3, 'regionHealthChecks.insert': 1 }
const SERVICE = { 'firewalls.insert': 1, 'forwardingRules.insert': 1, 'regionBackendServices.insert': 1 }
const GONE = { 'firewalls.delete': 1, 'forwardingRules.delete': 1, 'regionBackendServices.delete': 1 }

type Writes = Readonly<Record<string, number>>

function sum(...all: readonly Writes[]): Writes {
  const total: Record<string, number> = {}
  for (const [action, count] of all.flatMap((one) => Object.entries(one))) total[action] = (total[action] ?? 0) + count
  return total
}

async function served(...names: readonly string[]): Promise<World> {
  const world = await open()
  await world.start()
  for (const name of names) await world.cluster.create(name)
  for (const name of names) await world.untilReason(name, 'Ready')
  await world.pass(60_000)
  return world
}

/** The writes of an event, and of all that comes of it within minutes. */
async function writesOf(world: World, act: () => Promise<unknown>): Promise<Writes> {
  const { mark } = world.gcp.journal
  await act()
  await world.pass(300_000)
  return writesSince(world, mark)
}

test('the first Service of a cluster: five writes beside the groups of nodes, which are two for each zone', async () => {
  const world = await served()
  expect(await writesOf(world, () => world.cluster.create('web'))).toEqual(sum(BASE, SERVICE))
  expect(await world.reach('web')).toBe('web')
})

test('a later Service: three writes, and no read', async () => {
  const world = await served('first')
  const { mark } = world.gcp.journal
  expect(await writesOf(world, () => world.cluster.create('web'))).toEqual(SERVICE)
  // The address is what the cloud says it is.
  expect(readsSince(world, mark)).toEqual(['forwardingRules.get'])
})

test('a Service with three ports costs what one with one port costs', async () => {
  const world = await served('first')
  expect(await writesOf(world, () => world.cluster.create('web', { spec: { ports: [port(80), port(81), port(443)] } }))).toEqual(SERVICE)
})

test('what asks for nothing new costs no call', async () => {
  const world = await served('web')
  const { mark } = world.gcp.journal
  await world.cluster.change('web', { annotations: { 'prometheus.io/scrape': 'true' } })
  await world.pass(60_000)
  expect(world.gcp.journal.since(mark)).toEqual([])
})

test('pods that move cost no call', async () => {
  const world = await served('web')
  const { mark } = world.gcp.journal
  await world.cluster.pods('web', ['10.244.9.1', '10.244.9.2'])
  await world.pass(60_000)
  expect(world.gcp.journal.since(mark)).toEqual([])
  expect(await world.reach('web')).toBe('web')
})

test('an hour at rest costs the same lists for one Service and for three, and no write', async () => {
  const hourOf = async (...names: readonly string[]): Promise<readonly string[]> => {
    const world = await served(...names)
    await world.pass(HOUR_MS)
    const { mark } = world.gcp.journal
    await world.pass(HOUR_MS)
    expect(calls(world, mark, 'write')).toEqual([])
    const reads = readsSince(world, mark).toSorted()
    await world.close()
    return reads
  }
  const reads = await hourOf('web')
  expect(reads).not.toEqual([])
  expect(reads.filter((action) => !/\.(list|aggregatedList|listInstances)$/.test(action))).toEqual([])
  expect(await hourOf('web', 'shop', 'mail')).toEqual(reads)
})

test('a source range: one write', async () => {
  const world = await served('web')
  await writesOf(world, () => world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } }))
  const more = { spec: { loadBalancerSourceRanges: ['192.0.2.0/24', '203.0.113.0/24'] } }
  expect(await writesOf(world, () => world.cluster.change('web', more))).toEqual({ 'firewalls.patch': 1 })
})

test('a node joins: one write for all Services', async () => {
  const world = await served('web', 'shop', 'mail')
  const [zone = ''] = world.gcp.cloud.zones
  const joins = async () => world.cluster.join(addMachine(world.gcp, { name: 'node-9', ip: '10.0.0.19', zone }))
  expect(await writesOf(world, joins)).toEqual({ 'instanceGroups.addInstances': 1 })
})

test('a node leaves: one write for all Services', async () => {
  const world = await served('web', 'shop', 'mail')
  await world.cluster.join(addMachine(world.gcp, { name: 'node-9', ip: '10.0.0.19', zone: world.gcp.cloud.zones[0] ?? '' }))
  await world.pass(60_000)
  expect(await writesOf(world, () => world.cluster.removeNode('node-9'))).toEqual({ 'instanceGroups.removeInstances': 1 })
})

test('policy Local: a health check of its own and its firewall rule, and one write of the backend service', async () => {
  const world = await served('web', 'neighbour')
  const local = () => world.cluster.change('web', { spec: { externalTrafficPolicy: 'Local' } })
  expect(await writesOf(world, local)).toEqual({ 'firewalls.insert': 1, 'regionBackendServices.update': 1, 'regionHealthChecks.insert': 1 })
  const cluster = () => world.cluster.change('web', { spec: { externalTrafficPolicy: 'Cluster' } })
  expect(await writesOf(world, cluster)).toEqual({ 'firewalls.delete': 1, 'regionBackendServices.update': 1, 'regionHealthChecks.delete': 1 })
})

test('a Service goes: a deletion for each thing it had; the last takes with it what all share', async () => {
  const world = await served('web', 'last')
  expect(await writesOf(world, () => world.cluster.remove('web'))).toEqual(GONE)
  const base = { 'firewalls.delete': 1, 'instanceGroups.delete': 3, 'regionHealthChecks.delete': 1 }
  expect(await writesOf(world, () => world.cluster.remove('last'))).toEqual(sum(GONE, base))
  expect(world.owned()).toEqual([])
})
