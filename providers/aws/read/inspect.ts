/** Stacks in full, with everything that no list shows: for the look that is taken once a day. */
import type { StackId } from '../../../src/provider/provider.ts'
import type { Account } from '../api/account.ts'
import { because } from '../../../src/provider/kit/cause.ts'
import * as deep from './details.ts'
import { isGone } from './lists.ts'
import { observeAll } from './observe.ts'
import { withCertificates } from './from-sdk/listeners.ts'
import type { AwsView, ListenerPart, LoadBalancerPart, TargetGroupPart } from '../view.ts'

/** The pages first, then each Stack's objects. A Stack of which an object is deleted meanwhile is left out. */
export async function* inspect(account: Account, stacks: readonly StackId[], signal: AbortSignal): AsyncGenerator<readonly [StackId, AwsView]> {
  const views = await because('inspect', () => observeAll(account, stacks, signal))
  for (const [stack, view] of views) {
    const full = await because(`inspect ${stack}`, () => viewInFull(account, view, signal)).catch(undefinedIfGone)
    if (full !== undefined) yield [stack, full]
  }
}

function undefinedIfGone(error: unknown): undefined {
  if (!isGone(error)) throw error
}

async function viewInFull(account: Account, view: AwsView, signal: AbortSignal): Promise<AwsView> {
  const [loadBalancers, targetGroups, listeners] = await Promise.all([
    eachOf(view.loadBalancers, (part) => balancerInFull(account, part, signal)),
    eachOf(view.targetGroups, (part) => groupInFull(account, part, signal)),
    eachOf(view.listeners, (part) => listenerInFull(account, part, signal)),
  ])
  return { ...view, loadBalancers, targetGroups, listeners }
}

/** One after the other: it is in no hurry, and others wait for the same budget. */
async function eachOf<T>(parts: ReadonlyMap<string, T>, deepen: (part: T) => Promise<T>): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>()
  for (const [key, part] of parts) found.set(key, await deepen(part))
  return found
}

async function balancerInFull(account: Account, part: LoadBalancerPart, signal: AbortSignal): Promise<LoadBalancerPart> {
  const attributes = await deep.loadBalancerAttributes(account, part.arn, signal)
  return { ...part, attributes, capacityUnits: await deep.capacityUnits(account, part.arn, signal) }
}

async function groupInFull(account: Account, part: TargetGroupPart, signal: AbortSignal): Promise<TargetGroupPart> {
  const attributes = await deep.targetGroupAttributes(account, part.arn, signal)
  return { ...part, attributes, targets: { source: 'known', targets: await deep.targets(account, part.arn, signal) } }
}

async function listenerInFull(account: Account, part: ListenerPart, signal: AbortSignal): Promise<ListenerPart> {
  const { details } = part
  if (details?.protocol === 'TLS') return { ...part, details: withCertificates(details, await deep.furtherCertificates(account, part.arn, signal)) }
  return deep.hasAttributes(part) ? { ...part, attributes: await deep.listenerAttributes(account, part.arn, signal) } : part
}
