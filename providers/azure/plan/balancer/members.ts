/** The members of a backend pool: nodes by their addresses in the cluster's network. Pure. */
import { type Family, familyOf, parseAddress } from '../../../../src/model/address.ts'
import type { ClusterNode } from '../../../../src/model/load-balancer.ts'
import type { Pool, PoolMember } from '../../api/documents.ts'
import { isSameId } from '../../api/ids.ts'

/** A member for each node that has an address of the family, by the node's name; sorted by it. */
export function membersOf(nodes: readonly ClusterNode[], family: Family): readonly PoolMember[] {
  return nodes.flatMap(({ name, addresses }) => {
    const ipAddress = addresses.find((address) => familyOf(address) === family)
    return ipAddress === undefined ? [] : [{ name, properties: { ipAddress } }]
  })
}

/**
 * The pool with these members, or the very same object where it has them. Their order and names do not matter to Azure, and the network may stand at the pool or
 * at each member. A member that is there already stays as it came.
 */
export function withMembers(pool: Pool, members: readonly PoolMember[], virtualNetwork: string): Pool {
  const known = new Map((pool.loadBalancerBackendAddresses ?? []).map((member) => [addressOf(member), member]))
  const wanted = members.map((member) => known.get(addressOf(member)) ?? member)
  const isFull = known.size === wanted.length && wanted.every((member) => known.has(addressOf(member)))
  if (isFull && isInNetwork(pool, virtualNetwork)) return pool
  return { ...pool, virtualNetwork: { id: virtualNetwork }, loadBalancerBackendAddresses: wanted }
}

function addressOf({ properties }: PoolMember): string {
  const text = properties?.ipAddress ?? ''
  return parseAddress(text) ?? text
}

function isInNetwork({ virtualNetwork, loadBalancerBackendAddresses: members = [] }: Pool, id: string): boolean {
  if (virtualNetwork !== undefined) return isSameId(virtualNetwork.id, id)
  return members.length > 0 && members.every(({ properties }) => isSameId(properties?.virtualNetwork?.id, id))
}
