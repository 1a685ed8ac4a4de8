/** Which Stack a wish belongs to, what its address is called, and what it needs: all from the wish alone. */
import type { LoadBalancer } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Desired, StackId } from '../../src/provider/provider.ts'

export function stackOf(settings: LoadBalancer): StackId {
  return `balancer-${settings.scheme}`
}

/** It holds what cannot be changed in place, so that the old one and the new one can stand side by side: the Stack, and the requested address. */
export function addressName({ uid }: Owner, { share, addresses, scheme }: LoadBalancer): string {
  const user = share === undefined ? uid : `share-${share.replaceAll('/', '-')}`
  return [user, scheme, ...addresses.slice(0, 1)].join('-')
}

/** The need of the base that a wish has: nodes behind a listener are reached through the group of its scheme. */
export function needsOf({ settings }: Desired<unknown>): readonly string[] {
  return settings.targets === 'nodes' && settings.listeners.length > 0 ? [`group-${settings.scheme}`] : []
}
