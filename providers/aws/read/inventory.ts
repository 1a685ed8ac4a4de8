/** All that carries this cluster's mark, from a few lists, whatever the number of Services. What stands on no page stays absent. */
import type { StackId } from '../../../src/provider/provider.ts'
import type { Account } from '../api/account.ts'
import { currentLabels, hashIn, indexedTags, listedLoadBalancers, listedTargetGroups, ownAmong, vpcSecurityGroups } from './lists.ts'
import { type Labels, readTags } from '../marks.ts'
import { BASE } from '../names.ts'
import type { NetworkReader } from './network.ts'
import { listenersOf } from './observe.ts'
import { taggedListener } from './from-sdk/listeners.ts'
import { loadBalancerPart } from './from-sdk/load-balancers.ts'
import { targetGroupPart } from './from-sdk/target-groups.ts'
import { type AwsStackViews, awsStackViews } from './stack-views.ts'
import type { AwsView, ZoneMapping } from '../view.ts'

export async function* inventory(account: Account, readNetwork: NetworkReader, signal: AbortSignal): AsyncGenerator<readonly [StackId, AwsView]> {
  const views = awsStackViews()
  const [securityGroups, tags] = await Promise.all([vpcSecurityGroups(account, signal), indexedTags(account, signal)])
  const groups = ownAmong(account, securityGroups)
  for (const group of groups) views.addSecurityGroup(group)
  const labels = new Map<string, Labels>()
  for (const [arn, raw] of tags) {
    const read = readTags(account.clusterId, raw)
    if (read !== undefined) labels.set(arn, read)
  }
  if (groups.length > 0 || labels.size > 0) await addObjects(account, views, labels, signal)
  const base = views.of(BASE)
  const withAddresses = [...views.all()].some(([, { loadBalancers }]) => loadBalancers.values().some(({ zones }) => zones.some(isReserved)))
  yield [BASE, { ...base, network: await readNetwork(base, { securityGroups, withAddresses }, signal) }]
  for (const [stack, view] of views.all()) if (stack !== BASE) yield [stack, view]
}

function isReserved({ allocationId }: ZoneMapping): boolean {
  return allocationId !== undefined
}

/** A Stack of which anything is known is looked for by name too: the index may not have all of it yet. */
async function addObjects(account: Account, views: AwsStackViews, labels: Map<string, Labels>, signal: AbortSignal): Promise<void> {
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
