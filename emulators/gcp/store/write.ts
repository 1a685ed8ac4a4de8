/** Writes and deletions: the same for every type; what is special to one stands in its row of the table. */
import { type Json, type JsonObject, isObject, objectAt, textAt } from '../../cloud/json.ts'
import { type Operation, OperationFailed } from '../../cloud/operations.ts'
import { StaleVersion } from '../../cloud/versions.ts'
import { Refusal, alreadyExists, conditionNotMet, inUse, inUseText, invalid, notFound, notReady, quotaExceeded, required } from '../compute/refusal.ts'
import { readChange, readWhole, refuseChanged } from '../schema/read.ts'
import { pathText } from '../schema/paths.ts'
import { type Compute, forget, newId, touch } from './compute.ts'
import { begin } from './operation-record.ts'
import { labelsKey } from './render.ts'
import type { Change, Resource, ResourceType } from './resource-type.ts'
import { referencesOf } from './resources.ts'

/** Where a request points. */
export interface Target {
  readonly type: ResourceType
  readonly project: string
  readonly scope: string
}

export interface Write {
  readonly body: Json
  readonly requestId?: string | undefined
}

const NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

/** Throws a Refusal. */
export function insert(compute: Compute, { type, project, scope }: Target, { body, requestId }: Write): Operation {
  const sent = objectIn(body)
  const name = nameIn(sent)
  const path = pathText({ project, scope, collection: type.collection, name })
  if (compute.resources.get(path) !== undefined) throw alreadyExists(path)
  const change: Change = { compute, type, path, project, scope, name, next: readWhole(type.fields, sent, { project }), previous: undefined }
  checkReferences(change)
  for (const check of type.checks) check(change)
  checkQuota(change)
  const resource = plant(change, { isReady: false })
  const operation = begin(compute, { target: resource, kind: 'insert', ms: compute.delays[type.delay] ?? 0, requestId, effects: [() => finish(compute, path)] })
  compute.inserting.set(operation.id, path)
  return operation
}

/** Puts a new resource in its place, as if all had been checked. */
export function plant(change: Change, { isReady }: Pick<Resource, 'isReady'>): Resource {
  const { compute, type, path, project, scope, name, next } = change
  const body = type.assign?.(change) ?? next
  const made: Resource = { type, path, project, scope, name, id: newId(compute), body, labels: {}, members: [], createdAt: compute.clock.now(), isReady }
  compute.resources.put(made)
  compute.versions.renew(path)
  if (type.hasLabels === true) compute.versions.renew(labelsKey(path))
  touch(compute)
  return made
}

/** The end of an insert. */
export function finish(compute: Compute, path: string): void {
  const resource = compute.resources.get(path)
  if (resource === undefined) return
  resource.type.verify?.(compute, resource)
  compute.resources.put({ ...resource, body: resource.type.finish?.(compute, resource) ?? resource.body, isReady: true })
  touch(compute)
}

/** PATCH and PUT. Throws a Refusal. */
export function update(compute: Compute, previous: Resource, { body, requestId, isWhole }: Write & { readonly isWhole: boolean }): Operation {
  const { type, path, project } = previous
  const sent = objectIn(body)
  checkVersion(compute, previous, sent)
  const at = { project }
  const read = isWhole ? { ...readWhole(type.fields, sent, at), ...decided(previous, sent) } : readChange(type.fields, sent, { ...at, before: previous.body })
  refuseChanged(type.fields, previous.body, read)
  const draft: Change = { ...previous, compute, next: read, previous }
  checkReferences(draft)
  for (const check of type.checks) check(draft)
  const next = type.assign?.(draft) ?? draft.next
  const effect = (): void => {
    const current = compute.resources.get(path)
    if (current === undefined) return
    type.verify?.(compute, { ...current, body: next })
    replace(compute, { ...current, body: next })
  }
  const kind = isWhole ? 'update' : (type.patchOperation ?? 'patch')
  return begin(compute, { target: previous, kind, ms: compute.delays[type.delay] ?? 0, effects: [effect], requestId })
}

/** Puts it in place of what was there, with a new version. */
export function replace(compute: Compute, next: Resource): void {
  compute.resources.put(next)
  compute.versions.renew(next.path)
  touch(compute)
}

/** What stays when it is left out of a PUT: read-only members, and those that the insert decided. */
function decided({ type, body }: Resource, sent: JsonObject): JsonObject {
  const stays = (name: string): boolean =>
    type.fields[name]?.isReadOnly === true || (type.fields[name]?.isFixed === true && (sent[name] ?? undefined) === undefined)
  return Object.fromEntries(Object.entries(body).filter(([name]) => stays(name)))
}

function checkVersion({ versions }: Compute, { type, path }: Resource, sent: JsonObject): void {
  if (type.fingerprint === undefined) return
  checkStale(() => versions.check(path, { given: textAt(sent, 'fingerprint'), isRequired: type.fingerprint === 'required' }))
}

/** Runs a check of a version; what is stale is refused with 412. */
export function checkStale(check: () => void): void {
  try {
    check()
  } catch (error) {
    if (error instanceof StaleVersion) throw conditionNotMet()
    throw error
  }
}

/** Labels have a version of their own, and are over at once. */
export function setLabels(compute: Compute, resource: Resource, { body, requestId }: Write): Operation {
  const sent = objectIn(body)
  const key = labelsKey(resource.path)
  checkStale(() => compute.versions.check(key, { given: textAt(sent, 'labelFingerprint'), isRequired: true }))
  const effect = (): void => {
    const current = compute.resources.get(resource.path)
    if (current === undefined) return
    compute.resources.put({ ...current, labels: objectAt(sent, 'labels') })
    compute.versions.renew(key)
  }
  return begin(compute, { target: resource, kind: 'setLabels', ms: 0, effects: [effect], requestId })
}

/** Throws a Refusal. */
export function remove(compute: Compute, resource: Resource, { requestId }: Pick<Write, 'requestId'>): Operation {
  const { path, type } = resource
  const [user] = compute.resources.users(path)
  if (user !== undefined && type.refusesInUse === undefined) throw inUse(nounOf(type), path, user.path)
  const effect = (): void => {
    const [later] = compute.resources.users(path)
    if (later !== undefined) {
      throw new OperationFailed({ code: 'RESOURCE_IN_USE_BY_ANOTHER_RESOURCE', status: 400, message: inUseText(nounOf(type), path, later.path) })
    }
    forget(compute, path)
  }
  return begin(compute, { target: resource, kind: 'delete', ms: compute.delays.deletion, effects: [effect], requestId })
}

/** `backend_service` */
const nounOf = ({ kind }: ResourceType): string => kind.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function checkReferences({ compute, type, next, previous }: Change): void {
  const before = new Set(previous === undefined ? [] : referencesOf(previous).map(({ path }) => path))
  for (const { path, to } of referencesOf({ type, body: next })) {
    if (to.length === 0 || before.has(path)) continue
    const found = compute.resources.get(path)
    if (found === undefined) throw notFound(path)
    const isLeaving = compute.operations.running(path).some(({ kind }) => kind === 'delete')
    if (!found.isReady || isLeaving) throw notReady(path)
  }
}

function checkQuota(change: Change): void {
  const counted = change.type.quota?.(change)
  if (counted !== undefined && counted.used >= counted.limit) throw quotaExceeded(counted.metric, counted.limit, counted.where)
}

/** The body of a request, which must be an object. */
export function objectIn(body: Json): JsonObject {
  if (isObject(body)) return body
  throw new Refusal('badRequest', 'The request body must be a JSON object.')
}

function nameIn(sent: JsonObject): string {
  const name = textAt(sent, 'name')
  if (name === undefined) throw required('name')
  if (!NAME.test(name)) throw invalid('name', name, "Must be a match of regex '(?:[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)'")
  return name
}
