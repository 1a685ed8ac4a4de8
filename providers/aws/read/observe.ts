/** Stacks as they are now: by their marks and by their names, without what takes a call for each object. */
import type { StackId } from '../../../src/provider/provider.ts'
import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Account } from '../api/account.ts'
import { currentLabels, hashIn, indexedTags, isGone, listedLoadBalancers, listedTargetGroups, ownAmong, securityGroupsOf, vpcSecurityGroups } from './lists.ts'
import { BASE } from '../names.ts'
import type { NetworkReader } from './network.ts'
import { chunks } from '../../../src/provider/kit/pages.ts'
import { ELB_PAGE, elbPages } from '../api/pages.ts'
import { required } from './from-sdk/require.ts'
import { listenerPart } from './from-sdk/listeners.ts'
import { loadBalancerPart } from './from-sdk/load-balancers.ts'
import { targetGroupPart } from './from-sdk/target-groups.ts'
import { awsStackViews } from './stack-views.ts'
import { type AwsView, EMPTY_VIEW, type ListenerPart, UNREAD } from '../view.ts'

/** Values that one filter of the tag index takes. */
const STACKS_AT_ONCE = 20

export async function observe(account: Account, readNetwork: NetworkReader, stack: StackId, signal: AbortSignal): Promise<AwsView> {
  if (stack === BASE) return observeBase(account, readNetwork, signal)
  return (await observeLeaning(account, [stack], signal)).get(stack) ?? EMPTY_VIEW
}

/** Stacks other than the base, by pages that are read once for every 20 of them. A Stack that does not exist is an empty view. */
export async function observeAll(account: Account, stacks: readonly StackId[], signal: AbortSignal): Promise<ReadonlyMap<StackId, AwsView>> {
  const found = new Map<StackId, AwsView>()
  for (const some of chunks(stacks, STACKS_AT_ONCE)) for (const [stack, view] of await observeLeaning(account, some, signal)) found.set(stack, view)
  return found
}

/**
 * Where there is neither a security group nor anything in the tag index, the Stacks are empty, for two reads. A Stack's first object is its security group,
 * which goes last, and EC2 shows it at once.
 */
async function observeLeaning(account: Account, stacks: readonly StackId[], signal: AbortSignal): Promise<ReadonlyMap<StackId, AwsView>> {
  const views = awsStackViews()
  const found = (): ReadonlyMap<StackId, AwsView> => new Map(stacks.map((stack) => [stack, views.of(stack)]))
  const [groups, tags] = await Promise.all([securityGroupsOf(account, stacks, signal), indexedTags(account, signal, stacks)])
  if (groups.length === 0 && tags.size === 0) return found()
  for (const group of groups) views.addSecurityGroup(group)
  const hashes = new Set(stacks.map((stack) => account.stackHash(stack)))
  const isOurs = ({ arn, name }: { readonly arn: string; readonly name: string }): boolean => tags.has(arn) || hashes.has(hashIn(name) ?? '')
  const [balancers, targetGroups] = await Promise.all([
    listedLoadBalancers(account, isOurs, signal, stacks),
    listedTargetGroups(account, isOurs, signal, stacks),
  ])
  const balancerArns = balancers.map(({ LoadBalancerArn: arn }) => required(arn, 'LoadBalancerArn'))
  const groupArns = targetGroups.map(({ TargetGroupArn: arn }) => required(arn, 'TargetGroupArn'))
  const listeners = await listListenersOf(account, balancerArns, signal)
  const labels = await currentLabels(account, [...balancerArns, ...groupArns, ...listeners.map(arnOf)], signal)
  const labelsHere = (arn: string | undefined) => {
    const read = labels.get(arn ?? '')
    return read !== undefined && stacks.includes(read.mark.stack) ? read : undefined
  }
  for (const balancer of balancers) {
    const read = labelsHere(balancer.LoadBalancerArn)
    if (read !== undefined) views.addLoadBalancer(loadBalancerPart(balancer, read))
  }
  for (const group of targetGroups) {
    const read = labelsHere(group.TargetGroupArn)
    if (read !== undefined) views.addTargetGroup({ ...targetGroupPart(group, read), targets: UNREAD })
  }
  for (const listener of listeners) {
    const read = labelsHere(listener.ListenerArn)
    if (read !== undefined) views.addListener(listenerPart(listener, read))
  }
  return found()
}

async function observeBase(account: Account, readNetwork: NetworkReader, signal: AbortSignal): Promise<AwsView> {
  const views = awsStackViews()
  const securityGroups = await vpcSecurityGroups(account, signal)
  for (const group of ownAmong(account, securityGroups)) if (group.mark.stack === BASE) views.addSecurityGroup(group)
  const base = views.of(BASE)
  return { ...base, network: await readNetwork(base, { securityGroups, withAddresses: true }, signal) }
}

/** Listeners with our mark, of load balancers by ARN, with all but their further certificates and their attributes. */
export async function listenersOf(account: Account, balancers: readonly string[], signal: AbortSignal): Promise<readonly ListenerPart[]> {
  const found = await listListenersOf(account, balancers, signal)
  const labels = await currentLabels(account, found.map(arnOf), signal)
  return found.flatMap((listener) => {
    const read = labels.get(listener.ListenerArn ?? '')
    return read === undefined ? [] : [listenerPart(listener, read)]
  })
}

async function listListenersOf(account: Account, balancers: readonly string[], signal: AbortSignal): Promise<readonly Listener[]> {
  return (await Promise.all(balancers.map((arn) => listListeners(account, arn, signal)))).flat()
}

function arnOf({ ListenerArn: arn }: Listener): string {
  return required(arn, 'ListenerArn')
}

export async function listListeners({ api }: Account, LoadBalancerArn: string, signal: AbortSignal): Promise<readonly Listener[]> {
  const found: Listener[] = []
  try {
    for await (const { Listeners = [] } of elbPages(api.describeListeners, { LoadBalancerArn, PageSize: ELB_PAGE }, signal)) found.push(...Listeners)
  } catch (error) {
    if (!isGone(error)) throw error
  }
  return found
}
