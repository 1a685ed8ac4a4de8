import type { ReadyReason } from '../model/reason.ts'

export interface CloudErrorOptions {
  readonly reason: ReadyReason
  /** A sentence for the Service's author. The cause, with all its detail, is for the log. */
  readonly publicMessage: string
  /** Uids of the owners at fault, where the answer tells. Empty: nobody's fault (rights, credentials, a lock). Absent: one of those the step serves. */
  readonly blames?: readonly string[]
  /** How long to wait, in milliseconds, where the cloud says so. */
  readonly afterMs?: number
  readonly cause?: unknown
}

/**
 * Why a call to a cloud failed, named by what has to be done about it.
 * - `refused`: nothing happened, and asking again is useless until somebody changes something (invalid, denied, quota);
 * - `later`: nothing happened; ask again after a while (throttled, still in use);
 * - `unclear`: it may have happened: look before doing anything else (time-out, lost answer, 5xx, conflict).
 *
 * An answer 4xx in the cloud's own format with an unknown code is `refused`; other unknown failures are `unclear`. The code decides before the HTTP
 * status.
 */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly consequence: 'refused' | 'later' | 'unclear'
  readonly reason: ReadyReason
  readonly publicMessage: string
  readonly blames: readonly string[] | undefined
  readonly afterMs: number | undefined

  constructor(consequence: CloudError['consequence'], { reason, publicMessage, blames, afterMs, cause }: CloudErrorOptions) {
    super(publicMessage, { cause })
    this.consequence = consequence
    this.reason = reason
    this.publicMessage = publicMessage
    this.blames = blames
    this.afterMs = afterMs
  }
}
