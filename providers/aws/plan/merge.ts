/** A listing laid over what is known: what no page shows is kept for as long as the fingerprint says that it is the same. */
import { type AwsView, type ListenerPart, type LoadBalancerPart, type Mark, type Network, type TargetGroupPart, UNREAD } from '../view.ts'

export function merge(known: AwsView, listed: AwsView): AwsView {
  return {
    ...listed,
    ...(listed.network === undefined ? {} : { network: withAddresses(known.network, listed.network) }),
    loadBalancers: merged(known.loadBalancers, listed.loadBalancers, deepBalancer),
    targetGroups: merged(known.targetGroups, listed.targetGroups, deepGroup),
    listeners: merged(known.listeners, listed.listeners, deepListener),
  }
}

/** An inventory reads the Elastic IP addresses only where a load balancer has some. */
function withAddresses(known: Network | undefined, listed: Network): Network {
  return known?.addresses === undefined ? listed : { addresses: known.addresses, ...listed }
}

interface Marked {
  readonly arn: string
  readonly mark: Mark
}

function merged<P extends Marked>(known: ReadonlyMap<string, P>, listed: ReadonlyMap<string, P>, deepen: (before: P, now: P) => P): ReadonlyMap<string, P> {
  return new Map(
    [...listed].map(([key, now]) => {
      const before = known.get(key)
      const isSame = before !== undefined && before.arn === now.arn && before.mark.settings === now.mark.settings
      return [key, isSame ? deepen(before, now) : now]
    }),
  )
}

function deepBalancer({ attributes, capacityUnits }: LoadBalancerPart, now: LoadBalancerPart): LoadBalancerPart {
  return { ...(attributes === undefined ? {} : { attributes }), ...(capacityUnits === undefined ? {} : { capacityUnits }), ...now }
}

function deepGroup({ attributes, targets }: TargetGroupPart, now: TargetGroupPart): TargetGroupPart {
  return { ...(attributes === undefined ? {} : { attributes }), ...(targets === undefined ? {} : { targets }), ...now }
}

function deepListener({ details, attributes }: ListenerPart, now: ListenerPart): ListenerPart {
  return { ...(details === undefined ? {} : { details }), ...(attributes === undefined ? {} : { attributes }), ...now }
}

export function isEmpty({ loadBalancers, targetGroups, listeners, securityGroups, network }: AwsView): boolean {
  return loadBalancers.size + targetGroups.size + listeners.size + securityGroups.size === 0 && network === undefined
}

/** What is registered in the target groups is not to be trusted: it is read by the next plan that needs it, one call for each group. */
export function backendsUnread(view: AwsView): AwsView {
  return { ...view, targetGroups: new Map([...view.targetGroups].map(([name, group]) => [name, { ...group, targets: UNREAD }])) }
}
