import { describe, expect, test } from 'vitest'
import { EMPTY_VIEW } from '../../../providers/aws/view.ts'
import { HEALTH, makePlain, NAMES, OWNER, plainSteps, STACK, startWorld } from './world.ts'

describe('observing one Stack', () => {
  test('one that does not exist is empty, for two reads', async () => {
    const world = await startWorld()
    expect(await world.observe()).toEqual(EMPTY_VIEW)
    expect(world.aws.journal.counts()).toEqual({ DescribeSecurityGroups: 1, GetResources: 1 })
  })

  test('shows what the folds of its making showed, but for what takes a call for each object', async () => {
    const world = await startWorld()
    const made = await makePlain(world)
    const seen = await (await world.another()).observe()
    const group = made.targetGroups.get(NAMES.group)
    const { targets, ...shallow } = group ?? {}
    expect(targets).toEqual({ source: 'known', targets: world.nodes.map((id) => ({ id, port: 30080 })).toSorted((a, b) => (a.id < b.id ? -1 : 1)) })
    expect(seen.targetGroups.get(NAMES.group)).toEqual({ ...shallow, targets: { source: 'unread', targets: [] } })
    expect(seen.securityGroups).toEqual(made.securityGroups)
    expect(seen.listeners).toEqual(made.listeners)
    expect({ ...seen.loadBalancers.get(NAMES.balancer), state: 'any' }).toEqual({ ...made.loadBalancers.get(NAMES.balancer), state: 'any' })
  })

  test('marks, tags, health check, rules and addresses come back in our words', async () => {
    const world = await startWorld()
    await makePlain(world)
    const view = await (await world.another()).observe()
    expect([...view.securityGroups.values()]).toMatchObject([
      {
        name: NAMES.securityGroup,
        mark: { stack: STACK, owner: OWNER },
        tags: { team: 'shop' },
        rules: [{ protocol: 'tcp', from: 80, to: 80, source: '0.0.0.0/0', description: 'everybody' }],
      },
    ])
    expect(view.targetGroups.get(NAMES.group)).toMatchObject({ healthCheck: HEALTH, mark: { listener: '80/TCP' }, targetType: 'instance' })
    expect([...view.listeners.values()]).toMatchObject([
      { port: 80, mark: { listener: '80/TCP', settings: 'h1' }, details: { protocol: 'TCP', certificates: [] } },
    ])
    const balancer = view.loadBalancers.get(NAMES.balancer)
    expect(balancer).toMatchObject({ scheme: 'internet-facing', ipAddressType: 'ipv4', sourceNat: false, privateLinkRules: true })
    expect(balancer?.zones.map(({ subnetId }) => subnetId)).toEqual(world.aws.cloud.ids.publicSubnets)
    expect(balancer?.dnsName).toMatch(new RegExp(`^${NAMES.balancer}-[0-9a-f]{16}\\.elb\\.eu-west-1\\.amazonaws\\.com$`))
  })

  test('after a crash it is found by its names where the tag index lags', async () => {
    const world = await startWorld({ delays: { tagging: 600_000, listing: 0, provisioning: 0 } })
    const made = await makePlain(world)
    const seen = await (await world.another()).observe()
    expect([...seen.loadBalancers.keys()]).toEqual([NAMES.balancer])
    expect([...seen.targetGroups.keys()]).toEqual([NAMES.group])
    expect([...seen.listeners.keys()]).toEqual([...made.listeners.keys()])
  })

  test('what this process made itself is found where the lists lag too', async () => {
    const world = await startWorld({ delays: { tagging: 600_000, listing: 600_000, provisioning: 0 } })
    const made = await makePlain(world)
    const seen = await world.observe()
    expect([...seen.loadBalancers.keys()]).toEqual([NAMES.balancer])
    expect([...seen.listeners.keys()]).toEqual([...made.listeners.keys()])
  })

  test('what this process deleted is gone, whatever the tag index says', async () => {
    const world = await startWorld({ delays: { tagging: 0, listing: 0, provisioning: 0, interfaces: 0, targetGroupUse: 0 } })
    let view = await makePlain(world)
    view = await world.play(view, { kind: 'load balancer', verb: 'delete', call: { name: NAMES.balancer } })
    view = await world.play(view, { kind: 'target group', verb: 'delete', call: { name: NAMES.group } })
    for (const id of view.securityGroups.keys()) view = await world.play(view, { kind: 'security group', verb: 'delete', call: { id } })
    expect(view).toEqual(EMPTY_VIEW)
    expect(await world.observe()).toEqual(EMPTY_VIEW)
    expect(world.aws.cloud.objects().filter(({ tags }) => JSON.stringify(tags).includes('fairlead.dev'))).toEqual([])
  })

  test('what bears such a name and not our mark is not in it', async () => {
    const world = await startWorld()
    await makePlain(world)
    const name = NAMES.group.replace(/.$/, '0')
    world.aws.cloud.call('elb', 'CreateTargetGroup', { Name: name, Protocol: 'TCP', Port: 81, VpcId: world.aws.cloud.ids.vpc })
    expect((await world.observe()).targetGroups.has(name)).toBe(false)
  })

  test('what belongs to another Stack is not in it', async () => {
    const world = await startWorld()
    await makePlain(world)
    expect(await world.observe('service/u2')).toEqual(EMPTY_VIEW)
  })

  test('a listener that somebody else put on our load balancer is not in it', async () => {
    const world = await startWorld()
    const view = await makePlain(world)
    const balancer = view.loadBalancers.get(NAMES.balancer)?.arn
    const group = world.aws.cloud.call('elb', 'CreateTargetGroup', { Name: 'theirs', Protocol: 'TCP', Port: 81, VpcId: world.aws.cloud.ids.vpc })
    const { TargetGroupArn } = (group['TargetGroups'] as { TargetGroupArn: string }[])[0]!
    world.aws.cloud.call('elb', 'CreateListener', {
      LoadBalancerArn: balancer,
      Protocol: 'TCP',
      Port: 81,
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    })
    expect([...(await world.observe()).listeners.values()].map(({ port }) => port)).toEqual([80])
  })

  test('everything that no list shows is there after an inspection', async () => {
    const world = await startWorld()
    await makePlain(world)
    const other = await world.another()
    const view = await other.inspect()
    expect(view.loadBalancers.get(NAMES.balancer)).toMatchObject({ capacityUnits: 0, attributes: { 'deletion_protection.enabled': 'false' } })
    expect(view.targetGroups.get(NAMES.group)?.attributes?.['deregistration_delay.timeout_seconds']).toBe('300')
    expect(
      view.targetGroups
        .get(NAMES.group)
        ?.targets?.targets.map(({ id }) => id)
        .toSorted(),
    ).toEqual([...world.nodes].toSorted())
    expect([...view.listeners.values()][0]?.attributes).toEqual({ 'tcp.idle_timeout.seconds': '350' })
  })

  test('Stacks that are inspected together share their pages: beside them there is a call for each object', async () => {
    const world = await startWorld()
    await makePlain(world)
    const other = await world.another()
    const mark = world.aws.journal.mark
    const views = await other.inspectAll([STACK, ...Array.from({ length: 19 }, (_, i) => `service/other-${i}`)])
    expect([...views.keys()]).toHaveLength(20)
    expect(views.get('service/other-0')).toEqual(EMPTY_VIEW)
    expect(views.get(STACK)?.targetGroups.get(NAMES.group)?.targets?.source).toBe('known')
    expect(world.aws.journal.counts(mark)).toEqual({
      DescribeSecurityGroups: 1,
      GetResources: 1,
      DescribeLoadBalancers: 1,
      DescribeTargetGroups: 1,
      DescribeListeners: 1,
      DescribeTags: 1,
      DescribeLoadBalancerAttributes: 1,
      DescribeCapacityReservation: 1,
      DescribeTargetGroupAttributes: 1,
      DescribeTargetHealth: 1,
      DescribeListenerAttributes: 1,
    })
  })

  test('an inspection of a Stack that does not exist costs no more than its observation', async () => {
    const world = await startWorld()
    expect(await world.inspect()).toEqual(EMPTY_VIEW)
    expect(world.aws.journal.calls).toHaveLength(2)
  })
})

test('a plain load balancer for one port takes six writes and no read', async () => {
  const world = await startWorld()
  await makePlain(world)
  expect(plainSteps(world)).toHaveLength(6)
  expect(world.aws.journal.counts()).toEqual({
    CreateSecurityGroup: 1,
    AuthorizeSecurityGroupIngress: 1,
    CreateTargetGroup: 1,
    CreateLoadBalancer: 1,
    RegisterTargets: 1,
    CreateListener: 1,
  })
})
