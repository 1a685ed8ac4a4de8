/** Attributes of load balancers, target groups and listeners, and reserved capacity: what no list shows. */
import * as deep from '../read/details.ts'
import { type AwsFold, change } from '../read/view-changes.ts'
import { chunks } from '../../../src/provider/kit/pages.ts'
import { pairsOf, recordOf } from '../read/from-sdk/require.ts'
import type { Call } from '../steps.ts'
import { balancerNamed, type Context, groupNamed, patiently } from './change.ts'

/** One call takes 20 attributes, which is more than there are. */
const MOST_ATTRIBUTES = 20

export async function setAttributes(context: Context, { name, attributes }: Call<'load balancer attributes', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: LoadBalancerArn } = balancerNamed(context, name)
  let answered: Readonly<Record<string, string>> = {}
  for (const Attributes of chunks(pairsOf(attributes), MOST_ATTRIBUTES)) {
    const asked = account.api.modifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [...Attributes] }, signal)
    answered = { ...answered, ...recordOf((await patiently(context, [LoadBalancerArn], asked)).Attributes) }
  }
  return change('loadBalancers', name, (part) => ({ ...part, attributes: { ...part.attributes, ...answered } }))
}

export async function readAttributes(context: Context, { name }: Call<'load balancer attributes', 'read'>): Promise<AwsFold> {
  const attributes = await deep.loadBalancerAttributes(context.account, balancerNamed(context, name).arn, context.signal)
  return change('loadBalancers', name, (part) => ({ ...part, attributes }))
}

export async function setCapacity(context: Context, { name, units }: Call<'load balancer capacity', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: LoadBalancerArn } = balancerNamed(context, name)
  const wanted = units === 0 ? { ResetCapacityReservation: true } : { MinimumLoadBalancerCapacity: { CapacityUnits: units } }
  const answer = await account.api.modifyCapacityReservation({ LoadBalancerArn, ...wanted }, signal)
  const found = answer.MinimumLoadBalancerCapacity?.CapacityUnits ?? units
  return change('loadBalancers', name, (part) => ({ ...part, capacityUnits: found }))
}

export async function readCapacity(context: Context, { name }: Call<'load balancer capacity', 'read'>): Promise<AwsFold> {
  const capacityUnits = await deep.capacityUnits(context.account, balancerNamed(context, name).arn, context.signal)
  return change('loadBalancers', name, (part) => ({ ...part, capacityUnits }))
}

export async function setGroupAttributes(context: Context, { targetGroup, attributes }: Call<'target group attributes', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: TargetGroupArn } = groupNamed(context, targetGroup)
  let answered: Readonly<Record<string, string>> = {}
  for (const Attributes of chunks(pairsOf(attributes), MOST_ATTRIBUTES)) {
    const asked = account.api.modifyTargetGroupAttributes({ TargetGroupArn, Attributes: [...Attributes] }, signal)
    answered = { ...answered, ...recordOf((await patiently(context, [TargetGroupArn], asked)).Attributes) }
  }
  return change('targetGroups', targetGroup, (part) => ({ ...part, attributes: { ...part.attributes, ...answered } }))
}

export async function readGroupAttributes(context: Context, { targetGroup }: Call<'target group attributes', 'read'>): Promise<AwsFold> {
  const attributes = await deep.targetGroupAttributes(context.account, groupNamed(context, targetGroup).arn, context.signal)
  return change('targetGroups', targetGroup, (part) => ({ ...part, attributes }))
}

export async function setListenerAttributes(context: Context, { arn, attributes }: Call<'listener attributes', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const asked = account.api.modifyListenerAttributes({ ListenerArn: arn, Attributes: pairsOf(attributes) }, signal)
  const answered = recordOf((await patiently(context, [arn], asked)).Attributes)
  return change('listeners', arn, (part) => ({ ...part, attributes: { ...part.attributes, ...answered } }))
}

export async function readListenerAttributes(context: Context, { arn }: Call<'listener attributes', 'read'>): Promise<AwsFold> {
  const attributes = await deep.listenerAttributes(context.account, arn, context.signal)
  return change('listeners', arn, (part) => ({ ...part, attributes }))
}
