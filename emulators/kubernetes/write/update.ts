/** Changing an object: PUT, any patch and the subresources all come through here with a draft of the new state. */
import { MODIFIED, badRequest, conflict, internal, invalid, notFound } from '../api-error.ts'
import { clone, omit, sameJson } from '../json.ts'
import { type Machine, find } from '../machine.ts'
import { readEntries, trackUpdate, writeEntries } from '../managed/managers.ts'
import type { ApiObject, Meta } from '../resource.ts'
import { canonical } from '../schema/decode.ts'
import { createDraft } from './create.ts'
import { type WriteRequest, draftOf, refuse, toStored, writerOf } from './request.ts'

export interface Written {
  readonly object: ApiObject
  readonly created: boolean
}

/** PUT on an object or its status. */
export function replace(machine: Machine, request: WriteRequest, body: unknown): Written {
  const { resource, namespace, name } = request
  const draft = draftOf(request, body)
  checkIdentity(request, draft)
  const live = find(resource, namespace, name)
  if (live === undefined) return { object: createByUpdate(machine, request, draft), created: true }
  if (resource.conditionalUpdate === true && (draft.metadata.resourceVersion ?? '') === '') {
    const message = 'Invalid value: 0: must be specified for an update'
    throw invalid({ group: resource.group, kind: resource.plural }, name, [{ reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message }])
  }
  checkUid(request, draft, live)
  return { object: updateDraft(machine, request, { draft, live }), created: false }
}

/**
 * PUT of a name that is not there, on the object or on its status: kinds that allow it are created, whatever version was sent. A UID is a precondition, which no
 * object meets. (As kube-apiserver 1.37 answers.)
 */
function createByUpdate(machine: Machine, request: WriteRequest, draft: ApiObject): ApiObject {
  const { resource, namespace, name } = request
  if (resource.createOnUpdate !== true) throw notFound(resource, name)
  checkVersionForm(draft)
  checkUid(request, draft, { metadata: { namespace, name, uid: '' } })
  return createDraft(machine, request, { ...draft, metadata: { ...draft.metadata, resourceVersion: '' } })
}

/** The draft must speak of the object that the request names. */
export function checkIdentity({ name, namespace }: WriteRequest, draft: ApiObject): void {
  const sent = draft.metadata
  if (namespace !== undefined && sent.namespace !== undefined && sent.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (sent.name === undefined) throw badRequest('name must be provided')
  if (sent.name !== name) throw badRequest(`the name of the object (${sent.name}) does not match the name on the URL (${name})`)
}

type Found = { readonly metadata: { readonly namespace?: string | undefined; readonly name: string; readonly uid: string } }

function checkUid({ resource, name }: WriteRequest, draft: ApiObject, live: Found): void {
  const { uid } = draft.metadata
  if (uid === undefined || uid === live.metadata.uid) return
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`
  throw conflict(resource, name, `StorageError: invalid object, Code: 4, Key: ${storageKey(resource, live)}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`)
}

const PREFIXES: Readonly<Record<string, string>> = { services: 'services/specs', endpoints: 'services/endpoints', nodes: 'minions' }

function storageKey({ plural }: WriteRequest['resource'], { metadata: { namespace, name } }: Found): string {
  return `/registry/${PREFIXES[plural] ?? plural}/${namespace === undefined ? '' : `${namespace}/`}${name}`
}

/** `isTracked`: the draft's managed fields are right already (apply). Answers the state that is stored now; nothing is written when nothing changed. */
export function updateDraft(
  machine: Machine,
  request: WriteRequest,
  { draft, live, isTracked = false }: { readonly draft: ApiObject; readonly live: ApiObject; readonly isTracked?: boolean },
): ApiObject {
  const { resource } = request
  checkVersion(request, draft, live)
  keepIdentity(draft, live)
  prepare(machine, request, { draft, live, isTracked })
  const next = canonical(resource.struct, draft) as ApiObject
  if (resource.generation === true && specChanged(next, live)) next.metadata.generation = (live.metadata.generation ?? 0) + 1
  if (isSame(next, live)) return live
  next.metadata.resourceVersion = live.metadata.resourceVersion
  if (request.dryRun) return next
  return store(machine, request, next)
}

function prepare(machine: Machine, request: WriteRequest, states: { readonly draft: ApiObject; readonly live: ApiObject; readonly isTracked: boolean }): void {
  const { draft, live, isTracked } = states
  const { resource, subresource, name } = request
  const { strategy } = resource
  // Before the draft is limited: what is defaulted in the status may depend on the spec that was sent along.
  strategy.default?.(draft)
  limit(request, draft, live)
  if (!isTracked) trackUpdate(resource.struct, draft, live, { writer: writerOf(request), now: machine.now() })
  if (subresource === 'status') {
    strategy.prepareForStatus?.(draft, live)
    refuse(resource, name, strategy.validateStatus?.(draft, live))
    request.warnings.push(...(strategy.statusWarnings?.(draft) ?? []))
    request.warnings.push(...(strategy.statusWarnings?.(draft) ?? []))
  } else if (subresource === 'finalize') {
    strategy.prepareForFinalize?.(draft, live)
  } else {
    refuse(resource, name, strategy.allocate?.(draft, live, machine.cluster))
    strategy.prepareForUpdate?.(draft, live, machine.cluster)
    refuse(resource, name, strategy.validateUpdate?.(draft, live, machine.cluster))
    request.warnings.push(...(strategy.warnings?.(draft, live) ?? []))
  }
}

/** A write to `/status` changes only status and metadata, one to the object never its status. */
function limit({ resource, subresource }: WriteRequest, draft: ApiObject, live: ApiObject): void {
  if (!resource.subresources.includes('status')) return
  if (subresource === '') {
    if (live['status'] === undefined) delete draft['status']
    else draft['status'] = clone(live['status'])
    return
  }
  if (subresource !== 'status') return
  for (const key of new Set([...Object.keys(draft), ...Object.keys(live)])) {
    if (['kind', 'apiVersion', 'metadata', 'status'].includes(key)) continue
    if (live[key] === undefined) delete draft[key]
    else draft[key] = clone(live[key])
  }
}

function checkVersion({ resource, name }: WriteRequest, draft: ApiObject, live: ApiObject): void {
  const asked = draft.metadata.resourceVersion ?? ''
  if (asked === '' || asked === '0' || asked === live.metadata.resourceVersion) return
  checkVersionForm(draft)
  throw conflict(resource, name, MODIFIED)
}

function checkVersionForm({ metadata }: ApiObject): void {
  const asked = metadata.resourceVersion ?? ''
  if (!/^\d*$/.test(asked)) throw internal(`strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`)
}

/** What the client left out of the metadata that only the server writes. */
function keepIdentity(draft: ApiObject, live: ApiObject): void {
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, namespace } = live.metadata
  const sent = omit(draft.metadata, 'generation', 'resourceVersion')
  draft.metadata = {
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
    uid,
    creationTimestamp,
    ...(namespace === undefined ? {} : { namespace }),
    ...sent,
    ...(generation === undefined ? {} : { generation }),
    resourceVersion: live.metadata.resourceVersion,
  } as unknown as Meta
}

function specChanged(next: ApiObject, live: ApiObject): boolean {
  const keys = new Set([...Object.keys(next), ...Object.keys(live)])
  return [...keys].some((key) => key !== 'metadata' && key !== 'status' && !sameJson(next[key], live[key]))
}

/** Equal but for the times in `managedFields`: then the server stores nothing. */
function isSame(next: ApiObject, live: ApiObject): boolean {
  const timeless = (object: ApiObject): unknown => writeEntries(readEntries(object.metadata.managedFields).map((entry) => ({ ...entry, time: '' })))
  const rest = ({ metadata }: ApiObject): unknown => omit(metadata, 'managedFields')
  if (!sameJson({ ...next, metadata: rest(next) }, { ...live, metadata: rest(live) })) return false
  return sameJson(timeless(next), timeless(live))
}

/** Stores the new state; a deleting object whose last finalizer went is taken away. */
function store(machine: Machine, { resource }: WriteRequest, next: ApiObject): ApiObject {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = next.metadata
  const goes = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length === 0 && resource.strategy.isHeld?.(next) !== true
  const stored = toStored(resource, next)
  if (!goes) return resource.show(machine.store.put(resource.table, stored))
  // The answer shows the version before the deletion; only watches learn the one of the deletion itself.
  machine.store.remove(resource.table, stored)
  return next
}
