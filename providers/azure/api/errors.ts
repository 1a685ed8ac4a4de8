/** Every error of Azure to ours. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { errorsBy } from '../../../src/provider/kit/error-table.ts'
import { missingRight, type MissingRight } from './denied.ts'
import { type Call, ERRORS } from './error-codes.ts'
import { withoutIds } from './error-text.ts'
import type { ArmAnswer } from './sdk.ts'

/** An answer that is an error, as an error: the cause of ours, with all that Azure said, for the log. */
export class AzureAnswer extends Error {
  override readonly name = 'AzureAnswer'
  readonly status: number
  /** The innermost code that means something, without blanks around it (recorded: " InternalError"). */
  readonly code: string
  /** In milliseconds, as Azure asks for it. */
  readonly afterMs: number | undefined

  constructor(status: number, { code, message }: Said, afterMs?: number) {
    super(message)
    this.status = status
    this.code = code
    this.afterMs = afterMs
  }
}

interface Said {
  readonly code: string
  readonly message: string
}

interface ErrorBody {
  readonly code?: string
  readonly message?: string
  readonly details?: readonly ErrorBody[] | null
}

/** Codes that only say that the details say more. */
const WRAPPERS = new Set(['InvalidRequestFormat', 'PreconditionFailed', 'Canceled', 'RetryableError', 'InvalidResourceReference'])

/** The error that an answer holds. Takes the answer of a call, or of a poll whose operation failed. */
export function answerOf({ status, headers, body }: ArmAnswer): AzureAnswer {
  return new AzureAnswer(status, saidBy((body as { readonly error?: ErrorBody } | undefined)?.error, status), retryAfterMs(headers))
}

/** How long an answer asks to wait, in milliseconds. */
export function retryAfterMs(headers: ArmAnswer['headers']): number | undefined {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined
}

function saidBy(error: ErrorBody | undefined, status: number): Said {
  const own = { code: error?.code?.trim() ?? `HTTP ${status}`, message: error?.message ?? '' }
  const inner = error?.details?.find(({ code }) => code !== undefined && code !== '')
  if (inner?.code === undefined || !WRAPPERS.has(own.code)) return own
  return { code: inner.code.trim(), message: inner.message ?? own.message }
}

const errorOf = errorsBy(ERRORS)

export interface Failed {
  /** The answer is the end of an operation: something may have happened. */
  readonly mayHaveEffect?: true
}

/** The error of a call as ours; an error that is ours already stays what it is. */
export function cloudErrorOf(error: unknown, call: Call, { mayHaveEffect }: Failed = {}): CloudError {
  if (error instanceof CloudError) return error
  if (!(error instanceof AzureAnswer)) return unanswered(error, call)
  const { status, code, afterMs, message } = error
  const right = missingRight(message)
  if (right !== undefined) return denied(code, right, error)
  const known = { ...(afterMs === undefined ? {} : { afterMs }), ...(mayHaveEffect === undefined ? {} : { mayHaveEffect }) }
  const said = withoutIds(message)
  if (mayHaveEffect === undefined) return errorOf({ code, status, said, ...known, cause: error }, call)
  return ofOperation(errorOf({ code, status: 0, said, ...known, cause: error }, call), said)
}

/** How an operation ended is not unclear, and it may have changed something: where it may be begun again at once, what it left has to be seen first. */
function ofOperation(error: CloudError, said: string): CloudError {
  const { consequence, reason, publicMessage, cause } = error
  if (consequence === 'later') return new CloudError('stale', { reason, publicMessage, blames: [], cause })
  if (consequence !== 'unclear') return error
  return new CloudError('refused', { reason: 'CloudUnavailable', publicMessage: said === '' ? publicMessage : said, mayHaveEffect: true, cause })
}

/** A right on what the document refers to is the matter of the Service that refers to it; any other is no Service's fault. */
function denied(code: string, { because, remedy }: MissingRight, cause: AzureAnswer): CloudError {
  const isLinked = code === 'LinkedAuthorizationFailed'
  return new CloudError('refused', { reason: 'Denied', publicMessage: because, remedy, ...(isLinked ? {} : { blames: [] }), cause })
}

const NO_CREDENTIALS = new Set(['CredentialUnavailableError', 'AuthenticationError', 'AggregateAuthenticationError', 'AuthenticationRequiredError'])

/** No answer in Azure's own form: no credentials, a lost connection, a time-out. */
function unanswered(error: unknown, { name }: Call): CloudError {
  if (error instanceof Error && NO_CREDENTIALS.has(error.name)) {
    const publicMessage =
      'Azure gives the controller no token: use a workload identity (serviceAccount.annotations of the chart), a managed identity of the node, or AZURE_TENANT_ID, ' +
      'AZURE_CLIENT_ID and AZURE_CLIENT_SECRET'
    return new CloudError('refused', { reason: 'Denied', blames: [], publicMessage, cause: error })
  }
  return new CloudError('unclear', { reason: 'CloudUnavailable', blames: [], publicMessage: `Azure did not answer ${name}`, cause: error })
}
