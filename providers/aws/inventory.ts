/** All that carries this cluster's mark, from a few lists, whatever the number of Services. What stands on no page stays absent. */
import type { StackId } from '../../src/provider/provider.ts'
import type { Account } from './account.ts'
import { currentLabels, hashIn, indexedTags, listedLoadBalancers, listedTargetGroups, ownSecurityGroups } from './lists.ts'
import { type Labels, readTags } from './marks.ts'
import { BASE } from './names.ts'
import type { NetworkReader } from './network.ts'
import { listenersOf } from './observe.ts'
import { taggedListener } from './parts/listeners.ts'
import { loadBalancerPart } from './parts/load-balancers.ts'
import { targetGroupPart } from './parts/target-groups.ts'
import { type StackViews, stackViews } from './stack-views.ts'
import type { AwsView } from './view.ts'

export async function* inventory(account: Account, readNetwork: NetworkReader, signal: AbortSignal): AsyncGenerator<readonly [StackId, AwsView]> {
  const views = stackViews()
  const [groups, tags] = await Promise.all([ownSecurityGroups(account, signal), indexedTags(account, signal)])
  for (const group of groups) views.addSecurityGroup(group)
  const labels = new Map<string, Labels>()
  for (const [arn, raw] of tags) {
    const read = readTags(account.clusterId, raw)
    if (read !== undefined) labels.set(arn, read)
  }
  if (groups.length > 0 || labels.size > 0) await addObjects(account, views, labels, signal)
  const base = views.of(BASE)
  yield [BASE, { ...base, network: await readNetwork(base, signal) }]
  for (const [stack, view] of views.all()) if (stack !== BASE) yield [stack, view]
}

/** A Stack of which anything is known is looked for by name too: the index may not have all of it yet. */
async function addObjects(account: Account, views: StackViews, labels: Map<string, Labels>, signal: AbortSignal): Promise<void> {
  const stacks = new Set([...[...views.all()].map(([stack]) => stack), ...[...labels.values()].map(({ mark }) => mark.stack)])
  const hashes = new Set([...stacks].map((stack) => account.stackHash(stack)))
  const isOurs = ({ arn, name }: { readonly arn: string; readonly name: string }): boolean => labels.has(arn) || hashes.has(hashIn(name) ?? '')
  const [balancers, groups] = await Promise.all([listedLoadBalancers(account, isOurs, signal), listedTargetGroups(account, isOurs, signal)])
  const unlabelled = [...balancers.map(({ LoadBalancerArn: arn }) => arn), ...groups.map(({ TargetGroupArn: arn }) => arn)].filter(
    (arn) => arn !== undefined && !labels.has(arn),
  ) as readonly string[]
  for (const [arn, found] of await currentLabels(account, unlabelled, signal)) labels.set(arn, found)
  const arns = new Set<string>()
  for (const balancer of balancers) {
    const found = labels.get(balancer.LoadBalancerArn ?? '')
    if (found === undefined) continue
    const part = loadBalancerPart(balancer, found)
    arns.add(part.arn)
    views.addLoadBalancer(part)
  }
  for (const group of groups) {
    const found = labels.get(group.TargetGroupArn ?? '')
    if (found !== undefined) views.addTargetGroup(targetGroupPart(group, found))
  }
  for (const [arn, found] of labels) {
    const part = arn.includes(':listener/') ? taggedListener(arn, found) : undefined
    if (part !== undefined && arns.has(part.loadBalancerArn)) views.addListener(part)
  }
  const late = unlabelled.filter((arn) => arns.has(arn))
  for (const part of await listenersOf(account, late, signal)) views.addListener(part)
}
