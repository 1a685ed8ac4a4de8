/** The change of one load balancer: its document with all that is wanted of it, and whose parts are changed by that. Pure. */
import type { Intent } from '../../../../src/provider/provider.ts'
import { bodyOf } from '../../api/body.ts'
import type { Child, LoadBalancer, LoadBalancerDocument } from '../../api/documents.ts'
import { keyOfId } from '../../api/ids.ts'
import { alsoIn, balancerTags, isOfCluster } from '../../marks.ts'
import { balancerId, type BalancerKey, isSameBalancer } from '../../balancer-keys.ts'
import { isOurChild, parseRuleName } from '../../names.ts'
import { type BalancerPart, hasFailed } from '../../view.ts'
import { stays } from '../../../../src/provider/kit/parties.ts'
import type { Serving } from '../accept/serving.ts'
import { childName, listsOf } from '../found.ts'
import type { Parties, PlanInput } from '../plan-context.ts'
import { isSame, withChildren } from './children.ts'
import { nodesOf, withPools } from './pools.ts'
import { wantedChildren } from './wanted-children.ts'

export interface BalancerChange {
  readonly balancerKey: BalancerKey
  readonly id: string
  /** Absent: it does not exist. */
  readonly part?: BalancerPart
  /** Absent: it goes. */
  readonly body?: LoadBalancerDocument
  /** Uids of those whose frontends, rules or probes change. */
  readonly changed: ReadonlySet<string>
  /** Of those who lose something. */
  readonly lessened: ReadonlySet<string>
  /** Of all who have a rule, before or after. */
  readonly users: ReadonlySet<string>
  /** Nothing is added, and nothing is changed otherwise than by taking away. */
  readonly onlyShrinks: boolean
  /** What changes, as a clause. */
  readonly why: string
}

type Lists = Required<LoadBalancer>

/** Undefined: it is as wanted, or neither there nor wanted. */
export function balancerChange(
  balancerKey: BalancerKey,
  intents: readonly Intent<unknown>[],
  accepted: { readonly parties: Parties; readonly serving: readonly Serving[] },
  input: PlanInput,
): BalancerChange | undefined {
  const { view, config } = input
  const id = balancerId(config, balancerKey)
  const part = view.balancers.get(keyOfId(id))
  const found = listsOf(part?.document ?? {})
  const wanted = wantedChildren({ balancerKey, id }, accepted, input)
  const lists: Lists = {
    ...found,
    frontendIPConfigurations: withChildren(found.frontendIPConfigurations, wanted.frontends, isOurChild),
    loadBalancingRules: withChildren(found.loadBalancingRules, wanted.rules, isOurChild),
    probes: withChildren(found.probes, wanted.probes, isOurChild),
    backendAddressPools: withPools(found.backendAddressPools, wanted.families, {
      nodes: nodesOf(intents, balancerKey, config),
      virtualNetwork: config.virtualNetwork,
    }),
  }
  const isUsed = wanted.frontends.size > 0
  if (part === undefined && !isUsed) return undefined
  const effects = effectsOf(found, lists)
  const tags = balancerTags(part?.document.tags, config.clusterId, alsoWanted(balancerKey, part, accepted))
  const base = { balancerKey, id, ...(part === undefined ? {} : { part }), ...effects }
  if (!isUsed && !hasOthers(lists)) return isOurs(part, input) ? { ...base, onlyShrinks: true, why: 'no Service needs it any more' } : undefined
  const isRight = (Object.keys(found) as (keyof Lists)[]).every((list) => lists[list] === found[list])
  const isMarked = !isUsed || isSame(part?.document.tags, tags)
  if (part !== undefined && isRight && isMarked && !(hasFailed(part) && isOurs(part, input))) return undefined
  const document = part?.document ?? { location: config.location, sku: { name: 'Standard' } }
  return { ...base, body: bodyOf({ ...document, tags, properties: { ...document.properties, ...lists } }) }
}

/** A load balancer of our name that has neither our mark nor anything that we made is not deleted. */
function isOurs(part: BalancerPart | undefined, { config }: PlanInput): boolean {
  if (part === undefined) return false
  return isOfCluster(part.document.tags, config.clusterId) || listsOf(part.document).frontendIPConfigurations.some(({ name = '' }) => isOurChild(name))
}

/** What needs the load balancer though no Service does. */
function hasOthers({ frontendIPConfigurations, outboundRules, inboundNatRules, inboundNatPools, loadBalancingRules }: Lists): boolean {
  return [frontendIPConfigurations, outboundRules, inboundNatRules, inboundNatPools, loadBalancingRules].some(({ length }) => length > 0)
}

function alsoWanted(
  balancerKey: BalancerKey,
  part: BalancerPart | undefined,
  { parties, serving }: { readonly parties: Parties; readonly serving: readonly Serving[] },
): ReadonlyMap<string, readonly string[]> {
  const kept = [...alsoIn(part?.document.tags)].filter(([uid]) => stays(parties, uid))
  const asked = serving
    .filter(({ sites }) => sites.some((site) => isSameBalancer(site.balancerKey, balancerKey)))
    .map(({ want }) => [want.owner.uid, want.want.options.additionalAddresses ?? []] as const)
  return new Map([...kept, ...asked])
}

type Effects = Pick<BalancerChange, 'changed' | 'lessened' | 'users' | 'onlyShrinks' | 'why'>

function effectsOf(found: Lists, lists: Lists): Effects {
  const users = new Set([...usersIn(found), ...usersIn(lists)].map(({ uid }) => uid))
  const rules = difference(found.loadBalancingRules, lists.loadBalancingRules)
  const others = [difference(found.frontendIPConfigurations, lists.frontendIPConfigurations), difference(found.probes, lists.probes)]
  const names = new Set(others.flatMap(({ added, changed, removed }) => [...added, ...changed, ...removed]))
  const touched = [...usersIn(found), ...usersIn(lists)].filter(({ rule }) => {
    const { frontendIPConfiguration, probe } = rule.properties ?? {}
    return names.has(childName(frontendIPConfiguration?.id)) || names.has(childName(probe?.id))
  })
  const changedRules = [...rules.added, ...rules.changed, ...rules.removed].flatMap(uidOf)
  const pools = poolChange(found, lists)
  const lessened = new Set([...rules.removed.flatMap(uidOf), ...(pools.hasFewer ? users : [])])
  const grows =
    rules.added.length + rules.changed.length + others.reduce((sum, { added, changed }) => sum + added.length + changed.length, 0) > 0 || pools.hasMore
  return { users, changed: new Set([...changedRules, ...touched.map(({ uid }) => uid)]), lessened, onlyShrinks: !grows, why: reasonFor(rules, pools) }
}

function uidOf(name: string): readonly string[] {
  const key = parseRuleName(name)
  return key === undefined ? [] : [key.uid]
}

function usersIn({ loadBalancingRules }: Lists) {
  return loadBalancingRules.flatMap((rule) => uidOf(rule.name ?? '').map((uid) => ({ uid, rule })))
}

interface Difference {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** Names, in lower case but for rules, whose uids may have capitals. */
function difference<P>(before: readonly Child<P>[], after: readonly Child<P>[]): Difference {
  if (before === after) return { added: [], changed: [], removed: [] }
  const old = new Map(before.map((child) => [nameOf(child), child]))
  const now = new Map(after.map((child) => [nameOf(child), child]))
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: [...now].flatMap(([name, child]) => (old.has(name) && old.get(name) !== child ? [name] : [])),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  }
}

function nameOf({ name = '' }: Child<unknown>): string {
  return parseRuleName(name) === undefined ? name.toLowerCase() : name
}

interface PoolChange {
  readonly hasMore: boolean
  readonly hasFewer: boolean
}

function poolChange(found: Lists, lists: Lists): PoolChange {
  const members = ({ backendAddressPools }: Lists): ReadonlySet<string> =>
    new Set(
      backendAddressPools.flatMap(({ name = '', properties }) =>
        isOurChild(name) ? (properties?.loadBalancerBackendAddresses ?? []).map((member) => `${name.toLowerCase()} ${member.properties?.ipAddress}`) : [],
      ),
    )
  if (found.backendAddressPools === lists.backendAddressPools) return { hasMore: false, hasFewer: false }
  const [before, after] = [members(found), members(lists)]
  return { hasMore: [...after].some((member) => !before.has(member)), hasFewer: [...before].some((member) => !after.has(member)) }
}

function reasonFor({ added, changed, removed }: Difference, { hasMore, hasFewer }: PoolChange): string {
  const clause = (names: readonly string[], what: string): readonly string[] => (names.length === 0 ? [] : [`${names.length} ${what}`])
  const rules = [...clause(added, 'added'), ...clause(changed, 'changed'), ...clause(removed, 'removed')]
  const nodes = [...(hasMore ? ['nodes join'] : []), ...(hasFewer ? ['nodes leave'] : [])]
  const parts = [...(rules.length === 0 ? [] : [`rules: ${rules.join(', ')}`]), ...nodes]
  return parts.length === 0 ? 'it is not as it was made' : parts.join('; ')
}
