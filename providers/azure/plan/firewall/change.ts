/** The change of the security group, and how near it is to its limits. Pure. */
import { keyOfId } from '../../api/ids.ts'
import type { Child, SecurityRule } from '../../api/documents.ts'
import { securityMark } from '../../names.ts'
import { type GroupPart, hasFailed } from '../../view.ts'
import type { PlanInput } from '../plan-context.ts'
import { changedAddresses, closedOpenings, closesAny } from './closing.ts'
import type { Openings } from './openings.ts'
import { GROUP_LIMITS, openingsIn, usageOf, withOpenings } from './rules.ts'
import { type Accepted, firewallTargets, type Targets } from './targets.ts'

type Rules = readonly Child<SecurityRule>[]

export interface GroupChange {
  readonly part: GroupPart
  readonly rules: Rules
  /** Something is let in that is not to be let in any more. */
  readonly closes: boolean
  /** The group with all of that closed, and nothing opened. */
  readonly closed: Rules
  /** Uids of those to whom it matters. */
  readonly users: ReadonlySet<string>
}

/** Undefined: there is no such group, or it is as wanted. */
export function groupChange(accepted: Accepted, input: PlanInput): GroupChange | undefined {
  const part = input.view.securityGroups.get(keyOfId(input.config.securityGroup))
  if (part === undefined) return undefined
  const mark = securityMark(input.config.clusterId)
  const rules = part.document.properties?.securityRules ?? []
  const found = openingsIn(rules, mark)
  const targets = firewallTargets(found, accepted, input)
  const wanted = withOpenings(rules, targets.openings, mark)
  if (isSameRules(rules, wanted) && !(hasFailed(part) && found.size > 0)) return undefined
  const closes = closesAny(found, targets.openings)
  const closed = closes ? withOpenings(rules, closedOpenings(found, targets.openings), mark) : rules
  return { part, rules: wanted, closes, closed, users: usersOf(found, targets) }
}

export function isSameRules(a: Rules, b: Rules): boolean {
  return a.length === b.length && a.every((rule, index) => rule === b[index])
}

/** Those who have an address that changes. */
function usersOf(found: Openings, { openings, users }: Targets): ReadonlySet<string> {
  return new Set(changedAddresses(found, openings).flatMap((address) => [...(users.get(address) ?? [])]))
}

export interface Excess {
  readonly what: string
  readonly limit: number
  readonly used: number
}

/** The limit of the group that its rules would exceed; undefined: none. One that is exceeded already, by rules of others, is nothing that a Service can be refused for. */
export function excessOf(accepted: Accepted, input: PlanInput): Excess | undefined {
  const change = groupChange(accepted, input)
  if (change === undefined) return undefined
  const [before, after] = [usageOf(change.part.document.properties?.securityRules ?? []), usageOf(change.rules)]
  for (const [name, limit] of Object.entries(GROUP_LIMITS) as [keyof typeof GROUP_LIMITS, number][])
    if (after[name] > limit && after[name] > before[name]) return { what: WORDS[name], limit, used: after[name] }
  return undefined
}

const WORDS = { rules: 'rules', sources: 'source ranges', destinations: 'destination addresses' } as const satisfies Record<keyof typeof GROUP_LIMITS, string>
