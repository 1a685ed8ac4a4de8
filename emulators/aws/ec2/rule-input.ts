/** Reads inbound rules as requests write them, and brings them into the one form in which they are kept. */
import { canonicalCidr } from '../../cloud/networks.ts'
import type { Rule, SecurityGroup, Source } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { ruleKey } from '../cloud/rules.ts'
import type { Input } from '../wire/input.ts'
import { Refusal, invalidParameter } from '../wire/refusal.ts'

export type RuleText = Omit<Rule, 'id'>

const PROTOCOLS: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6' }

/** One rule for each source of each permission. Throws when the same rule is in there twice. */
export function readPermissions(region: Region, input: Input, group: SecurityGroup): readonly RuleText[] {
  const permissions = input.each('IpPermissions') ?? []
  const rules = permissions.flatMap((permission) => readPermission(region, permission, group))
  if (rules.length === 0) throw new Refusal('MissingParameter', 'The request must contain the parameter ipPermissions')
  const keys = rules.map(ruleKey)
  const twice = keys.find((key, i) => keys.indexOf(key) !== i)
  if (twice !== undefined) throw invalidParameter(`The same permission must not appear multiple times: ${twice}`)
  return rules
}

function readPermission(region: Region, input: Input, group: SecurityGroup): readonly RuleText[] {
  const named = (input.text('IpProtocol') ?? '').toLowerCase()
  if (named === '') throw new Refusal('MissingParameter', 'The request must contain the parameter ipProtocol')
  const protocol = PROTOCOLS[named] ?? named
  if (!/^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(protocol)) throw invalidParameter(`Invalid value '${named}' for IP protocol. Unknown protocol.`)
  const ports = readPorts(input, protocol)
  const sources = readSources(region, input, group)
  if (sources.length === 0) throw new Refusal('MissingParameter', 'A permission must name at least one source')
  return sources.map(({ source, description }) => ({ protocol, ...ports, source, ...(description === undefined ? {} : { description }) }))
}

/** Only TCP, UDP and ICMP have ports (types and codes); others lose what was sent. */
function readPorts(input: Input, protocol: string): { readonly from?: number; readonly to?: number } {
  if (!['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol)) return {}
  const isIcmp = protocol.startsWith('icmp')
  const [from, to] = [readNumber(input, 'FromPort'), readNumber(input, 'ToPort')]
  if (from === undefined || to === undefined) {
    if (isIcmp) return { from: from ?? -1, to: to ?? -1 }
    throw invalidParameter(`Invalid value for portRange. Must specify both from and to ports with TCP/UDP.`)
  }
  const isFine = isIcmp ? from >= -1 && from <= 255 && to >= -1 && to <= 255 : from >= 0 && to <= 65_535 && from <= to
  if (!isFine) throw invalidParameter(`Invalid port range '${from}-${to}'`)
  return { from, to }
}

function readNumber(input: Input, name: string): number | undefined {
  const text = input.text(name)
  if (text === undefined) return undefined
  if (!/^-?\d+$/.test(text)) throw invalidParameter(`Invalid value '${text}' for ${name}`)
  return Number(text)
}

interface Sourced {
  readonly source: Source
  readonly description: string | undefined
}

function readSources(region: Region, input: Input, group: SecurityGroup): readonly Sourced[] {
  const each = (list: string, read: (one: Input) => Source): readonly Sourced[] =>
    (input.each(list) ?? []).map((one) => ({ source: read(one), description: readDescription(one) }))
  return [
    ...each('IpRanges', (one) => ({ kind: 'ipv4', cidr: readCidr(one.text('CidrIp') ?? '', 'ipv4') })),
    ...each('Ipv6Ranges', (one) => ({ kind: 'ipv6', cidr: readCidr(one.text('CidrIpv6') ?? '', 'ipv6') })),
    ...each('PrefixListIds', (one) => readPrefixList(region, one.text('PrefixListId') ?? '')),
    ...each('Groups', (one) => readGroup(region, one, group)),
  ]
}

function readDescription(input: Input): string | undefined {
  const text = input.text('Description')
  if (text !== undefined && (text.length > 255 || !/^[A-Za-z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/.test(text))) {
    throw invalidParameter(`Invalid rule description '${text}': it may have 255 characters from a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`)
  }
  return text === '' ? undefined : text
}

function readCidr(text: string, family: 'ipv4' | 'ipv6'): string {
  const cidr = canonicalCidr(text, family)
  if (cidr === undefined) throw invalidParameter(`CIDR block ${text} is malformed`)
  return cidr
}

function readPrefixList(region: Region, id: string): Source {
  if (!region.prefixLists.has(id)) throw new Refusal('InvalidPrefixListID.NotFound', `The prefix list ID '${id}' does not exist`)
  return { kind: 'prefix-list', id }
}

function readGroup(region: Region, input: Input, { vpcId }: SecurityGroup): Source {
  const id = input.text('GroupId') ?? ''
  const found = region.groups.get(id)
  if (found === undefined) throw new Refusal('InvalidGroup.NotFound', `The security group '${id}' does not exist`)
  if (found.vpcId !== vpcId) throw invalidParameter(`You have specified two resources that belong to different networks: '${id}'`)
  return { kind: 'group', id }
}
