/** What Google's errors mean for us: read from an answer, from an operation that failed, or from no answer at all. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { errorsBy } from '../../../src/provider/kit/error-table.ts'
import { NoCredentials } from './identity.ts'
import { isOnReference, missingRight } from './denied.ts'
import type { ErrorDetail, Operation } from './documents.ts'
import { type Call, ERRORS, SENTENCES } from './error-codes.ts'
import { withoutIds } from './error-text.ts'
import { IDS_IN_TEXT, isSameId } from './ids.ts'
import type { Answer } from './sdk.ts'

/** An answer or an operation that is an error, as an error: the cause of ours, with all that Google said, for the log. */
export class GoogleAnswer extends Error {
  override readonly name = 'GoogleAnswer'
  readonly status: number
  /** In the form of operations: `RESOURCE_NOT_FOUND`. */
  readonly code: string
  /** In milliseconds, as Google asks for it. */
  readonly afterMs: number | undefined
  /** It is how an operation ended. */
  readonly isOfOperation: boolean

  constructor({ status, code, message, afterMs, isOfOperation = false }: Said) {
    super(message)
    this.status = status
    this.code = code
    this.afterMs = afterMs
    this.isOfOperation = isOfOperation
  }
}

interface Said {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly afterMs?: number | undefined
  readonly isOfOperation?: boolean
}

interface ErrorBody {
  readonly message?: string
  readonly status?: string
  readonly errors?: readonly { readonly reason?: string; readonly message?: string }[]
  readonly details?: readonly ErrorDetail[]
}

/** The error that an answer holds. */
export function answerError({ status, headers, body }: Answer): GoogleAnswer {
  const error = (body as { readonly error?: ErrorBody } | undefined)?.error
  const message = error?.message ?? ''
  const reasons = [...(error?.details ?? []).map(({ reason }) => reason), ...(error?.errors ?? []).map(({ reason }) => reason), error?.status]
  const code = reasons.find((reason) => reason !== undefined && reason !== '') ?? `HTTP ${status}`
  return new GoogleAnswer({ status, code: asOfOperation(code), message, afterMs: retryAfterMs(headers) })
}

/** The error that an operation ended with; undefined: it has none. All that Google says is in the message, the first code counts. */
export function operationError({ error, httpErrorStatusCode, httpErrorMessage }: Operation): GoogleAnswer | undefined {
  const errors = error?.errors ?? []
  if (errors.length === 0 && (httpErrorStatusCode ?? 0) < 400) return undefined
  const message = errors.map(({ message: each = '', errorDetails = [] }) => [each, ...errorDetails.flatMap(quotaText)].join(' ')).join('; ')
  const code = asOfOperation(errors[0]?.code ?? httpErrorMessage ?? `HTTP ${httpErrorStatusCode}`)
  return new GoogleAnswer({ status: httpErrorStatusCode ?? 0, code, message, isOfOperation: true })
}

function quotaText({ quotaInfo }: ErrorDetail): readonly string[] {
  return quotaInfo?.metricName === undefined ? [] : [`(${quotaInfo.metricName}, limit ${quotaInfo.limit})`]
}

/** `notFound` is `NOT_FOUND`. */
function asOfOperation(code: string): string {
  return /^[a-z][A-Za-z]*$/.test(code) ? code.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase() : code
}

/** How long an answer asks to wait, in milliseconds. */
function retryAfterMs(headers: Answer['headers']): number | undefined {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined
}

const errorOf = errorsBy(ERRORS)

/** The error of a call as ours; an error that is ours already stays what it is. */
export function cloudErrorOf(error: unknown, call: Call): CloudError {
  if (error instanceof CloudError) return error
  if (!(error instanceof GoogleAnswer)) return unanswered(error, call)
  const { status, afterMs, message, isOfOperation } = error
  const right = missingRight(message)
  if (right !== undefined) {
    const blames = isOnReference(right) ? {} : { blames: [] }
    return new CloudError('refused', { reason: 'Denied', publicMessage: right.because, remedy: right.remedy, ...blames, ...effectOf(error), cause: error })
  }
  if (isOwnObject(error, call)) return new CloudError('stale', { reason: 'Progressing', blames: [], publicMessage: 'it does not exist any more', cause: error })
  const answer = {
    code: meantBy(error, call),
    status,
    said: withoutIds(message),
    ...(afterMs === undefined ? {} : { afterMs }),
    ...effectOf(error),
    cause: error,
  }
  return isOfOperation ? ofOperation(errorOf(answer, call)) : errorOf(answer, call)
}

function effectOf({ isOfOperation }: GoogleAnswer): { readonly mayHaveEffect?: true } {
  return isOfOperation ? { mayHaveEffect: true } : {}
}

const IN_USE = 'RESOURCE_IN_USE_BY_ANOTHER_RESOURCE'

/** A sentence that is known decides before the reason. What is in use can be waited for on a deletion alone. */
function meantBy({ code, message }: GoogleAnswer, { verb }: Call): string {
  const [, meant] = SENTENCES.find(([sentence]) => sentence.test(message)) ?? []
  if (code === IN_USE && (verb === 'insert' || verb === 'change')) return meant ?? 'USED_BY_ANOTHER'
  return code === IN_USE ? code : (meant ?? code)
}

/** A change is answered 404 for its own object, and for one that the document refers to. */
function isOwnObject({ code, message }: GoogleAnswer, { verb, id }: Call): boolean {
  if (verb !== 'change' || (code !== 'NOT_FOUND' && code !== 'RESOURCE_NOT_FOUND')) return false
  return (message.match(IDS_IN_TEXT) ?? []).some((named) => isSameId(named, id))
}

/** How an operation ended is not unclear, and it may have changed something: where it may be begun again at once, what it left has to be seen first. */
function ofOperation(error: CloudError): CloudError {
  const { consequence, reason, publicMessage, cause } = error
  if (consequence === 'unclear') return new CloudError('refused', { reason, publicMessage, blames: [], mayHaveEffect: true, cause })
  if (consequence !== 'later' || reason === 'Waiting') return error
  return new CloudError('stale', { reason, publicMessage, blames: [], cause })
}

/** No answer in Google's own form: no credentials, a lost connection, a time-out. */
function unanswered(error: unknown, { name }: Call): CloudError {
  if (error instanceof NoCredentials) {
    const publicMessage =
      'Google gives the controller no token: use a workload identity (serviceAccount.annotations of the chart), a service account of the node, or ' +
      'GOOGLE_APPLICATION_CREDENTIALS'
    return new CloudError('refused', { reason: 'Denied', blames: [], publicMessage, cause: error })
  }
  return new CloudError('unclear', { reason: 'CloudUnavailable', blames: [], publicMessage: `Google did not answer ${name}`, cause: error })
}
