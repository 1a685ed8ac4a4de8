/** What a Service's life costs in calls, and that nothing is left of it: both halves of the adapter together, over real HTTP. */
import { expect, test } from 'vitest'
import type { AwsAsk } from '../../plan/aws/build.ts'
import { type Controller, controllerOf, nodeSet } from './controller.ts'
import { startWorld, type World } from './world.ts'

function controller({ account, aws, nodes, signal }: World): Controller {
  return controllerOf({ account, nodes, signal, clusterName: aws.cloud.ids.cluster, wait: (ms) => aws.advance(ms) })
}

interface Cost {
  readonly reads: readonly string[]
  readonly writes: readonly string[]
}

async function cost({ aws }: World, cluster: Controller, ask: AwsAsk | 'gone'): Promise<Cost> {
  const mark = aws.journal.mark
  await cluster.ask(ask)
  const of = (wanted: 'read' | 'write') =>
    aws.journal
      .since(mark)
      .filter(({ kind }) => kind === wanted)
      .map(({ action }) => action)
      .toSorted()
  return { reads: of('read'), writes: of('write') }
}

const NOTHING: Cost = { reads: [], writes: [] }

const ofOurs = ({ aws }: World) => aws.cloud.objects().filter(({ tags }) => JSON.stringify(tags).includes('fairlead.dev'))
const kindsOf = (world: World) =>
  ofOurs(world)
    .map(({ kind }) => kind)
    .toSorted()

test('the life of a Service', async () => {
  const world = await startWorld()
  const cluster = controller(world)
  await cluster.cloud.learn(world.signal)
  // The first one makes the back-end group and its rule too.
  const first = await cost(world, cluster, {})
  expect(first.reads).toEqual(['DescribeSecurityGroups', 'GetResources'])
  expect(first.writes).toEqual(
    [
      'AuthorizeSecurityGroupIngress',
      'AuthorizeSecurityGroupIngress',
      'CreateListener',
      'CreateLoadBalancer',
      'CreateSecurityGroup',
      'CreateSecurityGroup',
      'CreateTargetGroup',
      'RegisterTargets',
    ].toSorted(),
  )
  expect(cluster.hostnames()).toHaveLength(1)
  expect(await cost(world, cluster, {})).toEqual(NOTHING)
  expect(await cost(world, cluster, { listeners: ['80/TCP', '443/TCP'] })).toEqual({
    reads: [],
    writes: ['AuthorizeSecurityGroupIngress', 'CreateListener', 'CreateTargetGroup', 'RegisterTargets'],
  })
  expect(await cost(world, cluster, { listeners: ['80/TCP'] })).toEqual({
    reads: [],
    writes: ['DeleteListener', 'DeleteTargetGroup', 'RevokeSecurityGroupIngress'],
  })
  expect(await cost(world, cluster, { on: { nodes: nodeSet(world.nodes).nodes.slice(0, 1) } })).toEqual({ reads: [], writes: ['DeregisterTargets'] })
  expect(await cost(world, cluster, {})).toEqual({ reads: [], writes: ['RegisterTargets'] })
  expect((await cost(world, cluster, { drainTimeoutSeconds: 30 })).writes).toEqual(['AddTags', 'ModifyTargetGroupAttributes'])
  expect(await cost(world, cluster, { drainTimeoutSeconds: 30 })).toEqual(NOTHING)
  expect((await cost(world, cluster, 'gone')).writes).toEqual(
    ['DeleteLoadBalancer', 'DeleteTargetGroup', 'DeleteSecurityGroup', 'DeleteSecurityGroup', 'RevokeSecurityGroupIngress'].toSorted(),
  )
  expect(ofOurs(world)).toEqual([])
})

test('the first Service does not ask again for the network, which the start has read', async () => {
  const world = await startWorld()
  const cluster = controller(world)
  await cluster.cloud.learn(world.signal)
  await cluster.cloud.convergeBase({ signal: world.signal, mayWrite: () => true, now: 0, wants: [], nodes: nodeSet(world.nodes) })
  expect((await cost(world, cluster, {})).reads).toEqual(['DescribeSecurityGroups', 'GetResources'])
})

test('a restart costs the inventory, and then nothing', async () => {
  const world = await startWorld()
  await controller(world).ask({ drainTimeoutSeconds: 30, listeners: ['80/TCP', '443/TCP'] })
  const again = controller(await world.another())
  const mark = world.aws.journal.mark
  await again.cloud.learn(world.signal)
  expect(world.aws.journal.since(mark).map(({ kind }) => kind)).not.toContain('write')
  expect(await cost(world, again, { drainTimeoutSeconds: 30, listeners: ['80/TCP', '443/TCP'] })).toEqual(NOTHING)
})

test.each(['CreateSecurityGroup', 'CreateTargetGroup', 'CreateLoadBalancer', 'CreateListener', 'RegisterTargets', 'AuthorizeSecurityGroupIngress'])(
  'the answer to %s is lost, and the process with it: the next one ends in the same state',
  async (action) => {
    const calm = await startWorld()
    await controller(calm).ask({})
    const world = await startWorld({ delays: { tagging: 60_000, listing: 1_000, provisioning: 0 }, virtualTime: true })
    world.aws.faults.inject({ match: { action }, kind: 'lost' })
    await controller(world)
      .ask({})
      .catch(() => undefined)
    world.aws.advance(2_000)
    const next = controller(await world.another())
    await next.cloud.learn(world.signal)
    await next.ask({})
    expect(kindsOf(world)).toEqual(kindsOf(calm))
    world.aws.advance(120_000)
    await next.ask('gone')
    expect(ofOurs(world)).toEqual([])
  },
)
