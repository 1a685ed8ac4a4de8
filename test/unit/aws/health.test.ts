import { expect, test } from 'vitest'
import { IMMEDIATE } from '../../../emulators/aws/index.ts'
import { targetHealth } from '../../../providers/aws/read/health.ts'
import { type AwsView, EMPTY_VIEW } from '../../../providers/aws/view.ts'
import type { TargetHealth } from '../../../src/provider/provider.ts'
import { HEALTH, NAMES, OWNER, plainSteps, STACK, startWorld, type World } from './world.ts'

const WELL = '10.0.128.50'
const SICK = '10.0.128.51'

/** The plain load balancer, with pods as its targets, behind a listener of this mark. */
async function makeForPods(world: World, listener: string): Promise<AwsView> {
  const protocol = listener.endsWith('TCP_UDP') ? 'TCP_UDP' : 'TCP'
  const mark = { stack: STACK, owner: OWNER, listener }
  const { ids } = world.aws.cloud
  const anything = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }
  world.aws.cloud.call('ec2', 'AuthorizeSecurityGroupIngress', { GroupId: ids.nodeGroup, IpPermissions: [anything] })
  let view: AwsView = EMPTY_VIEW
  for (const step of plainSteps(world)) {
    if (step.kind === 'target group' && step.verb === 'create')
      view = await world.play(view, { ...step, call: { ...step.call, mark, targetType: 'ip', port: 8080, protocol, healthCheck: HEALTH } })
    else if (step.kind === 'targets' && step.verb === 'update')
      view = await world.play(view, { ...step, call: { targetGroup: NAMES.group, targets: [WELL, SICK].map((id) => ({ id, port: 8080 })) } })
    else if (step.kind === 'listener' && step.verb === 'create')
      view = await world.play(view, { ...step, call: { ...step.call, protocol, mark: { ...step.call.mark, listener } } })
    else view = await world.play(view, step)
  }
  return view
}

const asked = (world: World, view: AwsView, owners = [OWNER.uid]): Promise<readonly TargetHealth[]> =>
  targetHealth(world.account, view, new Set(owners), world.signal)
const texts = (targets: readonly TargetHealth[]): readonly string[] =>
  targets.map(({ owner, listener, ip, port, state, because }) => `${owner} ${listener} ${ip}:${port} ${state} ${because}`.trimEnd()).toSorted()

test('the health of pods is reported by listener, in the words of the cloud', async () => {
  const world = await startWorld({ virtualTime: true, delays: { ...IMMEDIATE, registration: 90_000 } })
  world.aws.setMachines({ pods: [{ name: 'web-a', ips: [WELL], ports: [8080] }], nodePorts: [], health: [] })
  const view = await makeForPods(world, '80/TCP')
  const before = 'initial Initial health checks in progress (Elb.InitialHealthChecking)'
  expect(texts(await asked(world, view))).toEqual([`u1 80/TCP ${WELL}:8080 ${before}`, `u1 80/TCP ${SICK}:8080 ${before}`])
  world.aws.advance(91_000)
  expect(texts(await asked(world, view))).toEqual([
    `u1 80/TCP ${WELL}:8080 healthy`,
    `u1 80/TCP ${SICK}:8080 unhealthy Health checks failed (Target.FailedHealthChecks)`,
  ])
})

test('a target behind TCP and UDP on one number stands for both', async () => {
  const world = await startWorld()
  world.aws.setMachines({ pods: [{ name: 'web-a', ips: [WELL, SICK], ports: [8080] }], nodePorts: [], health: [] })
  const found = await asked(world, await makeForPods(world, '80/TCP_UDP'))
  expect(texts(found)).toEqual(['80/TCP', '80/UDP'].flatMap((key) => [WELL, SICK].map((ip) => `u1 ${key} ${ip}:8080 healthy`)))
})

test('what drains is not reported, and of what waits for its balancer it is said', async () => {
  const world = await startWorld({ virtualTime: true, delays: { ...IMMEDIATE, draining: 60_000 } })
  const view = await makeForPods(world, '80/TCP')
  await world.play(view, { kind: 'obsolete targets', verb: 'update', call: { targetGroup: NAMES.group, targets: [{ id: SICK, port: 8080 }] } })
  const [listener] = view.listeners.keys()
  world.aws.cloud.call('elb', 'DeleteListener', { ListenerArn: listener })
  const because = 'Target group is not configured to receive traffic from the load balancer (Target.NotInUse)'
  expect(texts(await asked(world, view))).toEqual([`u1 80/TCP ${WELL}:8080 initial ${because}`])
})

test('only the groups with pods of the owners that are asked for are read, and one that is gone says nothing', async () => {
  const world = await startWorld()
  const view = await makeForPods(world, '80/TCP')
  const counts = (): number => world.aws.journal.counts()['DescribeTargetHealth'] ?? 0
  const before = counts()
  expect(await asked(world, view, ['somebody else'])).toEqual([])
  expect(await asked(world, EMPTY_VIEW)).toEqual([])
  expect(counts()).toBe(before)
  const [listener] = view.listeners.keys()
  world.aws.cloud.call('elb', 'DeleteListener', { ListenerArn: listener })
  world.aws.cloud.call('elb', 'DeleteTargetGroup', { TargetGroupArn: view.targetGroups.get(NAMES.group)?.arn })
  expect(await asked(world, view)).toEqual([])
  expect(counts()).toBeGreaterThan(before)
})

test('behind node ports there are no pods to tell of', async () => {
  const world = await startWorld()
  let view: AwsView = EMPTY_VIEW
  for (const step of plainSteps(world)) view = await world.play(view, step)
  expect(await asked(world, view)).toEqual([])
})
