/** What is the same in all writes: who writes, how strictly the body is read, and how a body becomes a draft. */
import { ApiError, badRequest, invalid } from '../api-error.ts'
import { type Fields, isFields } from '../json.ts'
import type { Writer } from '../managed/managers.ts'
import type { Resource } from '../registry.ts'
import type { ApiObject, FieldError, Refusal } from '../resource.ts'
import { DecodeError } from '../schema/decode-error.ts'
import { decode } from '../schema/decode.ts'

export interface WriteRequest {
  readonly resource: Resource
  /** undefined for kinds that are in no namespace. */
  readonly namespace: string | undefined
  /** `` for a new object whose body names it. */
  readonly name: string
  readonly manager: string
  /** `` for the object itself. */
  readonly subresource: string
  readonly dryRun: boolean
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore'
  /** Filled while the request is handled; they become headers. */
  readonly warnings: string[]
}

export const writerOf = (request: WriteRequest, operation: Writer['operation'] = 'Update'): Writer => ({
  manager: request.manager,
  operation,
  apiVersion: request.resource.apiVersion,
  subresource: request.subresource,
})

/** A complete body as a draft. Throws 400 for another kind, a wrong type and, when strict, unknown fields. */
export function draftOf(request: WriteRequest, body: unknown): ApiObject {
  const { resource } = request
  const expected = `${resource.kind} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}`
  if (!isFields(body)) throw badRequest(`${expected}: json: cannot unmarshal into Go value of type v1.${resource.kind}`)
  checkKind(resource, body)
  try {
    return decodeDraft(request, body, (unknown) => badRequest(`${expected}: ${unknown}`))
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`${expected}: ${error.message}`)
    throw error
  }
}

/** A patched object as a draft. Throws 422 with the words of the server, which blames the patch. */
export function patchedDraftOf(request: WriteRequest, patched: unknown): ApiObject {
  const blame = (why: string): ApiError => {
    const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${why}`
    return invalid({ group: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', field: 'patch', message }])
  }
  if (!isFields(patched)) throw blame('json: cannot unmarshal into an object')
  try {
    return decodeDraft(request, patched, blame)
  } catch (error) {
    if (error instanceof DecodeError) throw blame(error.message)
    throw error
  }
}

function decodeDraft(request: WriteRequest, body: Fields, complain: (why: string) => ApiError): ApiObject {
  const { resource } = request
  const { value, unknown } = decode(resource.struct, body)
  const texts = unknown.map((path) => `unknown field ${JSON.stringify(path)}`)
  if (request.fieldValidation === 'Strict' && texts.length > 0) throw complain(`strict decoding error: ${texts.join(', ')}`)
  if (request.fieldValidation === 'Warn') request.warnings.push(...texts)
  return { ...value, kind: resource.kind, apiVersion: resource.apiVersion, metadata: value['metadata'] ?? {} } as ApiObject
}

function checkKind(resource: Resource, body: Fields): void {
  const { apiVersion = resource.apiVersion, kind = resource.kind } = body
  if (kind === resource.kind && apiVersion === resource.apiVersion) return
  if (apiVersion !== resource.apiVersion) {
    throw badRequest(`the API version in the data (${String(apiVersion)}) does not match the expected API version (${resource.apiVersion})`)
  }
  const target = `${String(kind)} in version ${JSON.stringify(resource.version)} cannot be handled as a ${resource.kind}`
  const group = resource.group === '' ? 'core' : (resource.group.split('.')[0] ?? '')
  throw badRequest(`${target}: converting (v1.${String(kind)}) to (${group}.${resource.kind}): unknown conversion`)
}

/** Throws what a rule answered, if it answered anything. */
export function refuse(resource: Resource, name: string, answer: readonly FieldError[] | Refusal | undefined): void {
  if (answer === undefined) return
  if (!isRefusal(answer)) {
    if (answer.length > 0) throw invalid({ group: resource.view?.of.group ?? resource.group, kind: resource.kind }, name, answer)
    return
  }
  throw refusalError(resource, name, answer)
}

export function refusalError(resource: { readonly group: string; readonly plural: string }, name: string, refusal: Refusal): ApiError {
  const { code, reason, message, causes } = refusal
  // An internal error speaks of no object.
  const about = reason === 'InternalError' ? {} : { name, ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.plural }
  const given = causes?.map(({ reason: cause, ...rest }) => (cause === '' ? rest : { reason: cause, ...rest }))
  const details = { ...about, ...(given === undefined ? {} : { causes: given }) }
  return new ApiError(code, message, { reason, details })
}

const isRefusal = (answer: readonly FieldError[] | Refusal): answer is Refusal => 'code' in answer

/** Puts an object of a view into the form in which it is stored. */
export const toStored = (resource: Resource, object: ApiObject): ApiObject => (resource.view === undefined ? object : resource.view.toStored(object))
