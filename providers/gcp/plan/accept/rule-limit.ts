/** Which Services of a share get their forwarding rules at an internal address, which takes ten. Pure. */
import type { Listener } from '../../../../src/model/load-balancer.ts'
import { type Owner, ownerName } from '../../../../src/model/owner.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { FIELDS } from '../../fields.ts'
import type { RulePart } from '../../view.ts'
import type { PlanInput, Want } from '../plan-context.ts'
import { matchOf, rulesBeside } from '../wanted/forwarding-rules.ts'
import { isAt, type Site } from '../wanted/sites.ts'

/** Forwarding rules at one internal address that is made for several. Source: cloud.google.com/load-balancing/docs/quotas. */
export const MOST_INTERNAL_RULES = 10

export interface RuleLimitRequest {
  readonly members: readonly Want[]
  readonly sites: readonly Site[]
  /** By uid: what the members get of their ports. */
  readonly ports: ReadonlyMap<string, readonly Listener[]>
}

/** By uid, why a member gets none of its ports. Who has rules at the address comes first; one that is alone there is served by one rule for all ports instead. */
export function ruleLimitProblems(request: RuleLimitRequest, { view, named }: PlanInput): ReadonlyMap<string, Problem> {
  const problems = new Map<string, Problem>()
  for (const site of request.sites.filter(({ scheme }) => scheme === 'INTERNAL')) {
    const found = [...view.rules.values()].filter((rule) => isAt(site, rule))
    for (const [uid, problem] of problemsAt(site, found, request, named)) problems.set(uid, problem)
  }
  return problems
}

function problemsAt(site: Site, found: readonly RulePart[], { members, ports }: RuleLimitRequest, named: PlanInput['named']): ReadonlyMap<string, Problem> {
  const problems = new Map<string, Problem>()
  const uids = new Set([...members.map(({ owner }) => owner.uid), ...found.flatMap(({ mark }) => mark.owner?.uid ?? [])])
  if (uids.size < 2) return problems
  const own = (uid: string): readonly RulePart[] => found.filter(({ mark }) => mark.owner?.uid === uid)
  let count = found.length
  for (const { owner, want } of members.toSorted((a, b) => Number(own(b.owner.uid).length > 0) - Number(own(a.owner.uid).length > 0))) {
    if (!want.settings.families.includes(site.family)) continue
    const has = own(owner.uid)
    const whole = found.find(({ document, mark }) => document.allPorts === true && mark.owner !== undefined && mark.owner.uid !== owner.uid)
    if (whole?.mark.owner !== undefined) {
      problems.set(owner.uid, takenWhole(want.settings.share ?? '', named(whole.mark.owner)))
      continue
    }
    const more = rulesFor(ports.get(owner.uid) ?? [], has) - has.length
    if (more <= 0 || count + more <= MOST_INTERNAL_RULES) count += Math.max(0, more)
    else problems.set(owner.uid, problemOf(want.settings.share ?? '', count, more))
  }
  return problems
}

/** How many rules the ports need, with those that can stay. */
function rulesFor(listeners: readonly Listener[], has: readonly RulePart[]): number {
  const ports = listeners.flatMap(({ port, protocol }) => (protocol === 'SCTP' ? [] : [{ port, protocol }]))
  const matches = has.flatMap(({ document }) => matchOf(document) ?? [])
  return rulesBeside(matches, { scheme: 'internal', ports, mostRules: Infinity }).matches.length
}

/** One that needed more than ten rules when it was alone. */
function takenWhole(share: string, holder: Owner): Problem {
  const wrong = `has an internal address at which one forwarding rule takes all ports, that of ${ownerName(holder)}`
  return { reason: 'Conflict', field: FIELDS.share, value: share, wrong, allowed: 'another key' }
}

function problemOf(share: string, count: number, more: number): Problem {
  return {
    reason: 'LimitReached',
    field: FIELDS.share,
    value: share,
    wrong: `has an internal address with ${count} forwarding rules; this Service needs ${more} more, and Google allows ${MOST_INTERNAL_RULES}`,
    allowed: 'another key, or fewer ports (a rule takes five ports of a protocol)',
  }
}
