/** Writes and deletes: the same for every type; what is special to one stands in its row of the table. */
import type { Operation } from '../../cloud/operations.ts'
import { type Refusal, resourceNotFound } from '../arm/refusal.ts'
import type { ElementType } from '../schema/field.ts'
import { documentKey, keyOf } from '../schema/ids.ts'
import { type Json, type JsonObject, isEqual, objectAt, objectsAt, textAt } from '../schema/json.ts'
import { readElement } from '../schema/read.ts'
import { checkBusy, laneOf } from './busy.ts'
import { type Document, type Element, contentsOf } from './document.ts'
import { checkGeneral } from './general-checks.ts'
import { untied } from './loose-ends.ts'
import { type Preconditions, checkPreconditions } from './precondition.ts'
import { checkReferences, isWaiting } from './references.ts'
import type { Change, ResourceType } from './resource-type.ts'
import { type Subscription, newGuid, touch } from './subscription.ts'

/** Where a request points. */
export interface Target {
  readonly type: ResourceType
  readonly group: string
  /** Of the document. */
  readonly id: string
  readonly name: string
  /** A part of the document. */
  readonly part?: { readonly id: string; readonly type: ElementType; readonly member: string; readonly name: string }
}

export interface Written {
  /** 201: it was not there before. */
  readonly status: 200 | 201
  readonly operation: Operation
  /** After how many seconds to ask for the operation. Undefined: the write was over before it was answered. */
  readonly retryAfter: number | undefined
}

/** Recorded of a load balancer without members whose subnet was being written. */
const WAITING_SECONDS = 3

export interface Asked extends Preconditions {
  readonly operationsUrl: string
}

/** PUT of a resource or of a part of one. Throws a Refusal. */
export function put(subscription: Subscription, target: Target, sent: Json, asked: Asked): Written {
  const previous = subscription.documents.get(target.id)
  if (target.part !== undefined && previous === undefined) throw gone(target)
  checkPreconditions(subscription, target.id, asked)
  const id = previous?.id ?? target.id
  const change = changeOf(subscription, { ...target, id }, { previous, sent })
  const element = change.focus?.id ?? id
  checkGeneral(change)
  checkReferences(subscription, draft(change, change.next), change.focus?.id)
  for (const check of target.type.checks) check(change)
  checkBusy(subscription, { type: target.type, document: id, element, operationsUrl: asked.operationsUrl })
  const assigned = target.type.assign?.(change) ?? change.next
  return commit({ ...change, next: assigned }, element)
}

function changeOf(subscription: Subscription, target: Target, { previous, sent }: { readonly previous: Document | undefined; readonly sent: Json }): Change {
  const { part, type, id, name, group } = target
  const common = { subscription, type, id, name: previous?.name ?? name, group: previous?.group ?? group, previous }
  if (part === undefined || previous === undefined) return { ...common, next: readElement(type, sent), focus: undefined }
  const body = { name: part.name, ...readElement(part.type, sent) }
  const before = contentsOf(previous).elements.get(keyOf(part.id))
  const next = withPart(previous.body, part.member, { ...body, name: textAt(before?.body ?? {}, 'name') ?? part.name })
  return { ...common, next, focus: { id: before?.id ?? part.id, type: part.type, isNew: before === undefined } }
}

/** The document with this part in place of the one of its name, or as its last. */
function withPart(body: JsonObject, member: string, part: JsonObject): JsonObject {
  const parts = objectsAt(objectAt(body, 'properties'), member)
  const at = parts.findIndex((one) => isNamed(one, textAt(part, 'name') ?? ''))
  return withParts(body, member, at < 0 ? [...parts, part] : parts.with(at, part))
}

const isNamed = (one: JsonObject, name: string): boolean => textAt(one, 'name')?.toLowerCase() === name.toLowerCase()

function withParts(body: JsonObject, member: string, parts: readonly JsonObject[]): JsonObject {
  return { ...body, properties: { ...objectAt(body, 'properties'), [member]: parts } }
}

/** The document as it would be. */
function draft({ id, type, name, group, previous, subscription }: Change, body: JsonObject): Document {
  return { id, type, name, group, body, guid: previous?.guid ?? '', createdAt: previous?.createdAt ?? subscription.clock.now() }
}

function commit(change: Change, element: string): Written {
  const { subscription, type, id, previous, focus, next } = change
  const status = (focus === undefined ? previous === undefined : focus.isNew) ? 201 : 200
  const verb = { kind: `Put${(focus?.type ?? type).action}Operation`, element, verb: 'put' } as const
  const isUnfinished = subscription.operations.settled.running(laneOf({ type, document: id, element })).length > 0 || hasFailed(subscription, id)
  if (previous !== undefined && !isUnfinished && isEqual(previous.body, next)) {
    return {
      status: focus === undefined ? (type.unchangedStatus ?? status) : status,
      retryAfter: undefined,
      operation: begin(subscription, { ...verb, type, document: id, ms: 0, effects: [] }),
    }
  }
  const document = { ...draft(change, next), ...(previous === undefined ? { guid: newGuid(subscription) } : {}) }
  const [isQuick, waits] = [type.isImmediate?.(change) === true, isWaiting(subscription, document)]
  // A write that cancels another one, or follows one that failed, has that one's work to do as well.
  const isOver = !isUnfinished && (isOnlyTagged(previous, next) || (isQuick && !waits))
  replace(subscription, previous, document)
  const finish = (): void => {
    finishDocument(subscription, id)
  }
  const ms = isOver ? 0 : (subscription.delays[type.delay] ?? 0)
  const retryAfter = isOver || ms === 0 ? undefined : isQuick && waits ? WAITING_SECONDS : type.retryAfter.put
  return { status, retryAfter, operation: begin(subscription, { ...verb, type, document: id, ms, effects: isOver ? [] : [finish] }) }
}

function hasFailed({ operations, lastOperations }: Subscription, id: string): boolean {
  const last = operations.settled.get(lastOperations.get(keyOf(id)) ?? '')
  return last?.status === 'failed' || last?.status === 'canceled'
}

function isOnlyTagged(previous: Document | undefined, next: JsonObject): boolean {
  return previous !== undefined && isEqual({ ...previous.body, tags: undefined }, { ...next, tags: undefined })
}

interface Begin {
  readonly type: ResourceType
  readonly document: string
  readonly element: string
  readonly kind: string
  readonly verb: 'put' | 'delete'
  readonly ms: number
  readonly effects: readonly (() => void)[]
}

function begin(subscription: Subscription, { type, document, element, kind, verb, ms, effects }: Begin): Operation {
  const operation = subscription.operations.begin({ document: laneOf({ type, document, element }), kind, ms, effects, whenBusy: 'supersede' })
  subscription.pending.set(operation.id, { element, verb })
  subscription.lastOperations.set(keyOf(document), operation.id)
  return operation
}

/** The end of a write that took time: what is known only now is filled in, and the version is another one again. */
function finishDocument(subscription: Subscription, id: string): void {
  const document = subscription.documents.get(id)
  if (document === undefined) return
  const body = document.type.finish?.(subscription, document) ?? document.body
  if (body !== document.body) subscription.documents.put({ ...document, body })
  subscription.versions.renew(keyOf(id))
  touch(subscription)
}

/** Puts a document in place of another; whatever is referred to by one of them alone gets a new version, as its back-references change. */
export function replace(subscription: Subscription, previous: Document | undefined, next: Document | undefined): void {
  const [before, after] = [referredBy(previous), referredBy(next)]
  if (next !== undefined) {
    subscription.documents.put(next)
    subscription.versions.renew(keyOf(next.id))
  } else if (previous !== undefined) {
    subscription.documents.delete(previous.id)
    subscription.versions.drop(keyOf(previous.id))
    subscription.lastOperations.delete(keyOf(previous.id))
  }
  for (const document of untied(subscription.documents, previous, next)) {
    subscription.documents.put(document)
    subscription.versions.renew(keyOf(document.id))
  }
  const changed = [...before].filter((key) => !after.has(key)).concat([...after].filter((key) => !before.has(key)))
  const others = changed.flatMap((use) => documentKey(use) ?? [])
  for (const key of new Set(others)) if (subscription.documents.get(key) !== undefined) subscription.versions.renew(key)
  touch(subscription)
}

/** Elements of other documents that this one refers to, by key. */
function referredBy(document: Document | undefined): Set<string> {
  if (document === undefined) return new Set()
  return new Set(contentsOf(document).uses.flatMap(({ id }) => (documentKey(id) === keyOf(document.id) ? [] : [keyOf(id)])))
}

/** DELETE. Undefined: it is not there. Throws a Refusal. */
export function remove(subscription: Subscription, target: Target, asked: Asked): Operation | undefined {
  const document = subscription.documents.get(target.id)
  if (document === undefined && target.part !== undefined) throw gone(target)
  const element = subscription.documents.element(target.part?.id ?? target.id)
  if (document === undefined || element === undefined) return undefined
  checkPreconditions(subscription, target.id, asked)
  checkUnused(subscription, element)
  checkBusy(subscription, { type: target.type, document: document.id, element: element.id, operationsUrl: asked.operationsUrl })
  const effect = (): void => removeNow(subscription, element.id)
  const kind = `Delete${element.type.action}Operation`
  return begin(subscription, {
    type: target.type,
    document: document.id,
    element: element.id,
    kind,
    verb: 'delete',
    ms: subscription.delays.deletion,
    effects: [effect],
  })
}

/** Removes an element at once, even if others refer to it. */
export function removeNow(subscription: Subscription, id: string): void {
  const element = subscription.documents.element(id)
  if (element === undefined) return
  const { document, parent } = element
  const member = id.split('/').at(-2) ?? ''
  if (parent === undefined) replace(subscription, document, undefined)
  else {
    const rest = objectsAt(objectAt(document.body, 'properties'), member).filter((one) => !isNamed(one, textAt(element.body, 'name') ?? ''))
    replace(subscription, document, { ...document, body: withParts(document.body, member, rest) })
  }
}

function checkUnused({ documents }: Subscription, element: Element): void {
  const parts = [...contentsOf(element.document).elements.values()].filter(
    ({ id }) => keyOf(id) === keyOf(element.id) || keyOf(id).startsWith(`${keyOf(element.id)}/`),
  )
  for (const part of parts) {
    const users = documents.users(part.id).filter(({ by }) => !parts.includes(by))
    const refusal = users.length === 0 ? undefined : element.document.type.inUse?.(part, users)
    if (refusal !== undefined) throw refusal
  }
}

/** PATCH: tags alone. Throws a Refusal. */
export function setTags(subscription: Subscription, target: Target, tags: Json, asked: Preconditions): Document {
  const document = subscription.documents.get(target.id)
  if (document === undefined) throw gone(target)
  checkPreconditions(subscription, target.id, asked)
  const { tags: read } = readElement(target.type, { tags })
  const next = { ...document, body: { ...document.body, tags: read } }
  checkGeneral({ ...target, id: document.id, subscription, next: next.body, previous: document, focus: undefined })
  if (!isEqual(document.body, next.body)) replace(subscription, document, next)
  return next
}

const gone = ({ type, name, group }: Target): Refusal => resourceNotFound(`${type.namespace}/${type.path}`, name, group)
