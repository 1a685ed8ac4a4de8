/** Objects of an account, sorted into the Stacks that their marks name. */
import type { AwsView, ListenerPart, LoadBalancerPart, SecurityGroupPart, TargetGroupPart } from './view.ts'

interface Draft extends AwsView {
  readonly loadBalancers: Map<string, LoadBalancerPart>
  readonly targetGroups: Map<string, TargetGroupPart>
  readonly listeners: Map<string, ListenerPart>
  readonly securityGroups: Map<string, SecurityGroupPart>
}

export interface StackViews {
  addLoadBalancer(part: LoadBalancerPart): void
  addTargetGroup(part: TargetGroupPart): void
  addListener(part: ListenerPart): void
  addSecurityGroup(part: SecurityGroupPart): void
  /** An empty one where nothing was added. */
  of(stack: string): AwsView
  all(): IterableIterator<[string, AwsView]>
}

export function stackViews(): StackViews {
  const drafts = new Map<string, Draft>()
  const draftOf = (stack: string): Draft => {
    const known = drafts.get(stack)
    if (known !== undefined) return known
    const draft = { loadBalancers: new Map(), targetGroups: new Map(), listeners: new Map(), securityGroups: new Map() }
    drafts.set(stack, draft)
    return draft
  }
  return {
    addLoadBalancer: (part) => void draftOf(part.mark.stack).loadBalancers.set(part.name, part),
    addTargetGroup: (part) => void draftOf(part.mark.stack).targetGroups.set(part.name, part),
    addListener: (part) => void draftOf(part.mark.stack).listeners.set(part.arn, part),
    addSecurityGroup: (part) => void draftOf(part.mark.stack).securityGroups.set(part.id, part),
    of: draftOf,
    all: () => drafts.entries(),
  }
}
