/** One Stack in full, with everything that no list shows: for the look that is taken once a day. */
import type { StackId } from '../../src/provider/provider.ts'
import type { Account } from './account.ts'
import * as deep from './deep.ts'
import type { NetworkReader } from './network.ts'
import { observe } from './observe.ts'
import { withCertificates } from './parts/listeners.ts'
import type { AwsView, ListenerPart, LoadBalancerPart, TargetGroupPart } from './view.ts'

export async function inspect(account: Account, readNetwork: NetworkReader, stack: StackId, signal: AbortSignal): Promise<AwsView> {
  const view = await observe(account, readNetwork, stack, signal)
  const [loadBalancers, targetGroups, listeners] = await Promise.all([
    eachOf(view.loadBalancers, (part) => inFull(account, part, signal)),
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

async function inFull(account: Account, part: LoadBalancerPart, signal: AbortSignal): Promise<LoadBalancerPart> {
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
