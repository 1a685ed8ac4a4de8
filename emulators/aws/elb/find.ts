/** Finds the objects that requests name. */
import type { Listener, LoadBalancer, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import { Refusal, invalidValue } from '../wire/refusal.ts'

export function balancerNamed(region: Region, input: Input): LoadBalancer {
  return balancerAt(region, input.need('LoadBalancerArn'))
}

export function balancerAt(region: Region, arn: string): LoadBalancer {
  if (!arn.includes(':loadbalancer/')) throw invalidValue(`'${arn}' is not a valid load balancer ARN`)
  const found = region.balancers.get(arn)
  if (found === undefined) throw new Refusal('LoadBalancerNotFound', `One or more load balancers not found`)
  return found
}

export function targetGroupNamed(region: Region, input: Input): TargetGroup {
  return targetGroupAt(region, input.need('TargetGroupArn'))
}

export function targetGroupAt(region: Region, arn: string): TargetGroup {
  if (!arn.includes(':targetgroup/')) throw invalidValue(`'${arn}' is not a valid target group ARN`)
  const found = region.targetGroups.get(arn)
  if (found === undefined) throw new Refusal('TargetGroupNotFound', `One or more target groups not found`)
  return found
}

export function listenerNamed(region: Region, input: Input): Listener {
  return listenerAt(region, input.need('ListenerArn'))
}

export function listenerAt(region: Region, arn: string): Listener {
  if (!arn.includes(':listener/')) throw invalidValue(`'${arn}' is not a valid listener ARN`)
  const found = region.listeners.get(arn)
  if (found === undefined) throw new Refusal('ListenerNotFound', `One or more listeners not found`)
  return found
}

/** The one load balancer whose listeners use this group, as far as there is one. */
export function balancerUsing(region: Region, { users }: TargetGroup): LoadBalancer | undefined {
  const [listener] = users
  return listener && region.balancers.get(listener.balancerArn)
}

/** Target groups that a load balancer's listeners use, each once. */
export function targetGroupsOf(region: Region, balancer: LoadBalancer): readonly TargetGroup[] {
  const arns = new Set([...balancer.listeners].flatMap(({ groups }) => groups.map(({ arn }) => arn)))
  return [...arns].flatMap((arn) => region.targetGroups.get(arn) ?? [])
}
