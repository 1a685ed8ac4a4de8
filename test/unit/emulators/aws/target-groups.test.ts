/** What AWS takes and refuses of target groups and their health checks. */
import {
  type CreateTargetGroupCommandInput,
  DeleteListenerCommand,
  DeleteTargetGroupCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ModifyTargetGroupAttributesCommand,
  ModifyTargetGroupCommand,
  type ModifyTargetGroupCommandInput,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { type Given, given, outcome, rules, same } from './given.ts'

const create =
  (input: Partial<CreateTargetGroupCommandInput>) =>
  ({ make }: Given) =>
    make.targetGroup(input)
const twice =
  (input: Partial<CreateTargetGroupCommandInput>) =>
  ({ make }: Given) =>
    same(
      () => make.targetGroup(),
      () => make.targetGroup(input),
    )

rules('a creation', [
  ['a long name', create({ Name: 'a'.repeat(33) }), 'ValidationError'],
  ['two hyphens together', create({ Name: 'a--b' }), 'ValidationError'],
  ['beginning with internal-', create({ Name: 'internal-a' }), 'done'],
  ['the same once more', twice({}), 'done'],
  ['the same with other tags', twice({ Tags: [{ Key: 'a', Value: '' }] }), 'done'],
  ['the same name, another port', twice({ Port: 81 }), 'DuplicateTargetGroupName'],
  ['the same name, another check', twice({ HealthCheckIntervalSeconds: 10 }), 'DuplicateTargetGroupName'],
  ['port 0', create({ Port: 0 }), 'ValidationError'],
  ['port 65536', create({ Port: 65_536 }), 'ValidationError'],
  ['an unknown VPC', create({ VpcId: 'vpc-1' }), 'ValidationError'],
  ['HTTP', create({ Protocol: 'HTTP' }), 'ValidationError'],
  ['functions as targets', create({ TargetType: 'lambda' }), 'ValidationError'],
  ['an empty list of tags', create({ Tags: [] }), 'ValidationError'],
  ['a check by UDP', create({ Protocol: 'UDP', HealthCheckProtocol: 'UDP' }), 'ValidationError'],
  ['an interval of 4 s', create({ HealthCheckIntervalSeconds: 4 }), 'ValidationError'],
  ['an interval of 301 s', create({ HealthCheckIntervalSeconds: 301 }), 'ValidationError'],
  ['a timeout longer than the interval', create({ HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 11 }), 'ValidationError'],
  ['a timeout as long as the interval', create({ HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 10 }), 'done'],
  ['a threshold of 1', create({ HealthyThresholdCount: 1 }), 'ValidationError'],
  ['thresholds that differ', create({ HealthyThresholdCount: 2, UnhealthyThresholdCount: 5 }), 'done'],
  ['a path for TCP', create({ HealthCheckPath: '/' }), 'InvalidConfigurationRequest'],
  ['codes for TCP', create({ Matcher: { HttpCode: '200' } }), 'InvalidConfigurationRequest'],
  ['a path without a slash', create({ HealthCheckProtocol: 'HTTP', HealthCheckPath: 'x' }), 'ValidationError'],
  ['codes beyond 599', create({ HealthCheckProtocol: 'HTTP', Matcher: { HttpCode: '200-600' } }), 'ValidationError'],
  ['codes in lists and ranges', create({ HealthCheckProtocol: 'HTTP', Matcher: { HttpCode: '200,301-399' } }), 'done'],
  ['a check on a port by name', create({ HealthCheckPort: 'http' }), 'ValidationError'],
  ['no check', create({ HealthCheckEnabled: false }), 'InvalidConfigurationRequest'],
])

rules(
  'more than the quota',
  [['a second group', async ({ make }) => [await make.targetGroup(), await make.targetGroup({ Name: 'b' })], 'TooManyTargetGroups']],
  {
    quotas: { targetGroups: 1 },
  },
)

const checkOf = async ({ elb }: Given) => {
  const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}))
  const { HealthCheckProtocol, HealthCheckPath, HealthCheckTimeoutSeconds, HealthCheckIntervalSeconds, Matcher } = TargetGroups![0]!
  return [HealthCheckProtocol, HealthCheckPath, HealthCheckIntervalSeconds, HealthCheckTimeoutSeconds, Matcher?.HttpCode]
}

test.each([
  ['TCP', undefined, 30, 10, undefined],
  ['HTTP', '/', 30, 6, '200-399'],
  ['HTTPS', '/', 30, 10, '200-399'],
] as const)('what holds for a check by %s when nothing else is said', async (HealthCheckProtocol, path, interval, timeout, codes) => {
  const g = await given()
  await g.make.targetGroup({ HealthCheckProtocol })
  expect(await checkOf(g)).toEqual([HealthCheckProtocol, path, interval, timeout, codes])
})

const modify = async (g: Given, input: Partial<ModifyTargetGroupCommandInput>) =>
  g.elb.send(new ModifyTargetGroupCommand({ TargetGroupArn: await groupOf(g), ...input }))

const groupOf = async ({ elb }: Given) => (await elb.send(new DescribeTargetGroupsCommand({ Names: ['web'] }))).TargetGroups![0]!.TargetGroupArn

test('a check changes in place; from HTTP to TCP it keeps its path, unused', async () => {
  const g = await given()
  await g.make.targetGroup()
  await modify(g, { HealthCheckProtocol: 'HTTP', HealthCheckPath: '/healthz', HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 6 })
  expect(await checkOf(g)).toEqual(['HTTP', '/healthz', 10, 6, '200-399'])
  await modify(g, { HealthCheckProtocol: 'TCP' })
  expect(await checkOf(g)).toEqual(['TCP', '/healthz', 10, 6, '200-399'])
  expect(await outcome(modify(g, { HealthCheckPath: '/x' }))).toBe('InvalidConfigurationRequest')
})

const attributes =
  (input: Partial<CreateTargetGroupCommandInput>, changes: Readonly<Record<string, string>>) =>
  async ({ make, elb }: Given) => {
    const Attributes = Object.entries(changes).map(([Key, Value]) => ({ Key, Value }))
    return elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: await make.targetGroup(input), Attributes }))
  }

const UDP = { Protocol: 'UDP' } as const

rules('attributes', [
  ['a delay of 3600 s', attributes({}, { 'deregistration_delay.timeout_seconds': '3600' }), 'done'],
  ['a delay of 3601 s', attributes({}, { 'deregistration_delay.timeout_seconds': '3601' }), 'InvalidConfigurationRequest'],
  ['an unknown key', attributes({}, { 'slow_start.duration_seconds': '30' }), 'InvalidConfigurationRequest'],
  ['stickiness', attributes({}, { 'stickiness.enabled': 'true', 'stickiness.type': 'source_ip' }), 'done'],
  ['stickiness by cookie', attributes({}, { 'stickiness.type': 'lb_cookie' }), 'InvalidConfigurationRequest'],
  ['stickiness with TLS', attributes({ Protocol: 'TLS' }, { 'stickiness.enabled': 'true' }), 'InvalidConfigurationRequest'],
  ['the client hidden, TCP', attributes({}, { 'preserve_client_ip.enabled': 'false' }), 'done'],
  ['the client hidden, UDP', attributes(UDP, { 'preserve_client_ip.enabled': 'false' }), 'InvalidConfigurationRequest'],
  ['the client hidden, both', attributes({ Protocol: 'TCP_UDP' }, { 'preserve_client_ip.enabled': 'false' }), 'InvalidConfigurationRequest'],
  [
    'a delay for the unhealthy whose connections end',
    attributes({}, { 'target_health_state.unhealthy.draining_interval_seconds': '60' }),
    'InvalidConfigurationRequest',
  ],
  [
    'a delay for the unhealthy whose connections go on',
    attributes(
      {},
      { 'target_health_state.unhealthy.draining_interval_seconds': '60', 'target_health_state.unhealthy.connection_termination.enabled': 'false' },
    ),
    'done',
  ],
  [
    'ends of unhealthy connections, UDP',
    attributes(UDP, { 'target_health_state.unhealthy.connection_termination.enabled': 'false' }),
    'InvalidConfigurationRequest',
  ],
  ['a placement of the proxy header', attributes({}, { 'proxy_protocol_v2.client_to_server.header_placement': 'on_first_ack' }), 'done'],
])

test.each([
  [{ TargetType: 'instance', Protocol: 'TCP' }, 'true', 'false'],
  [{ TargetType: 'ip', Protocol: 'TCP' }, 'false', 'false'],
  [{ TargetType: 'ip', Protocol: 'TLS' }, 'false', 'false'],
  [{ TargetType: 'ip', Protocol: 'UDP' }, 'true', 'true'],
  [{ TargetType: 'instance', Protocol: 'TCP_UDP' }, 'true', 'true'],
] as const)('what holds for %o when nothing was set', async (input, keepsClient, endsConnections) => {
  const { make, elb } = await given()
  const { Attributes = [] } = await elb.send(new DescribeTargetGroupAttributesCommand({ TargetGroupArn: await make.targetGroup(input) }))
  expect(Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))).toMatchObject({
    'preserve_client_ip.enabled': keepsClient,
    'deregistration_delay.connection_termination.enabled': endsConnections,
    'deregistration_delay.timeout_seconds': '300',
    'proxy_protocol_v2.enabled': 'false',
    'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
  })
})

const remove = ({ elb }: Given, TargetGroupArn: string) => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }))

rules('a deletion', [
  ['one that no listener uses', async (g) => remove(g, await g.make.targetGroup()), 'done'],
  [
    'one that is gone already',
    async (g) => {
      const arn = await g.make.targetGroup()
      return [await remove(g, arn), await remove(g, arn)]
    },
    'done',
  ],
  [
    'one that a listener uses',
    async (g) => {
      const arn = await g.make.targetGroup()
      return [await g.make.listener(await g.make.balancer(), arn), await remove(g, arn)]
    },
    'ResourceInUse',
  ],
])

test('a group stays in use for a moment after its last listener', async () => {
  const g = await given({ delays: { targetGroupUse: 5_000 } })
  const group = await g.make.targetGroup()
  await g.elb.send(new DeleteListenerCommand({ ListenerArn: await g.make.listener(await g.make.balancer(), group) }))
  expect(await outcome(remove(g, group))).toBe('ResourceInUse')
  g.aws.advance(5_000)
  expect(await outcome(remove(g, group))).toBe('done')
})

test('groups are listed by load balancer, also when it has none, and in pages', async () => {
  const { make, elb } = await given()
  const LoadBalancerArn = await make.balancer()
  const of = async () => (await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }))).TargetGroups?.map(({ LoadBalancerArns }) => LoadBalancerArns)
  expect(await of()).toEqual([])
  await make.listener(LoadBalancerArn, await make.targetGroup())
  await make.targetGroup({ Name: 'other' })
  expect(await of()).toEqual([[LoadBalancerArn]])
  const names: string[] = []
  for await (const page of paginateDescribeTargetGroups({ client: elb }, { PageSize: 1 })) names.push(page.TargetGroups![0]!.TargetGroupName!)
  expect(names.toSorted()).toEqual(['other', 'web'])
})
