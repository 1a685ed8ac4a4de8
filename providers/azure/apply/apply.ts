/** One step, one change: what it calls, and how the view changes by the answer. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { allOf, partChanges } from '../../../src/provider/kit/parts.ts'
import type { Fold, PartialAnswer, StepAnswer } from '../../../src/provider/provider.ts'
import type { LoadBalancerDocument, PublicAddressDocument } from '../api/documents.ts'
import { keyOfId, parseId } from '../api/ids.ts'
import { addressKeysIn } from '../plan/found.ts'
import { listAddresses } from '../read/lists.ts'
import type { AddressStep, AzureStep, BalancerStep, GroupStep, ListStep } from '../steps.ts'
import { type AddressPart, type AzureView, type GroupPart, isBusy, type Part } from '../view.ts'
import { blamed, ofItsService, usersOfChildren, usersOfRules } from './blame.ts'
import type { Context } from './context.ts'
import { type Change, remove, settled, write } from './documents.ts'
import { membersNamed, refusedIn, withoutMembers } from './refused-members.ts'

/** How long changes take, as far as it is worth asking, in milliseconds: those of addresses and security groups, and those of load balancers and deletions. */
const SOON_MS = 2_000
const LATER_MS = 3_000

const { put, remove: removeParts } = partChanges<AzureView>()

/** Makes the call of one step. Throws a CloudError. */
export function apply(step: AzureStep, context: Context): Promise<StepAnswer<AzureView>> {
  switch (step.kind) {
    case 'public addresses':
      return ofItsService(step, step.group, context, applyList(step, context))
    case 'public address':
      return ofItsService(step, parseId(step.id)?.group, context, applyAddress(step, context))
    case 'security group':
      return applyGroup(step, context)
    case 'load balancer':
      return applyBalancer(step, context)
    default:
      return step satisfies never
  }
}

async function applyAddress(step: AddressStep, context: Context): Promise<StepAnswer<AzureView>> {
  const target = { id: step.id, known: context.view.addresses.get(keyOfId(step.id)), serves: step.serves }
  if (step.verb === 'delete') return folded('addresses', target.id, await remove(context, { ...target, etag: step.etag }))
  if (step.verb !== 'read') return folded('addresses', target.id, await writeAddress({ ...target, body: step.body, etag: step.etag }, context))
  const afterMs = target.known?.operation?.isDeletion === true ? LATER_MS : SOON_MS
  const found = await settled(context, target, { afterMs, isLong: false })
  const fold = folded('addresses', target.id, found)
  return found === undefined && target.known === undefined ? missing([keyOfId(target.id)]) : fold
}

/** Each address is of one Service. */
async function writeAddress(target: Parameters<typeof write<PublicAddressDocument>>[1], context: Context): Promise<Part<PublicAddressDocument>> {
  try {
    return await write(context, target)
  } catch (error) {
    throw blamed(error, target.serves, () => new Set(target.serves.map(({ uid }) => uid)))
  }
}

async function applyGroup(step: GroupStep, context: Context): Promise<StepAnswer<AzureView>> {
  const target = { id: step.id, known: context.view.securityGroups.get(keyOfId(step.id)), serves: step.serves }
  if (step.verb === 'read') return folded('securityGroups', target.id, await settled(context, target, { afterMs: SOON_MS, isLong: false }))
  try {
    return folded('securityGroups', target.id, await write(context, { ...target, body: step.body, etag: step.etag }))
  } catch (error) {
    throw blamed(error, step.serves, usersOfRules(step.body, context.view))
  }
}

async function applyBalancer(step: BalancerStep, context: Context): Promise<StepAnswer<AzureView>> {
  const target = { id: step.id, known: context.view.balancers.get(keyOfId(step.id)), serves: step.serves }
  const fold = (part: Change<LoadBalancerDocument>): Fold<AzureView> => {
    const itself = part === undefined ? gone('balancers', step.id) : put('balancers', keyOfId(step.id), { ...part, ...step.balancerKey })
    return allOf(itself, outdated(target.known?.operation?.before ?? target.known?.document, part?.document))
  }
  if (step.verb === 'read') return fold(await settled(context, target, { afterMs: LATER_MS, isLong: true }))
  if (step.verb === 'delete') return fold(await remove(context, { ...target, etag: step.etag }))
  // A list may not show it yet, and a write without a version would replace all that is in it.
  if (step.verb === 'create' && (await context.account.api.get(step.id, context.signal)) !== undefined) throw isThere()
  const { part, refused } = await writeBalancer({ ...target, body: step.body, etag: step.etag }, context)
  return { fold: fold(part), refused: refused ?? [] }
}

/** The addresses that one of two states of a load balancer has. */
function outdated(before: LoadBalancerDocument | undefined, after: LoadBalancerDocument | undefined): Fold<AzureView> {
  const [old, now] = [addressKeysIn(before), addressKeysIn(after)]
  const keys = new Set([...old, ...now].filter((key) => old.has(key) !== now.has(key)))
  const marked = (key: string, part: AddressPart): AddressPart => (keys.has(key) ? { ...part, isOutdated: true } : part)
  return (view) => (keys.size === 0 ? view : { ...view, addresses: new Map([...view.addresses].map(([key, part]) => [key, marked(key, part)])) })
}

function isThere(): CloudError {
  return new CloudError('stale', { reason: 'Progressing', publicMessage: 'the load balancer is there already', blames: [] })
}

type BalancerTarget = Parameters<typeof write<LoadBalancerDocument>>[1]

/** Without the nodes that Azure does not take. */
async function writeBalancer(
  target: BalancerTarget,
  context: Context,
): Promise<{ readonly part: Part<LoadBalancerDocument>; readonly refused?: PartialAnswer<AzureView>['refused'] }> {
  try {
    return { part: await write(context, target) }
  } catch (error) {
    const out = membersNamed(error, target.body)
    if (out.length === 0 || !(error instanceof CloudError)) throw blamed(error, target.serves, usersOfChildren(target.body))
    const { part, refused = [] } = await writeBalancer({ ...target, body: withoutMembers(target.body, out) }, context)
    return { part, refused: [...refusedIn(target.body, out, error), ...refused] }
  }
}

/**
 * A list may be late: what it does not show is not gone, but what was asked for is taken for missing. A poll of which some have ended is an answer, and the
 * same step may be wanted again for the rest.
 */
async function applyList({ group, sought, isPoll }: ListStep, context: Context): Promise<StepAnswer<AzureView>> {
  const found = await listAddresses(context.account, group, context.signal)
  const known = context.view.addresses
  const changing = [...found].filter(([key]) => known.get(key)?.operation !== undefined)
  const running = changing.filter(([, part]) => isBusy(part))
  const ended = changing.filter(([key, part]) => !isBusy(part) && known.get(key)?.operation?.isDeletion !== true)
  const deleted = [...known].filter(
    ([key, { id, operation }]) => operation?.isDeletion === true && !found.has(key) && keyOfId(id).includes(`/resourcegroups/${group}/`),
  )
  if (isPoll && ended.length === 0 && deleted.length === 0)
    throw new CloudError('later', {
      reason: 'Progressing',
      publicMessage: 'Azure is carrying out the changes',
      afterMs: running.length > 0 ? SOON_MS : LATER_MS,
    })
  const fold: Fold<AzureView> = (view) => {
    const addresses = new Map(view.addresses)
    for (const [key, part] of found) if (!running.some(([other]) => other === key)) addresses.set(key, part)
    for (const [key] of deleted) addresses.delete(key)
    return missing(sought.map((ip) => `${group} ${ip}`))({ ...view, addresses })
  }
  return isPoll && running.length > 0 ? { fold, isUndone: true } : fold
}

function folded(kind: 'addresses' | 'securityGroups', id: string, part: AddressPart | GroupPart | undefined): Fold<AzureView> {
  return part === undefined ? gone(kind, id) : put(kind, keyOfId(id), part)
}

function gone(kind: 'addresses' | 'securityGroups' | 'balancers', id: string): Fold<AzureView> {
  return removeParts(kind, (_, key) => key === keyOfId(id))
}

function missing(keys: readonly string[]): Fold<AzureView> {
  return (view) => ({ ...view, missing: new Set([...view.missing, ...keys]) })
}
