/** Every error of AWS to ours: the one place that knows its codes. */
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { errorsBy } from '../../../src/provider/kit/error-table.ts'
import { type Action, ERRORS } from './error-codes.ts'
import { withoutIds } from './error-text.ts'

/**
 * The code as it came over the wire, of an error of the SDK or of ours with one as its cause; undefined where AWS did not answer in its own form. ELBv2's
 * modelled errors bear the wire's code as `Code` and another name, EC2's have the code as their name.
 */
export function codeOf(error: unknown): string | undefined {
  const found = error instanceof CloudError ? error.cause : error
  if (!isAnswer(found)) return undefined
  return found.Code ?? found.name
}

/** What AWS says, as it says it; empty where it says nothing. */
export function messageOf(error: unknown): string {
  const found = error instanceof CloudError ? error.cause : error
  return found instanceof Error ? found.message : ''
}

const errorOf = errorsBy(ERRORS)

/** The error of a call to AWS as ours; an error that is ours already stays what it is. */
export function cloudErrorOf(error: unknown, action: Action): CloudError {
  if (error instanceof CloudError) return error
  const code = codeOf(error)
  if (code === undefined) return unanswered(error, action)
  return errorOf({ code, status: statusOf(error), said: withoutIds(messageOf(error)), cause: error }, action)
}

/** No answer in AWS' own form: no connection, no credentials, a lost connection, a time-out, a page of something in between. */
function unanswered(error: unknown, { name }: Action): CloudError {
  if (error instanceof Error && error.name === 'CredentialsProviderError') {
    const publicMessage = 'there are no AWS credentials: give the Pod a role (IRSA, EKS Pod Identity, the node), or set a profile or keys'
    return new CloudError('refused', { reason: 'Denied', blames: [], publicMessage, cause: error })
  }
  return new CloudError('unclear', { reason: 'CloudUnavailable', blames: [], publicMessage: `AWS did not answer ${name}`, cause: error })
}

interface Answer extends Error {
  readonly Code?: string
  readonly $metadata: { readonly httpStatusCode?: number }
}

/** The SDK also names what it could not read, and what never arrived, as errors with metadata. */
const NO_CODES = new Set(['Error', 'Unknown', 'UnknownError', 'SyntaxError', 'TypeError', 'TimeoutError', 'AbortError'])

function isAnswer(error: unknown): error is Answer {
  if (!(error instanceof Error) || !('$metadata' in error) || statusOf(error) === 0) return false
  const code = 'Code' in error && typeof error.Code === 'string' ? error.Code : error.name
  return !NO_CODES.has(code)
}

function statusOf(error: unknown): number {
  const metadata = error instanceof Error && '$metadata' in error ? (error.$metadata as Answer['$metadata']) : undefined
  return metadata?.httpStatusCode ?? 0
}
