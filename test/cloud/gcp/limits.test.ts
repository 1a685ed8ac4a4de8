/** What Google Cloud has a limit for: said with the limit, before Compute Engine refuses it where it is known; who was served stays so, and who waits is served when there is room. */
import { expect, test, vi } from 'vitest'
import type { GcpEmulator } from '../../../emulators/gcp/index.ts'
import { type Machine, readyOf } from '../cluster.ts'
import { noted } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { partsOf, sharedOf } from './look.ts'
import { manyMachines } from './machines.ts'
import type { World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 240_000 })

/** Somebody in the network, whom an internal address lets in. */
const COLLEAGUE = '10.0.200.9'
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
  await world.cluster.create('inside', noted({ 'fairlead.dev/scheme': 'internal' }))
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
  const local = { ...noted({ 'fairlead.dev/scheme': 'internal' }), spec: { externalTrafficPolicy: 'Local' } }
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
