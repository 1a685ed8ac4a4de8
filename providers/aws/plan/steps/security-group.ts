/** The Stack's own security group: first made, last deleted, so that its absence says that nothing else of the Stack is there. */
import type { Owner } from '../../../../src/model/owner.ts'
import { securityGroupName } from '../../names.ts'
import { step } from '../../steps.ts'
import type { GroupRule, LoadBalancerPart, SecurityGroupPart } from '../../view.ts'
import { roleOf, stays } from '../../../../src/provider/kit/parties.ts'
import type { Parties } from '../parties.ts'
import { type PhasedStep, phased } from './phases.ts'
import { tagChanges } from './fingerprints.ts'
import { ownerInDescription, owners } from '../owners.ts'
import { distinct, keptRules, ruleName, rulesMissing, rulesOf } from '../wanted/rules.ts'
import { type WantedStack, balancerMark, type PlanContext } from '../plan-context.ts'

/** AWS' default quota for inbound rules. At it, old rules are removed before new ones are added. */
const USUAL_RULES = 60

/** `lingering`: load balancers beside the wanted one that stay for now. */
export function securityGroupSteps(context: PlanContext, lingering: readonly LoadBalancerPart[]): readonly PhasedStep[] {
  const { view, wantedStack } = context
  const isOurs = wantedStack !== undefined && wantedStack.settings.securityGroups.kind === 'ours'
  const name = isOurs ? securityGroupName(wantedStack.naming) : undefined
  const found = [...view.securityGroups.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const steps: PhasedStep[] = []
  if (isOurs) {
    const standing = found.find((group) => group.name === name)
    steps.push(...(standing === undefined ? newGroup(wantedStack) : standingGroup(context, wantedStack, standing)))
  }
  const staying = stayingOwners(context)
  for (const group of found) {
    if (group.name === name) continue
    const isUsed = lingering.some(({ securityGroups }) => securityGroups.includes(group.id))
    if (isUsed || staying.length > 0) steps.push(...leftRules(context, group, staying))
    else steps.push(deleteGroupStep(context, group))
  }
  return steps
}

function stayingOwners({ view, parties }: PlanContext): readonly Owner[] {
  return owners(view).filter(({ uid }) => stays(parties, uid))
}

function newGroup(wantedStack: WantedStack): readonly PhasedStep[] {
  const name = securityGroupName(wantedStack.naming)
  const { owners: serves, settings } = wantedStack
  const call = { name, description: `Load balancer of ${wantedStack.stack}`, mark: balancerMark(wantedStack), tags: settings.tags }
  const rules = wantedRules(wantedStack)
  return [
    phased('group first', step('create security group', { key: name, serves, why: 'has the inbound rules of the load balancer', call })),
    ...authorize('open', name, rules, serves),
  ]
}

function standingGroup(context: PlanContext, wantedStack: WantedStack, found: SecurityGroupPart): readonly PhasedStep[] {
  const wanted = distinct([
    ...wantedRules(wantedStack),
    ...keptRules(
      found.rules,
      context.parties,
      stayingOwners(context).map(({ uid }) => uid),
    ),
  ])
  // A rule that passes to another owner is written anew: its description says whose it is, and it allows no client meanwhile.
  const inherited = new Set(found.rules.filter((rule) => isOfAnother(rule, wanted)))
  const lasting = found.rules.filter((rule) => !inherited.has(rule))
  const [joining, leaving] = [rulesMissing(wanted, lasting), [...rulesMissing(lasting, wanted), ...inherited]]
  const isFull = inherited.size > 0 || found.rules.length + joining.length > USUAL_RULES
  return [
    ...authorize('open', found.name, joining, wantedStack.owners),
    ...(leaving.length === 0 ? [] : [revoke(isFull ? 'free first' : 'close', leaving, { context, wantedStack, found })]),
    ...groupTagSteps(wantedStack, found),
  ]
}

interface Standing {
  readonly context: PlanContext
  readonly wantedStack: WantedStack
  readonly found: SecurityGroupPart
}

function revoke(phase: 'free first' | 'close', leaving: readonly GroupRule[], { context: { parties }, wantedStack, found: { name } }: Standing): PhasedStep {
  const takesFrom = mentionedIn(leaving, parties)
  const serves = distinctOwners([...wantedStack.owners, ...parties.leaving, ...takesFrom])
  const why = `${leaving.length} of the rules allow clients that no Service asks for`
  return phased(phase, step('update obsolete security group rules', { key: name, serves, takesFrom, why, call: { group: { name }, rules: leaving } }))
}

function groupTagSteps({ settings, owners: serves, balancer }: WantedStack, { name: key, tags }: SecurityGroupPart): readonly PhasedStep[] {
  const { set, unset } = tagChanges(settings.tags, tags)
  const group = { name: key }
  const why = 'the Service has other tags'
  const steps: PhasedStep[] = []
  if (Object.keys(set).length > 0) steps.push(phased('label', step('update security group tags', { key, serves, why, call: { group, tags: set } })))
  if (unset.length > 0 && balancer.holders.length === 0)
    steps.push(phased('unlabel', step('update obsolete security group tags', { key, serves, why, call: { group, keys: unset } })))
  return steps
}

function isOfAnother(rule: GroupRule, wanted: readonly GroupRule[]): boolean {
  const same = wanted.find((one) => ruleName(one) === ruleName(rule))
  const [now, then] = [ownerInDescription(same?.description ?? ''), ownerInDescription(rule.description ?? '')]
  return now !== undefined && then !== undefined && now.uid !== then.uid
}

function wantedRules({ services, balancer }: WantedStack) {
  return distinct(
    services.flatMap(({ want, ports }) =>
      rulesOf(
        want,
        ports.flatMap(({ listeners }) => listeners),
        balancer.ipAddressType,
      ),
    ),
  )
}

function authorize(phase: 'open', name: string, rules: ReturnType<typeof wantedRules>, serves: readonly Owner[]): readonly PhasedStep[] {
  if (rules.length === 0) return []
  const why = rules.length === 1 ? '1 inbound rule' : `${rules.length} inbound rules`
  return [phased(phase, step('update security group rules', { key: name, serves, why, call: { group: { name }, rules } }))]
}

/** Of a group that some still use: the rules of those who left go, and those that are not asked for any more. */
function leftRules({ parties }: PlanContext, { name, rules }: SecurityGroupPart, staying: readonly Owner[]): readonly PhasedStep[] {
  if (parties.leaving.length === 0 && !parties.follows.values().some(({ within }) => within !== undefined)) return []
  const kept = keptRules(
    rules,
    parties,
    staying.map(({ uid }) => uid),
  )
  const [narrower, leaving] = [rulesMissing(kept, rules), rulesMissing(rules, kept)]
  if (leaving.length === 0) return []
  const why = `${leaving.length} of the rules allow clients that no Service asks for`
  const takesFrom = mentionedIn(leaving, parties)
  const serves = distinctOwners([...parties.leaving, ...takesFrom])
  const close = phased('close', step('update obsolete security group rules', { key: name, serves, takesFrom, why, call: { group: { name }, rules: leaving } }))
  return [...authorize('open', name, narrower, takesFrom), close]
}

/** The owners of these rules who are mentioned, sorted by uid. */
function mentionedIn(rules: readonly GroupRule[], parties: Parties): readonly Owner[] {
  const named = rules.flatMap(({ description = '' }) => ownerInDescription(description) ?? [])
  return distinctOwners(named.filter(({ uid }) => roleOf(parties, uid) !== 'unmentioned')).toSorted((a, b) => (a.uid < b.uid ? -1 : 1))
}

function distinctOwners(all: readonly Owner[]): readonly Owner[] {
  return [...new Map(all.map((owner) => [owner.uid, owner])).values()]
}

function deleteGroupStep({ parties, wantedStack }: PlanContext, { id, name, mark }: SecurityGroupPart): PhasedStep {
  const serves = wantedStack?.owners ?? (mark.owner === undefined ? parties.leaving : [mark.owner])
  return phased('group last', step('delete security group', { key: name, serves, why: 'no load balancer of ours uses it any more', call: { id } }))
}
