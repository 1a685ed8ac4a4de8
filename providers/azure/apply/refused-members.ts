/** Nodes that Azure does not take as members of a pool: they are left out, so that one node stops no Service. */
import type { Listener } from '../../../src/model/load-balancer.ts'
import type { RefusedBackend } from '../../../src/provider/provider.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { AzureAnswer } from '../api/errors.ts'
import type { LoadBalancerDocument, PoolMember } from '../api/documents.ts'
import { isOurChild, parseRuleName } from '../names.ts'
import { listsOf } from '../plan/found.ts'

/** The members of our pools whose addresses a refusal names. Where a node is in as many rules as it may be, it is a rule that is too much, and not the node. */
export function membersNamed(error: unknown, body: LoadBalancerDocument): readonly PoolMember[] {
  if (!(error instanceof CloudError) || error.consequence !== 'refused' || !(error.cause instanceof AzureAnswer)) return []
  if (error.reason === 'LimitReached') return []
  const words = new Set(error.cause.message.split(/[^0-9A-Fa-f.:]+/).map((word) => word.replace(/[.:]$/, '')))
  return ourMembers(body).filter(({ properties }) => properties?.ipAddress !== undefined && words.has(properties.ipAddress))
}

export function withoutMembers(body: LoadBalancerDocument, out: readonly PoolMember[]): LoadBalancerDocument {
  const addresses = new Set(out.map(({ properties }) => properties?.ipAddress))
  const backendAddressPools = listsOf(body).backendAddressPools.map((pool) => {
    const { properties } = pool
    if (!isOurChild(pool.name ?? '') || properties?.loadBalancerBackendAddresses === undefined) return pool
    const left = properties.loadBalancerBackendAddresses.filter((member) => !addresses.has(member.properties?.ipAddress))
    return { ...pool, properties: { ...properties, loadBalancerBackendAddresses: left } }
  })
  return { ...body, properties: { ...body.properties, backendAddressPools } }
}

/** For each listener of each Service, as all have the same members. */
export function refusedIn(body: LoadBalancerDocument, out: readonly PoolMember[], because: CloudError): readonly RefusedBackend[] {
  const listeners = listsOf(body).loadBalancingRules.flatMap(({ name = '' }): readonly { readonly owner: string; readonly listener: Listener['key'] }[] => {
    const key = parseRuleName(name)
    if (key === undefined || key.protocol === 'all') return []
    return [{ owner: key.uid, listener: `${key.port}/${key.protocol === 'udp' ? 'UDP' : 'TCP'}` }]
  })
  const { reason, publicMessage } = because
  return out.flatMap(({ name: node = '' }) => listeners.map((listener) => ({ ...listener, backend: { node }, reason, because: publicMessage })))
}

function ourMembers(body: LoadBalancerDocument): readonly PoolMember[] {
  return listsOf(body).backendAddressPools.flatMap(({ name = '', properties }) => (isOurChild(name) ? (properties?.loadBalancerBackendAddresses ?? []) : []))
}
