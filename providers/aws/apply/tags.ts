/** Tags of ELBv2's objects: several objects in one call, as long as they get the same. */
import { allOf } from '../../../src/provider/kit/parts.ts'
import { type AwsFold, change, retagged } from '../read/view-changes.ts'
import type { Tags } from '../marks.ts'
import { chunks } from '../../../src/provider/kit/pages.ts'
import type { Call, ObjectRef } from '../steps.ts'
import { balancerNamed, type Context, groupNamed, patiently, removeInput, setInput } from './change.ts'

/** What DescribeTags takes; how many objects AddTags takes is not published. */
const MOST_OBJECTS = 20

export async function setTags(context: Context, { of, tags }: Call<'tags', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const input = setInput(tags)
  for (const ResourceArns of chunks(
    of.map((ref) => arnOf(context, ref)),
    MOST_OBJECTS,
  )) {
    await patiently(context, ResourceArns, account.api.addTags({ ResourceArns: [...ResourceArns], Tags: input }, signal))
    for (const arn of ResourceArns) account.recent.tagged(arn, { set: tags })
  }
  return retaggedAll(context, of, tags, [])
}

export async function removeTags(context: Context, { of, keys }: Call<'obsolete tags', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  for (const ResourceArns of chunks(
    of.map((ref) => arnOf(context, ref)),
    MOST_OBJECTS,
  )) {
    await patiently(context, ResourceArns, account.api.removeTags({ ResourceArns: [...ResourceArns], TagKeys: removeInput(keys) }, signal))
    for (const arn of ResourceArns) account.recent.tagged(arn, { removed: keys })
  }
  return retaggedAll(context, of, {}, keys)
}

function arnOf(context: Context, ref: ObjectRef): string {
  switch (ref.kind) {
    case 'load balancer':
      return balancerNamed(context, ref.name).arn
    case 'target group':
      return groupNamed(context, ref.name).arn
    case 'listener': {
      const { arn: balancer } = balancerNamed(context, ref.loadBalancer)
      const found = [...context.view.listeners.values()].find(({ loadBalancerArn, port }) => loadBalancerArn === balancer && port === ref.port)
      if (found === undefined) throw new Error(`a step is about the listener on port ${ref.port} of ${ref.loadBalancer}, which its view does not show`)
      return found.arn
    }
    default:
      return ref satisfies never
  }
}

function retaggedAll(context: Context, of: readonly ObjectRef[], set: Tags, removed: readonly string[]): AwsFold {
  const { clusterId } = context.account
  return allOf(
    ...of.map((ref) => {
      switch (ref.kind) {
        case 'load balancer':
          return change('loadBalancers', ref.name, retagged(clusterId, set, removed))
        case 'target group':
          return change('targetGroups', ref.name, retagged(clusterId, set, removed))
        case 'listener':
          return change('listeners', arnOf(context, ref), retagged(clusterId, set, removed))
        default:
          return ref satisfies never
      }
    }),
  )
}
