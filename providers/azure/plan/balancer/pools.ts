/** The backend pools of a load balancer: one for each IP family, with all nodes that have an address of it. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import { type ClusterNode, matchesAny } from '../../../../src/model/load-balancer.ts'
import { compareText } from '../../../../src/model/order.ts'
import { hashOf } from '../../../../src/provider/kit/naming.ts'
import type { Intent } from '../../../../src/provider/provider.ts'
import type { Child, Pool, PoolMember } from '../../api/documents.ts'
import type { AzureConfig } from '../../api/config.ts'
import type { BalancerKey } from '../../balancer-keys.ts'
import { isOurChild, poolName } from '../../names.ts'
import { membersOf, withMembers } from './members.ts'

/** The nodes as the cluster has them now. `mayGrow`: false where all that is asked for is that what left goes. */
export interface Nodes {
  readonly nodes: readonly ClusterNode[]
  readonly mayGrow: boolean
}

/** Those of one load balancer, the same for all Services, without nodes that the cloud did not take. Undefined: no Service says which there are. */
export function nodesOf(intents: readonly Intent<unknown>[], { of }: BalancerKey, config: Pick<AzureConfig, 'balancers'>): Nodes | undefined {
  const backends = intents.flatMap((intent) => ('want' in intent ? [intent.want.backends] : 'follow' in intent ? [intent.follow] : []))
  const [first] = backends
  if (first === undefined) return undefined
  const refused = new Set(backends.flatMap(({ ports }) => Object.values(ports).flatMap(({ withoutNodes }) => [...(withoutNodes ?? [])])))
  const mayGrow = intents.some((intent) => 'want' in intent || ('follow' in intent && intent.shrinkOnly !== true))
  const nodes = nodesFor(of, first.nodes.nodes, config)
  return { nodes: refused.size === 0 ? nodes : nodes.filter(({ name }) => !refused.has(name)), mayGrow }
}

/**
 * The nodes of one configuration: those that it names; and of those that none names, each is with one of the configurations that name none, by a hash of both
 * names, so that a configuration more moves its share of them and no other.
 */
export function nodesFor(of: string, nodes: readonly ClusterNode[], { balancers }: Pick<AzureConfig, 'balancers'>): readonly ClusterNode[] {
  if (!balancers.some(({ name }) => name === of)) return []
  if (balancers.length === 1) return nodes
  const open = balancers.filter((one) => one.nodes === undefined)
  return nodes.filter(({ name }) => {
    const named = balancers.find((one) => one.nodes !== undefined && matchesAny(one.nodes, name))
    if (named !== undefined) return named.name === of
    const ranked = open.map((one) => ({ of: one.name, rank: hashOf(16, [one.name, name]) })).toSorted((a, b) => compareText(a.rank, b.rank))
    return ranked[0]?.of === of
  })
}

/** The list with our pools as wanted; those of others, and one that is right already, are the very same objects. */
export function withPools(
  list: readonly Child<Pool>[],
  families: ReadonlySet<Family>,
  { nodes, virtualNetwork }: { readonly nodes: Nodes | undefined; readonly virtualNetwork: string },
): readonly Child<Pool>[] {
  const wanted = new Map([...families].toSorted().map((family) => [poolName(family), family]))
  const kept = list.flatMap((child): readonly Child<Pool>[] => {
    const name = (child.name ?? '').toLowerCase()
    if (!isOurChild(name)) return [child]
    const family = wanted.get(name)
    wanted.delete(name)
    if (family === undefined) return []
    const pool = child.properties ?? {}
    const renewed = withMembers(pool, wantedMembers(pool, family, nodes), virtualNetwork)
    return [renewed === pool ? child : { ...child, properties: renewed }]
  })
  const made = [...wanted].map(([name, family]) => ({ name, properties: withMembers({}, wantedMembers({}, family, nodes), virtualNetwork) }))
  const all = [...kept, ...made]
  return all.length === list.length && all.every((child, index) => child === list[index]) ? list : all
}

/** A list of nodes that is empty, or has none of the family, is not believed: the last members stay. */
function wantedMembers({ loadBalancerBackendAddresses: found = [] }: Pool, family: Family, nodes: Nodes | undefined): readonly PoolMember[] {
  if (nodes === undefined) return found
  const members = membersOf(nodes.nodes, family)
  if (members.length === 0) return found
  if (nodes.mayGrow) return members
  const present = new Set(members.map(({ properties }) => properties?.ipAddress))
  const left = found.filter(({ properties }) => present.has(properties?.ipAddress))
  return left.length === 0 ? found : left
}
