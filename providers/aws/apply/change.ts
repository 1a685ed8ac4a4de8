/** What every change to an account is made with, and what all of them have in common. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Account } from '../api/account.ts'
import { codeOf } from '../api/errors.ts'
import { isGone } from '../read/lists.ts'
import { isReservedTag } from '../../../src/model/reserved-tags.ts'
import { quoted } from '../../../src/model/text.ts'
import { type Labels, mayRemoveTag, maySetTag, type Tags, tagsOf } from '../marks.ts'
import { pairsOf } from '../read/from-sdk/require.ts'
import type { MadeKind } from '../api/recent-changes.ts'
import type { GroupRef } from '../steps.ts'
import type { AwsView, ListenerPart, LoadBalancerPart, Mark, TargetGroupPart } from '../view.ts'

export interface Context {
  readonly account: Account
  readonly view: AwsView
  readonly base: AwsView | undefined
  readonly signal: AbortSignal
}

/** A step names only what its plan saw, or what an earlier stage made: that it is not here is a mistake of ours. */
export function balancerNamed({ view }: Context, name: string): LoadBalancerPart {
  return known(view.loadBalancers.get(name), `load balancer ${name}`)
}

export function groupNamed({ view }: Context, name: string): TargetGroupPart {
  return known(view.targetGroups.get(name), `target group ${name}`)
}

export function listenerOf({ view }: Context, arn: string): ListenerPart {
  return known(view.listeners.get(arn), 'a listener')
}

/** The base itself is planned and applied without a base beside it. */
export function securityGroupId({ view, base }: Context, ref: GroupRef): string {
  if ('id' in ref) return ref.id
  if ('backend' in ref) return known([...(base ?? view).securityGroups.keys()].toSorted()[0], "the cluster's back-end group")
  return known([...view.securityGroups.values()].find(({ name }) => name === ref.name)?.id, `security group ${ref.name}`)
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`a step is about ${what}, which its view does not show`)
  return found
}

/** With all tags of an object, for the call that makes it. Throws a CloudError where a Service's own tags would say whose the object is. */
export function tagInput({ account }: Context, { mark, tags }: Labels): { Key: string; Value: string }[] {
  refuseTag(Object.keys(tags).find(isReservedTag))
  return pairsOf(tagsOf(account.clusterId, mark, tags))
}

/** Tags for an object that exists, as AWS takes them. Throws a CloudError for one that says whose the object is. */
export function setInput(tags: Tags): { Key: string; Value: string }[] {
  refuseTag(Object.keys(tags).find((key) => !maySetTag(key)))
  return pairsOf(tags)
}

/** Keys to take off an object. Throws a CloudError for one that says whose the object is. */
export function removeInput(keys: readonly string[]): string[] {
  refuseTag(keys.find((key) => !mayRemoveTag(key)))
  return [...keys]
}

/** What is refused before a plan is made does not come here: this is the last look before the request. */
function refuseTag(key: string | undefined): void {
  if (key === undefined) return
  const publicMessage = `fairlead.dev/tags: the key ${quoted(key)} is reserved. Choose another key`
  throw new CloudError('refused', { reason: 'Invalid', publicMessage })
}

/** Whether an object that stands where ours was to be made is the very one: of this cluster, Stack and owner. */
export function isTheSame(found: Mark, wanted: Mark): boolean {
  return found.stack === wanted.stack && found.owner?.uid === wanted.owner?.uid
}

/** The name is taken by something that does not carry our mark: nothing of it is touched. */
export function isForeign(what: string): CloudError {
  const publicMessage = `${what} exists already and is not ours; delete it, or choose another name`
  return new CloudError('refused', { reason: 'Conflict', publicMessage })
}

const NOT_YET = new Set(['InvalidSecurityGroup'])
const NOT_YET_MS = 2_000

/**
 * What was made a moment ago is not known to all of AWS at once: "not found" then means to wait. `ids`: what the call speaks of.
 */
export async function patiently<T>({ account }: Context, ids: readonly string[], call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    const mayBeFresh = isGone(error) || NOT_YET.has(codeOf(error) ?? '')
    if (!mayBeFresh || !ids.some((id) => account.recent.isFresh(id))) throw error
    const publicMessage = 'what it builds on was made a moment ago, and is not known to all of AWS yet'
    throw new CloudError('later', { reason: 'Waiting', publicMessage, afterMs: NOT_YET_MS, cause: error })
  }
}

/** For creations: one whose answer was lost is remembered, so that the next look asks for it by name. `what`: the kind and the name. */
export async function remembered<T>(
  { account }: Context,
  what: { readonly kind: MadeKind; readonly name: string; readonly mark: Mark },
  call: Promise<T>,
): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof CloudError && error.consequence === 'unclear') account.recent.attempted(what.kind, what.name, what.mark.stack)
    throw error
  }
}

/** For deletes: gone is what was wanted. */
export async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
