/** What is registered in target groups. One target that AWS does not take fails the call for all, so it is found and left out. */
import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import * as deep from '../deep.ts'
import { codeOf, messageOf } from '../errors.ts'
import { type AwsFold, change, changeTargets, withoutTargets, withTargets } from '../folds.ts'
import { chunks } from '../pages.ts'
import { sortedTargets, targetInput, targetKey } from '../parts/target-groups.ts'
import type { Call } from '../steps.ts'
import type { Target } from '../view.ts'
import { type Context, groupNamed, patiently, unlessGone } from './change.ts'

/** More are refused, though the API's model sets no limit. */
const MOST_TARGETS = 200
/** Between two looks at targets that are being taken up. */
const HEALTH_MS = 5_000
/** How long an instance takes to start, or to be taken from the cluster. */
const AGAIN_MS = 30_000

/**
 * Resolves to what was registered. Targets that AWS does not take (an instance that is not running, an address outside) are left for a later plan; where
 * there are no others, it throws `later` with their ids.
 */
export async function registerTargets(context: Context, { targetGroup, targets }: Call<'targets', 'create'>): Promise<AwsFold> {
  const { arn } = groupNamed(context, targetGroup)
  const taken: Target[] = []
  const rejected: CloudError[] = []
  for (const chunk of chunks(targets, MOST_TARGETS)) await registerSome(context, arn, chunk, { taken, rejected })
  if (taken.length === 0 && rejected[0] !== undefined) throw notTaken(rejected[0])
  return changeTargets(targetGroup, withTargets(taken))
}

interface Found {
  readonly taken: Target[]
  readonly rejected: CloudError[]
}

/** The answer mostly names who is at fault; where it names nobody, halves are tried. */
async function registerSome(context: Context, arn: string, targets: readonly Target[], found: Found): Promise<void> {
  const { account, signal } = context
  if (targets.length === 0) return
  try {
    await patiently(context, [arn], account.api.registerTargets({ TargetGroupArn: arn, Targets: targets.map(targetInput) }, signal))
    found.taken.push(...targets)
  } catch (error) {
    if (!(error instanceof CloudError) || codeOf(error) !== 'InvalidTarget') throw error
    const said = messageOf(error)
    const named = targets.filter(({ id }) => new RegExp(`(?<![\\w.:-])${id.replaceAll('.', '\\.')}(?![\\w:-])`).test(said))
    if (targets.length === 1 || named.length > 0) found.rejected.push(error)
    if (targets.length === 1) return
    const middle = Math.ceil(targets.length / 2)
    const rest = named.length > 0 ? [targets.filter((target) => !named.includes(target))] : [targets.slice(0, middle), targets.slice(middle)]
    for (const part of rest) await registerSome(context, arn, part, found)
  }
}

function notTaken({ publicMessage, cause }: CloudError): CloudError {
  return new CloudError('later', { reason: 'Waiting', publicMessage, afterMs: AGAIN_MS, cause })
}

/** What is not registered, or not there at all any more, is what was wanted. */
export async function deregisterTargets(context: Context, { targetGroup, targets }: Call<'targets', 'delete'>): Promise<AwsFold> {
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

/** With `trust` nobody is asked: what is wanted is taken for what is there. */
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
