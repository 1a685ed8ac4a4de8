/** What AWS takes and refuses of security groups and their rules. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  type CreateSecurityGroupCommandInput,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeTagsCommand,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
  paginateDescribeSecurityGroups,
} from '@aws-sdk/client-ec2'
import { describe, expect, test } from 'vitest'
import { type Given, given, outcome, rules } from './given.ts'

const create =
  (input: Partial<CreateSecurityGroupCommandInput>) =>
  ({ ec2, ids }: Given) =>
    ec2.send(new CreateSecurityGroupCommand({ GroupName: 'front', Description: 'for a test', VpcId: ids.vpc, ...input }))

const tagged = (...keys: readonly string[]) => ({
  TagSpecifications: [{ ResourceType: 'security-group' as const, Tags: keys.map((Key) => ({ Key, Value: '' })) }],
})

rules('a creation', [
  ['plainly', create({}), 'done'],
  ['a name in other letters', async (g) => [await create({})(g), await create({ GroupName: 'FRONT' })(g)], 'InvalidGroup.Duplicate'],
  ['a name like an id', create({ GroupName: 'sg-x' }), 'InvalidParameterValue'],
  ['256 characters', create({ GroupName: 'a'.repeat(256) }), 'InvalidParameterValue'],
  ['a letter beyond the set', create({ GroupName: 'ä' }), 'InvalidParameterValue'],
  ['no description', create({ Description: '' }), 'InvalidParameterValue'],
  ['an unknown VPC', create({ VpcId: 'vpc-1' }), 'InvalidVpcID.NotFound'],
  ['tags', create(tagged('a', 'b')), 'done'],
  ['a tag of AWS itself', create(tagged('aws:a')), 'InvalidParameterValue'],
  ['51 tags', create(tagged(...Array.from({ length: 51 }, (_, i) => `k${i}`))), 'TagLimitExceeded'],
  ['tags of another kind', create({ TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: '' }] }] }), 'InvalidParameterValue'],
])

rules('more than the quota', [['a fourth group', async ({ make }) => [await make.group('a'), await make.group('b')], 'SecurityGroupLimitExceeded']], {
  quotas: { groupsPerVpc: 3 },
})

const tcp = (port: number, more: Partial<IpPermission>): IpPermission => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port, ...more })
const from = (...cidrs: readonly string[]): Partial<IpPermission> => ({ IpRanges: cidrs.map((CidrIp) => ({ CidrIp })) })
const allow =
  (...calls: readonly (readonly IpPermission[])[]) =>
  async ({ make, ec2 }: Given) => {
    const GroupId = await make.group()
    for (const permissions of calls) await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [...permissions] }))
  }

rules('a rule', [
  ['from a network', allow([tcp(80, from('10.0.0.0/8'))]), 'done'],
  ['the same twice', allow([tcp(80, from('10.0.0.0/8'))], [tcp(80, from('10.0.0.0/8'))]), 'InvalidPermission.Duplicate'],
  ['the same with host bits', allow([tcp(80, from('10.0.0.0/24'))], [tcp(80, from('10.0.0.5/24'))]), 'InvalidPermission.Duplicate'],
  [
    'the same IPv6, written otherwise',
    allow([tcp(80, { Ipv6Ranges: [{ CidrIpv6: '2001:DB8:0::/32' }] })], [tcp(80, { Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }] })]),
    'InvalidPermission.Duplicate',
  ],
  [
    'the same with another description',
    allow([tcp(80, from('10.0.0.0/8'))], [tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'x' }] })]),
    'InvalidPermission.Duplicate',
  ],
  ['the same, protocol by number', allow([tcp(80, from('10.0.0.0/8'))], [{ ...tcp(80, from('10.0.0.0/8')), IpProtocol: '6' }]), 'InvalidPermission.Duplicate'],
  ['the same twice in one call', allow([tcp(80, from('10.0.0.0/8', '10.0.0.1/8'))]), 'InvalidParameterValue'],
  ['no network', allow([tcp(80, from('10.0.0.0'))]), 'InvalidParameterValue'],
  ['IPv6 where IPv4 belongs', allow([tcp(80, from('2001:db8::/32'))]), 'InvalidParameterValue'],
  ['no source', allow([tcp(80, {})]), 'MissingParameter'],
  ['no ports', allow([{ IpProtocol: 'tcp', ...from('10.0.0.0/8') }]), 'InvalidParameterValue'],
  ['ports in the wrong order', allow([{ ...tcp(80, from('10.0.0.0/8')), ToPort: 79 }]), 'InvalidParameterValue'],
  ['ICMP, type 3 code 4', allow([{ IpProtocol: 'icmp', FromPort: 3, ToPort: 4, ...from('0.0.0.0/0') }]), 'done'],
  ['an unknown prefix list', allow([tcp(80, { PrefixListIds: [{ PrefixListId: 'pl-1' }] })]), 'InvalidPrefixListID.NotFound'],
  ['an unknown group', allow([tcp(80, { UserIdGroupPairs: [{ GroupId: 'sg-1' }] })]), 'InvalidGroup.NotFound'],
  ['a description beyond the set', allow([tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'ä' }] })]), 'InvalidParameterValue'],
  ['an unknown protocol', allow([{ ...tcp(80, from('10.0.0.0/8')), IpProtocol: 'quic' }]), 'InvalidParameterValue'],
])

const networks = (count: number) => Array.from({ length: count }, (_, i) => `10.0.${i}.0/24`)
const sixes = (count: number) => Array.from({ length: count }, (_, i) => ({ CidrIpv6: `2001:db8:${i}::/48` }))

rules('the count of rules', [
  ['60 networks', allow([tcp(80, from(...networks(60)))]), 'done'],
  ['61 networks', allow([tcp(80, from(...networks(61)))]), 'RulesPerSecurityGroupLimitExceeded'],
  ['61 in two calls', allow([tcp(80, from(...networks(60)))], [tcp(81, from('10.0.0.0/8'))]), 'RulesPerSecurityGroupLimitExceeded'],
  ['60 of each family', allow([tcp(80, { ...from(...networks(60)), Ipv6Ranges: sixes(60) })]), 'done'],
  [
    'a prefix list counts as its most entries',
    async (g) => allow([tcp(80, { ...from(...networks(51)), PrefixListIds: [{ PrefixListId: g.ids.prefixLists[0] }] })])(g),
    'RulesPerSecurityGroupLimitExceeded',
  ],
])

const permissionsOf = async ({ ec2 }: Given, GroupId: string) => {
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }))
  return SecurityGroups?.[0]?.IpPermissions
}

test('a call with one duplicate changes nothing', async () => {
  const g = await given()
  const GroupId = await g.make.group()
  await g.make.allow(GroupId, tcp(80, from('10.0.0.0/24')))
  const IpPermissions = [tcp(81, from('10.0.1.0/24')), tcp(80, from('10.0.0.0/24'))]
  expect(await outcome(g.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions })))).toBe('InvalidPermission.Duplicate')
  expect(await permissionsOf(g, GroupId)).toMatchObject([{ FromPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/24' }] }])
})

test('rules are reported in one form: networks canonical, protocols by name, all protocols without ports', async () => {
  const g = await given()
  const GroupId = await g.make.group()
  await g.make.allow(GroupId, {
    IpProtocol: '17',
    FromPort: 53,
    ToPort: 53,
    IpRanges: [{ CidrIp: '10.1.2.3/16' }],
    Ipv6Ranges: [{ CidrIpv6: '2001:DB8:0:0::1/64' }],
  })
  await g.make.allow(GroupId, { IpProtocol: '-1', FromPort: 1, ToPort: 2, UserIdGroupPairs: [{ GroupId: g.ids.nodeGroup, Description: 'nodes' }] })
  expect(await permissionsOf(g, GroupId)).toEqual([
    {
      IpProtocol: 'udp',
      FromPort: 53,
      ToPort: 53,
      IpRanges: [{ CidrIp: '10.1.0.0/16' }],
      Ipv6Ranges: [{ CidrIpv6: '2001:db8::/64' }],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    },
    {
      IpProtocol: '-1',
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [{ GroupId: g.ids.nodeGroup, Description: 'nodes', UserId: '123456789012' }],
    },
  ])
  const { SecurityGroupRules = [] } = await g.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }))
  const sources = SecurityGroupRules.map(({ CidrIpv4, CidrIpv6, ReferencedGroupInfo }) => CidrIpv4 ?? CidrIpv6 ?? ReferencedGroupInfo?.GroupId)
  expect(new Set(sources)).toEqual(new Set(['10.1.0.0/16', '2001:db8::/64', g.ids.nodeGroup]))
})

describe('taking rules away', () => {
  const revoke =
    (...permissions: readonly IpPermission[]) =>
    async (g: Given) => {
      const GroupId = await g.make.group()
      await g.make.allow(GroupId, tcp(80, { IpRanges: [{ CidrIp: '10.0.0.0/24', Description: 'x' }] }))
      return g.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [...permissions] }))
    }
  rules('by what they say', [
    ['one that is there, without its description', revoke(tcp(80, from('10.0.0.0/24'))), 'done'],
    ['one that is there, with host bits', revoke(tcp(80, from('10.0.0.9/24'))), 'done'],
    ['one that is not there', revoke(tcp(81, from('10.0.0.0/24'))), 'InvalidPermission.NotFound'],
    ['one that is there beside one that is not', revoke(tcp(80, from('10.0.0.0/24')), tcp(81, from('10.0.0.0/24'))), 'InvalidPermission.NotFound'],
  ])

  test('by their ids', async () => {
    const g = await given()
    const GroupId = await g.make.group()
    await g.make.allow(GroupId, tcp(80, from('10.0.0.0/24')))
    const { SecurityGroupRules } = await g.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] }))
    const SecurityGroupRuleIds = [SecurityGroupRules![0]!.SecurityGroupRuleId!]
    await g.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds }))
    expect(await permissionsOf(g, GroupId)).toEqual([])
  })
})

const remove = ({ ec2 }: Given, GroupId: string) => ec2.send(new DeleteSecurityGroupCommand({ GroupId }))

rules('a deletion', [
  ['one that nothing uses', async (g) => remove(g, await g.make.group()), 'done'],
  [
    'one that is gone',
    async (g) => {
      const id = await g.make.group()
      return [await remove(g, id), await remove(g, id)]
    },
    'InvalidGroup.NotFound',
  ],
  ['no id', (g) => remove(g, 'front'), 'InvalidGroupId.Malformed'],
  [
    'one that a load balancer has',
    async (g) => {
      const id = await g.make.group()
      return [await g.make.balancer({ SecurityGroups: [id] }), await remove(g, id)]
    },
    'DependencyViolation',
  ],
  ['one that an instance has', async (g) => [g.aws.cloud.addInstance({ name: 'n' }), await remove(g, g.ids.nodeGroup)], 'DependencyViolation'],
  [
    'one that a rule of another names',
    async (g) => {
      const id = await g.make.group()
      await g.make.allow(g.ids.nodeGroup, tcp(80, { UserIdGroupPairs: [{ GroupId: id }] }))
      return remove(g, id)
    },
    'DependencyViolation',
  ],
  [
    'one that a rule of its own names',
    async (g) => {
      const id = await g.make.group()
      await g.make.allow(id, tcp(80, { UserIdGroupPairs: [{ GroupId: id }] }))
      return remove(g, id)
    },
    'done',
  ],
])

test('a new group is unknown for a moment where the cloud is slow', async () => {
  const g = await given({ delays: { propagation: 3_000 } })
  const id = await g.make.group()
  const codes = async () => [await outcome(g.make.allow(id, tcp(80, from('10.0.0.0/24')))), await outcome(g.make.balancer({ SecurityGroups: [id] }))]
  expect(await codes()).toEqual(['InvalidGroup.NotFound', 'InvalidSecurityGroup'])
  g.aws.advance(3_000)
  expect(await codes()).toEqual(['done', 'done'])
})

describe('lists', () => {
  test('by filters', async () => {
    const g = await given()
    const [a, b] = [await g.make.group('a'), await g.make.group('b')]
    await g.make.allow(a, tcp(80, { UserIdGroupPairs: [{ GroupId: b }] }))
    await g.ec2.send(new CreateTagsCommand({ Resources: [b], Tags: [{ Key: 'team', Value: 'x' }] }))
    const names = async (...Filters: { Name: string; Values: string[] }[]) => {
      const { SecurityGroups } = await g.ec2.send(new DescribeSecurityGroupsCommand({ Filters }))
      return SecurityGroups?.map(({ GroupName = '' }) => GroupName).toSorted()
    }
    expect(await names({ Name: 'ip-permission.group-id', Values: [b] })).toEqual(['a'])
    expect(await names({ Name: 'tag:team', Values: ['x'] })).toEqual(['b'])
    expect(await names({ Name: 'tag-key', Values: ['team'] })).toEqual(['b'])
    expect(await names({ Name: 'group-name', Values: ['a', 'fair*'] })).toEqual(['a', 'fairlead-node'])
    expect(await names({ Name: 'vpc-id', Values: [g.ids.vpc] }, { Name: 'group-name', Values: ['?'] })).toEqual(['a', 'b'])
    expect(await outcome(names({ Name: 'colour', Values: ['red'] }))).toBe('InvalidParameterValue')
    const named = (...GroupNames: string[]) => outcome(g.ec2.send(new DescribeSecurityGroupsCommand({ GroupNames })))
    expect([await named('a'), await named('a', 'none')]).toEqual(['done', 'InvalidGroup.NotFound'])
  })

  test('in pages', async () => {
    const g = await given()
    for (let i = 0; i < 6; i++) await g.make.group(`n${i}`)
    const sizes: (number | undefined)[] = []
    for await (const page of paginateDescribeSecurityGroups({ client: g.ec2, pageSize: 5 }, {})) sizes.push(page.SecurityGroups?.length)
    expect(sizes).toEqual([5, 3])
  })
})

test('tags are added and taken away; one with a value goes only where it has that value', async () => {
  const g = await given()
  const Resources = [await g.make.group()]
  await g.ec2.send(
    new CreateTagsCommand({
      Resources,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  )
  await g.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: 'a', Value: 'other' }, { Key: 'b' }] }))
  const { Tags } = await g.ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: Resources }] }))
  expect(Tags).toEqual([{ Key: 'a', Value: '1', ResourceId: Resources[0], ResourceType: 'security-group' }])
})
