/** What the API server answers when it refuses: a Status object, one function a cause, in the server's own words. */
import type { FieldError } from './resource.ts'

export interface Status {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: { readonly continue?: string }
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly { readonly reason?: string; readonly message: string; readonly field?: string }[]
  readonly retryAfterSeconds?: number
}

/** A request that is refused: the HTTP status and the Status object. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly status: Status

  constructor(code: number, message: string, rest: { readonly reason?: string; readonly details?: StatusDetails; readonly continue?: string } = {}) {
    super(message)
    this.code = code
    const { reason, details } = rest
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: rest.continue === undefined ? {} : { continue: rest.continue },
      status: 'Failure',
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    }
  }
}

/** Which resource an error speaks of: `services`, or `deployments.apps`. */
export interface Named {
  readonly group: string
  readonly plural: string
}

const qualified = ({ group, plural }: Named): string => (group === '' ? plural : `${plural}.${group}`)
const about = (of: Named, name: string): StatusDetails => ({ name, ...(of.group === '' ? {} : { group: of.group }), kind: of.plural })

export const badRequest = (message: string): ApiError => new ApiError(400, message, { reason: 'BadRequest' })

export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', { reason: 'Unauthorized' })

export const notFound = (of: Named, name: string): ApiError =>
  new ApiError(404, `${qualified(of)} ${JSON.stringify(name)} not found`, { reason: 'NotFound', details: about(of, name) })

export const noSuchResource = (): ApiError => new ApiError(404, 'the server could not find the requested resource', { reason: 'NotFound', details: {} })

export const methodNotAllowed = (): ApiError =>
  new ApiError(405, 'the server does not allow this method on the requested resource', { reason: 'MethodNotAllowed', details: {} })

export const notAcceptable = (): ApiError =>
  new ApiError(406, '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf', {
    reason: 'NotAcceptable',
    details: {},
  })

export const alreadyExists = (of: Named, name: string): ApiError =>
  new ApiError(409, `${qualified(of)} ${JSON.stringify(name)} already exists`, { reason: 'AlreadyExists', details: about(of, name) })

export const conflict = (of: Named, name: string, why: string): ApiError =>
  new ApiError(409, `Operation cannot be fulfilled on ${qualified(of)} ${JSON.stringify(name)}: ${why}`, { reason: 'Conflict', details: about(of, name) })

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export const expired = (message: string, next?: string): ApiError =>
  new ApiError(410, message, { reason: 'Expired', ...(next === undefined ? {} : { continue: next }) })

export const tooLarge = (limit: number): ApiError => new ApiError(413, `Request entity too large: limit is ${limit}`, { reason: 'RequestEntityTooLarge' })

export const tooManyRequests = (message: string): ApiError => new ApiError(429, message, { reason: 'TooManyRequests' })

export const unsupportedMediaType = (message = '415: Unsupported Media Type'): ApiError =>
  new ApiError(415, message, { reason: 'UnsupportedMediaType', ...(message.startsWith('415') ? { details: {} } : {}) })

/** 422 with its causes; several are listed in brackets. */
export function invalid(of: { readonly group: string; readonly kind: string }, name: string, errors: readonly FieldError[]): ApiError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))]
  const kind = of.group === '' ? of.kind : `${of.kind}.${of.group}`
  const message = `${kind} ${JSON.stringify(name)} is invalid: ${texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`}`
  const causes = errors.map((error) => ({ reason: error.reason, message: error.message, field: error.field }))
  const details = {
    ...(name === '' ? {} : { name }),
    ...(of.group === '' ? {} : { group: of.group }),
    ...(of.kind === '' ? {} : { kind: of.kind }),
    ...(causes.length === 0 ? {} : { causes }),
  }
  return new ApiError(422, message, { reason: 'Invalid', details })
}

/** 422 without a cause that a client could read. */
export const unprocessable = (): ApiError =>
  new ApiError(422, 'the server rejected our request due to an error in our request', { reason: 'Invalid', details: {} })

/** 500 as the server gives it for errors it has no name for. */
export const internal = (message: string): ApiError => new ApiError(500, message)

export const tooLargeVersion = (asked: number, current: number): ApiError =>
  new ApiError(504, `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    reason: 'Timeout',
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
  })

/** The answer of a successful request that has no object to show. */
export const success = (details: StatusDetails): Status => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
