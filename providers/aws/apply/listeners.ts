/** Listeners, one ELBv2 call a step. */
import type { Listener } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { StepAnswer } from '../../../src/provider/provider.ts'
import { codeOf } from '../api/errors.ts'
import { allOf, unchanged } from '../../../src/provider/kit/parts.ts'
import { type AwsFold, change, changeTargets, put, remove } from '../read/view-changes.ts'
import { currentLabels } from '../read/lists.ts'
import { tagsOf } from '../marks.ts'
import { listListeners } from '../read/observe.ts'
import { first } from '../read/from-sdk/require.ts'
import { detailsOf, listenerPart, withCertificates } from '../read/from-sdk/listeners.ts'
import type { Call, ListenerSettings } from '../steps.ts'
import type { AwsView, ListenerPart } from '../view.ts'
import { deregisterTargets, registerTargets } from './targets.ts'
import { balancerNamed, type Context, groupNamed, isForeign, isTheSame, listenerOf, patiently, tagInput, unlessGone } from './change.ts'

/**
 * A group that would bring the load balancer beyond its quota of targets is emptied, which takes nothing from anybody as no listener leads to it yet, and
 * filled again behind its listener with as many as fit.
 */
export async function createListener(context: Context, call: Call<'listener', 'create'>): Promise<StepAnswer<AwsView>> {
  try {
    return await make(context, call)
  } catch (error) {
    const group = groupNamed(context, call.targetGroup)
    const targets = group.targets?.targets ?? []
    if (codeOf(error) !== 'TooManyTargets' || targets.length === 0 || group.loadBalancerArns.length > 0) throw error
    await deregisterTargets(context, { targetGroup: call.targetGroup, targets })
    const made = await make(context, call)
    const filling = { targetGroup: call.targetGroup, targets, ...(call.nodes === undefined ? {} : { nodes: call.nodes }) }
    const { fold, refused = [] } = await registerTargets(context, filling)
    return {
      fold: allOf(
        made,
        changeTargets(call.targetGroup, () => []),
        fold,
      ),
      refused,
    }
  }
}

async function make(context: Context, call: Call<'listener', 'create'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: LoadBalancerArn } = balancerNamed(context, call.loadBalancer)
  const { arn: group } = groupNamed(context, call.targetGroup)
  const input = { LoadBalancerArn, Port: call.port, ...settingsInput(call, group), Tags: tagInput(context, call) }
  try {
    const made = first((await patiently(context, [LoadBalancerArn, group], account.api.createListener(input, signal))).Listeners, 'the listener')
    const part = listenerPart(made, call)
    account.recent.made({ kind: 'listener', id: part.arn, stack: call.mark.stack, tags: tagsOf(account.clusterId, call.mark, call.tags) })
    return withListener(part, call.targetGroup)
  } catch (error) {
    if (codeOf(error) !== 'DuplicateListener') throw error
    return standingListener(context, call, LoadBalancerArn)
  }
}

async function standingListener(context: Context, { port, mark, targetGroup, loadBalancer }: Call<'listener', 'create'>, balancer: string): Promise<AwsFold> {
  const { account, signal } = context
  const found = (await listListeners(account, balancer, signal)).find(({ Port }) => Port === port)
  const arn = found?.ListenerArn ?? ''
  const labels = found === undefined ? undefined : (await currentLabels(account, [arn], signal)).get(arn)
  if (found === undefined || labels === undefined || !isTheSame(labels.mark, mark)) throw isForeign(`a listener on port ${port} of ${loadBalancer}`)
  account.recent.made({ kind: 'listener', id: arn, stack: mark.stack, tags: tagsOf(account.clusterId, labels.mark, labels.tags) })
  return withListener(listenerPart(found, labels), targetGroup)
}

/** A target group that a listener leads to belongs to the listener's load balancer. */
function withListener(part: ListenerPart, targetGroup: string): AwsFold {
  return allOf(put('listeners', part.arn, part), usedBy(targetGroup, part))
}

function usedBy(targetGroup: string, { loadBalancerArn, details }: ListenerPart): AwsFold {
  return change('targetGroups', targetGroup, (group) =>
    details?.targetGroupArn === group.arn && !group.loadBalancerArns.includes(loadBalancerArn)
      ? { ...group, loadBalancerArns: [...group.loadBalancerArns, loadBalancerArn].toSorted() }
      : group,
  )
}

function settingsInput({ protocol, certificate, policy, alpn }: ListenerSettings, TargetGroupArn: string) {
  return {
    Protocol: protocol,
    DefaultActions: [{ Type: 'forward' as const, TargetGroupArn }],
    ...(certificate === undefined ? {} : { Certificates: [{ CertificateArn: certificate }] }),
    ...(policy === undefined ? {} : { SslPolicy: policy }),
    ...(alpn === undefined ? {} : { AlpnPolicy: [alpn] }),
  }
}

/** What is left out stays as it was; so a TLS listener without ALPN is set to `None`. */
export async function changeListener(context: Context, call: Call<'listener', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn } = call
  const before = listenerOf(context, arn)
  const { arn: group } = groupNamed(context, call.targetGroup)
  const isAlpnLeft = call.protocol === 'TLS' && call.alpn === undefined && before.details?.alpn !== undefined
  const settings = settingsInput(isAlpnLeft ? { ...call, alpn: 'None' } : call, group)
  const answer = await patiently(context, [arn, group], account.api.modifyListener({ ListenerArn: arn, ...settings }, signal))
  const found: Listener = first(answer.Listeners, 'the listener')
  return allOf(
    change('listeners', arn, (part) => updated(part, found)),
    usedBy(call.targetGroup, updated(before, found)),
    released(before),
  )
}

/** Attributes are of TCP listeners alone, further certificates of TLS ones. */
function updated(part: ListenerPart, found: Listener): ListenerPart {
  const { details: before, attributes, ...rest } = part
  const details = detailsOf(found)
  if (details === undefined) return rest
  const isStill = before?.protocol === details.protocol
  return {
    ...rest,
    details: isStill && before !== undefined ? withCertificates(details, before.certificates.slice(1)) : details,
    ...(isStill && attributes !== undefined ? { attributes } : {}),
  }
}

/** A group that no listener leads to any more belongs to no load balancer. It is asked of the view as it is by then: others change it meanwhile. */
function released({ loadBalancerArn, details }: ListenerPart): AwsFold {
  return (view) => {
    const isUsed = [...view.listeners.values()].some((other) => other.details?.targetGroupArn === details?.targetGroupArn)
    const left = isUsed ? undefined : [...view.targetGroups.values()].find(({ arn }) => arn === details?.targetGroupArn)
    if (left === undefined) return view
    const loadBalancerArns = left.loadBalancerArns.filter((used) => used !== loadBalancerArn)
    return put('targetGroups', left.name, { ...left, loadBalancerArns })(view)
  }
}

export async function deleteListener(context: Context, { arn }: Call<'listener', 'delete'>): Promise<AwsFold> {
  const { account, view, signal } = context
  await unlessGone(account.api.deleteListener({ ListenerArn: arn }, signal))
  account.recent.deleted(arn)
  const part = view.listeners.get(arn)
  return allOf(
    remove('listeners', (_, key) => key === arn),
    part === undefined ? unchanged : released(part),
  )
}

/** Of those that the view knows; one that AWS does not show is gone. */
export async function readListeners(context: Context, { loadBalancer }: Call<'listeners', 'read'>): Promise<AwsFold> {
  const { arn } = balancerNamed(context, loadBalancer)
  const found = new Map((await listListeners(context.account, arn, context.signal)).map((listener) => [listener.ListenerArn ?? '', listener]))
  const changes = [...found].map(([key, listener]) => change('listeners', key, (part) => updated(part, listener)))
  return allOf(
    remove('listeners', (part, key) => part.loadBalancerArn === arn && !found.has(key)),
    ...changes,
  )
}
