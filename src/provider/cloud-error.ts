import type { Pace } from '../model/problem.ts'
import type { ReadyReason } from '../model/reason.ts'

export interface CloudErrorOptions {
  readonly reason: ReadyReason
  /** A sentence for the Service's author. The cause, with all its detail, is for the log. */
  readonly publicMessage: string
  /** Uids of the owners at fault, where the answer says so. Empty: no Service's fault (permissions, credentials, a lock). Absent: one of those the step serves. */
  readonly blames?: readonly string[]
  /** How long to wait, in milliseconds, where the cloud says so. */
  readonly afterMs?: number
  /** Of a refusal: something may have been changed before it (an operation that failed halfway, the second call of a step). The Stack is observed before it is judged. */
  readonly mayHaveEffect?: true
  /** Of an unclear answer to a read: the same read at once would be answered the same (an object that is not found). */
  readonly isDefinite?: true
  /** Of a refusal: how soon it is worth another try. Absent: `usual`. */
  readonly pace?: Pace
  /** The annotation or field that asked for what was refused, where the answer shows it. */
  readonly field?: string
  /** What to do next, as one or more full sentences. */
  readonly remedy?: string
  readonly cause?: unknown
}

/**
 * Why a call to a cloud failed, named by what has to be done about it.
 * - `refused`: nothing happened unless `mayHaveEffect`, and asking again is useless until a person changes something (invalid, denied, quota);
 * - `later`: nothing happened; ask again after a while (throttled, still in use);
 * - `unclear`: it may have happened: look before doing anything else (time-out, lost answer, 5xx, conflict);
 * - `stale`: nothing happened, because what the call was based on is old (412, a condition that is not met, an operation that a newer one superseded): the
 *   Stack is observed and planned again in the same turn, three times, without an event, a warning or a delay; then it is retried like any failure.
 *
 * An answer 4xx in the cloud's own format with an unknown code is `refused`; other unknown failures are `unclear`. The code decides before the HTTP
 * status.
 */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly consequence: 'refused' | 'later' | 'unclear' | 'stale'
  readonly reason: ReadyReason
  readonly publicMessage: string
  readonly blames: readonly string[] | undefined
  readonly afterMs: number | undefined
  readonly mayHaveEffect: boolean
  readonly isDefinite: boolean
  readonly pace: Pace | undefined
  readonly field: string | undefined
  readonly remedy: string | undefined

  constructor(
    consequence: CloudError['consequence'],
    { reason, publicMessage, blames, afterMs, mayHaveEffect, isDefinite, pace, field, remedy, cause }: CloudErrorOptions,
  ) {
    super(publicMessage, { cause })
    this.consequence = consequence
    this.reason = reason
    this.publicMessage = publicMessage
    this.blames = blames
    this.afterMs = afterMs
    this.mayHaveEffect = mayHaveEffect ?? false
    this.isDefinite = isDefinite ?? false
    this.pace = pace
    this.field = field
    this.remedy = remedy
  }
}
