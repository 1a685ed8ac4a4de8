/** How an object is made, changed, deleted and waited for, whichever it is. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Fold } from '../../../src/provider/provider.ts'
import type { AnyDocument, BackendService, Document } from '../api/documents.ts'
import { GoogleAnswer } from '../api/errors.ts'
import { keyOfId, nameOf } from '../api/ids.ts'
import { beginning, folded, patched } from '../fold.ts'
import { readMark } from '../marks.ts'
import { mergedService } from '../plan/wanted/backend-service.ts'
import { withMembers, withoutRefused } from './members.ts'
import { MAP_OF, type ObjectStep } from '../steps.ts'
import { type AnyPart, type GcpView, type GroupPart, isBeingMade, type Operation } from '../view.ts'
import type { Context } from './context.ts'
import { POLL_MS, untilPoll } from './pauses.ts'

type StepOf<V extends ObjectStep['verb']> = Extract<ObjectStep, { readonly verb: V }>

/** Makes the call of one step. Throws a CloudError. */
export async function applyObject(step: ObjectStep, context: Context): Promise<Fold<GcpView>> {
  switch (step.verb) {
    case 'create':
      return folded(step, await create(step, context))
    case 'update':
      return folded(step, await update(step, context))
    case 'delete':
      return folded(step, await remove(step, context))
    case 'read':
      return folded(step, await settled(step, context))
    default:
      return step satisfies never
  }
}

function knownPart({ kind, id }: ObjectStep, { view }: Context): AnyPart | undefined {
  return view[MAP_OF[kind]].get(id)
}

async function create(step: StepOf<'create'>, context: Context): Promise<AnyPart> {
  const { account, signal } = context
  const { id, body, mark } = step
  try {
    const { operation } = await account.api.insert(id, body, signal)
    if (operation === undefined) return READ_WHEN_DONE.has(step.kind) ? { ...(await found(step, context)), mark } : { id, mark, document: body }
    return { id, mark, document: body, operation: { id: operation.id, since: account.clock.now(), of: uidsOf(step) }, ...beginning(step) }
  } catch (error) {
    if (!isThere(error)) throw error
    return taken(step, context)
  }
}

const THERE = new Set(['ALREADY_EXISTS', 'RESOURCE_ALREADY_EXISTS'])

function isThere(error: unknown): boolean {
  return error instanceof CloudError && error.cause instanceof GoogleAnswer && THERE.has(error.cause.code)
}

/** What is there under the name: ours, as when an answer was lost, or another's. */
async function taken({ id, mark, kind, serves }: StepOf<'create'>, { account: { api, config }, signal }: Context): Promise<AnyPart> {
  const document = await api.get<Document>(id, signal)
  const stale = new CloudError('stale', { reason: 'Progressing', blames: [], publicMessage: `${kind} ${nameOf(id)} was there and is gone` })
  if (document === undefined) throw stale
  const of = readMark(config.clusterId, document.description)
  if (of?.stack === mark.stack && of.owner?.uid === mark.owner?.uid) return { id, mark: of, document }
  const publicMessage = `${kind} ${nameOf(id)} exists already and is not ours; delete it, or rename the Service`
  throw new CloudError('refused', { reason: 'Conflict', publicMessage, blames: serves.map(({ uid }) => uid) })
}

async function update(step: StepOf<'update'>, context: Context): Promise<AnyPart> {
  const { account, signal } = context
  const part = required(step, context)
  const body = step.by === 'update' ? await withFingerprint(step.id, step.body, context) : step.body
  const { operation } =
    step.by === 'patch' ? await account.api.patch(step.id, step.body, signal) : await account.api.update(step.id, body as AnyDocument, signal)
  const document = step.by === 'patch' ? patched(part.document, step.body) : body
  const changed = { ...part, document } as AnyPart
  if (operation !== undefined) return { ...changed, operation: { id: operation.id, since: account.clock.now(), ...changing(part, step) } }
  return READ_WHEN_DONE.has(step.kind) ? { ...part, ...(await found(step, context)) } : withoutOperation(changed)
}

/** One that was made or changed here is written without being read first, and Google takes a change of it only with its fingerprint. */
async function withFingerprint(id: string, body: BackendService, { account, signal }: Context): Promise<BackendService> {
  if (body.fingerprint !== undefined) return body
  const document = await account.api.get<BackendService>(id, signal)
  if (document === undefined) throw new CloudError('stale', { reason: 'Progressing', blames: [], publicMessage: `backend service ${nameOf(id)} is gone` })
  return mergedService(document, body)
}

async function remove(step: StepOf<'delete'>, context: Context): Promise<AnyPart | undefined> {
  const { account, signal } = context
  const { operation } = await account.api.remove(step.id, signal)
  const part = knownPart(step, context)
  if (operation === undefined || part === undefined) return undefined
  return { ...part, operation: { id: operation.id, since: account.clock.now(), ...changing(part, step), isDeletion: true } }
}

/** What it changes, with what an earlier one that has not ended changes. */
function changing({ operation, document }: AnyPart, step: ObjectStep): Omit<Operation<Document>, 'id' | 'since'> {
  const before = operation === undefined ? document : operation.before
  return { of: [...new Set([...(operation?.of ?? []), ...uidsOf(step)])], ...(before === undefined ? {} : { before }) }
}

function uidsOf({ serves }: ObjectStep): readonly string[] {
  return serves.map(({ uid }) => uid)
}

/** Asks once, and not before the change can have ended. Throws `later` while it runs, and what it failed with. */
async function settled(step: StepOf<'read'>, context: Context): Promise<AnyPart | undefined> {
  const { account, signal } = context
  const part = required(step, context)
  const { operation } = part
  if (operation !== undefined) {
    const earlyMs = untilPoll(step.kind, operation, account.clock.now())
    if (earlyMs > 0) throw stillRunning(step, earlyMs)
    const polled = await account.api.poll({ id: operation.id, isDeletion: operation.isDeletion === true }, signal).catch((error: unknown) => ({ error }))
    if ('error' in polled) return ended(step, part, polled.error, context)
    if (polled.state === 'running') throw stillRunning(step)
    if (operation.isDeletion === true) return undefined
    if (!READ_WHEN_DONE.has(step.kind)) return withoutOperation(part)
  }
  const document = await account.api.get<Document>(step.id, signal)
  if (document === undefined) return undefined
  if (isBeingMade(MAP_OF[step.kind], document)) throw stillRunning(step)
  const settledPart = { ...withoutOperation(part), document } as AnyPart
  return step.kind === 'instance group' || step.kind === 'endpoint group' ? withMembers(step.kind, settledPart, context) : settledPart
}

/** An operation that failed: of a group it may be about single instances that were to join. Throws what it failed with. */
async function ended(step: StepOf<'read'>, part: AnyPart, error: unknown, context: Context): Promise<AnyPart> {
  if (!('joining' in part) || part.joining === undefined || (step.kind !== 'instance group' && step.kind !== 'endpoint group')) throw error
  const group = withoutRefused(withoutOperation(part), part.joining, error)
  return withMembers(step.kind, group, context)
}

/** What Google adds that is needed later: an address, the size of a group. Of the others it is known what they are. */
const READ_WHEN_DONE = new Set<ObjectStep['kind']>(['forwarding rule', 'address', 'instance group'])

/** The fingerprint is another one after each change. */
function withoutOperation(part: AnyPart): AnyPart {
  const { operation: _operation, joining: _joining, ...rest } = part as GroupPart
  const { fingerprint: _fingerprint, ...document } = part.document as BackendService
  return { ...rest, document }
}

function stillRunning(step: StepOf<'read'>, afterMs = POLL_MS): CloudError {
  const publicMessage = `Google is carrying out the change of ${step.kind} ${nameOf(step.id)}`
  return new CloudError('later', { reason: 'Progressing', publicMessage, afterMs })
}

async function found(step: ObjectStep, { account, signal }: Context): Promise<{ readonly id: string; readonly document: Document } & Partial<GroupPart>> {
  const document = await account.api.get<Document>(step.id, signal)
  if (document === undefined) throw new CloudError('stale', { reason: 'Progressing', blames: [], publicMessage: `${step.kind} ${nameOf(step.id)} is gone` })
  return { id: keyOfId(step.id), document, ...beginning(step) }
}

function required(step: ObjectStep, context: Context): AnyPart {
  const part = knownPart(step, context)
  if (part === undefined) throw new Error(`a step is about ${step.kind} ${nameOf(step.id)}, which its view does not show`)
  return part
}
