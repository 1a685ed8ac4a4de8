/** Security groups. */
import type { Rule, SecurityGroup } from '../cloud/objects.ts'
import { interfacesOf } from '../cloud/interfaces.ts'
import { type Region, arnOf, isSettled, newId } from '../cloud/region.ts'
import { referringTo } from '../cloud/rules.ts'
import { noteTags } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members, Output } from '../wire/output.ts'
import { Refusal, invalidParameter } from '../wire/refusal.ts'
import { list } from './find.ts'
import { readNewTags, showTags } from './tags.ts'

const TEXT = /^[A-Za-z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/
const CHARACTERS = 'Character sets beyond a-zA-Z0-9. _-:/()#,@[]+=&;{}!$* and lengths beyond 255 are not supported'

export function groupNamed(region: Region, input: Input): SecurityGroup {
  const id = input.text('GroupId')
  if (id === undefined) throw new Refusal('MissingParameter', 'The request must contain the parameter groupId')
  if (!id.startsWith('sg-')) throw new Refusal('InvalidGroupId.Malformed', `Invalid id: "${id}" (expecting "sg-...")`)
  const group = region.groups.get(id)
  if (group === undefined || !isSettled(region, group)) throw new Refusal('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
  return group
}

export function createSecurityGroup(region: Region, input: Input): Members {
  const [name = '', description = '', vpcId = ''] = ['GroupName', 'GroupDescription', 'VpcId'].map((key) => input.text(key))
  if (!TEXT.test(name)) throw invalidParameter(`Value (${name}) for parameter GroupName is invalid. ${CHARACTERS}`)
  if (name.startsWith('sg-')) throw invalidParameter(`Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*`)
  if (!TEXT.test(description)) throw invalidParameter(`Value (${description}) for parameter GroupDescription is invalid. ${CHARACTERS}`)
  if (!region.vpcs.has(vpcId)) throw new Refusal('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`)
  const tags = readNewTags(input, 'security-group')
  const inVpc = [...region.groups.values()].filter((group) => group.vpcId === vpcId)
  if (inVpc.some((group) => group.name.toLowerCase() === name.toLowerCase())) {
    throw new Refusal('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpcId}'`)
  }
  if (inVpc.length >= region.quotas.groupsPerVpc) {
    throw new Refusal('SecurityGroupLimitExceeded', `The maximum number of security groups has been reached: ${region.quotas.groupsPerVpc}`)
  }
  const id = newId(region, 'sg')
  region.groups.set(id, { id, vpcId, name, description, createdAt: region.clock.now(), rules: new Map(), tags })
  noteTags(region, id)
  return { return: true, groupId: id, tagSet: showTags(tags), securityGroupArn: arnOf(region, 'ec2', `security-group/${id}`) }
}

/** A group that an interface has, or that another group's rule names, stays. */
export function deleteSecurityGroup(region: Region, input: Input): Members {
  const group = groupNamed(region, input)
  if (group.name === 'default') throw new Refusal('CannotDelete', `the specified group: "${group.id}" name: "default" cannot be deleted by a user`)
  const isWorn = interfacesOf(region).some(({ groups }) => groups.includes(group.id))
  if (isWorn || referringTo(region, group.id).length > 0) throw new Refusal('DependencyViolation', `resource ${group.id} has a dependent object`)
  region.groups.delete(group.id)
  noteTags(region, group.id)
  return { return: true, groupId: group.id }
}

export function describeSecurityGroups(region: Region, input: Input): Members {
  const rules = ({ rules: all }: SecurityGroup): readonly Rule[] => [...all.values()]
  const known = [...region.groups.values()].filter((group) => isSettled(region, group))
  const names = input.texts('GroupName')
  const missing = names?.find((name) => known.every((group) => group.name !== name))
  if (missing !== undefined) throw new Refusal('InvalidGroup.NotFound', `The security group '${missing}' does not exist`)
  const all = known.filter(({ name }) => names === undefined || names.includes(name))
  const { items, next } = list(input, all, {
    ids: { param: 'GroupId', missing: 'InvalidGroup.NotFound' },
    idOf: ({ id }) => id,
    tagsOf: ({ tags }) => tags,
    filters: {
      'group-id': ({ id }) => [id],
      'group-name': ({ name }) => [name],
      'vpc-id': ({ vpcId }) => [vpcId],
      description: ({ description }) => [description],
      'owner-id': () => [region.account],
      'ip-permission.group-id': (group) => rules(group).flatMap(({ source }) => (source.kind === 'group' ? [source.id] : [])),
      'ip-permission.cidr': (group) => rules(group).flatMap(({ source }) => (source.kind === 'ipv4' ? [source.cidr] : [])),
      'ip-permission.ipv6-cidr': (group) => rules(group).flatMap(({ source }) => (source.kind === 'ipv6' ? [source.cidr] : [])),
      'ip-permission.prefix-list-id': (group) => rules(group).flatMap(({ source }) => (source.kind === 'prefix-list' ? [source.id] : [])),
      'ip-permission.protocol': (group) => rules(group).map(({ protocol }) => protocol),
      'ip-permission.from-port': (group) => rules(group).map(({ from }) => String(from ?? '')),
      'ip-permission.to-port': (group) => rules(group).map(({ to }) => String(to ?? '')),
    },
  })
  return { securityGroupInfo: items.map((group) => show(region, group)), nextToken: next }
}

function show(region: Region, group: SecurityGroup): Members {
  return {
    ownerId: region.account,
    groupId: group.id,
    groupName: group.name,
    groupDescription: group.description,
    vpcId: group.vpcId,
    securityGroupArn: arnOf(region, 'ec2', `security-group/${group.id}`),
    ipPermissions: showRules(region, [...group.rules.values()]),
    ipPermissionsEgress: [{ ipProtocol: '-1', groups: [], ipRanges: [{ cidrIp: '0.0.0.0/0' }], ipv6Ranges: [], prefixListIds: [] }],
    tagSet: showTags(group.tags),
  }
}

/** Rules with the same protocol and ports are one permission, with all their sources. */
function showRules({ account }: Region, rules: readonly Rule[]): Output {
  const permissions = Map.groupBy(rules, ({ protocol, from, to }) => `${protocol} ${from} ${to}`)
  return [...permissions.values()].map((same) => {
    const of = <K extends Rule['source']['kind']>(kind: K, write: (source: Extract<Rule['source'], { kind: K }>) => Members): Output =>
      same.flatMap(({ source, description }) => (isOf(source, kind) ? [{ ...write(source), description }] : []))
    return {
      ipProtocol: same[0]?.protocol,
      fromPort: same[0]?.from,
      toPort: same[0]?.to,
      groups: of('group', ({ id }) => ({ groupId: id, userId: account })),
      ipRanges: of('ipv4', ({ cidr }) => ({ cidrIp: cidr })),
      ipv6Ranges: of('ipv6', ({ cidr }) => ({ cidrIpv6: cidr })),
      prefixListIds: of('prefix-list', ({ id }) => ({ prefixListId: id })),
    }
  })
}

function isOf<K extends Rule['source']['kind']>(source: Rule['source'], kind: K): source is Extract<Rule['source'], { kind: K }> {
  return source.kind === kind
}
