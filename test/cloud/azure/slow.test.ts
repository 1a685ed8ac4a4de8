/** Azure takes its time: what a Service waits for is reported, others are not held up, and operations that fail or are superseded end well. */
import { expect, test, vi } from 'vitest'
import { IMMEDIATE, REALISTIC } from '../../../emulators/azure/index.ts'
import { readyOf } from '../cluster.ts'
import { printed } from '../commands.ts'
import { isReadyInTheEnd } from '../slow.ts'
import { CLIENT, servingWeb } from '../world.ts'
import { editDocument, idOf, readDocument, schemeName } from './foreign.ts'
import { onServer } from './frame.ts'
import { CLUSTER_ID, looking, type World } from './world.ts'

const open = onServer()
vi.setConfig({ testTimeout: 120_000 })

const MINUTE_MS = 60_000
const SLOW = { ...IMMEDIATE, address: 5_000, securityGroup: 5_000, loadBalancer: MINUTE_MS, deletion: 20_000 }
const failure = { code: 'InternalServerError', message: 'An error occurred.' }
const balancer = ({ azure }: World): string => idOf(azure, 'loadBalancers', schemeName(CLUSTER_ID, 'internet-facing'))
const puts = ({ azure }: World, mark: number, action: string): number => azure.journal.since(mark).filter((call) => call.action === action).length

isReadyInTheEnd(() => open({ delays: SLOW }), 2 * MINUTE_MS)

test('what is asked for while a load balancer is changing is taken up together by the next change', async () => {
  const world = await servingWeb(open({ delays: SLOW }))
  const { mark } = world.azure.journal
  await world.cluster.change('web', {
    spec: {
      ports: [
        { name: 'a', port: 80 },
        { name: 'b', port: 81 },
      ],
    },
  })
  await world.until('the change is under way', () => puts(world, mark, 'PutLoadBalancer') === 1)
  for (const name of ['one', 'two', 'three']) await world.cluster.create(name)
  for (const name of ['one', 'two', 'three']) await world.untilReason(name, 'Ready')
  expect(puts(world, mark, 'PutLoadBalancer')).toBeLessThanOrEqual(3)
  expect(puts(world, mark, 'PutNetworkSecurityGroup')).toBeLessThanOrEqual(3)
  expect(await world.reach('web', 81)).toBe('web')
})

test('a port is closed and a range taken away while a load balancer is changing', async () => {
  const world = await servingWeb(open({ delays: SLOW }))
  const { mark } = world.azure.journal
  await world.cluster.create('late')
  await world.until('the change is under way', () => puts(world, mark, 'PutLoadBalancer') === 1)
  const began = world.clock.now()
  await world.cluster.change('web', { spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } })
  await world.until('it is closed', async () => (await world.reach('web', 80, '198.51.100.77')) !== 'web')
  expect(world.clock.now() - began).toBeLessThan(MINUTE_MS)
  expect(await world.reach('web', 80, CLIENT)).toBe('web')
  await world.untilReason('late', 'Ready')
})

test.for(['failed', 'canceled'] as const)('an operation of the load balancer that is %s: written again, and all are served', async (how) => {
  const world = await servingWeb(open({ delays: SLOW }))
  world.azure.cloud.failOperations({ match: { kind: 'PutLoadBalancerOperation' }, failure, ...(how === 'canceled' ? { as: how } : {}) })
  await world.cluster.create('late')
  await world.untilReason('late', 'Ready')
  expect([await world.reach('web'), await world.reach('late')]).toEqual(['web', 'late'])
  expect((readDocument(world.azure, balancer(world))['properties'] as { readonly provisioningState: string }).provisioningState).toBe('Succeeded')
})

test('operations that go on failing: the Service says so, what was served stays, and it is served when they succeed', async () => {
  const world = await servingWeb(open({ delays: SLOW }))
  const lift = world.azure.cloud.failOperations({ match: { kind: 'PutNetworkSecurityGroupOperation' }, failure, times: 1_000 })
  await world.cluster.create('late')
  await world.until('it is reported', async () => ['Refused', 'CloudUnavailable'].includes(readyOf(await world.cluster.get('late'))?.reason ?? ''))
  expect(await world.reach('web')).toBe('web')
  lift()
  await world.untilReason('late', 'Ready')
  await world.until('it answers', async () => (await world.reach('late')) === 'late')
})

test('a person changes the load balancer while ours is under way: neither is lost', async () => {
  const world = await servingWeb(open({ delays: SLOW }))
  const { mark } = world.azure.journal
  await world.cluster.create('late')
  await world.until('the change is under way', () => puts(world, mark, 'PutLoadBalancer') === 1)
  editDocument(world.azure, balancer(world), ({ probes = [] }) => ({ probes: [...probes, { name: 'person', properties: { protocol: 'Tcp', port: 22 } }] }))
  await world.untilReason('late', 'Ready')
  await world.pass(10 * MINUTE_MS)
  expect([await world.reach('web'), await world.reach('late')]).toEqual(['web', 'late'])
  expect(world.foreign().filter((text) => text.includes('/probes/person'))).toHaveLength(1)
})

test('with the delays of Azure a Service comes, changes and goes, and nothing is left', async () => {
  const world = await servingWeb(open({ delays: REALISTIC }))
  await world.cluster.change('web', { annotations: { 'fairlead.dev/scheme': 'internal' } })
  await world.pass(10 * MINUTE_MS)
  await world.untilReason('web', 'Ready')
  expect(await world.reach('web', 80, '10.0.200.9')).toBe('web')
  await world.cluster.remove('web')
  await world.gone('web')
  await world.pass(10 * MINUTE_MS)
  expect(world.owned()).toEqual([])
})

test('`fairlead plan` says that Azure is still at a change', async () => {
  const world = await servingWeb(open({ delays: SLOW }))
  const { mark } = world.azure.journal
  await world.cluster.create('late')
  await world.until('the change is under way', () => puts(world, mark, 'PutLoadBalancer') === 1)
  expect(await printed(looking(world), ['plan', 'late'])).toMatch(/\. waiting \S+\/late: Azure is carrying out the change/)
})
