/** Whose a Stack's parts are: read from the marks. */
import { compareText } from '../../../src/model/order.ts'
import type { NamedOwner, Owner } from '../../../src/model/owner.ts'
import type { AwsView, ListenerPart, LoadBalancerPart, SecurityGroupPart, TargetGroupPart } from '../view.ts'

/** Sorted by uid. The load balancer and the group of a shared Stack name no owner: their users are the owners of its other parts. */
export function owners(view: AwsView): readonly Owner[] {
  const found = new Map<string, Owner>()
  const groups = new Map([...view.targetGroups].filter(([, group]) => !isHalfAdopted(group, view)))
  for (const marked of [view.loadBalancers, groups, view.listeners, view.securityGroups])
    for (const { mark } of marked.values()) if (mark.owner !== undefined) found.set(mark.owner.uid, mark.owner)
  for (const { rules } of view.securityGroups.values()) {
    for (const { description } of rules) {
      const owner = description === undefined ? undefined : ownerInDescription(description)
      if (owner !== undefined) found.set(owner.uid, found.get(owner.uid) ?? owner)
    }
  }
  return [...found.values()].toSorted((a, b) => (a.uid < b.uid ? -1 : Number(a.uid > b.uid)))
}

/** What carries this owner's mark, by kind and name, sorted. */
export function parts({ loadBalancers, targetGroups, securityGroups }: AwsView, { uid }: Owner): readonly string[] {
  const named = (kind: string, all: ReadonlyMap<string, LoadBalancerPart | TargetGroupPart | SecurityGroupPart>): readonly string[] =>
    [...all.values()].flatMap(({ mark, name }) => (mark.owner?.uid === uid ? [`${kind} ${name}`] : []))
  return [...named('load balancer', loadBalancers), ...named('security group', securityGroups), ...named('target group', targetGroups)].toSorted(compareText)
}

/**
 * A target group behind a load balancer that did not get our mark any more, when it was being taken over: it cannot be deleted, its users are not ours,
 * and nothing waits for it to go.
 */
export function isHalfAdopted({ mark, loadBalancerArns }: TargetGroupPart, { loadBalancers }: AwsView): boolean {
  if (mark.adopted !== true) return false
  const ours = new Set([...loadBalancers.values()].map(({ arn }) => arn))
  return loadBalancerArns.some((arn) => !ours.has(arn))
}

/** `default/web 6f1c-… 80/TCP`: what may stand in a description has no place for more. */
export function describeRule({ namespace, name, uid }: NamedOwner, listener: string): string {
  return `${namespace}/${name} ${uid} ${listener}`
}

export function ownerInDescription(description: string): NamedOwner | undefined {
  const [, namespace, name, uid] = /^([^/ ]+)\/([^/ ]+) ([^/ ]+) \d+\/[A-Z_]+$/.exec(description) ?? []
  return namespace === undefined || name === undefined || uid === undefined ? undefined : { namespace, name, uid }
}

/** Of a load balancer, sorted by port. Those whose load balancer is not here any more are a listing's memory. */
export function listenersOf(view: AwsView, { arn }: LoadBalancerPart): readonly ListenerPart[] {
  return [...view.listeners.values()].filter(({ loadBalancerArn }) => loadBalancerArn === arn).toSorted((a, b) => a.port - b.port)
}
