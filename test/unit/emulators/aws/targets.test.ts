/** What AWS takes and refuses of targets, and what it says of their health. */
import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  SetSubnetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { describe, expect, test } from 'vitest'
import type { Machines } from '../../../../emulators/aws/index.ts'
import { type Given, given, outcome, rules } from './given.ts'

const instances =
  (...targets: readonly ((g: Given) => TargetDescription)[]) =>
  async (g: Given) => {
    return g.make.register(await g.make.targetGroup(), ...targets.map((target) => target(g)))
  }
const running = ({ aws }: Given): TargetDescription => ({ Id: aws.cloud.addInstance({ name: 'node' }), Port: 30_080 })
const inState = (state: 'pending' | 'stopped' | 'terminated') => (g: Given) => {
  const target = running(g)
  g.aws.cloud.setInstanceState(target.Id!, state)
  return target
}

rules('instances', [
  ['one that runs', instances(running), 'done'],
  ['one that is not there', instances(() => ({ Id: 'i-0123456789abcdef0' })), 'InvalidTarget'],
  ['one that starts', instances(inState('pending')), 'InvalidTarget'],
  ['one that is stopped', instances(inState('stopped')), 'InvalidTarget'],
  ['one that is terminated', instances(inState('terminated')), 'InvalidTarget'],
  ['an address', instances(() => ({ Id: '10.0.0.1' })), 'ValidationError'],
  ['port 0', instances((g) => ({ ...running(g), Port: 0 })), 'ValidationError'],
  ['none', instances(), 'ValidationError'],
  ['one with a zone', instances((g) => ({ ...running(g), AvailabilityZone: 'eu-west-1a' })), 'ValidationError'],
  ['one without IPv6 in an IPv6 group', async (g) => g.make.register(await g.make.targetGroup({ IpAddressType: 'ipv6' }), running(g)), 'InvalidTarget'],
  [
    'one with IPv6 in an IPv6 group',
    async (g) =>
      g.make.register(await g.make.targetGroup({ IpAddressType: 'ipv6' }), { Id: g.aws.cloud.addInstance({ name: 'n', ipv6: '2001:db8:1234:1a10::9' }) }),
    'done',
  ],
])

const address =
  (target: TargetDescription, IpAddressType: 'ipv4' | 'ipv6' = 'ipv4') =>
  async ({ make }: Given) => {
    return make.register(await make.targetGroup({ TargetType: 'ip', IpAddressType }), target)
  }

rules('addresses', [
  ['inside the VPC', address({ Id: '10.0.65.1' }), 'done'],
  ['inside its second network', address({ Id: '10.244.3.7' }), 'done'],
  ['inside, with a zone', address({ Id: '10.0.65.1', AvailabilityZone: 'all' }), 'ValidationError'],
  ['outside, without a zone', address({ Id: '192.168.1.1' }), 'ValidationError'],
  ['outside, in any zone', address({ Id: '192.168.1.1', AvailabilityZone: 'all' }), 'done'],
  ['outside, in one zone', address({ Id: '192.168.1.1', AvailabilityZone: 'eu-west-1b' }), 'done'],
  ['outside, in a zone of elsewhere', address({ Id: '192.168.1.1', AvailabilityZone: 'us-east-1a' }), 'InvalidConfigurationRequest'],
  ['a public one', address({ Id: '8.8.8.8', AvailabilityZone: 'all' }), 'ValidationError'],
  ['an instance', address({ Id: 'i-0123456789abcdef0' }), 'ValidationError'],
  ['IPv6 in an IPv4 group', address({ Id: '2001:db8:1234:1a00::9' }), 'ValidationError'],
  ['IPv6 in an IPv6 group', address({ Id: '2001:db8:1234:1a00::9' }, 'ipv6'), 'done'],
  ['IPv6 outside', address({ Id: '2001:db8::9' }, 'ipv6'), 'ValidationError'],
])

test('one bad target fails the batch, and nothing is registered', async () => {
  const g = await given()
  const group = await g.make.targetGroup()
  expect(await outcome(g.make.register(group, running(g), { Id: 'i-0123456789abcdef0' }))).toBe('InvalidTarget')
  expect(await g.make.health(group)).toEqual([])
})

test('a target is an id and a port: the same id twice is two, the same both once', async () => {
  const g = await given()
  const group = await g.make.targetGroup()
  const one = running(g)
  await g.make.register(group, one, { ...one, Port: 30_081 }, one)
  const ports = async () =>
    (await g.elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: group }))).TargetHealthDescriptions?.map(({ Target }) => Target?.Port)
  expect(await ports()).toEqual([30_080, 30_081])
  await g.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [one] }))
  expect(await ports()).toEqual([30_081])
})

describe('quotas', () => {
  const count = (n: number) => Array.from({ length: n }, (_, i) => ({ Id: `10.0.65.${i + 1}` }))
  const ip = { TargetType: 'ip' } as const

  rules(
    'of 3 in a group',
    [
      ['3', async ({ make }) => make.register(await make.targetGroup(ip), ...count(3)), 'done'],
      ['4', async ({ make }) => make.register(await make.targetGroup(ip), ...count(4)), 'TooManyTargets'],
    ],
    { quotas: { targetsPerTargetGroup: 3 } },
  )

  const balanced =
    (...sizes: readonly number[]) =>
    async ({ make }: Given) => {
      const balancer = await make.balancer()
      for (const [i, size] of sizes.entries()) {
        const group = await make.targetGroup({ ...ip, Name: `n${i}` })
        await make.listener(balancer, group, { Port: 80 + i })
        await make.register(group, ...count(size))
      }
    }
  rules(
    'of 3 in a zone',
    [
      ['3', balanced(3), 'done'],
      ['4', balanced(4), 'TooManyTargets'],
      ['2 and 2: each membership counts', balanced(2, 2), 'TooManyTargets'],
      [
        '4 before a listener is there',
        async ({ make }) => {
          const group = await make.targetGroup(ip)
          await make.register(group, ...count(4))
          return make.listener(await make.balancer(), group)
        },
        'TooManyTargets',
      ],
      [
        '2 in each of two zones',
        async ({ make }) => {
          const group = await make.targetGroup(ip)
          await make.listener(await make.balancer(), group)
          return make.register(group, ...count(2), { Id: '10.0.97.1' }, { Id: '10.0.97.2' })
        },
        'done',
      ],
      [
        '2 in each of two zones, cross-zone',
        async ({ make, elb }) => {
          const [group, LoadBalancerArn] = [await make.targetGroup(ip), await make.balancer()]
          await make.listener(LoadBalancerArn, group)
          await elb.send(
            new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes: [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }] }),
          )
          return make.register(group, ...count(2), { Id: '10.0.97.1' }, { Id: '10.0.97.2' })
        },
        'TooManyTargets',
      ],
    ],
    { quotas: { targetsPerZone: 3 } },
  )
})

rules('letting go', [
  [
    'one that is not registered',
    async (g) => g.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: await g.make.targetGroup(), Targets: [running(g)] })),
    'done',
  ],
  [
    'one of a group that is not there',
    async (g) =>
      g.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/1', Targets: [running(g)] })),
    'TargetGroupNotFound',
  ],
])

interface Stage extends Given {
  readonly group: string
  readonly balancer: string
  readonly instance: string
  /** The node port answers, or not. */
  readonly answer: (does: boolean) => void
  /** State and reason of the only target. */
  readonly health: () => Promise<string | undefined>
}

const machines = (instance: string, does: boolean, more: Partial<Machines> = {}): Machines => ({
  pods: [{ name: 'a', ips: ['10.244.1.5'], ports: [8080] }],
  nodePorts: [
    {
      node: { name: 'n', providerId: `aws:///eu-west-1a/${instance}`, addresses: [] },
      port: 30_080,
      protocol: 'TCP',
      to: does ? [{ ip: '10.244.1.5', port: 8080 }] : [],
    },
  ],
  health: [],
  ...more,
})

/** A load balancer whose group the nodes let in, with one instance that answers. */
async function stage(options: Parameters<typeof given>[0] = {}): Promise<Stage> {
  const g = await given(options)
  const front = await g.make.group()
  await g.make.allow(g.ids.nodeGroup, { IpProtocol: 'tcp', FromPort: 0, ToPort: 65_535, UserIdGroupPairs: [{ GroupId: front }] })
  const [balancer, group] = [await g.make.balancer({ SecurityGroups: [front] }), await g.make.targetGroup()]
  await g.make.listener(balancer, group)
  const instance = g.aws.cloud.addInstance({ name: 'n', zone: 'a' })
  const answer = (does: boolean) => g.aws.setMachines(machines(instance, does))
  answer(true)
  await g.make.register(group, { Id: instance, Port: 30_080 })
  return { ...g, group, balancer, instance, answer, health: async () => (await g.make.health(group))[0] }
}

describe('health', () => {
  test('is initial until the first verdict', async () => {
    const { aws, health } = await stage({ delays: { provisioning: 60_000, registration: 90_000 } })
    expect(await health()).toBe('initial Elb.RegistrationInProgress')
    aws.advance(60_000)
    expect(await health()).toBe('initial Elb.InitialHealthChecking')
    aws.advance(90_000)
    expect(await health()).toBe('healthy')
  })

  test('changes after as many checks as the thresholds say', async () => {
    const { aws, answer, health } = await stage({ delays: { healthChange: undefined } })
    expect(await health()).toBe('healthy')
    answer(false)
    aws.advance(59_999)
    expect(await health()).toBe('healthy')
    aws.advance(1)
    expect(await health()).toBe('unhealthy Target.FailedHealthChecks')
    answer(true)
    aws.advance(149_999)
    expect(await health()).toBe('unhealthy Target.FailedHealthChecks')
    aws.advance(1)
    expect(await health()).toBe('healthy')
  })

  test('a short failure between two questions is not seen', async () => {
    const { aws, answer, health } = await stage({ delays: { healthChange: undefined } })
    await health()
    answer(false)
    aws.advance(30_000)
    await health()
    answer(true)
    aws.advance(600_000)
    expect(await health()).toBe('healthy')
  })

  test('needs the targets to let the load balancer in', async () => {
    const g = await stage()
    const group = await g.make.targetGroup({ Name: 'closed' })
    const closed = await g.make.balancer({ Name: 'closed', SecurityGroups: [await g.make.group('other')] })
    await g.make.listener(closed, group)
    await g.make.register(group, { Id: g.instance, Port: 30_080 })
    expect(await g.make.health(group)).toEqual(['unhealthy Target.FailedHealthChecks'])
  })

  test('is reported by a health check node port, which is open in any case', async () => {
    const { aws, elb, group, health, instance } = await stage()
    const node = { name: 'n', providerId: `aws:///eu-west-1a/${instance}`, addresses: [] }
    const set = (isHealthy: boolean) => aws.setMachines(machines(instance, true, { health: [{ node, port: 31_000, isHealthy }] }))
    const states: (string | undefined)[] = []
    for (const HealthCheckProtocol of ['HTTP', 'TCP'] as const) {
      await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: group, HealthCheckProtocol, HealthCheckPort: '31000' }))
      for (const isHealthy of [true, false]) {
        set(isHealthy)
        states.push((await health())?.split(' ')[0])
      }
    }
    expect(states).toEqual(['healthy', 'unhealthy', 'healthy', 'healthy'])
  })

  test('kube-proxy answers on every node that runs', async () => {
    const { aws, elb, group, health } = await stage()
    aws.setMachines({ pods: [], nodePorts: [], health: [] })
    expect(await health()).toBe('unhealthy Target.FailedHealthChecks')
    await elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: group, HealthCheckProtocol: 'HTTP', HealthCheckPort: '10256', HealthCheckPath: '/healthz' }))
    expect(await health()).toBe('healthy')
  })

  test('is unused without a listener, in a zone that the load balancer is not in, and on an instance that does not run', async () => {
    const g = await stage()
    const loose = await g.make.targetGroup({ Name: 'loose' })
    await g.make.register(loose, { Id: g.instance })
    expect(await g.make.health(loose)).toEqual(['unused Target.NotInUse'])
    g.aws.cloud.setInstanceState(g.instance, 'stopped')
    expect(await g.health()).toBe('unused Target.InvalidState')
    g.aws.cloud.setInstanceState(g.instance, 'running')
    expect(await g.health()).toBe('healthy')
    await g.elb.send(new SetSubnetsCommand({ LoadBalancerArn: g.balancer, Subnets: g.ids.publicSubnets.slice(1) }))
    expect(await g.health()).toBe('unused Target.NotInUse')
  })

  test('of what is not registered is unused', async () => {
    const { elb, group } = await stage()
    const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: group, Targets: [{ Id: 'i-9', Port: 1 }] }))
    expect(TargetHealthDescriptions).toMatchObject([{ Target: { Id: 'i-9', Port: 1 }, TargetHealth: { State: 'unused', Reason: 'Target.NotRegistered' } }])
  })
})

describe('draining', () => {
  test('lasts as long as the group says, and is reported meanwhile', async () => {
    const g = await stage({ delays: { draining: undefined } })
    const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]
    await g.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: g.group, Attributes }))
    await g.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: g.group, Targets: [{ Id: g.instance, Port: 30_080 }] }))
    expect(await g.make.health(g.group)).toEqual(['draining Target.DeregistrationInProgress'])
    g.aws.advance(30_000)
    expect(await g.make.health(g.group)).toEqual([])
  })

  test('ends when the target is registered again', async () => {
    const g = await stage({ delays: { draining: 300_000 } })
    await g.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: g.group, Targets: [{ Id: g.instance, Port: 30_080 }] }))
    await g.make.register(g.group, { Id: g.instance, Port: 30_080 })
    g.aws.advance(300_000)
    expect(await g.make.health(g.group)).toEqual(['healthy'])
  })
})
