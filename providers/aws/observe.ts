/** One Stack as it is now: by its marks and by its names, without what takes a call for each object. */
import type { StackId } from '../../src/provider/provider.ts'
import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Account } from './account.ts'
import { currentLabels, hashIn, indexedTags, isGone, listedLoadBalancers, listedTargetGroups, ownSecurityGroups } from './lists.ts'
import { BASE } from './names.ts'
import type { NetworkReader } from './network.ts'
import { ELB_PAGE, elbPages } from './pages.ts'
import { required } from './parts/answer.ts'
import { listenerPart } from './parts/listeners.ts'
import { loadBalancerPart } from './parts/load-balancers.ts'
import { targetGroupPart } from './parts/target-groups.ts'
import { stackViews } from './stack-views.ts'
import { type AwsView, EMPTY_VIEW, type ListenerPart, type TargetSet } from './view.ts'

/**
 * Where there is neither a security group nor anything in the tag index, the Stack is empty, for two reads. A Stack's first object is its security group,
 * which goes last, and EC2 shows it at once.
 */
export async function observe(account: Account, readNetwork: NetworkReader, stack: StackId, signal: AbortSignal): Promise<AwsView> {
  if (stack === BASE) return observeBase(account, readNetwork, signal)
  const views = stackViews()
  const [groups, tags] = await Promise.all([ownSecurityGroups(account, signal, stack), indexedTags(account, signal, stack)])
  if (groups.length === 0 && tags.size === 0) return EMPTY_VIEW
  for (const group of groups) views.addSecurityGroup(group)
  const hash = account.stackHash(stack)
  const isOurs = ({ arn, name }: { readonly arn: string; readonly name: string }): boolean => tags.has(arn) || hashIn(name) === hash
  const [balancers, targetGroups] = await Promise.all([listedLoadBalancers(account, isOurs, signal, stack), listedTargetGroups(account, isOurs, signal, stack)])
  const balancerArns = balancers.map(({ LoadBalancerArn: arn }) => required(arn, 'LoadBalancerArn'))
  const groupArns = targetGroups.map(({ TargetGroupArn: arn }) => required(arn, 'TargetGroupArn'))
  const listeners = await listListenersOf(account, balancerArns, signal)
  const labels = await currentLabels(account, [...balancerArns, ...groupArns, ...listeners.map(arnOf)], signal)
  const labelsHere = (arn: string | undefined) => {
    const found = labels.get(arn ?? '')
    return found?.mark.stack === stack ? found : undefined
  }
  for (const balancer of balancers) {
    const found = labelsHere(balancer.LoadBalancerArn)
    if (found !== undefined) views.addLoadBalancer(loadBalancerPart(balancer, found))
  }
  for (const group of targetGroups) {
    const found = labelsHere(group.TargetGroupArn)
    if (found !== undefined) views.addTargetGroup({ ...targetGroupPart(group, found), targets: UNREAD })
  }
  for (const listener of listeners) {
    const found = labelsHere(listener.ListenerArn)
    if (found !== undefined) views.addListener(listenerPart(listener, found))
  }
  return views.of(stack)
}

const UNREAD: TargetSet = { source: 'unread', targets: [] }

async function observeBase(account: Account, readNetwork: NetworkReader, signal: AbortSignal): Promise<AwsView> {
  const views = stackViews()
  for (const group of await ownSecurityGroups(account, signal, BASE)) views.addSecurityGroup(group)
  const base = views.of(BASE)
  return { ...base, network: await readNetwork(base, signal) }
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
