/** Which Stack a wish belongs to, what its address is called, and what it needs: all from the wish alone. */
import type { LoadBalancer } from '../../src/model/load-balancer.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { Desired, StackId } from '../../src/provider/provider.ts'

export function stackOf(settings: LoadBalancer): StackId {
  return `balancer-${settings.scheme}`
}

/** The hash of what cannot be changed in place is the requested address itself. */
export function addressName({ uid }: Owner, { share, addresses }: LoadBalancer): string {
  const base = share === undefined ? uid : `share-${share.replaceAll('/', '-')}`
  return addresses[0] === undefined ? base : `${base}-${addresses[0]}`
}

/** The need of the base that a wish has: nodes behind a listener are reached through the group of its scheme. */
export function needsOf({ settings, backends }: Desired<unknown>): readonly string[] {
  return settings.targets === 'nodes' && Object.keys(backends.ports).length > 0 ? [`group-${settings.scheme}`] : []
}
