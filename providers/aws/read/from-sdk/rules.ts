/** Inbound rules of security groups: EC2 keeps them by protocol and ports with lists of sources, and we by source. */
import type { IpPermission, SecurityGroup, SecurityGroupRule } from '@aws-sdk/client-ec2'
import { parseCidr } from '../../../../src/model/address.ts'
import type { Labels } from '../../marks.ts'
import type { GroupRule, SecurityGroupPart } from '../../view.ts'
import { given, required } from './require.ts'

export function securityGroupPart(found: SecurityGroup, { mark, tags }: Labels): SecurityGroupPart {
  return { mark, tags, id: required(found.GroupId, 'GroupId'), name: required(found.GroupName, 'GroupName'), rules: rulesOf(found.IpPermissions) }
}

export function rulesOf(permissions: readonly IpPermission[] | undefined): readonly GroupRule[] {
  return sortedRules(
    (permissions ?? []).flatMap((permission) => {
      const { IpProtocol, FromPort = ANY, ToPort = ANY, IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] } = permission
      const sources = [
        ...IpRanges.map(({ CidrIp, Description }) => ({ source: CidrIp, description: Description })),
        ...Ipv6Ranges.map(({ CidrIpv6, Description }) => ({ source: CidrIpv6, description: Description })),
        ...PrefixListIds.map(({ PrefixListId, Description }) => ({ source: PrefixListId, description: Description })),
        ...UserIdGroupPairs.map(({ GroupId, Description }) => ({ source: GroupId, description: Description })),
      ]
      return sources.map((source) => ruleOf({ protocol: IpProtocol, from: FromPort, to: ToPort, ...source }))
    }),
  )
}

/** As the answer to an Authorize shows what it made. */
export function madeRules(made: readonly SecurityGroupRule[]): readonly GroupRule[] {
  return sortedRules(
    made.map(({ IpProtocol, FromPort = ANY, ToPort = ANY, CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo, Description }) =>
      ruleOf({
        protocol: IpProtocol,
        from: FromPort,
        to: ToPort,
        source: CidrIpv4 ?? CidrIpv6 ?? PrefixListId ?? ReferencedGroupInfo?.GroupId,
        description: Description,
      }),
    ),
  )
}

/** Rules without ports have none in EC2's answer, or this. */
const ANY = -1

interface RawRule {
  readonly protocol: string | undefined
  readonly from: number
  readonly to: number
  readonly source: string | undefined
  readonly description: string | undefined
}

function ruleOf({ protocol, from, to, source, description }: RawRule): GroupRule {
  const said = required(source, 'the source of a rule')
  return {
    protocol: required(protocol, 'IpProtocol'),
    from,
    to,
    source: said.includes('/') ? (parseCidr(said) ?? said) : said,
    ...given('description', description === '' ? undefined : description),
  }
}

/** One permission for each protocol and range of ports, its sources under it: all in one call. */
export function permissionsOf(rules: readonly GroupRule[]): IpPermission[] {
  const byPorts = Map.groupBy(sortedRules(rules), ({ protocol, from, to }) => `${protocol} ${from} ${to}`)
  return [...byPorts.values()].map((group): IpPermission => {
    const [{ protocol, from, to }] = group as [GroupRule]
    const description = (rule: GroupRule) => given('Description', rule.description)
    const listed = <T>(kind: SourceKind, entry: (rule: GroupRule) => T): T[] | undefined => {
      const found = group.filter(({ source }) => kindOf(source) === kind).map((rule) => ({ ...entry(rule), ...description(rule) }))
      return found.length === 0 ? undefined : found
    }
    return {
      IpProtocol: protocol,
      ...(protocol === '-1' ? {} : { FromPort: from, ToPort: to }),
      ...given(
        'IpRanges',
        listed('ipv4', ({ source }) => ({ CidrIp: source })),
      ),
      ...given(
        'Ipv6Ranges',
        listed('ipv6', ({ source }) => ({ CidrIpv6: source })),
      ),
      ...given(
        'PrefixListIds',
        listed('prefix list', ({ source }) => ({ PrefixListId: source })),
      ),
      ...given(
        'UserIdGroupPairs',
        listed('group', ({ source }) => ({ GroupId: source })),
      ),
    }
  })
}

type SourceKind = 'ipv4' | 'ipv6' | 'prefix list' | 'group'

function kindOf(source: string): SourceKind {
  if (source.startsWith('pl-')) return 'prefix list'
  if (source.startsWith('sg-')) return 'group'
  return source.includes(':') ? 'ipv6' : 'ipv4'
}

/** What makes a rule the same rule. */
export function ruleKey({ protocol, from, to, source }: GroupRule): string {
  return `${protocol} ${from} ${to} ${source}`
}

export function sortedRules(rules: Iterable<GroupRule>): readonly GroupRule[] {
  return [...rules].toSorted((a, b) => (ruleKey(a) < ruleKey(b) ? -1 : 1))
}
