/**
 * What is called how. Children of the load balancer carry the uid of the Service that they are of: that is all they have room for, and all that says whose
 * they are. 80 characters are allowed. Source: learn.microsoft.com, "Naming rules and restrictions for Azure resources".
 */
import type { Family } from '../../src/model/address.ts'
import type { NamedOwner } from '../../src/model/owner.ts'
import type { Scheme } from '../../src/model/load-balancer.ts'
import { hashOf, readablePart } from '../../src/provider/kit/naming.ts'
import { keyOfId } from './api/ids.ts'

/** By the cluster's id where the settings name no load balancer. `kubernetes` belongs to the cluster's own controller. */
export function defaultBalancerName(clusterId: string): string {
  return `fairlead-${hashOf(10, clusterId)}`
}

/** A public and an internal load balancer of one name belong together; a node may be in one of each. */
export function balancerName(name: string, scheme: Scheme): string {
  return scheme === 'internal' ? `${name}-internal` : name
}

/** What security rules of a cluster begin with. */
export function securityMark(clusterId: string): string {
  return `fairlead-${hashOf(10, clusterId)}`
}

const OURS = 'fl_'

/** Whether a child of a load balancer was made by us. */
export function isOurChild(name: string): boolean {
  return name.toLowerCase().startsWith(OURS)
}

/** Of a public address, which several Services may share: it is known by the address alone. */
export function publicFrontendName(addressId: string): string {
  return `${OURS}ip_${hashOf(20, keyOfId(addressId))}`
}

/** Of an internal address that the cloud chooses. Another subnet is another frontend. */
export function internalFrontendName(uid: string, family: Family, subnet: string): string {
  return `${OURS}${uid}_${shortFamily(family)}_${hashOf(8, keyOfId(subnet))}`
}

/** Of an internal address that is asked for, which several Services may share. */
export function requestedFrontendName(subnet: string, address: string): string {
  return `${OURS}ip_${hashOf(20, [keyOfId(subnet), address])}`
}

/**
 * Of a public address that is made for a Service, which a person can recognize in the portal. What cannot be changed of an address is in its name, so that the old
 * and the new can stand side by side.
 */
export function publicAddressName({ uid, name }: Pick<NamedOwner, 'uid' | 'name'>, family: Family, prefix: string | undefined): string {
  const readable = `fairlead-${readablePart(name, 30, 'service')}`
  return `${readable}-${hashOf(10, uid)}-${shortFamily(family)}${prefix === undefined ? '' : `-${hashOf(8, keyOfId(prefix))}`}`
}

/** Whether an address of this name was made for this Service, as opposed to one that was taken over. */
export function isMadeFor(uid: string, name: string): boolean {
  return name.toLowerCase().includes(`-${hashOf(10, uid)}-v`)
}

export interface RuleKey {
  readonly uid: string
  readonly family: Family
  /** `all`: a rule for all ports, whose number is 0. */
  readonly protocol: 'tcp' | 'udp' | 'all'
  readonly port: number
}

/** `frontend`: the name of its frontend. While an address is replaced, the rules of the old and the new one stand side by side. */
export function ruleName({ uid, family, protocol, port }: RuleKey, frontend: string): string {
  return `${OURS}${uid}_${shortFamily(family)}_${protocol}_${port}_${hashOf(6, frontend.toLowerCase())}`
}

const RULE = /^fl_([^_]+)_(v[46])_(tcp|udp|all)_(\d+)_[0-9a-f]+$/i

/** Undefined: the rule is not ours. */
export function parseRuleName(name: string): RuleKey | undefined {
  const [, uid, family, protocol, port] = RULE.exec(name) ?? []
  if (uid === undefined) return undefined
  return { uid, family: family?.toLowerCase() === 'v6' ? 'IPv6' : 'IPv4', protocol: protocol?.toLowerCase() as RuleKey['protocol'], port: Number(port) }
}

/** Of the probe that asks kube-proxy on each node, for all Services. */
export const SHARED_PROBE = `${OURS}kube-proxy`

/** Of a probe of one Service, by what it asks: several ports, and both families, may have it. */
export function probeName(uid: string, asked: unknown): string {
  return `${OURS}${uid}_probe_${hashOf(8, asked)}`
}

export function poolName(family: Family): string {
  return `${OURS}nodes_${shortFamily(family)}`
}

function shortFamily(family: Family): string {
  return family === 'IPv6' ? 'v6' : 'v4'
}
