/**
 * What things are called: 63 characters, of which the cluster's come first, so that one filter finds all that are ours. What cannot be changed of an object in
 * place is in its name, so that the old and the new can stand side by side. Hashes are always whole: names that are cut at their end may be equal.
 */
import type { Family } from '../../src/model/address.ts'
import type { LoadBalancer } from '../../src/model/load-balancer.ts'
import type { NamedOwner, Owner } from '../../src/model/owner.ts'
import { hashedName, hashOf, readablePart } from '../../src/provider/kit/naming.ts'
import type { StackId } from '../../src/provider/provider.ts'
import { keyOfId } from './api/ids.ts'
import type { LoadBalancingScheme, NetworkTier } from './api/documents.ts'

/** Source: Compute API v1, the comment of `name`. */
const LONGEST = 63
const READABLE = 24

/** The instance groups, the shared health check, and its firewall rules. */
export const BASE: StackId = 'base'

export function stackOf({ uid }: Owner, { settings: { share } }: { readonly settings: Pick<LoadBalancer, 'share'> }): StackId {
  return share === undefined ? `service/${uid}` : `share/${share}`
}

/** What all names of a Stack have in common. */
export interface Naming {
  readonly cluster: string
  readonly readable: string
  readonly stackHash: string
  /** Of what one of several Services has: its uid. */
  readonly member?: string
}

/** `about`: the Service's name or the share key, of which what a name may hold is kept. */
export function namingOf(clusterId: string, stack: StackId, about: string): Naming {
  return { cluster: clusterMark(clusterId), readable: readablePart(about, READABLE, 'service'), stackHash: stackHashOf(clusterId, stack) }
}

interface Named {
  readonly owner: NamedOwner
  readonly want: { readonly settings: Pick<LoadBalancer, 'share'> }
}

/** Of what one Service has: beside those that share its address. */
export function memberNaming({ owner, want }: Named, clusterId: string): Naming {
  const naming = namingOf(clusterId, stackOf(owner, want), owner.name)
  return want.settings.share === undefined ? naming : { ...naming, member: owner.uid }
}

/** Of what belongs to the Stack as a whole. */
export function stackNaming({ owner, want }: Named, clusterId: string): Naming {
  return namingOf(clusterId, stackOf(owner, want), want.settings.share ?? owner.name)
}

/** What all names of a cluster begin with. */
function clusterMark(clusterId: string): string {
  return `fairlead-${hashOf(8, clusterId)}`
}

/**
 * A filter for lists, in Google's language: of all Stacks, or of one. Others may have such names too: whose an object is, its description says.
 */
export function filterOf(clusterId: string, stack?: StackId): string {
  return `name eq "${clusterMark(clusterId)}-.*${stack === undefined ? '' : `-${stackHashOf(clusterId, stack)}-.*`}"`
}

function stackHashOf(clusterId: string, stack: StackId): string {
  return hashOf(10, [clusterId, stack])
}

/** Whether a name is one of the Stack. */
export function isNamedBy({ cluster, stackHash }: Naming, name: string): boolean {
  return name.startsWith(`${cluster}-`) && name.split('-').at(-2) === stackHash
}

function nameFor({ cluster, readable, stackHash, member }: Naming, identity: readonly unknown[]): string {
  return hashedName(`${cluster}-${readable}`, [stackHash, hashOf(8, member === undefined ? identity : [...identity, member])], LONGEST)
}

export interface AddressIdentity {
  readonly family: Family
  readonly scheme: LoadBalancingScheme
  readonly tier?: NetworkTier
  readonly subnetwork?: string
  readonly collection?: string
  /** The one that is asked for; absent: Google chooses it. */
  readonly address?: string
  /** One that several rules may have, which an internal one has to be made for. */
  readonly isShared?: boolean
}

export function addressName(naming: Naming, { family, scheme, tier, subnetwork, collection, address, isShared = false }: AddressIdentity): string {
  return nameFor(naming, ['address', family, scheme, tier ?? '', keyOfId(subnetwork ?? ''), keyOfId(collection ?? ''), address ?? '', isShared])
}

export interface RuleIdentity {
  readonly family: Family
  /** The name of the backend service, which says the scheme. */
  readonly service: string
  /** As `matchKey` writes it. */
  readonly match: string
  readonly subnetwork?: string
  /** The one that is asked for; absent: Google chose it. */
  readonly address?: string
  readonly tier?: NetworkTier
}

export function forwardingRuleName(naming: Naming, { family, service, match, subnetwork, address, tier }: RuleIdentity): string {
  return nameFor(naming, ['forwarding rule', family, service, match, keyOfId(subnetwork ?? ''), address ?? '', tier ?? ''])
}

export function backendServiceName(naming: Naming, scheme: LoadBalancingScheme, network: string): string {
  return nameFor(naming, ['backend service', scheme, keyOfId(network)])
}

/** All of a check can be changed in place. */
export function healthCheckName(naming: Naming): string {
  return nameFor(naming, ['health check'])
}

export interface FirewallIdentity {
  readonly family: Family
  readonly network: string
  /** `of`: which listeners an allowing rule is for, as `Opening` says it. */
  readonly purpose: 'deny' | 'probes' | { readonly of: string }
}

export function firewallName(naming: Naming, { family, network, purpose }: FirewallIdentity): string {
  return nameFor(naming, ['firewall', family, keyOfId(network), purpose])
}

/** The same in each zone. */
export function endpointGroupName(naming: Naming, network: string, subnetwork: string): string {
  return nameFor(naming, ['endpoint group', keyOfId(network), keyOfId(subnetwork)])
}

/** Of the nodes of a zone: the same in each. All members of a group have one network. `shard`: of a zone with more nodes than one group takes. */
export function instanceGroupName(naming: Naming, network: string, shard = 0): string {
  return nameFor(naming, ['instance group', keyOfId(network), ...(shard === 0 ? [] : [shard])])
}
