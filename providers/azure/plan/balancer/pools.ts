/** The backend pools of a load balancer: one for each IP family, with all nodes that have an address of it. Pure. */
import type { Family } from '../../../../src/model/address.ts'
import type { ClusterNode } from '../../../../src/model/load-balancer.ts'
import type { Intent } from '../../../../src/provider/provider.ts'
import type { Child, Pool, PoolMember } from '../../api/documents.ts'
import { isOurChild, poolName } from '../../names.ts'
import { membersOf, withMembers } from './members.ts'

/** The nodes as the cluster has them now. `mayGrow`: false where all that is asked for is that what left goes. */
export interface Nodes {
  readonly nodes: readonly ClusterNode[]
  readonly mayGrow: boolean
}

/** The same for all Services, without nodes that the cloud did not take. Undefined: no Service says which there are. */
export function nodesOf(intents: readonly Intent<unknown>[]): Nodes | undefined {
  const backends = intents.flatMap((intent) => ('want' in intent ? [intent.want.backends] : 'follow' in intent ? [intent.follow] : []))
  const [first] = backends
  if (first === undefined) return undefined
  const refused = new Set(backends.flatMap(({ ports }) => Object.values(ports).flatMap(({ withoutNodes }) => [...(withoutNodes ?? [])])))
  const mayGrow = intents.some((intent) => 'want' in intent || ('follow' in intent && intent.shrinkOnly !== true))
  return { nodes: refused.size === 0 ? first.nodes.nodes : first.nodes.nodes.filter(({ name }) => !refused.has(name)), mayGrow }
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
