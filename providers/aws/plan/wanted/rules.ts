/** Who may come in: the inbound rules of the Stack's security group. A list of sources that is not empty opens nothing else, not the other family either. */
import { familyOf } from '../../../../src/model/address.ts'
import { compareText } from '../../../../src/model/order.ts'
import { contains } from '../../../../src/model/source-ranges.ts'
import type { Listener } from '../../../../src/model/load-balancer.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { GroupRule } from '../../view.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import type { Parties, Want } from '../parties.ts'
import { describeRule, ownerInDescription } from '../owners.ts'

const EVERYBODY = { IPv4: '0.0.0.0/0', IPv6: '::/0' } as const

/** Of the listeners that are served, on a load balancer that has IPv4 addresses alone or both. */
export function rulesOf(
  { owner, want: { settings, options } }: Pick<Want, 'owner' | 'want'>,
  listeners: readonly Listener[],
  addressType: 'ipv4' | 'dualstack',
): readonly GroupRule[] {
  return distinct(
    listeners.flatMap((listener) => {
      const { key, port, protocol } = listener
      const ranges = listener.sourceRanges ?? settings.sourceRanges
      const lists = listener.sourceRanges === undefined ? (options.prefixLists ?? []) : []
      const open = ranges ?? (lists.length > 0 ? [] : [EVERYBODY.IPv4, EVERYBODY.IPv6])
      const sources = [...open.filter((range) => addressType === 'dualstack' || familyOf(range) === 'IPv4'), ...lists]
      const description = describeRule(owner, key)
      return sources.flatMap((source): GroupRule[] => [
        { protocol: protocol === 'UDP' ? 'udp' : 'tcp', from: port, to: port, source, description },
        ...(options.icmpPathMtu === true ? [pathMtuRule(source)] : []),
      ])
    }),
  )
}

/** "Fragmentation needed", and "packet too big": for all owners together, since such a message has no port. */
function pathMtuRule(source: string): GroupRule {
  const description = 'path MTU discovery'
  return source.includes(':') ? { protocol: 'icmpv6', from: 2, to: 0, source, description } : { protocol: 'icmp', from: 3, to: 4, source, description }
}

/** What makes a rule a rule; EC2 refuses a second one that differs in its description alone. */
export function ruleName({ protocol, from, to, source }: GroupRule): string {
  return `${protocol} ${from}-${to} ${source}`
}

export function distinct(rules: readonly GroupRule[]): readonly GroupRule[] {
  return [...new Map(rules.toReversed().map((rule) => [ruleName(rule), rule])).values()].toSorted((a, b) => compareText(ruleName(a), ruleName(b)))
}

/** Those of the first that the second does not have. */
export function rulesMissing(rules: readonly GroupRule[], there: readonly GroupRule[]): readonly GroupRule[] {
  const names = new Set(there.map(ruleName))
  return rules.filter((rule) => !names.has(ruleName(rule)))
}

/** Rules found that belong to an owner who stays as found, without those that it does not ask for any more: a narrower range takes the place of a wider one. */
export function keptRules(found: readonly GroupRule[], parties: Parties, staying: readonly string[]): readonly GroupRule[] {
  const allowedFor = new Map<string, readonly GroupRule[]>()
  return distinct(
    found.flatMap((rule) => {
      const { description } = rule
      const owner = description === undefined ? undefined : ownerInDescription(description)
      if (owner === undefined) return staying.length > 0 && isPathMtu(description) ? [rule] : []
      if (!stays(parties, owner.uid)) return []
      const { within, shrinkOnly } = parties.follows.get(owner.uid) ?? {}
      if (within === undefined) return [rule]
      const allowed = allowedFor.get(owner.uid) ?? rulesOf({ owner, want: within }, within.settings.listeners, 'dualstack')
      allowedFor.set(owner.uid, allowed)
      return allowedOf(rule, allowed, shrinkOnly === true)
    }),
  )
}

/** What of a rule may stay open. With `onlyWhole`, all of it or nothing. */
function allowedOf(rule: GroupRule, allowed: readonly GroupRule[], onlyWhole: boolean): readonly GroupRule[] {
  const same = allowed.filter((one) => one.protocol === rule.protocol && one.from === rule.from && one.to === rule.to)
  if (same.some(({ source }) => source === rule.source || isRangeWithin(source, rule.source))) return [rule]
  return onlyWhole ? [] : same.filter(({ source }) => isRangeWithin(rule.source, source))
}

function isRangeWithin(range: string, other: string): boolean {
  return range.includes('/') && other.includes('/') && contains(range, other)
}

function isPathMtu(description: string | undefined): boolean {
  return description === 'path MTU discovery'
}

/**
 * What a security group can have at the most for each family: AWS allows 1,000 rules on one network interface, whatever the quota was raised to
 * (docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups).
 */
const MOST_RULES = 1_000
const USUAL_QUOTA = 60

/** More rules than any quota gives are refused before anything is made or changed for them. */
export function rulesProblem({ owner, want }: Want): Problem | undefined {
  const { settings, options } = want
  if (settings.securityGroups.length > 0 || options.noSecurityGroups === true) return undefined
  const rules = rulesOf({ owner, want }, settings.listeners, settings.families.includes('IPv6') ? 'dualstack' : 'ipv4')
  const counts = (['IPv4', 'IPv6'] as const).map((family) => ({
    family,
    count: rules.filter(({ source }) => source.includes(':') === (family === 'IPv6')).length,
  }))
  const over = counts.find(({ count }) => count > MOST_RULES)
  if (over === undefined) return undefined
  return {
    reason: 'LimitReached',
    field: FIELDS.sourceRanges,
    wrong: `needs ${over.count} ${over.family} rules in the security group, one for each range and port`,
    allowed: `at most ${MOST_RULES}, where the quota of rules for each security group was raised (by default it is ${USUAL_QUOTA})`,
    remedy: 'Use fewer or wider ranges, fewer ports, or a prefix list.',
  }
}

export function sourcesProblem({ want: { settings, options } }: Want): Problem | undefined {
  const ranges = settings.sourceRanges ?? settings.listeners.flatMap(({ sourceRanges = [] }) => sourceRanges)
  const hasOwn = settings.securityGroups.length > 0
  if (hasOwn || options.noSecurityGroups === true) {
    const because = hasOwn
      ? 'the security groups that the Service names decide which clients are allowed'
      : 'a load balancer without security groups allows every client'
    const [ofPort] = settings.sourceRanges === undefined ? settings.listeners.filter(({ sourceRanges }) => sourceRanges !== undefined) : []
    const asked =
      ranges.length > 0
        ? ofPort === undefined
          ? FIELDS.sourceRanges
          : FIELDS.portRanges
        : (options.prefixLists ?? []).length > 0
          ? FIELDS.prefixLists
          : undefined
    if (asked !== undefined) {
      const value = (ranges.length > 0 ? ranges : (options.prefixLists ?? [])).join(',')
      return {
        reason: 'Invalid',
        field: asked,
        value,
        ...(ofPort === undefined ? {} : { listener: ofPort.key }),
        wrong: `cannot be applied: ${because}`,
        remedy: `Remove ${asked}, or ${hasOwn ? FIELDS.securityGroups : FIELDS.noSecurityGroups}.`,
      }
    }
  }
  const list = (options.prefixLists ?? []).find((id) => !/^pl-[0-9a-f]+$/.test(id))
  return list === undefined
    ? undefined
    : { reason: 'Invalid', field: FIELDS.prefixLists, value: list, wrong: 'is not the id of a prefix list', allowed: 'ids such as pl-0123456789abcdef0' }
}
