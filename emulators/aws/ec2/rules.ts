/** Adds inbound rules to security groups and removes them; lists them one by one. */
import type { Rule, SecurityGroup } from '../cloud/objects.ts'
import { type Region, newId, touch } from '../cloud/region.ts'
import { ruleKey, sourceText } from '../cloud/rules.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal } from '../wire/refusal.ts'
import { list } from './find.ts'
import { groupNamed } from './groups.ts'
import { type RuleText, readPermissions } from './rule-input.ts'

/** All or none: a rule that is there already fails the call. Its description does not make it another. */
export function authorizeIngress(region: Region, input: Input): Members {
  const group = groupNamed(region, input)
  const added = readPermissions(region, input, group)
  for (const rule of added) {
    if (group.rules.has(ruleKey(rule))) throw new Refusal('InvalidPermission.Duplicate', `the specified rule "${wording(rule)}" already exists`)
  }
  checkCount(region, [...group.rules.values(), ...added])
  const rules = added.map((rule): Rule => ({ id: newId(region, 'sgr'), ...rule }))
  for (const rule of rules) group.rules.set(ruleKey(rule), rule)
  touch(region)
  return { return: true, securityGroupRuleSet: rules.map((rule) => show(region, { group, rule })) }
}

function wording({ protocol, from, to, source }: RuleText): string {
  return `peer: ${sourceText(source)}, ${protocol.toUpperCase()}, from port: ${from ?? -1}, to port: ${to ?? -1}, ALLOW`
}

/** Each source counts, for the family it allows; a prefix list counts as its most entries, a group for both families. */
function checkCount({ quotas, prefixLists }: Region, rules: readonly RuleText[]): void {
  const count = (family: 'ipv4' | 'ipv6'): number =>
    rules.reduce((sum, { source }) => {
      if (source.kind === 'group') return sum + 1
      if (source.kind !== 'prefix-list') return sum + (source.kind === family ? 1 : 0)
      const found = prefixLists.get(source.id)
      return sum + (found?.family.toLowerCase() === family ? found.maxEntries : 0)
    }, 0)
  if (Math.max(count('ipv4'), count('ipv6')) > quotas.rulesPerGroup) {
    throw new Refusal('RulesPerSecurityGroupLimitExceeded', `The maximum number of rules per security group has been reached: ${quotas.rulesPerGroup}`)
  }
}

/** All or none: a rule that is not there fails the call. */
export function revokeIngress(region: Region, input: Input): Members {
  const group = groupNamed(region, input)
  const ids = input.texts('SecurityGroupRuleId')
  const doomed =
    ids === undefined ? readPermissions(region, input, group).map((rule) => group.rules.get(ruleKey(rule))) : ids.map((id) => ruleWithId(group, id))
  if (doomed.includes(undefined)) {
    throw new Refusal(
      ids === undefined ? 'InvalidPermission.NotFound' : 'InvalidSecurityGroupRuleId.NotFound',
      'The specified rule does not exist in this security group.',
    )
  }
  const rules = doomed.filter((rule) => rule !== undefined)
  for (const rule of rules) group.rules.delete(ruleKey(rule))
  touch(region)
  return { return: true, revokedSecurityGroupRuleSet: rules.map((rule) => showRevoked(group, rule)) }
}

function ruleWithId({ rules }: SecurityGroup, id: string): Rule | undefined {
  return [...rules.values()].find((rule) => rule.id === id)
}

interface Placed {
  readonly group: SecurityGroup
  readonly rule: Rule
}

export function describeRules(region: Region, input: Input): Members {
  const all = [...region.groups.values()].flatMap((group): Placed[] => [...group.rules.values()].map((rule) => ({ group, rule })))
  const { items, next } = list(input, all, {
    ids: { param: 'SecurityGroupRuleId', missing: 'InvalidSecurityGroupRuleId.NotFound' },
    idOf: ({ rule }) => rule.id,
    filters: { 'group-id': ({ group }) => [group.id], 'security-group-rule-id': ({ rule }) => [rule.id] },
    tagsOf: () => new Map(),
  })
  return { securityGroupRuleSet: items.map((one) => show(region, one)), nextToken: next }
}

function showRevoked(group: SecurityGroup, { id, protocol, from, to, source, description }: Rule): Members {
  return {
    securityGroupRuleId: id,
    groupId: group.id,
    isEgress: false,
    ipProtocol: protocol,
    fromPort: from ?? -1,
    toPort: to ?? -1,
    cidrIpv4: source.kind === 'ipv4' ? source.cidr : undefined,
    cidrIpv6: source.kind === 'ipv6' ? source.cidr : undefined,
    prefixListId: source.kind === 'prefix-list' ? source.id : undefined,
    referencedGroupId: source.kind === 'group' ? source.id : undefined,
    description,
  }
}

function show({ account }: Region, { group, rule }: Placed): Members {
  const { referencedGroupId, ...rest } = showRevoked(group, rule)
  return {
    ...rest,
    groupOwnerId: account,
    referencedGroupInfo: referencedGroupId === undefined ? undefined : { groupId: referencedGroupId, userId: account },
    tagSet: [],
  }
}
