/** Objects of an account, sorted into the Stacks that their marks name. */
import { stackViews } from '../../../src/provider/kit/parts.ts'
import type { AwsView, ListenerPart, LoadBalancerPart, SecurityGroupPart, TargetGroupPart } from '../view.ts'

export interface AwsStackViews {
  addLoadBalancer(part: LoadBalancerPart): void
  addTargetGroup(part: TargetGroupPart): void
  addListener(part: ListenerPart): void
  addSecurityGroup(part: SecurityGroupPart): void
  /** An empty one where nothing was added. */
  of(stack: string): AwsView
  all(): IterableIterator<[string, AwsView]>
}

export function awsStackViews(): AwsStackViews {
  const { add, of, all } = stackViews((): AwsView => ({ loadBalancers: new Map(), targetGroups: new Map(), listeners: new Map(), securityGroups: new Map() }))
  return {
    addLoadBalancer: (part) => add(part.mark.stack, 'loadBalancers', part.name, part),
    addTargetGroup: (part) => add(part.mark.stack, 'targetGroups', part.name, part),
    addListener: (part) => add(part.mark.stack, 'listeners', part.arn, part),
    addSecurityGroup: (part) => add(part.mark.stack, 'securityGroups', part.id, part),
    of,
    all,
  }
}
