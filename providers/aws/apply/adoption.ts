/** Taking over a load balancer that a Service names: the one way in which something becomes ours that was not made by us. */
import type { Listener, LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Account } from '../api/account.ts'
import * as deep from '../read/details.ts'
import { allOf } from '../../../src/provider/kit/parts.ts'
import { type AwsFold, put } from '../read/view-changes.ts'
import { isGone } from '../read/lists.ts'
import { type Labels, readTags, type Tags, tagsOf } from '../marks.ts'
import { listListeners } from '../read/observe.ts'
import { ELB_PAGE, elbPages } from '../api/pages.ts'
import { first, pairsOf, recordOf, required } from '../read/from-sdk/require.ts'
import { detailsOf, listenerPart, withCertificates } from '../read/from-sdk/listeners.ts'
import { loadBalancerPart } from '../read/from-sdk/load-balancers.ts'
import { targetGroupPart } from '../read/from-sdk/target-groups.ts'
import type { MadeKind } from '../api/recent-changes.ts'
import type { Call } from '../steps.ts'
import type { ListenerPart, LoadBalancerPart, Mark, TargetGroupPart } from '../view.ts'
import { foreignMark, misfit, unknownPart } from './adoptable.ts'
import type { Context } from './change.ts'

type Adoption = Call<'adoption', 'update'>

const turns = new WeakMap<Account, Promise<unknown>>()

/** One after the other, so that of two Services that name one load balancer the second sees the mark of the first. Throws a CloudError. */
export function adopt(context: Context, call: Adoption): Promise<AwsFold> {
  const turn = (turns.get(context.account) ?? Promise.resolve()).then(() => takeOver(context, call))
  turns.set(
    context.account,
    turn.catch(() => undefined),
  )
  return turn
}

/** Looks whether it may be taken over, as `adopt` does, and writes nothing. Throws a CloudError. */
export async function readCandidate(context: Context, call: Adoption): Promise<AwsFold> {
  const { found } = await examined(context, call)
  const dnsName = required(found.DNSName, 'DNSName').toLowerCase()
  return (view) => ({ ...view, candidates: new Map(view.candidates).set(call.arn, dnsName) })
}

interface Examined {
  readonly found: LoadBalancer
  readonly listeners: readonly Listener[]
  readonly groups: readonly TargetGroup[]
  /** Of all of them, by ARN. */
  readonly tags: ReadonlyMap<string, Tags>
}

/** Throws a CloudError where it may not be taken over. */
async function examined(context: Context, call: Adoption): Promise<Examined> {
  const { account, signal } = context
  const found = await balancerOf(context, call.arn)
  const wrong = misfit(found, call, account.vpcId)
  if (wrong !== undefined) throw refused('Invalid', wrong)
  const listeners = await listListeners(account, call.arn, signal)
  const groups = await groupsOf(context, call.arn)
  const stray = unknownPart(listeners, groups)
  if (stray !== undefined) throw refused('Invalid', stray)
  const tags = await allTags(context, [call.arn, ...listeners.map(({ ListenerArn }) => ListenerArn), ...groups.map(({ TargetGroupArn }) => TargetGroupArn)])
  for (const each of tags.values()) {
    const foreign = foreignMark(each, account.clusterId, call.mark)
    if (foreign !== undefined) throw refused('Conflict', foreign)
  }
  return { found, listeners, groups, tags }
}

/** Nothing is written before all is checked. The mark of the load balancer is written last: until then the step is made again from the start. */
async function takeOver(context: Context, call: Adoption): Promise<AwsFold> {
  const { account } = context
  const { found, listeners, groups, tags } = await examined(context, call)
  const labelsOf = (arn: string | undefined, mark: Mark): Labels => labelled(account, tags.get(arn ?? '') ?? {}, mark)
  const listenerParts = await Promise.all(
    listeners.map((listener) =>
      withAllCertificates(context, listenerPart(listener, labelsOf(listener.ListenerArn, { ...call.mark, listener: nameOf(listener) }))),
    ),
  )
  const groupParts = groups.flatMap((group) => {
    const leading = listenerParts.find(({ details }) => details?.targetGroupArn === group.TargetGroupArn)
    const labels = leading === undefined ? undefined : labelsOf(group.TargetGroupArn, { ...call.mark, ...given(leading.mark.listener) })
    return labels === undefined ? [] : [{ ...targetGroupPart(group, labels), targets: { source: 'unread' as const, targets: [] } }]
  })
  for (const part of listenerParts) await writeMark(context, 'listener', part)
  for (const part of groupParts) await writeMark(context, 'target group', part)
  const balancer = loadBalancerPart(found, labelsOf(call.arn, call.mark))
  await writeMark(context, 'load balancer', balancer)
  return allOf(
    withoutCandidate(call.arn),
    put('loadBalancers', balancer.name, balancer),
    ...listenerParts.map((part) => put('listeners', part.arn, part)),
    ...groupParts.map((part) => put('targetGroups', part.name, part)),
  )
}

function withoutCandidate(arn: string): AwsFold {
  return ({ candidates, ...view }) => {
    const others = [...(candidates ?? [])].filter(([other]) => other !== arn)
    return others.length === 0 ? view : { ...view, candidates: new Map(others) }
  }
}

function given(listener: string | undefined): Pick<Mark, 'listener'> {
  return listener === undefined ? {} : { listener }
}

function refused(reason: 'Invalid' | 'Conflict', wrong: string): CloudError {
  return new CloudError('refused', { reason, publicMessage: `fairlead.dev/adopt: the load balancer ${wrong}` })
}

async function balancerOf({ account, signal }: Context, arn: string) {
  try {
    return first((await account.api.describeLoadBalancers({ LoadBalancerArns: [arn] }, signal)).LoadBalancers, 'the load balancer')
  } catch (error) {
    if (!isGone(error)) throw error
    throw refused('Invalid', 'is not there, in this account and region')
  }
}

async function groupsOf({ account, signal }: Context, LoadBalancerArn: string): Promise<readonly TargetGroup[]> {
  const found: TargetGroup[] = []
  for await (const { TargetGroups = [] } of elbPages(account.api.describeTargetGroups, { LoadBalancerArn, PageSize: ELB_PAGE }, signal))
    found.push(...TargetGroups)
  return found
}

const MOST_DESCRIBED = 20

async function allTags({ account, signal }: Context, arns: readonly (string | undefined)[]): Promise<ReadonlyMap<string, Tags>> {
  const found = new Map<string, Tags>()
  for (let i = 0; i < arns.length; i += MOST_DESCRIBED) {
    const ResourceArns = arns.slice(i, i + MOST_DESCRIBED).map((arn) => required(arn, 'an ARN'))
    const { TagDescriptions = [] } = await account.api.describeTags({ ResourceArns }, signal)
    for (const { ResourceArn, Tags } of TagDescriptions) if (ResourceArn !== undefined) found.set(ResourceArn, recordOf(Tags))
  }
  return found
}

/** What has our mark already keeps it: the answer or the process was lost, and it may be as wanted by now, or be made by us. */
function labelled({ clusterId }: Account, tags: Tags, mark: Mark): Labels {
  const before = readTags(clusterId, tags)
  if (before !== undefined) return before
  const others = Object.entries(tags).filter(([key]) => !key.startsWith('aws:') && !key.startsWith('fairlead.dev/'))
  return { mark, tags: Object.fromEntries(others) }
}

function nameOf(listener: Listener): string {
  const protocol = detailsOf(listener)?.protocol ?? 'TCP'
  return `${required(listener.Port, 'Port')}/${protocol === 'TLS' ? 'TCP' : protocol}`
}

async function withAllCertificates({ account, signal }: Context, part: ListenerPart): Promise<ListenerPart> {
  const { details } = part
  if (details?.protocol !== 'TLS') return part
  return { ...part, details: withCertificates(details, await deep.furtherCertificates(account, part.arn, signal)) }
}

/** Our marks alone are written: the tags of others are theirs. */
async function writeMark({ account, signal }: Context, kind: MadeKind, part: LoadBalancerPart | ListenerPart | TargetGroupPart): Promise<void> {
  const ours = tagsOf(account.clusterId, part.mark, {})
  await account.api.addTags({ ResourceArns: [part.arn], Tags: pairsOf(ours) }, signal)
  // The tag index lags as it does for what was just made.
  account.recent.made({ kind, id: part.arn, stack: part.mark.stack, tags: tagsOf(account.clusterId, part.mark, part.tags) })
}
