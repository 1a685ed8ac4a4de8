/** The lists that inventory and observation are made of: each call's pages, as far as they concern us. */
import type { Filter, SecurityGroup } from '@aws-sdk/client-ec2'
import type { LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Account } from '../api/account.ts'
import { codeOf } from '../api/errors.ts'
import { CLUSTER_TAG, type Labels, readTags, STACK_TAG, type Tags } from '../marks.ts'
import { chunks } from '../../../src/provider/kit/pages.ts'
import { ec2Pages, ELB_PAGE, elbPages, tagPages } from '../api/pages.ts'
import { recordOf, required } from './from-sdk/require.ts'
import { securityGroupPart } from './from-sdk/rules.ts'
import type { SecurityGroupPart } from '../view.ts'

/** Of some Stacks. EC2's own tag filter does not lag behind. */
export async function securityGroupsOf(account: Account, stacks: readonly string[], signal: AbortSignal): Promise<readonly SecurityGroupPart[]> {
  const Filters = [
    { Name: `tag:${CLUSTER_TAG}`, Values: [account.clusterId] },
    { Name: `tag:${STACK_TAG}`, Values: [...stacks] },
  ]
  return ownAmong(account, await listedSecurityGroups(account, Filters, signal))
}

/** All of the VPC, also those of others. */
export function vpcSecurityGroups(account: Account, signal: AbortSignal): Promise<readonly SecurityGroup[]> {
  return listedSecurityGroups(account, [{ Name: 'vpc-id', Values: [account.vpcId] }], signal)
}

async function listedSecurityGroups({ api }: Account, Filters: Filter[], signal: AbortSignal): Promise<readonly SecurityGroup[]> {
  const found: SecurityGroup[] = []
  for await (const { SecurityGroups = [] } of ec2Pages(api.describeSecurityGroups, { Filters, MaxResults: 1_000 }, signal)) found.push(...SecurityGroups)
  return found
}

/** Those that carry this cluster's mark. */
export function ownAmong({ clusterId, recent }: Account, groups: readonly SecurityGroup[]): readonly SecurityGroupPart[] {
  return groups.flatMap((group) => {
    const tags = recent.tagsOf(required(group.GroupId, 'GroupId'), recordOf(group.Tags))
    const labels = tags === undefined ? undefined : readTags(clusterId, tags)
    return labels === undefined ? [] : [securityGroupPart(group, labels)]
  })
}

/** What is asked of all Stacks at once, or of each of some. */
function ofStacks<T>(stacks: readonly string[] | undefined, ask: (stack?: string) => readonly T[]): readonly T[] {
  return stacks === undefined ? ask() : stacks.flatMap((stack) => ask(stack))
}

/** Tags by ARN of all objects of ELBv2 that carry the mark, by the tag index, which lags, and what we know better. */
export async function indexedTags({ api, clusterId, recent }: Account, signal: AbortSignal, stacks?: readonly string[]): Promise<ReadonlyMap<string, Tags>> {
  const TagFilters = [{ Key: CLUSTER_TAG, Values: [clusterId] }, ...(stacks === undefined ? [] : [{ Key: STACK_TAG, Values: [...stacks] }])]
  const listed = new Map<string, Tags>()
  const input = { TagFilters, ResourceTypeFilters: ['elasticloadbalancing'], ResourcesPerPage: 100 }
  for await (const { ResourceTagMappingList = [] } of tagPages(api.getResources, input, signal)) {
    for (const { ResourceARN: arn, Tags: tags } of ResourceTagMappingList) {
      if (arn === undefined) continue
      listed.set(arn, recordOf(tags))
      recent.indexed(arn)
    }
  }
  for (const kind of ['load balancer', 'target group', 'listener'] as const) {
    for (const { id, tags } of ofStacks(stacks, (stack) => recent.unindexedOf(kind, stack))) if (!listed.has(id)) listed.set(id, tags)
  }
  return new Map(
    [...listed].flatMap(([arn, tags]) => {
      const now = recent.tagsOf(arn, tags)
      return now === undefined ? [] : [[arn, now] as const]
    }),
  )
}

/** Tags as they are now: DescribeTags takes 20 objects at once, and one of them that is gone fails the call. */
export async function currentLabels({ api, clusterId }: Account, arns: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Labels>> {
  const found = new Map<string, Labels>()
  const ask = async (ResourceArns: readonly string[]): Promise<void> => {
    const { TagDescriptions = [] } = await api.describeTags({ ResourceArns: [...ResourceArns] }, signal)
    for (const { ResourceArn: arn, Tags: tags } of TagDescriptions) {
      const labels = readTags(clusterId, recordOf(tags))
      if (arn !== undefined && labels !== undefined) found.set(arn, labels)
    }
  }
  for (const chunk of chunks(arns, 20)) {
    try {
      await ask(chunk)
    } catch (error) {
      if (!isGone(error)) throw error
      if (chunk.length > 1) for (const arn of chunk) await ask([arn]).catch(unlessGone)
    }
  }
  return found
}

const GONE = new Set(['LoadBalancerNotFound', 'TargetGroupNotFound', 'ListenerNotFound', 'InvalidGroup.NotFound', 'InvalidGroupId.NotFound'])

export function isGone(error: unknown): boolean {
  return GONE.has(codeOf(error) ?? '')
}

function unlessGone(error: unknown): void {
  if (!isGone(error)) throw error
}

/** Network load balancers for which `isOurs` holds, and those that this process made a moment ago, or may have made, which the list may not show yet. */
export async function listedLoadBalancers(
  { api, recent }: Account,
  isOurs: (object: { readonly arn: string; readonly name: string }) => boolean,
  signal: AbortSignal,
  stacks?: readonly string[],
): Promise<readonly LoadBalancer[]> {
  const found = new Map<string, LoadBalancer>()
  const take = (balancer: LoadBalancer, mayBeOurs = isOurs): void => {
    const { LoadBalancerArn: arn, LoadBalancerName: name } = balancer
    if (arn !== undefined && name !== undefined && !recent.isDeleted(arn) && mayBeOurs({ arn, name })) found.set(arn, balancer)
  }
  for await (const { LoadBalancers = [] } of elbPages(api.describeLoadBalancers, { PageSize: ELB_PAGE }, signal)) LoadBalancers.forEach((each) => take(each))
  for (const { id } of ofStacks(stacks, (stack) => recent.madeOf('load balancer', stack))) {
    if (found.has(id)) continue
    const { LoadBalancers = [] } = await api.describeLoadBalancers({ LoadBalancerArns: [id] }, signal).catch(noneIfGone)
    LoadBalancers.forEach((each) => take(each))
  }
  // Whose answer was lost: its tags will show whether it is ours.
  for (const name of ofStacks(stacks, (stack) => recent.attemptedOf('load balancer', stack))) {
    if (found.values().some((each) => each.LoadBalancerName === name)) continue
    const { LoadBalancers = [] } = await api.describeLoadBalancers({ Names: [name] }, signal).catch(noneIfGone)
    LoadBalancers.forEach((each) => take(each, () => true))
  }
  return [...found.values()]
}

/** The same of target groups. */
export async function listedTargetGroups(
  { api, recent }: Account,
  isOurs: (object: { readonly arn: string; readonly name: string }) => boolean,
  signal: AbortSignal,
  stacks?: readonly string[],
): Promise<readonly TargetGroup[]> {
  const found = new Map<string, TargetGroup>()
  const take = (group: TargetGroup): void => {
    const { TargetGroupArn: arn, TargetGroupName: name } = group
    if (arn !== undefined && name !== undefined && !recent.isDeleted(arn) && isOurs({ arn, name })) found.set(arn, group)
  }
  for await (const { TargetGroups = [] } of elbPages(api.describeTargetGroups, { PageSize: ELB_PAGE }, signal)) TargetGroups.forEach(take)
  for (const { id } of ofStacks(stacks, (stack) => recent.madeOf('target group', stack))) {
    if (found.has(id)) continue
    const { TargetGroups = [] } = await api.describeTargetGroups({ TargetGroupArns: [id] }, signal).catch(noneIfGone)
    TargetGroups.forEach(take)
  }
  for (const name of ofStacks(stacks, (stack) => recent.attemptedOf('target group', stack))) {
    if (found.values().some((each) => each.TargetGroupName === name)) continue
    const { TargetGroups = [] } = await api.describeTargetGroups({ Names: [name] }, signal).catch(noneIfGone)
    TargetGroups.forEach(take)
  }
  return [...found.values()]
}

function noneIfGone(error: unknown): { readonly LoadBalancers?: LoadBalancer[]; readonly TargetGroups?: TargetGroup[] } {
  if (isGone(error)) return {}
  throw error
}

/** The Stack's hash in the name of one of its load balancers or target groups; undefined: no name of ours. */
export function hashIn(name: string): string | undefined {
  return /^[a-z0-9]+-([0-9a-f]{10})-[0-9a-f]{8}$/.exec(name)?.[1]
}
