/** What things are called: from the cluster's id, the Stack, and what cannot be changed in place, so that the old and the new can stand side by side. */
import type { LoadBalancer } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import { hashedName, hashOf, readablePart } from '../../src/provider/kit/naming.ts'
import type { StackId } from '../../src/provider/provider.ts'
import type { TargetGroupPart } from './view.ts'

export const BASE: StackId = 'base'

export function stackOf({ uid }: Owner, { settings: { share } }: { readonly settings: Pick<LoadBalancer, 'share'> }): StackId {
  return share === undefined ? `service/${uid}` : `share/${share}`
}

/** What all names of a Stack begin with. */
export interface Naming {
  readonly readable: string
  readonly stackHash: string
}

const READABLE = 10
/** Of a load balancer and of a target group. */
const LONGEST = 32

/** `about`: the Service's name or the share key, of which what a name may hold is kept. */
export function namingOf(cluster: string, stack: StackId, about: string): Naming {
  const readable = readablePart(about, READABLE, 'lb')
  // A load balancer may not be called `internal-`.
  return { readable: readable === 'internal' ? 'lb' : readable, stackHash: stackHashOf(cluster, stack) }
}

/** Stands in the middle of every name of the Stack. */
export function stackHashOf(cluster: string, stack: StackId): string {
  return hashOf(10, [cluster, stack])
}

/** `turn`: how often the Stack had to make another one of the same scheme beside the one it had. */
export function balancerName({ readable, stackHash }: Naming, scheme: string, turn: number): string {
  return hashedName(readable, [stackHash, hashOf(8, ['load balancer', scheme, turn])], LONGEST)
}

export type GroupIdentity = Pick<TargetGroupPart, 'protocol' | 'targetType' | 'ipAddressType'> & { readonly uid: string; readonly listener: string }

/** A target group belongs to one load balancer, so its name holds that one's. */
export function groupName({ readable, stackHash }: Naming, loadBalancer: string, identity: GroupIdentity): string {
  return hashedName(readable, [stackHash, groupHash(loadBalancer, identity)], LONGEST)
}

/** Whether a target group was made for a load balancer, as far as its name shows. */
export function isNamedFor({ name, mark, ...part }: TargetGroupPart, loadBalancer: string): boolean {
  if (mark.owner === undefined || mark.listener === undefined) return false
  return name.endsWith(`-${groupHash(loadBalancer, { ...part, uid: mark.owner.uid, listener: mark.listener })}`)
}

function groupHash(loadBalancer: string, { uid, listener, protocol, targetType, ipAddressType }: GroupIdentity): string {
  return hashOf(8, ['target group', loadBalancer, uid, listener, protocol, targetType, ipAddressType])
}

export function securityGroupName({ readable, stackHash }: Naming): string {
  return `fairlead-${readable}-${stackHash}`
}

export function backendGroupName(cluster: string): string {
  return `fairlead-backend-${stackHashOf(cluster, BASE)}`
}

/** AWS' attribute of a load balancer that may not be deleted. */
export const PROTECTION = 'deletion_protection.enabled'
