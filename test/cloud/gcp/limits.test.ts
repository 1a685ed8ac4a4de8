/** What Google Cloud has a limit for: said with the limit, before Compute Engine refuses it where it is known; who was served stays so, and who waits is served when there is room. */
import { expect, test, vi } from 'vitest'
import type { GcpEmulator, Quotas } from '../../../emulators/gcp/index.ts'
import { hostOf, type Machine, readyOf, type ServiceParts } from '../cluster.ts'
import { noted, port } from '../live-changes.ts'
import { insert, remove } from './foreign.ts'
import { onServer } from './frame.ts'
import { addressesOf } from '../published.ts'
import { partsOf, rulesOf, serviceOf, sharedOf, writesSince } from './look.ts'
import { addMachine, manyMachines } from './machines.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 240_000 })

/** Somebody in the network, whom an internal address lets in. */
const COLLEAGUE = '10.0.200.9'
const INTERNAL = noted({ 'fairlead.dev/scheme': 'internal' })
const membersOf = (world: World): number =>
  sharedOf(world, 'instanceGroups').reduce((sum, { settings }) => sum + ((settings['members'] ?? []) as readonly unknown[]).length, 0)

const machines =
  (count: number) =>
  (gcp: GcpEmulator): readonly Machine[] =>
    manyMachines(gcp, count)

test('no forwarding rule is left in the project: who has none says so, and is served when another one goes', async () => {
  const world = await open({ quotas: { forwardingRules: 2 } })
  await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await world.cluster.create('late')
  expect(readyOf(await world.untilReason('late', 'LimitReached'))?.message).toMatch(/FORWARDING_RULES|forwarding rules/)
  expect(await world.reach('web')).toBe('web')
  await world.cluster.remove('web')
  await world.gone('web')
  await world.untilReason('late', 'Ready')
  expect(await world.reach('late')).toBe('late')
})

test.for<[what: string, quotas: Partial<Quotas>, parts: ServiceParts, metric: RegExp]>([
  ['backend service', { backendServices: 2 }, {}, /BACKEND_SERVICES/],
  ['health check', { healthChecks: 2 }, { spec: { externalTrafficPolicy: 'Local' } }, /HEALTH_CHECKS/],
  ['reserved address', { addresses: 4 }, { spec: { ports: [port(53), port(53, 'UDP')] } }, /STATIC_ADDRESSES/],
  ['internal forwarding rule', { internalForwardingRules: 1 }, INTERNAL, /INTERNAL_FORWARDING_RULES/],
  ['reserved internal address', { internalAddresses: 1 }, { ...INTERNAL, spec: { ports: [port(53), port(53, 'UDP')] } }, /INTERNAL_ADDRESSES/],
])('no %s is left: who has none says so and costs no other one anything, and is served when another one goes', async ([, quotas, parts, metric]) => {
  const world = await open({ quotas })
  await world.start()
  await world.cluster.create('web', parts)
  const host = hostOf(await world.untilReason('web', 'Ready')) ?? ''
  const number = 'spec' in parts && JSON.stringify(parts.spec).includes('53') ? 53 : 80
  const from = host.startsWith('10.') ? COLLEAGUE : undefined
  await world.until('web answers', () => world.send(host, number, from) === 'web')
  world.onWrite = ({ action }) => expect(world.send(host, number, from), `after ${action}`).toBe('web')
  await world.cluster.create('late', parts)
  expect(readyOf(await world.untilReason('late', 'LimitReached'))?.message).toMatch(metric)
  expect(readyOf(await world.cluster.get('late'))?.message).not.toMatch(/\.\./)
  await world.pass(60_000)
  world.onWrite = () => {}
  await world.cluster.remove('web')
  await world.gone('web')
  await world.untilReason('late', 'Ready')
})

test('no instance group is left for a zone: Services are served by the nodes of the others and say so, and by all when there is one', async () => {
  const world = await open({ quotas: { instanceGroups: 3 } })
  const theirs = insert(world.gcp, 'instanceGroups', { name: 'theirs' })
  await world.start()
  for (const name of ['web', 'late']) {
    await world.cluster.create(name)
    await world.untilReason(name, 'Ready')
  }
  await world.pass(60_000)
  for (const name of ['web', 'late']) {
    expect(readyOf(await world.cluster.get(name))?.message).toMatch(
      /What all Services share is incomplete: .*INSTANCE_GROUPS.* Fairlead retries automatically\.$/,
    )
    expect([await world.reach(name), serviceOf(world, name)['backends']]).toEqual([name, [expect.anything(), expect.anything()]])
  }
  remove(world.gcp, theirs)
  await world.until('there are three', () => sharedOf(world, 'instanceGroups').length === 3)
  for (const name of ['web', 'late']) {
    await world.until(`${name} says nothing of it`, async () => !(readyOf(await world.cluster.get(name))?.message ?? '').includes('incomplete'))
    expect(serviceOf(world, name)['backends']).toHaveLength(3)
  }
})

test('more groups than a backend service takes: it has fifty with nodes, says how many nodes have no place, and follows when zones lose their nodes', async () => {
  const zones = Array.from({ length: 51 }, (_, i) => `us-central1-z${i}`)
  const world = await open({ zones, machines: machines(51) })
  await world.start()
  await world.cluster.create('web')
  const message = readyOf(await world.untilReason('web', 'Ready'))?.message
  expect(message).toMatch(/1 node gets no traffic: .* 1 more instance groups than the 50 that Google allows/)
  expect(await world.reach('web')).toBe('web')
  const behind = (): readonly string[] => (serviceOf(world, 'web')['backends'] as { group: string }[]).map(({ group }) => group.split('/')[3] ?? '')
  const before = behind()
  expect(before).toHaveLength(50)
  const without = zones.findIndex((zone) => !before.includes(zone))
  const [first = ''] = before
  await world.cluster.removeNode(`node-${zones.indexOf(first)}`)
  await world.until('the last zone has its place', () => behind().includes(zones[without] ?? ''))
  expect(behind().filter((zone) => before.includes(zone))).toEqual(before.filter((zone) => zone !== first))
  await world.until('nothing is said', async () => !(readyOf(await world.cluster.get('web'))?.message ?? '').includes('no traffic'))
})

test('the node that is one too many for an internal load balancer: it changes to a part of the nodes, and answers all the time', async () => {
  const world = await open({ machines: machines(250) })
  await world.start()
  await world.cluster.create('inside', INTERNAL)
  const host = hostOf(await world.untilReason('inside', 'Ready')) ?? ''
  await world.until('it answers', () => world.send(host, 80, COLLEAGUE) === 'inside')
  expect(partsOf(world, 'inside', 'networkEndpointGroups')).toEqual([])
  world.onWrite = ({ action }) => expect(world.send(host, 80, COLLEAGUE), `after ${action}`).toBe('inside')
  await world.cluster.join(addMachine(world.gcp, { name: 'node-250', ip: '10.0.5.1', zone: world.gcp.cloud.zones[0] ?? '' }))
  await world.until('it has a part of them', () => endpointsOf(world).length === 24)
  await world.pass(60_000)
  expect(JSON.stringify(serviceOf(world, 'inside')['backends'])).not.toContain('/instanceGroups/')
})

test('an internal address takes ten forwarding rules: the eleventh Service of it is refused before Google is asked, and served when another one goes', async () => {
  const world = await sharedByTen()
  const { mark } = world.gcp.journal
  await world.cluster.create('late', edge(port(90)))
  const late = readyOf(await world.untilReason('late', 'LimitReached'))
  expect(late?.message).toMatch(
    /fairlead\.dev\/share: "edge" has an internal address with 10 forwarding rules; this Service needs 1 more, and Google allows 10\. Allowed: /,
  )
  expect(writesSince(world, mark)).toEqual({})
  // One that has a rule there, and asks for more than it takes.
  await world.cluster.change('s3', { spec: { ports: [83, 183, 184, 185, 186, 187].map((number) => port(number)) } })
  await world.untilReason('s3', 'LimitReached')
  await world.pass(60_000)
  for (let i = 0; i < 10; i++) expect(await world.reach(`s${i}`, 80 + i, COLLEAGUE)).toBe(`s${i}`)
  await world.cluster.change('s3', { spec: { ports: [port(83)] } })
  await world.cluster.remove('s5')
  await world.gone('s5')
  await world.untilReason('late', 'Ready')
  expect(await world.reach('late', 90, COLLEAGUE)).toBe('late')
})

test('a port of a Service changes where an internal address has ten rules: the old rule goes first, and no other Service notices', async () => {
  const world = await sharedByTen()
  const host = hostOf(await world.cluster.get('s0')) ?? ''
  world.onWrite = ({ action }) => {
    for (const i of [0, 1, 9]) expect(world.send(host, 80 + i, COLLEAGUE), `after ${action}`).toBe(`s${i}`)
  }
  await world.cluster.change('s3', { spec: { ports: [port(183)] } })
  await world.until('it answers at the new port', async () => (await world.reach('s3', 183, COLLEAGUE)) === 's3')
  await world.untilReason('s3', 'Ready')
  expect([await addressesOf(world, 's3'), rulesOf(world, 's3')]).toEqual([[host], ['TCP 183']])
})

const edge = (...ports: readonly object[]): ServiceParts => ({
  ...noted({ 'fairlead.dev/scheme': 'internal', 'fairlead.dev/share': 'edge' }),
  spec: { ports },
})

/** `s0` with port 80 to `s9` with 89. */
async function sharedByTen(): Promise<World> {
  const world = await open()
  await world.start()
  const numbers = Array.from({ length: 10 }, (_, i) => i)
  for (const i of numbers) await world.cluster.create(`s${i}`, edge(port(80 + i)))
  for (const i of numbers) await world.untilReason(`s${i}`, 'Ready')
  await world.pass(60_000)
  return world
}

test('no firewall rule is left: the Service says so and is closed, not open', async () => {
  const world = await open({ quotas: { firewalls: 3 } })
  await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  await world.cluster.create('late')
  expect(readyOf(await world.untilReason('late', 'LimitReached'))?.message).toMatch(/FIREWALLS|firewall/)
  expect(await world.reach('late')).not.toBe('late')
  expect(await world.reach('web')).toBe('web')
})

test('more nodes than an internal load balancer takes: it has a part of them, spread over the zones, and one that leaves is replaced', async () => {
  const world = await open({ machines: machines(253) })
  await world.start()
  await world.cluster.create('inside', INTERNAL)
  await world.cluster.create('web')
  for (const name of ['inside', 'web']) await world.untilReason(name, 'Ready')
  await world.pass(60_000)
  expect([await world.reach('web'), await world.reach('inside', 80, COLLEAGUE)]).toEqual(['web', 'inside'])
  expect(membersOf(world)).toBe(253)
  const subset = endpointsOf(world)
  expect(subset).toHaveLength(24)
  expect(new Set(partsOf(world, 'inside', 'networkEndpointGroups').map(({ id }) => id.split('/')[3])).size).toBe(3)
  const [gone = ''] = subset
  await world.cluster.removeNode(gone)
  await world.pass(300_000)
  expect(endpointsOf(world)).toHaveLength(24)
  expect(endpointsOf(world).filter((name) => subset.includes(name))).toEqual(subset.slice(1))
  expect(await world.reach('inside', 80, COLLEAGUE)).toBe('inside')
  await leaves(world, 'inside')
})

test('with policy Local such a load balancer has the nodes that hold a pod, and follows them', async () => {
  const world = await open({ machines: machines(253) })
  await world.start()
  const local = { ...INTERNAL, spec: { externalTrafficPolicy: 'Local' } }
  await world.cluster.create('inside', local, ['10.244.1.1', '10.244.1.2'])
  await world.untilReason('inside', 'Ready')
  await world.until('it answers', async () => (await world.reach('inside', 80, COLLEAGUE)) === 'inside')
  expect(endpointsOf(world)).toEqual(['node-0', 'node-1'])
  await world.cluster.pods('inside', ['10.244.1.1', '10.244.1.2', '10.244.1.3'])
  await world.until('the third node is there', () => endpointsOf(world).length === 3)
  expect(endpointsOf(world)).toEqual(['node-0', 'node-1', 'node-2'])
  await leaves(world, 'inside')
})

/** Names of the nodes in the groups that are the Service's own. */
function endpointsOf(world: World): readonly string[] {
  const members = partsOf(world, 'inside', 'networkEndpointGroups').flatMap(
    ({ settings }) => (settings['members'] ?? []) as readonly { readonly instance: string }[],
  )
  return members.map(({ instance }) => instance).toSorted()
}

async function leaves(world: World, name: string): Promise<void> {
  await world.cluster.remove(name)
  await world.gone(name)
  await world.pass(600_000)
  expect(partsOf(world, name)).toEqual([])
}
