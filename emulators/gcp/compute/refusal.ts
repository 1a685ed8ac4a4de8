/** What the Compute API refuses with: an HTTP status and a reason in camel case, as its synchronous errors have it. */
import type { JsonObject } from '../../cloud/json.ts'

export interface RefusalOptions {
  /** Default 400. */
  readonly status?: number
  readonly details?: readonly JsonObject[]
}

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reason: string
  readonly status: number
  readonly details: readonly JsonObject[]

  constructor(reason: string, message: string, { status = 400, details = [] }: RefusalOptions = {}) {
    super(message)
    this.reason = reason
    this.status = status
    this.details = details
  }
}

export const notFound = (path: string): Refusal => new Refusal('notFound', `The resource '${path}' was not found`, { status: 404 })

export const alreadyExists = (path: string): Refusal => new Refusal('alreadyExists', `The resource '${path}' already exists`, { status: 409 })

export const notReady = (path: string): Refusal => new Refusal('resourceNotReady', `The resource '${path}' is not ready`)

export const conditionNotMet = (): Refusal =>
  new Refusal('conditionNotMet', 'Supplied fingerprint does not match current metadata fingerprint.', { status: 412 })

/** `member`: as the client wrote it, `ports`. */
export const invalid = (member: string, value: unknown, why: string): Refusal =>
  new Refusal('invalid', `Invalid value for field 'resource.${member}': '${typeof value === 'string' ? value : JSON.stringify(value)}'. ${why}`)

export const required = (member: string): Refusal => new Refusal('required', `Required field 'resource.${member}' not specified`)

export const inUse = (noun: string, path: string, user: string): Refusal => new Refusal('resourceInUseByAnotherResource', inUseText(noun, path, user))

/** `noun`: `backend_service`. */
export function inUseText(noun: string, path: string, user: string): string {
  return `The ${noun} resource '${path}' is already being used by '${user}'`
}

export const quotaExceeded = (metric: string, limit: number, where: string): Refusal =>
  new Refusal('quotaExceeded', `Quota '${metric}' exceeded.  Limit: ${limit.toFixed(1)} ${where}.`, { status: 403 })

export const rateLimitExceeded = (): Refusal =>
  new Refusal('rateLimitExceeded', "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'compute.googleapis.com'.", {
    status: 403,
    details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED', domain: 'googleapis.com' }],
  })

export const invalidScope = (kind: 'region' | 'zone', name: string): Refusal =>
  new Refusal('invalid', `Invalid value for field '${kind}': '${name}'. Unknown ${kind}.`)

export const nothingAt = (path: string): Refusal => new Refusal('notFound', `There is nothing at ${path}.`, { status: 404 })
