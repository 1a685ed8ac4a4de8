/** PATCH in its four kinds. */
import { ApiError, badRequest, internal, invalid, notFound, unsupportedMediaType } from '../api-error.ts'
import { type Fields, clone, formOf, isFields, textAt } from '../json.ts'
import { type Machine, find } from '../machine.ts'
import { applyConfiguration, findDuplicate } from '../managed/apply.ts'
import { emptyOf } from '../managed/managers.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { applyStrategicMerge } from '../patch/strategic-merge.ts'
import type { ApiObject } from '../resource.ts'
import { DecodeError } from '../schema/decode-error.ts'
import { decode } from '../schema/decode.ts'
import { UNDESCRIBED } from '../schema/index.ts'
import { createDraft } from './create.ts'
import { type WriteRequest, patchedDraftOf, writerOf } from './request.ts'
import { type Written, checkIdentity, updateDraft } from './update.ts'

export interface Patch {
  /** The media type, as `application/merge-patch+json`. */
  readonly type: string
  /** The parsed body. */
  readonly body: unknown
  /** Apply: take over what others own. */
  readonly force: boolean
  /** Apply: the query named a field manager. */
  readonly isManagerNamed: boolean
}

export const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]

export function patch(machine: Machine, request: WriteRequest, how: Patch): Written {
  const { resource, namespace, name } = request
  if (how.type === 'application/apply-patch+yaml') return apply(machine, request, how)
  const live = find(resource, namespace, name)
  if (live === undefined) throw notFound(resource, name)
  const draft = patchedDraftOf(request, patched(request, live, how))
  checkIdentity(request, draft)
  return { object: updateDraft(machine, request, { draft, live }), created: false }
}

function patched({ resource }: WriteRequest, live: ApiObject, { type, body }: Patch): unknown {
  if (type === 'application/json-patch+json') return applyJsonPatch(live, body)
  if (!isFields(body)) throw badRequest(`error decoding patch: json: cannot unmarshal ${formOf(body)} into Go value of type map[string]interface {}`)
  if (type === 'application/merge-patch+json') return applyMergePatch(live, body)
  if (type !== 'application/strategic-merge-patch+json') throw unsupportedMediaType()
  // Kinds without a schema here are like custom resources: they know no strategic merge.
  if (resource.struct === UNDESCRIBED) throw unsupportedMediaType()
  return applyStrategicMerge(resource.struct, live, body)
}

function apply(machine: Machine, request: WriteRequest, { body, force, isManagerNamed }: Patch): Written {
  const { resource, namespace, name } = request
  if (!isManagerNamed) {
    const message = 'Required value: is required for apply patch'
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [{ reason: 'FieldValueRequired', field: 'fieldManager', message }])
  }
  const config = checkConfiguration(request, body)
  const how = { struct: resource.struct, writer: writerOf(request, 'Apply'), force, now: machine.now() }
  const live = find(resource, namespace, name)
  if (live === undefined) {
    if (request.subresource !== '') throw notFound(resource, name)
    const empty = { metadata: {}, ...emptyOf(resource.struct), kind: resource.kind, apiVersion: resource.apiVersion } as unknown as ApiObject
    const draft = patchedDraftOf(request, applyConfiguration(empty, config, how))
    return { object: createDraft(machine, request, draft, true), created: true }
  }
  const draft = patchedDraftOf(request, applyConfiguration(live, config, how))
  checkIdentity(request, draft)
  return { object: updateDraft(machine, request, { draft, live, isTracked: true }), created: false }
}

/** The configuration, canonical but without what the schema would add. */
function checkConfiguration({ resource, name, namespace }: WriteRequest, body: unknown): Fields {
  if (!isFields(body)) throw badRequest('error decoding YAML: the patch is no object')
  const { apiVersion = '', kind = '' } = body as { apiVersion?: string; kind?: string }
  if (apiVersion === '' || kind === '') throw badRequest(`invalid object type: ${apiVersion === '' ? '/' : apiVersion}, Kind=${kind}`)
  if (apiVersion !== resource.apiVersion)
    throw badRequest(`Incorrect version specified in apply patch. Specified patch version: ${apiVersion}, expected: ${resource.apiVersion}`)
  const metadata = isFields(body['metadata']) ? body['metadata'] : {}
  if (metadata['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil')
  const config: Fields = clone({
    ...body,
    metadata: { ...metadata, name: metadata['name'] ?? name, ...(namespace === undefined ? {} : { namespace: metadata['namespace'] ?? namespace }) },
  })
  const where = `failed to create typed patch object (${namespace ?? ''}/${textAt(metadata, 'name')}; ${apiVersion}, Kind=${kind})`
  checkTypes(resource.struct, config, where)
  const twice = findDuplicate(resource.struct, config)
  if (twice !== undefined) throw internal(`${where}: ${twice}`)
  return config
}

function checkTypes(struct: WriteRequest['resource']['struct'], config: Fields, where: string): void {
  try {
    const [unknown] = decode(struct, config).unknown
    if (unknown !== undefined) throw new ApiError(500, `${where}: .${unknown}: field not declared in schema`)
  } catch (error) {
    if (error instanceof DecodeError) throw new ApiError(500, `${where}: ${error.message}`)
    throw error
  }
}
