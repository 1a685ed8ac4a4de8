/** What is registered in target groups. One target that AWS does not take fails the call for all, so it is found and left out. */
import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { PartialAnswer, RefusedBackend } from '../../../src/provider/provider.ts'
import * as deep from '../read/details.ts'
import { codeOf } from '../api/errors.ts'
import { type AwsFold, change, changeTargets, withoutTargets, withTargets } from '../read/view-changes.ts'
import { chunks } from '../../../src/provider/kit/pages.ts'
import { sortedTargets, targetInput, targetKey } from '../read/from-sdk/target-groups.ts'
import type { Call } from '../steps.ts'
import type { AwsView, Mark, Target } from '../view.ts'
import { type Context, groupNamed, unlessGone } from './change.ts'
import { register, type RefusedTarget } from './registration.ts'

/** More are refused, though the API's model sets no limit. */
const MOST_TARGETS = 200
/** Between two reads of targets that are being registered. */
const HEALTH_MS = 5_000

/**
 * Resolves to what was registered, and to the targets that AWS did not take (an instance that is not running, an address outside, beyond a quota), by the
 * names that the cluster has for them: one of them fails nothing else.
 */
export async function registerTargets(context: Context, call: Call<'targets', 'update'>): Promise<PartialAnswer<AwsView>> {
  const { targetGroup, targets } = call
  const { arn, mark } = groupNamed(context, targetGroup)
  const { taken, refused } = await register(context, arn, targets)
  return { fold: changeTargets(targetGroup, withTargets(taken)), refused: refused.flatMap((one) => backendsOf(one, mark, call.nodes ?? {})) }
}

/** One target of a pair of TCP and UDP serves both listeners. */
function backendsOf({ target, error }: RefusedTarget, { owner, listener = '' }: Mark, nodes: Readonly<Record<string, string>>): readonly RefusedBackend[] {
  if (owner === undefined) return []
  const { id, port } = target
  const node = nodes[id]
  const [number, protocols = 'TCP'] = listener.split('/')
  const backend = node === undefined ? { ip: id, port } : { node }
  return protocols.split('_').map((protocol) => ({
    owner: owner.uid,
    listener: `${number}/${protocol}` as ListenerKey,
    backend,
    reason: error.reason,
    because: `AWS refused to register it. ${sentenceOf(error.publicMessage)}`,
  }))
}

function sentenceOf(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** What is not registered, or not there at all any more, is what was wanted. */
export async function deregisterTargets(context: Context, { targetGroup, targets }: Call<'obsolete targets', 'update'>): Promise<AwsFold> {
  const { account, signal } = context
  const { arn: TargetGroupArn } = groupNamed(context, targetGroup)
  const ask = (Targets: TargetDescription[]): Promise<unknown> => account.api.deregisterTargets({ TargetGroupArn, Targets }, signal)
  for (const chunk of chunks(targets.map(targetInput), MOST_TARGETS)) {
    try {
      await unlessGone(ask([...chunk]))
    } catch (error) {
      if (codeOf(error) !== 'InvalidTarget') throw error
      if (chunk.length > 1) for (const target of chunk) await ask([target]).catch(unlessInvalid)
    }
  }
  return changeTargets(targetGroup, withoutTargets(targets))
}

function unlessInvalid(error: unknown): void {
  if (codeOf(error) !== 'InvalidTarget') throw error
}

/** With `trust` no call is made: what is wanted is taken for what is there. */
export async function readTargets(context: Context, { targetGroup, trust, healthy }: Call<'targets', 'read'>): Promise<AwsFold> {
  if (trust !== undefined) {
    return change('targetGroups', targetGroup, (part) => ({ ...part, targets: { source: 'trusted', targets: sortedTargets(trust) } }))
  }
  const { account, signal } = context
  const { arn } = groupNamed(context, targetGroup)
  if (healthy !== undefined) await requireHealthy(context, arn, healthy)
  const targets = await deep.targets(account, arn, signal)
  return change('targetGroups', targetGroup, (part) => ({ ...part, targets: { source: 'known', targets } }))
}

async function requireHealthy({ account, signal }: Context, TargetGroupArn: string, targets: readonly Target[]): Promise<void> {
  const { TargetHealthDescriptions = [] } = await account.api.describeTargetHealth({ TargetGroupArn }, signal)
  const keys = new Set(targets.map(targetKey))
  const isOne = TargetHealthDescriptions.some(
    ({ Target: target, TargetHealth: health }) => health?.State === 'healthy' && keys.has(targetKey({ id: target?.Id ?? '', port: target?.Port ?? 0 })),
  )
  if (isOne) return
  const publicMessage = 'none of the targets that join is healthy yet; those that were taken over serve until one is'
  throw new CloudError('later', { reason: 'Waiting', publicMessage, afterMs: HEALTH_MS })
}
