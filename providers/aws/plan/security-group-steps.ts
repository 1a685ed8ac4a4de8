/** The Stack's own security group: first made, last deleted, so that its absence says that nothing else of the Stack is there. */
import type { Owner } from '../../../src/model/owner.ts'
import { securityGroupName } from '../names.ts'
import type { GroupRule, LoadBalancerPart, SecurityGroupPart } from '../view.ts'
import { stays } from './cast.ts'
import { type Draft, draft } from './draft.ts'
import { tagChanges } from './label-steps.ts'
import { ownerInDescription, owners } from './owners.ts'
import { distinct, keptRules, ruleName, rulesMissing, rulesOf } from './rules.ts'
import { type House, houseMark, type Scene } from './scene.ts'

/** AWS' default quota for inbound rules. At it, old rules have to go before new ones come. */
const USUAL_RULES = 60

/** `lingering`: load balancers beside the wanted one that stay for now. */
export function securityGroupDrafts(scene: Scene, lingering: readonly LoadBalancerPart[]): readonly Draft[] {
  const { view, house } = scene
  const isOurs = house !== undefined && house.edge.securityGroups.kind === 'ours'
  const name = isOurs ? securityGroupName(house.naming) : undefined
  const found = [...view.securityGroups.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const drafts: Draft[] = []
  if (isOurs) {
    const standing = found.find((group) => group.name === name)
    drafts.push(...(standing === undefined ? newGroup(house) : standingGroup(scene, house, standing)))
  }
  const staying = stayingOwners(scene)
  for (const group of found) {
    if (group.name === name) continue
    const isUsed = lingering.some(({ securityGroups }) => securityGroups.includes(group.id))
    if (isUsed || staying.length > 0) drafts.push(...leftRules(scene, group, staying))
    else drafts.push(razeDraft(scene, group))
  }
  return drafts
}

function stayingOwners({ view, cast }: Scene): readonly Owner[] {
  return owners(view).filter(({ uid }) => stays(cast, uid))
}

function newGroup(house: House): readonly Draft[] {
  const name = securityGroupName(house.naming)
  const { owners: serves, edge } = house
  const call = { name, description: `Load balancer of ${house.stack}`, mark: houseMark(house), tags: edge.tags }
  const rules = wantedRules(house)
  return [
    draft('anchor', { verb: 'create', kind: 'security group', key: name, serves, why: 'says who may come in', call }),
    ...authorize('open', name, rules, serves),
  ]
}

function standingGroup(scene: Scene, house: House, found: SecurityGroupPart): readonly Draft[] {
  const wanted = distinct([
    ...wantedRules(house),
    ...keptRules(
      found.rules,
      scene.cast,
      stayingOwners(scene).map(({ uid }) => uid),
    ),
  ])
  // A rule that passes to another owner is written anew: its description says whose it is, and nobody comes in by it meanwhile.
  const inherited = new Set(found.rules.filter((rule) => isOfAnother(rule, wanted)))
  const lasting = found.rules.filter((rule) => !inherited.has(rule))
  const [joining, leaving] = [rulesMissing(wanted, lasting), [...rulesMissing(lasting, wanted), ...inherited]]
  const isFull = inherited.size > 0 || found.rules.length + joining.length > USUAL_RULES
  const serves = house.owners
  const { set, unset } = tagChanges(house.edge.tags, found.tags)
  const group = { name: found.name }
  return [
    ...authorize('open', found.name, joining, serves),
    ...(leaving.length === 0
      ? []
      : [
          draft(isFull ? 'make room' : 'close', {
            verb: 'delete',
            kind: 'security group rules',
            key: found.name,
            serves: [...serves, ...scene.cast.leaving],
            why: `${leaving.length} of the rules let in whom nobody asks for`,
            call: { group, rules: leaving },
          }),
        ]),
    ...(Object.keys(set).length === 0
      ? []
      : [
          draft('label', {
            verb: 'update',
            kind: 'security group tags',
            key: found.name,
            serves,
            why: 'the Service has other tags',
            call: { group, tags: set },
          }),
        ]),
    ...(unset.length === 0 || house.balancer.holders.length > 0
      ? []
      : [
          draft('unlabel', {
            verb: 'delete',
            kind: 'security group tags',
            key: found.name,
            serves,
            why: 'the Service has other tags',
            call: { group, keys: unset },
          }),
        ]),
  ]
}

function isOfAnother(rule: GroupRule, wanted: readonly GroupRule[]): boolean {
  const same = wanted.find((one) => ruleName(one) === ruleName(rule))
  const [now, then] = [ownerInDescription(same?.description ?? ''), ownerInDescription(rule.description ?? '')]
  return now !== undefined && then !== undefined && now.uid !== then.uid
}

function wantedRules({ seats, balancer }: House) {
  return distinct(
    seats.flatMap(({ want, ports }) =>
      rulesOf(
        want,
        ports.flatMap(({ listeners }) => listeners),
        balancer.ipAddressType,
      ),
    ),
  )
}

function authorize(phase: 'open', name: string, rules: ReturnType<typeof wantedRules>, serves: readonly Owner[]): readonly Draft[] {
  if (rules.length === 0) return []
  const why = `${rules.length === 1 ? 'a rule' : `${rules.length} rules`} for who may come in`
  return [draft(phase, { verb: 'create', kind: 'security group rules', key: name, serves, why, call: { group: { name }, rules } })]
}

/** Of a group that some still use: the rules of those who left go. */
function leftRules({ cast }: Scene, { name, rules }: SecurityGroupPart, staying: readonly Owner[]): readonly Draft[] {
  if (cast.leaving.length === 0) return []
  const kept = new Set(
    keptRules(
      rules,
      cast,
      staying.map(({ uid }) => uid),
    ),
  )
  const leaving = rules.filter((rule) => !kept.has(rule))
  if (leaving.length === 0) return []
  const why = `${leaving.length} of the rules let in whom nobody asks for`
  return [draft('close', { verb: 'delete', kind: 'security group rules', key: name, serves: cast.leaving, why, call: { group: { name }, rules: leaving } })]
}

function razeDraft({ cast, house }: Scene, { id, name, mark }: SecurityGroupPart): Draft {
  const serves = house?.owners ?? (mark.owner === undefined ? cast.leaving : [mark.owner])
  return draft('raze', { verb: 'delete', kind: 'security group', key: name, serves, why: 'no load balancer of ours uses it any more', call: { id } })
}
