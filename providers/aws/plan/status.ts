/** What a Service publishes, and what of it cannot be in two places at once. */
import { type ListenerKey, listenerKey } from '../../../src/model/load-balancer.ts'
import { compareText } from '../../../src/model/order.ts'
import type { Owner } from '../../../src/model/owner.ts'
import type { LoadBalancerStatus } from '../../../src/model/status.ts'
import type { Desired } from '../../../src/provider/provider.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { AwsView, LoadBalancerPart } from '../view.ts'
import { listenersOf } from './owners.ts'
import { isByTag } from './wanted/reserved-addresses.ts'

/** The DNS name of the load balancer that has the owner's listeners; one that lingers only where there is no other. */
export function status(view: AwsView, owner: Owner): LoadBalancerStatus {
  const [balancer] = balancersOf(view, owner)
    .filter(({ state }) => state !== 'failed')
    .toSorted((a, b) => Number(a.mark.lingers ?? false) - Number(b.mark.lingers ?? false) || rank(b) - rank(a) || compareText(a.name, b.name))
  return { places: balancer === undefined ? [] : [{ hostname: balancer.dnsName }] }
}

/** Beside one that is being made, the one that answers. */
function rank({ state }: LoadBalancerPart): number {
  return state === 'provisioning' ? 0 : 1
}

/** By the marks of its listeners: one of TCP_UDP stands for two. */
export function listeners(view: AwsView, owner: Owner): readonly ListenerKey[] {
  const own = balancersOf(view, owner).flatMap((balancer) => listenersOf(view, balancer).filter(({ mark }) => mark.owner?.uid === owner.uid))
  return [
    ...new Set(
      own.flatMap(({ port, mark: { listener = '' } }): ListenerKey[] =>
        (['TCP', 'UDP'] as const).flatMap((protocol) => (listener.includes(protocol) ? [listenerKey(port, protocol)] : [])),
      ),
    ),
  ]
}

function balancersOf(view: AwsView, { uid }: Owner): readonly LoadBalancerPart[] {
  return [...view.loadBalancers.values()].filter((balancer) => listenersOf(view, balancer).some(({ mark }) => mark.owner?.uid === uid))
}

/** Elastic and private addresses, and a name: AWS gives each away once. A tag is of several addresses, and of no single one. */
export function claims({ settings, options }: Desired<AwsOptions>): readonly string[] {
  const { addressNames, name } = settings
  return [...addressNames.filter((each) => !isByTag(each)), ...(options.privateIpv4Addresses ?? []), ...(options.ipv6Addresses ?? [])]
    .map((address) => `address ${address}`)
    .concat(name === undefined ? [] : [`name ${name}`])
}

export function holds(view: AwsView, owner: Owner): readonly string[] {
  const owned = [...view.loadBalancers.values()].filter(
    (balancer) => balancer.mark.owner?.uid === owner.uid || listenersOf(view, balancer).some(({ mark }) => mark.owner?.uid === owner.uid),
  )
  const held = owned.flatMap(({ name, zones }) => [
    `name ${name}`,
    ...zones.flatMap(({ allocationId, privateIpv4, ipv6 }) =>
      [allocationId, privateIpv4, ipv6].flatMap((address) => (address === undefined ? [] : [`address ${address}`])),
    ),
  ])
  return [...new Set(held)].toSorted(compareText)
}
