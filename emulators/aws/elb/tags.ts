/** Tags of load balancers, target groups, listeners and their rules. */
import type { Tags } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { noteTags } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { invalidValue } from '../wire/refusal.ts'
import { checkTagCount, readTags } from './checks.ts'
import { balancerAt, listenerAt, targetGroupAt } from './find.ts'
import { listenerOf } from './listener-rules.ts'

/** Throws what the kind of object says when it is missing. */
function tagsAt(region: Region, arn: string): Tags {
  if (arn.includes(':targetgroup/')) return targetGroupAt(region, arn).tags
  if (arn.includes(':listener-rule/')) return listenerOf(region, arn).ruleTags
  if (arn.includes(':listener/')) return listenerAt(region, arn).tags
  if (arn.includes(':loadbalancer/')) return balancerAt(region, arn).tags
  throw invalidValue(`'${arn}' is not a valid ARN of a load balancer, a target group, a listener or a rule`)
}

function named(region: Region, input: Input): readonly { readonly arn: string; readonly tags: Tags }[] {
  const arns = input.texts('ResourceArns') ?? []
  if (arns.length === 0) throw invalidValue(`'ResourceArns' must name at least one resource`)
  const most = region.quotas.objectsPerTagCall
  if (arns.length > most) throw invalidValue(`'ResourceArns' may name at most ${most} resources, and names ${arns.length}`)
  return arns.map((arn) => ({ arn, tags: tagsAt(region, arn) }))
}

export function describeTags(region: Region, input: Input): Members {
  return {
    TagDescriptions: named(region, input).map(({ arn, tags }) => ({ ResourceArn: arn, Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) })),
  }
}

export function addTags(region: Region, input: Input): Members {
  const [objects, added] = [named(region, input), readTags(input)]
  for (const { tags } of objects) checkTagCount(new Map([...tags, ...added]))
  for (const { arn, tags } of objects) {
    for (const [key, value] of added) tags.set(key, value)
    noteTags(region, arn)
  }
  return {}
}

export function removeTags(region: Region, input: Input): Members {
  const [objects, keys] = [named(region, input), input.texts('TagKeys') ?? []]
  if (keys.length === 0) throw invalidValue(`'TagKeys' must name at least one key`)
  for (const { arn, tags } of objects) {
    for (const key of keys) tags.delete(key)
    noteTags(region, arn)
  }
  return {}
}
