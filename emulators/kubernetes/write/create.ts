/** Creating an object: what the server fills in, what it refuses, and in which order. */
import { alreadyExists, badRequest, internal } from '../api-error.ts'
import { clone, omit } from '../json.ts'
import { type Machine, find } from '../machine.ts'
import { trackUpdate } from '../managed/managers.ts'
import type { ApiObject } from '../resource.ts'
import { refuseNamespace } from '../resources/index.ts'
import { canonical } from '../schema/decode.ts'
import { formatTime } from '../schema/time.ts'
import { type WriteRequest, draftOf, refusalError, refuse, toStored, writerOf } from './request.ts'

/** POST. */
export function create(machine: Machine, request: WriteRequest, body: unknown): ApiObject {
  const draft = draftOf(request, body)
  return createDraft(machine, request, draft)
}

/** Also PUT and apply of what is not there yet. `isTracked`: the draft's managed fields are right already (apply). */
export function createDraft(machine: Machine, request: WriteRequest, draft: ApiObject, isTracked = false): ApiObject {
  const { resource } = request
  const { strategy } = resource
  nameDraft(machine, request, draft)
  checkNamespace(machine, request, draft)
  const { name, namespace } = draft.metadata
  strategy.default?.(draft)
  if (!isTracked) trackUpdate(resource.struct, draft, undefined, { writer: writerOf(request), now: machine.now() })
  // A PUT of a status creates what is not there without addresses and ports, on the real server too.
  if (request.subresource === '') refuse(resource, name, strategy.allocate?.(draft, undefined, machine.cluster))
  strategy.prepareForCreate?.(draft, machine.cluster)
  refuse(resource, name, strategy.validateCreate?.(draft, machine.cluster))
  if (find(resource, namespace, name) !== undefined) throw alreadyExists(resource, name)
  request.warnings.push(...(strategy.warnings?.(draft, undefined) ?? []))
  const made = canonical(resource.struct, draft) as ApiObject
  if (request.dryRun) return made
  return resource.show(machine.store.put(resource.table, toStored(resource, made)))
}

/** Metadata as the server sets it, whatever the client sent. */
function nameDraft(machine: Machine, { resource, namespace, name }: WriteRequest, draft: ApiObject): void {
  const sent = draft.metadata
  // A version that is not a number counts as none, as on the real server.
  if (Number(sent.resourceVersion ?? 0) > 0) throw internal('resourceVersion should not be set on objects to be created')
  if (namespace !== undefined && sent.namespace !== undefined && sent.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (name !== '' && sent.name !== undefined && sent.name !== name) {
    throw badRequest(`the name of the object (${sent.name}) does not match the name on the URL (${name})`)
  }
  const chosen = sent.name ?? (name === '' ? undefined : name)
  const made = chosen ?? (sent.generateName === undefined ? '' : sent.generateName + suffix(machine.random))
  const kept = omit(sent, 'deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion', 'generation')
  const set = { name: made, ...(namespace === undefined ? {} : { namespace }), uid: machine.uid(), creationTimestamp: formatTime(machine.now()) }
  draft.metadata = { ...clone(kept), ...set, resourceVersion: '', ...(resource.generation === true ? { generation: 1 } : {}) }
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** Five characters that form no words. */
function suffix(random: () => number): string {
  return Array.from({ length: 5 }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('')
}

function checkNamespace(machine: Machine, { resource, namespace }: WriteRequest, draft: ApiObject): void {
  if (namespace === undefined || machine.registry.find('v1', 'namespaces') === undefined) return
  const holder = machine.cluster.get('namespaces', undefined, namespace)
  const refusal = refuseNamespace(holder, { plural: resource.plural, group: resource.group, name: draft.metadata.name, namespace })
  if (refusal === undefined) return
  throw refusal.code === 404 ? refusalError({ group: '', plural: 'namespaces' }, namespace, refusal) : refusalError(resource, draft.metadata.name, refusal)
}
