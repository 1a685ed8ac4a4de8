/** The step for the security group. Pure. */
import { compareText } from '../../../../src/model/order.ts'
import { roleOf } from '../../../../src/provider/kit/parties.ts'
import type { Owner } from '../../../../src/model/owner.ts'
import { bodyOf } from '../../api/body.ts'
import { parseId, shortName } from '../../api/ids.ts'
import type { GroupStep } from '../../steps.ts'
import { type GroupPart, isBusy } from '../../view.ts'
import type { Acceptance } from '../accept/accept.ts'
import { type GroupChange, groupChange, isSameRules } from '../firewall/change.ts'
import { switchedRules } from '../firewall/targets.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { BalancerSteps } from './balancers.ts'
import type { PlanInput } from '../plan-context.ts'

/**
 * One write with all that changes. Where a load balancer is to be written, what has to be closed does not wait for it, and what is opened comes after it: that is
 * two writes, of which the second is planned when the first was made.
 */
export function groupSteps(acceptance: Acceptance, input: PlanInput, { written, polled }: Pick<BalancerSteps, 'written' | 'polled'>): readonly PhasedStep[] {
  const found = groupChange({ ...acceptance, polled }, input)
  // Those who share an address with one that changes are left alone where they are not mentioned.
  const isMentioned = (uid: string): boolean => roleOf(acceptance.parties, uid) !== 'unmentioned'
  const change = found === undefined ? undefined : { ...found, users: new Set([...found.users].filter(isMentioned)) }
  const isUnsettled = written.length + polled.length > 0
  const running = [...input.view.securityGroups.values()].find((part) => part.operation !== undefined)
  if (change === undefined) return running === undefined ? [] : [inPhase('wait', reading(running, (running.operation?.of ?? []).filter(isMentioned), input))]
  const { part, closes, closed, rules, users } = change
  if (isBusy(part) && !closes) return [inPhase('wait', reading(part, [...(part.operation?.of ?? []).filter(isMentioned), ...users], input))]
  const before = part.document.properties?.securityRules ?? []
  // Where a load balancer is to send packets to another place, that one is open before.
  const isSwitching = acceptance.serving.some((one) => switchedRules(one, input).length > 0)
  if (isSwitching) return [inPhase('close', writing(change, rules, isSameRules(closed, rules), input))]
  const closesFirst = closes && isUnsettled && !isSameRules(closed, before)
  return closesFirst ? [inPhase('close', writing(change, closed, true, input))] : [inPhase('open', writing(change, rules, isSameRules(closed, rules), input))]
}

function writing({ part, users, closes }: GroupChange, securityRules: GroupChange['rules'], shrinks: boolean, input: PlanInput): GroupStep {
  const { id, document } = part
  const serves = ownersOf(users, input)
  const body = bodyOf({ ...document, properties: { ...document.properties, securityRules } })
  const before = document.properties?.securityRules?.length ?? 0
  const why = shrinks ? 'what is not allowed any more is closed' : `what is allowed changes: ${before} rules before, ${securityRules.length} after`
  return {
    verb: 'update',
    kind: 'security group',
    key: shortName(id),
    title: parseId(id)?.name ?? id,
    id,
    body,
    serves,
    why,
    ...(closes ? { takesFrom: serves } : {}),
    ...(shrinks ? { shrinks: true } : {}),
    ...(document.etag === undefined ? {} : { etag: document.etag }),
  }
}

function reading({ id }: GroupPart, uids: readonly string[], input: PlanInput): GroupStep {
  return {
    verb: 'read',
    kind: 'security group',
    key: shortName(id),
    title: parseId(id)?.name ?? id,
    id,
    serves: ownersOf(new Set(uids), input),
    why: 'a change of it is under way',
  }
}

function ownersOf(uids: ReadonlySet<string>, { named }: PlanInput): readonly Owner[] {
  return [...uids].toSorted(compareText).map((uid) => named({ uid }))
}
