/** Taking over a load balancer that a Service names: the one way in which something becomes ours that was not made by us. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { all, type AwsFold, put } from '../folds.ts'
import { CLUSTER_TAG, type Labels, STACK_TAG, tagsOf } from '../marks.ts'
import { listListeners } from '../observe.ts'
import { ELB_PAGE, elbPages } from '../pages.ts'
import { first, pairsOf, recordOf, required } from '../parts/answer.ts'
import { detailsOf, listenerPart } from '../parts/listeners.ts'
import { loadBalancerPart } from '../parts/load-balancers.ts'
import { targetGroupPart } from '../parts/target-groups.ts'
import type { Call } from '../steps.ts'
import type { ListenerPart, TargetGroupPart } from '../view.ts'
import type { Context } from './change.ts'

/** The mark of the load balancer is written last: until then nothing is ours, and the step is made again from the start. */
export async function adopt(context: Context, call: Call<'adoption', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { LoadBalancers } = await account.api.describeLoadBalancers({ LoadBalancerArns: [call.arn] }, signal)
  const found = first(LoadBalancers, 'the load balancer')
  await refuseOthers(context, call)
  const listeners = await adoptedListeners(context, call)
  const groups = await adoptedGroups(context, call, listeners)
  for (const part of [...listeners, ...groups]) await mark(context, part.arn, part)
  await mark(context, call.arn, call)
  const balancer = loadBalancerPart(found, call)
  return all(
    put('loadBalancers', balancer.name, balancer),
    ...listeners.map((part) => put('listeners', part.arn, part)),
    ...groups.map((part) => put('targetGroups', part.name, part)),
  )
}

/** Marks of controllers that would go on to work on it: ours of another cluster or Stack, the AWS Load Balancer Controller's, the cloud provider's. */
async function refuseOthers({ account, signal }: Context, { arn, mark: { stack } }: Call<'adoption', 'update'>): Promise<void> {
  const { TagDescriptions } = await account.api.describeTags({ ResourceArns: [arn] }, signal)
  const tags = recordOf(first(TagDescriptions, 'the tags').Tags)
  const isElsewhere = (key: string, here: string): boolean => tags[key] !== undefined && tags[key] !== here
  const other = Object.keys(tags).find((key) => key === 'elbv2.k8s.aws/cluster' || (key.startsWith('kubernetes.io/cluster/') && tags[key] === 'owned'))
  if (other === undefined && !isElsewhere(CLUSTER_TAG, account.clusterId) && !isElsewhere(STACK_TAG, stack)) return
  const publicMessage = `the load balancer carries another controller's mark (tag ${other ?? STACK_TAG}); take that controller off it first, and its tag`
  throw new CloudError('refused', { reason: 'Conflict', publicMessage })
}

async function adoptedListeners({ account, signal }: Context, { arn, mark: { stack, owner } }: Call<'adoption', 'update'>): Promise<readonly ListenerPart[]> {
  return (await listListeners(account, arn, signal)).map((listener) => {
    const protocol = detailsOf(listener)?.protocol ?? 'TCP'
    const name = `${required(listener.Port, 'Port')}/${protocol === 'TLS' ? 'TCP' : protocol}`
    return listenerPart(listener, { mark: { stack, ...(owner === undefined ? {} : { owner }), listener: name }, tags: {} })
  })
}

/** Each is for the listener that leads to it. */
async function adoptedGroups(
  { account, signal }: Context,
  { arn }: Call<'adoption', 'update'>,
  listeners: readonly ListenerPart[],
): Promise<readonly TargetGroupPart[]> {
  const groups: TargetGroupPart[] = []
  for await (const { TargetGroups = [] } of elbPages(account.api.describeTargetGroups, { LoadBalancerArn: arn, PageSize: ELB_PAGE }, signal)) {
    for (const group of TargetGroups) {
      const leading = listeners.find(({ details }) => details?.targetGroupArn === group.TargetGroupArn)
      if (leading !== undefined) groups.push(targetGroupPart(group, { mark: leading.mark, tags: {} }))
    }
  }
  return groups
}

async function mark({ account, signal }: Context, arn: string, labels: Labels): Promise<void> {
  const tags = tagsOf(account.clusterId, labels.mark, labels.tags)
  await account.api.addTags({ ResourceArns: [arn], Tags: pairsOf(tags) }, signal)
  account.recent.tagged(arn, { set: tags })
}
