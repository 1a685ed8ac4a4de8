/** Who may come in: the inbound rules of the Stack's security group. A list of sources that is not empty opens nothing else, not the other family either. */
import { familyOf } from '../../../src/model/address.ts'
import type { Listener } from '../../../src/model/load-balancer.ts'
import type { Problem } from '../../../src/model/problem.ts'
import { FIELDS } from '../fields.ts'
import type { GroupRule } from '../view.ts'
import { type Cast, compare, stays, type Want } from './cast.ts'
import { describeRule, ownerInDescription } from './owners.ts'

const EVERYBODY = { IPv4: '0.0.0.0/0', IPv6: '::/0' } as const

/** Of the listeners that are served, on a load balancer that has IPv4 addresses alone or both. */
export function rulesOf({ owner, want: { settings, options } }: Want, listeners: readonly Listener[], addressType: 'ipv4' | 'dualstack'): readonly GroupRule[] {
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
  return [...new Map(rules.toReversed().map((rule) => [ruleName(rule), rule])).values()].toSorted((a, b) => compare(ruleName(a), ruleName(b)))
}

/** Those of the first that the second does not have. */
export function rulesMissing(rules: readonly GroupRule[], there: readonly GroupRule[]): readonly GroupRule[] {
  const names = new Set(there.map(ruleName))
  return rules.filter((rule) => !names.has(ruleName(rule)))
}

/** Rules found that belong to somebody who stays as he is; `owner`: of the whole group, where it has one. */
export function keptRules(found: readonly GroupRule[], cast: Cast, staying: readonly string[]): readonly GroupRule[] {
  return found.filter(({ description }) => {
    const owner = description === undefined ? undefined : ownerInDescription(description)
    return owner === undefined ? staying.length > 0 && isPathMtu(description) : stays(cast, owner.uid)
  })
}

function isPathMtu(description: string | undefined): boolean {
  return description === 'path MTU discovery'
}

export function sourcesProblem({ want: { settings, options } }: Want): Problem | undefined {
  const ranges = settings.sourceRanges ?? settings.listeners.flatMap(({ sourceRanges = [] }) => sourceRanges)
  const hasOwn = settings.securityGroups.length > 0
  if (hasOwn || options.noSecurityGroups === true) {
    const because = hasOwn ? 'the security groups that the Service names say who may come in' : 'a load balancer without security groups lets everybody in'
    const asked = ranges.length > 0 ? FIELDS.sourceRanges : (options.prefixLists ?? []).length > 0 ? FIELDS.prefixLists : undefined
    if (asked !== undefined) {
      const value = (ranges.length > 0 ? ranges : (options.prefixLists ?? [])).join(',')
      return {
        reason: 'Invalid',
        field: asked,
        value,
        wrong: `cannot be kept: ${because}`,
        remedy: `Take ${asked} away, or ${hasOwn ? FIELDS.securityGroups : FIELDS.noSecurityGroups}.`,
      }
    }
  }
  const isDual = settings.families.includes('IPv6') || options.ipAddressType === 'dualstack'
  const stray = ranges.find((range) => familyOf(range) === 'IPv6')
  if (stray !== undefined && !isDual)
    return {
      reason: 'Invalid',
      field: FIELDS.sourceRanges,
      value: stray,
      wrong: 'is a range of IPv6, and the load balancer has IPv4 addresses alone',
      allowed: 'ranges of IPv4, or a dual-stack Service',
    }
  const list = (options.prefixLists ?? []).find((id) => !/^pl-[0-9a-f]+$/.test(id))
  return list === undefined
    ? undefined
    : { reason: 'Invalid', field: FIELDS.prefixLists, value: list, wrong: 'is no id of a prefix list', allowed: 'ids such as pl-0123456789abcdef0' }
}
