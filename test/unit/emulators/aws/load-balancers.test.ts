/** What AWS takes and refuses of network load balancers. */
import {
  AddTagsCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  DescribeAccountLimitsCommand,
  DescribeCapacityReservationCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  type LoadBalancerAttribute,
  ModifyCapacityReservationCommand,
  ModifyLoadBalancerAttributesCommand,
  RemoveTagsCommand,
  SetIpAddressTypeCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  type Tag,
  paginateDescribeLoadBalancers,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, test } from 'vitest'
import { type Given, given, outcome, rules, same } from './given.ts'

const tags = (count: number): Tag[] => Array.from({ length: count }, (_, i) => ({ Key: `key-${i}`, Value: 'x' }))
const named =
  (Name: string) =>
  ({ make }: Given) =>
    make.balancer({ Name })

rules('a name of a load balancer', [
  ['32 characters', named('a'.repeat(32)), 'done'],
  ['33 characters', named('a'.repeat(33)), 'ValidationError'],
  ['an underscore', named('a_b'), 'ValidationError'],
  ['a hyphen in front', named('-a'), 'ValidationError'],
  ['a hyphen behind', named('a-'), 'ValidationError'],
  ['two hyphens together', named('a--b'), 'ValidationError'],
  ['beginning with internal-', named('internal-a'), 'ValidationError'],
])

rules('a creation', [
  [
    'the same once more',
    ({ make }) =>
      same(
        () => make.balancer(),
        () => make.balancer(),
      ),
    'done',
  ],
  [
    'the same with other tags',
    ({ make }) =>
      same(
        () => make.balancer(),
        () => make.balancer({ Tags: tags(1) }),
      ),
    'done',
  ],
  ['the same name, another scheme', async ({ make }) => [await make.balancer(), await make.balancer({ Scheme: 'internal' })], 'DuplicateLoadBalancerName'],
  [
    'the same name, other subnets',
    async ({ make, ids }) => [await make.balancer(), await make.balancer({ Subnets: ids.publicSubnets.slice(1) })],
    'DuplicateLoadBalancerName',
  ],
  ['an unknown scheme', ({ make }) => make.balancer({ Scheme: 'public' as 'internal' }), 'InvalidScheme'],
  ['another kind of load balancer', ({ make }) => make.balancer({ Type: 'application' }), 'ValidationError'],
  ['an unknown subnet', ({ make }) => make.balancer({ Subnets: ['subnet-1'] }), 'SubnetNotFound'],
  ['no subnet', ({ make }) => make.balancer({ Subnets: [] }), 'ValidationError'],
  ['two subnets of one zone', ({ make, ids }) => make.balancer({ Subnets: [ids.publicSubnets[0]!, ids.privateSubnets[0]!] }), 'InvalidConfigurationRequest'],
  ['subnets and mappings', ({ make, ids }) => make.balancer({ SubnetMappings: [{ SubnetId: ids.publicSubnets[0] }] }), 'ValidationError'],
  ['an unknown security group', ({ make }) => make.balancer({ SecurityGroups: ['sg-1'] }), 'InvalidSecurityGroup'],
  [
    'six security groups',
    async ({ make }) => make.balancer({ SecurityGroups: await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => make.group(name))) }),
    'InvalidConfigurationRequest',
  ],
  ['dualstack without public IPv4', ({ make }) => make.balancer({ IpAddressType: 'dualstack-without-public-ipv4' }), 'InvalidConfigurationRequest'],
  ['source NAT without dualstack', ({ make }) => make.balancer({ EnablePrefixForIpv6SourceNat: 'on' }), 'InvalidConfigurationRequest'],
  ['an empty list of tags', ({ make }) => make.balancer({ Tags: [] }), 'ValidationError'],
  ['50 tags', ({ make }) => make.balancer({ Tags: tags(50) }), 'done'],
  ['51 tags', ({ make }) => make.balancer({ Tags: tags(51) }), 'TooManyTags'],
  ['a tag twice', ({ make }) => make.balancer({ Tags: [...tags(1), ...tags(1)] }), 'DuplicateTagKeys'],
  ['a tag of AWS itself', ({ make }) => make.balancer({ Tags: [{ Key: 'aws:x', Value: '' }] }), 'ValidationError'],
  ['a long tag key', ({ make }) => make.balancer({ Tags: [{ Key: 'x'.repeat(129), Value: '' }] }), 'ValidationError'],
])

rules(
  'more than the quota',
  [['a second load balancer', async ({ make }) => [await make.balancer(), await make.balancer({ Name: 'b' })], 'TooManyLoadBalancers']],
  {
    quotas: { loadBalancers: 1 },
  },
)

const mapped = (
  more: (ids: Given['ids']) => object,
  Scheme: 'internal' | 'internet-facing' = 'internet-facing',
  IpAddressType: 'ipv4' | 'dualstack' = 'ipv4',
) => {
  return ({ make, ids }: Given) =>
    make.balancer({ Subnets: undefined, Scheme, IpAddressType, SubnetMappings: [{ SubnetId: ids.publicSubnets[0], ...more(ids) }] })
}

rules('addresses that are asked for', [
  ['an elastic address', mapped((ids) => ({ AllocationId: ids.addresses[0] })), 'done'],
  ['an unknown one', mapped(() => ({ AllocationId: 'eipalloc-1' })), 'AllocationIdNotFound'],
  ['an elastic address inside', mapped((ids) => ({ AllocationId: ids.addresses[0] }), 'internal'), 'InvalidConfigurationRequest'],
  ['a private address inside', mapped(() => ({ PrivateIPv4Address: '10.0.0.77' }), 'internal'), 'done'],
  ['a private address of another subnet', mapped(() => ({ PrivateIPv4Address: '10.0.16.77' }), 'internal'), 'InvalidConfigurationRequest'],
  ['a private address to the internet', mapped(() => ({ PrivateIPv4Address: '10.0.0.77' })), 'InvalidConfigurationRequest'],
  ['an IPv6 address', mapped(() => ({ IPv6Address: '2001:db8:1234:1a00::77' }), 'internet-facing', 'dualstack'), 'done'],
  [
    'an IPv6 address of another subnet',
    mapped(() => ({ IPv6Address: '2001:db8:1234:1a01::77' }), 'internet-facing', 'dualstack'),
    'InvalidConfigurationRequest',
  ],
  ['an IPv6 address without dualstack', mapped(() => ({ IPv6Address: '2001:db8:1234:1a00::77' })), 'InvalidConfigurationRequest'],
])

test('what is shown of one', async () => {
  const { make, elb, ids } = await given({ delays: { provisioning: 1000 } })
  const LoadBalancerArn = await make.balancer({ Subnets: undefined, SubnetMappings: [{ SubnetId: ids.publicSubnets[1], AllocationId: ids.addresses[0] }] })
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [LoadBalancerArn] }))
  expect(LoadBalancers).toEqual([
    {
      LoadBalancerArn: expect.stringMatching(/^arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer\/net\/web\/[0-9a-f]{16}$/),
      DNSName: expect.stringMatching(/^web-[0-9a-f]{16}\.elb\.eu-west-1\.amazonaws\.com$/),
      CanonicalHostedZoneId: expect.any(String),
      CreatedTime: new Date(Date.UTC(2026, 0, 1)),
      LoadBalancerName: 'web',
      Scheme: 'internet-facing',
      VpcId: ids.vpc,
      State: { Code: 'provisioning' },
      Type: 'network',
      IpAddressType: 'ipv4',
      EnablePrefixForIpv6SourceNat: 'off',
      AvailabilityZones: [
        { ZoneName: 'eu-west-1b', SubnetId: ids.publicSubnets[1], LoadBalancerAddresses: [{ AllocationId: ids.addresses[0], IpAddress: expect.any(String) }] },
      ],
    },
  ])
})

test('private addresses are reported where they were asked for', async () => {
  const { make, elb, ids } = await given()
  const SubnetMappings = [{ SubnetId: ids.privateSubnets[0], PrivateIPv4Address: '10.0.64.77' }, { SubnetId: ids.privateSubnets[1] }]
  await make.balancer({ Scheme: 'internal', Subnets: undefined, SubnetMappings })
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}))
  expect(LoadBalancers?.[0]?.AvailabilityZones?.map(({ LoadBalancerAddresses }) => LoadBalancerAddresses)).toEqual([[{ PrivateIPv4Address: '10.0.64.77' }], []])
})

describe('time', () => {
  test('it is active when it is provisioned, and its capacity can be kept only then', async () => {
    const { aws, make, elb } = await given({ delays: { provisioning: 120_000 } })
    const LoadBalancerArn = await make.balancer()
    const state = async () => (await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers?.[0]?.State?.Code
    const reserve = new ModifyCapacityReservationCommand({ LoadBalancerArn, MinimumLoadBalancerCapacity: { CapacityUnits: 300 } })
    expect([await state(), await outcome(elb.send(reserve))]).toEqual(['provisioning', 'OperationNotPermitted'])
    aws.advance(120_000)
    expect([await state(), await outcome(elb.send(reserve))]).toEqual(['active', 'done'])
    const kept = async () => (await elb.send(new DescribeCapacityReservationCommand({ LoadBalancerArn }))).MinimumLoadBalancerCapacity
    expect(await kept()).toEqual({ CapacityUnits: 300 })
    await elb.send(new ModifyCapacityReservationCommand({ LoadBalancerArn, ResetCapacityReservation: true }))
    expect(await kept()).toBeUndefined()
  })

  test('a new one is missing from lists for a moment, and never where it is named', async () => {
    const { aws, make, elb } = await given({ delays: { listing: 2_000 } })
    const arn = await make.balancer()
    const count = async (input: object) => (await elb.send(new DescribeLoadBalancersCommand(input))).LoadBalancers?.length
    const all = async () => [await count({}), await count({ Names: ['web'] }), await count({ LoadBalancerArns: [arn] })]
    expect(await all()).toEqual([0, 1, 1])
    aws.advance(2_000)
    expect(await all()).toEqual([1, 1, 1])
  })

  test('an elastic address and a private one are in use until the interfaces are gone', async () => {
    const { aws, make, elb, ids } = await given({ delays: { interfaces: 60_000 } })
    const SubnetMappings = [{ SubnetId: ids.publicSubnets[0], AllocationId: ids.addresses[0] }]
    const LoadBalancerArn = await make.balancer({ Subnets: undefined, SubnetMappings })
    await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
    const again = () => outcome(make.balancer({ Subnets: undefined, SubnetMappings, Name: 'other' }))
    expect(await again()).toBe('ResourceInUse')
    aws.advance(60_000)
    expect(await again()).toBe('done')
  })

  test('one may fail for good', async () => {
    const { aws, make, elb } = await given()
    await make.balancer()
    aws.cloud.failLoadBalancer('web', 'no capacity')
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}))
    expect(LoadBalancers?.[0]?.State).toEqual({ Code: 'failed', Reason: 'no capacity' })
  })
})

describe('lists', () => {
  test('come in pages', async () => {
    const { make, elb } = await given()
    for (const Name of ['a', 'b', 'c', 'd', 'e']) await make.balancer({ Name })
    const sizes: number[] = []
    for await (const page of paginateDescribeLoadBalancers({ client: elb }, { PageSize: 2 })) sizes.push(page.LoadBalancers!.length)
    expect(sizes).toEqual([2, 2, 1])
  })

  const describe_ = (input: object) => async (g: Given) => [await g.make.balancer(), await g.elb.send(new DescribeLoadBalancersCommand(input))]
  rules('that ask for too much', [
    ['a name that is not there beside one that is', describe_({ Names: ['web', 'none'] }), 'LoadBalancerNotFound'],
    ['21 names', describe_({ Names: Array.from({ length: 21 }, (_, i) => `n${i}`) }), 'ValidationError'],
    ['pages of 401', describe_({ PageSize: 401 }), 'ValidationError'],
    ['a marker of somebody else', describe_({ Marker: 'x' }), 'ValidationError'],
  ])
})

const modify =
  (attributes: Readonly<Record<string, string>>) =>
  async ({ make, elb }: Given) => {
    const Attributes: LoadBalancerAttribute[] = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }))
    return elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: await make.balancer(), Attributes }))
  }

rules('attributes', [
  ['cross-zone on', modify({ 'load_balancing.cross_zone.enabled': 'true' }), 'done'],
  ['cross-zone maybe', modify({ 'load_balancing.cross_zone.enabled': 'maybe' }), 'InvalidConfigurationRequest'],
  ['an unknown key', modify({ 'idle_timeout.timeout_seconds': '60' }), 'InvalidConfigurationRequest'],
  ['logs without a bucket', modify({ 'access_logs.s3.enabled': 'true' }), 'InvalidConfigurationRequest'],
  ['logs with a bucket', modify({ 'access_logs.s3.enabled': 'true', 'access_logs.s3.bucket': 'logs' }), 'done'],
  ['an unknown routing policy', modify({ 'dns_record.client_routing_policy': 'nearest' }), 'InvalidConfigurationRequest'],
  ['eight secondary addresses', modify({ 'secondary_ips.auto_assigned.per_subnet': '8' }), 'InvalidConfigurationRequest'],
  [
    'fewer secondary addresses than before',
    async (g) => [await modify({ 'secondary_ips.auto_assigned.per_subnet': '3' })(g), await modify({ 'secondary_ips.auto_assigned.per_subnet': '2' })(g)],
    'InvalidConfigurationRequest',
  ],
  ['none', modify({}), 'ValidationError'],
])

test('all attributes are reported, set or not', async () => {
  const { make, elb } = await given()
  const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: await make.balancer({ Scheme: 'internal' }) }))
  expect(Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]))).toEqual({
    'deletion_protection.enabled': 'false',
    'load_balancing.cross_zone.enabled': 'false',
    'access_logs.s3.enabled': 'false',
    'access_logs.s3.bucket': '',
    'access_logs.s3.prefix': '',
    'ipv6.deny_all_igw_traffic': 'true',
    'zonal_shift.config.enabled': 'false',
    'dns_record.client_routing_policy': 'any_availability_zone',
    'secondary_ips.auto_assigned.per_subnet': '0',
  })
})

const remove = ({ elb }: Given, LoadBalancerArn: string) => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))

rules('a deletion', [
  ['one that is there', async (g) => remove(g, await g.make.balancer()), 'done'],
  [
    'one that is gone already',
    async (g) => {
      const arn = await g.make.balancer()
      return [await remove(g, arn), await remove(g, arn)]
    },
    'done',
  ],
  [
    'one that is protected',
    async (g) => [await modify({ 'deletion_protection.enabled': 'true' })(g), await remove(g, await g.make.balancer())],
    'OperationNotPermitted',
  ],
])

const groupsOf =
  (list: (front: string) => readonly string[], created: (front: string) => readonly string[] | undefined) =>
  async ({ make, elb }: Given) => {
    const front = await make.group()
    const first = created(front)
    const LoadBalancerArn = await make.balancer(first === undefined ? {} : { SecurityGroups: [...first] })
    return elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: [...list(front)] }))
  }

rules('security groups in place', [
  [
    'others instead',
    groupsOf(
      (front) => [front],
      (front) => [front],
    ),
    'done',
  ],
  [
    'some on one that was created without',
    groupsOf(
      (front) => [front],
      () => undefined,
    ),
    'InvalidConfigurationRequest',
  ],
  [
    'none any more',
    groupsOf(
      () => [],
      (front) => [front],
    ),
    'ValidationError',
  ],
  [
    'an unknown one',
    groupsOf(
      () => ['sg-1'],
      (front) => [front],
    ),
    'InvalidSecurityGroup',
  ],
])

test('private-link enforcement is kept, and interfaces follow the groups', async () => {
  const { make, elb, ec2 } = await given()
  const [a, b] = [await make.group('a'), await make.group('b')]
  const LoadBalancerArn = await make.balancer({ SecurityGroups: [a] })
  await elb.send(new SetSecurityGroupsCommand({ LoadBalancerArn, SecurityGroups: [b], EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off' }))
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}))
  expect(LoadBalancers?.[0]).toMatchObject({ SecurityGroups: [b], EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off' })
  const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-id', Values: [b] }] }))
  expect(NetworkInterfaces?.map(({ InterfaceType, RequesterManaged }) => [InterfaceType, RequesterManaged])).toEqual(
    Array.from({ length: 3 }, () => ['network_load_balancer', true]),
  )
})

const subnets =
  (list: (ids: Given['ids']) => readonly string[], more: object = {}) =>
  async ({ make, elb, ids }: Given) => {
    return elb.send(new SetSubnetsCommand({ LoadBalancerArn: await make.balancer(), Subnets: [...list(ids)], ...more }))
  }

rules('subnets in place', [
  ['one zone less', subnets((ids) => ids.publicSubnets.slice(1)), 'done'],
  ['another subnet of a zone that is there', subnets((ids) => [ids.privateSubnets[0]!, ...ids.publicSubnets.slice(1)]), 'InvalidConfigurationRequest'],
  ['the same in two calls', async (g) => [await subnets((ids) => ids.publicSubnets.slice(1))(g), await retry(g)], 'done'],
  ['an unknown one', subnets(() => ['subnet-1']), 'SubnetNotFound'],
  ['source NAT without dualstack', subnets((ids) => ids.publicSubnets, { EnablePrefixForIpv6SourceNat: 'on' }), 'InvalidConfigurationRequest'],
  ['source NAT with dualstack', subnets((ids) => ids.publicSubnets, { EnablePrefixForIpv6SourceNat: 'on', IpAddressType: 'dualstack' }), 'done'],
])

async function retry({ elb, ids }: Given): Promise<unknown> {
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ Names: ['web'] }))
  const LoadBalancerArn = LoadBalancers![0]!.LoadBalancerArn
  return elb.send(new SetSubnetsCommand({ LoadBalancerArn, Subnets: [ids.privateSubnets[0]!, ...ids.publicSubnets.slice(1)] }))
}

test('another address in a zone that stays is taken without a word, and not used', async () => {
  const { make, elb, ids } = await given()
  const at = (i: number) => [{ SubnetId: ids.publicSubnets[0], AllocationId: ids.addresses[i] }]
  const LoadBalancerArn = await make.balancer({ Subnets: undefined, SubnetMappings: at(0) })
  const { AvailabilityZones } = await elb.send(new SetSubnetsCommand({ LoadBalancerArn, SubnetMappings: at(1) }))
  expect(AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.AllocationId).toBe(ids.addresses[0])
})

test('the address type goes to dualstack and back, and every zone gets an IPv6 address', async () => {
  const { make, elb } = await given()
  const LoadBalancerArn = await make.balancer()
  const addresses = async () => {
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}))
    return LoadBalancers?.[0]?.AvailabilityZones?.map(({ LoadBalancerAddresses }) => LoadBalancerAddresses?.[0]?.IPv6Address?.split('::')[0])
  }
  await elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn, IpAddressType: 'dualstack' }))
  expect(await addresses()).toEqual(['2001:db8:1234:1a00', '2001:db8:1234:1a01', '2001:db8:1234:1a02'].map((prefix) => expect.stringContaining(prefix)))
  await elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn, IpAddressType: 'ipv4' }))
  expect(await addresses()).toEqual([undefined, undefined, undefined])
})

rules(
  'a VPC whose subnets have no IPv6',
  [
    ['dualstack from the start', ({ make }) => make.balancer({ IpAddressType: 'dualstack' }), 'InvalidSubnet'],
    [
      'dualstack later',
      async ({ make, elb }) => elb.send(new SetIpAddressTypeCommand({ LoadBalancerArn: await make.balancer(), IpAddressType: 'dualstack' })),
      'InvalidSubnet',
    ],
    [
      'more load balancers than addresses',
      async ({ make }) => {
        for (let i = 0; i < 12; i++) await make.balancer({ Name: `n${i}` })
      },
      'InvalidSubnet',
    ],
  ],
  { seed: { subnets: [{ zone: 'a', cidr: '10.0.0.0/28', isPublic: true, name: 'small' }] } },
)

describe('tags', () => {
  test('are added, replaced and taken away', async () => {
    const { make, elb } = await given()
    const ResourceArns = [
      await make.balancer({
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '2' },
        ],
      }),
      await make.targetGroup(),
    ]
    await elb.send(
      new AddTagsCommand({
        ResourceArns,
        Tags: [
          { Key: 'b', Value: '3' },
          { Key: 'c', Value: '4' },
        ],
      }),
    )
    await elb.send(new RemoveTagsCommand({ ResourceArns, TagKeys: ['a', 'none'] }))
    const { TagDescriptions } = await elb.send(new DescribeTagsCommand({ ResourceArns }))
    const left = [
      { Key: 'b', Value: '3' },
      { Key: 'c', Value: '4' },
    ]
    expect(TagDescriptions).toEqual(ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags: left })))
  })

  const many =
    (count: number) =>
    async ({ make, elb }: Given) =>
      elb.send(new DescribeTagsCommand({ ResourceArns: Array(count).fill(await make.balancer()) }))
  rules('limits', [
    ['20 objects', many(20), 'done'],
    ['21 objects', many(21), 'ValidationError'],
    [
      'one that is not there',
      async ({ make, elb }) => elb.send(new DescribeTagsCommand({ ResourceArns: [(await make.balancer()).slice(0, -1)] })),
      'LoadBalancerNotFound',
    ],
    [
      'too many in two calls',
      async ({ make, elb }) => elb.send(new AddTagsCommand({ ResourceArns: [await make.balancer({ Tags: tags(49) })], Tags: [{ Key: 'x' }, { Key: 'y' }] })),
      'TooManyTags',
    ],
    ['an empty list', async ({ make, elb }) => elb.send(new AddTagsCommand({ ResourceArns: [await make.balancer()], Tags: [] })), 'ValidationError'],
  ])
})

test('quotas are reported under their names', async () => {
  const { elb } = await given({ quotas: { targetsPerZone: 700 } })
  const { Limits = [] } = await elb.send(new DescribeAccountLimitsCommand({}))
  expect(Limits).toContainEqual({ Name: 'targets-per-availability-zone-per-network-load-balancer', Max: '700' })
})

test('a creation without a type is one of an application load balancer, and refused', async () => {
  const { elb, ids } = await given()
  expect(await outcome(elb.send(new CreateLoadBalancerCommand({ Name: 'web', Subnets: [...ids.publicSubnets] })))).toBe('ValidationError')
})
