/** A listing laid over what is known: what no page shows is kept for as long as the fingerprint says that it is the same. */
import type { AwsView, ListenerPart, LoadBalancerPart, Mark, TargetGroupPart } from '../view.ts'

export function merge(known: AwsView, listed: AwsView): AwsView {
  return {
    ...listed,
    loadBalancers: merged(known.loadBalancers, listed.loadBalancers, deepBalancer),
    targetGroups: merged(known.targetGroups, listed.targetGroups, deepGroup),
    listeners: merged(known.listeners, listed.listeners, deepListener),
  }
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
