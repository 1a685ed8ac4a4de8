/** Damage by hand: found by the next inventory at the cost of its pages, or by the look in full; repaired, and reported. What is not ours stays as it is. */
import { expect, test } from 'vitest'
import type { CloudObject } from '../under-test.ts'
import { calls, type Damage, damages, HOUR_MS, pagesOf, reasons, served } from '../damaged.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const open = onServer()
/** An attribute that no page shows. */
const SERVING = { annotations: { 'fairlead.dev/drain-timeout': '30s' } }

function find(world: World, kind: CloudObject['kind'], name: RegExp): CloudObject {
  const found = world.ownedObjects().find((object) => object.kind === kind && name.test(object.name))
  if (found === undefined) throw new Error(`no ${kind} ${String(name)} among ${world.owned().join('\n')}`)
  return found
}

const group = (world: World, name: string): string => find(world, 'security group', new RegExp(`^fairlead-${name}-`)).id

const DAMAGES: readonly Damage<World>[] = [
  {
    what: 'a listener deleted',
    hurt: (world) => void world.aws.cloud.call('elb', 'DeleteListener', { ListenerArn: find(world, 'listener', /^web-.* 80$/).id }),
    repair: ['CreateListener'],
    isFelt: true,
  },
  {
    what: 'a listener and its target group deleted',
    hurt(world) {
      const { settings, id } = find(world, 'listener', /^web-.* 80$/)
      const [{ group: name } = { group: '' }] = settings['forwardsTo'] as readonly { readonly group: string }[]
      world.aws.cloud.call('elb', 'DeleteListener', { ListenerArn: id })
      world.aws.cloud.call('elb', 'DeleteTargetGroup', { TargetGroupArn: find(world, 'target group', new RegExp(`^${name}$`)).id })
    },
    repair: ['AddTags', 'CreateListener', 'CreateTargetGroup', 'ModifyTargetGroupAttributes', 'RegisterTargets'],
    isFelt: true,
  },
  {
    what: 'the whole load balancer deleted',
    hurt: (world) => void world.aws.cloud.call('elb', 'DeleteLoadBalancer', { LoadBalancerArn: find(world, 'load balancer', /^web-/).id }),
    repair: ['CreateListener', 'CreateListener', 'CreateLoadBalancer'],
    isFelt: true,
  },
  {
    what: 'a rule of ours revoked',
    hurt(world) {
      const GroupId = group(world, 'web')
      world.aws.cloud.call('ec2', 'RevokeSecurityGroupIngress', {
        GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      })
    },
    repair: ['AuthorizeSecurityGroupIngress'],
    isFelt: true,
  },
  {
    what: 'a rule added to a group of ours',
    hurt(world) {
      const GroupId = group(world, 'web')
      world.aws.cloud.call('ec2', 'AuthorizeSecurityGroupIngress', {
        GroupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      })
    },
    repair: ['RevokeSecurityGroupIngress'],
    isFelt: false,
  },
  {
    what: 'the health check of a target group changed',
    hurt: (world) =>
      void world.aws.cloud.call('elb', 'ModifyTargetGroup', { TargetGroupArn: find(world, 'target group', /^web-/).id, HealthCheckIntervalSeconds: 300 }),
    repair: ['ModifyTargetGroup'],
    isFelt: false,
  },
  {
    what: 'the security groups of the balancer exchanged',
    hurt: (world) =>
      void world.aws.cloud.call('elb', 'SetSecurityGroups', {
        LoadBalancerArn: find(world, 'load balancer', /^web-/).id,
        SecurityGroups: [world.aws.cloud.ids.nodeGroup],
      }),
    repair: ['SetSecurityGroups'],
    isFelt: true,
  },
]

damages(open, DAMAGES, SERVING)

test('the rule that lets the balancers in at the nodes revoked: the next inventory finds it', async () => {
  const world = await served(open, SERVING)
  const pages = await pagesOf(world)
  const owned = world.owned()
  const { nodeGroup } = world.aws.cloud.ids
  const backend = find(world, 'security group', /^fairlead-backend-/).id
  const from = [{ GroupId: backend }]
  world.aws.cloud.call('ec2', 'RevokeSecurityGroupIngress', {
    GroupId: nodeGroup,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 30_000, ToPort: 32_767, Groups: from }],
  })
  expect(await world.reach('web')).not.toBe('web')
  const mark = world.aws.journal.mark
  await world.pass(HOUR_MS)
  expect(await world.reach('web')).toBe('web')
  expect(calls(world, mark, 'write')).toEqual(['AuthorizeSecurityGroupIngress'])
  expect(calls(world, mark, 'read')).toEqual(pages)
  expect(world.owned()).toEqual(owned)
})

const HIDDEN: readonly Damage<World>[] = [
  {
    what: 'targets deregistered',
    hurt(world) {
      const Targets = ['a', 'b', 'c'].map((zone) => ({ Id: `i-0000000000000000${zone}` }))
      for (const { kind, name, id } of world.ownedObjects())
        if (kind === 'target group' && name.startsWith('web-')) world.aws.cloud.call('elb', 'DeregisterTargets', { TargetGroupArn: id, Targets })
    },
    repair: ['RegisterTargets', 'RegisterTargets'],
    isFelt: true,
  },
  {
    what: 'an attribute that the Service asks for changed',
    hurt: (world) =>
      void world.aws.cloud.call('elb', 'ModifyTargetGroupAttributes', {
        TargetGroupArn: find(world, 'target group', /^web-/).id,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '5' }],
      }),
    repair: ['ModifyTargetGroupAttributes'],
    isFelt: false,
  },
  {
    what: 'an attribute that nobody asked for changed',
    hurt: (world) =>
      void world.aws.cloud.call('elb', 'ModifyLoadBalancerAttributes', {
        LoadBalancerArn: find(world, 'load balancer', /^web-/).id,
        Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }],
      }),
    repair: ['ModifyLoadBalancerAttributes'],
    isFelt: false,
  },
  {
    what: 'a listener led elsewhere',
    hurt(world) {
      const { id: ListenerArn } = find(world, 'listener', /^web-.* 80$/)
      const { settings } = find(world, 'listener', /^web-.* 81$/)
      const [{ group: other } = { group: '' }] = settings['forwardsTo'] as readonly { readonly group: string }[]
      const TargetGroupArn = find(world, 'target group', new RegExp(`^${other}$`)).id
      world.aws.cloud.call('elb', 'ModifyListener', { ListenerArn, DefaultActions: [{ Type: 'forward', TargetGroupArn }] })
    },
    repair: ['ModifyListener'],
    isFelt: false,
  },
]

test.for(HIDDEN)('$what: no page shows it, and the look in full finds it', async ({ hurt, repair, isFelt }) => {
  const world = await served(open, { ...SERVING, inspectionMs: 24 * HOUR_MS })
  await world.pass(HOUR_MS)
  const [owned, foreign] = [world.owned(), world.foreign()]
  hurt(world)
  expect((await world.reach('web')) !== 'web').toBe(isFelt)
  const mark = world.aws.journal.mark
  await world.pass(24 * HOUR_MS)
  await world.until('it is reported', async () => (await reasons(world, 'web')).includes('Repaired'))
  expect(calls(world, mark, 'write')).toEqual(repair)
  expect(await world.reach('web')).toBe('web')
  expect(world.owned()).toEqual(owned)
  expect(world.foreign()).toEqual(foreign)
  expect(await reasons(world, 'neighbour')).not.toContain('Repaired')
})
