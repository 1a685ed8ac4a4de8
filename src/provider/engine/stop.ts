import { present } from '../../model/present.ts'
import type { ReadyReason } from '../../model/reason.ts'
import type { CloudError } from '../cloud-error.ts'
import type { Step } from '../provider.ts'

/** How long a refusal that is no Service's fault rests before it is asked about again. */
const REFUSED_REST_MS = 30_000
export const SOON_MS = 1_000
/** How long to wait where the cloud does not say. */
export const LATER_MS = 5_000
const UNSETTLED_REST_MS = 3_600_000

/** Ends a Stack's turn for a reason that is no Service's fault. Thrown and caught inside the core; a provider never sees it. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly reason: ReadyReason
  readonly afterMs: number
  /** The step that could not be made. */
  readonly step: Step | undefined
  /** Nothing failed: the Stack has to wait. */
  readonly isWait: boolean

  constructor(reason: ReadyReason, message: string, { afterMs, step, isWait = false, cause }: StopOptions) {
    super(message, { cause })
    this.reason = reason
    this.afterMs = afterMs
    this.step = step
    this.isWait = isWait
  }
}

interface StopOptions {
  readonly afterMs: number
  readonly step?: Step
  readonly isWait?: boolean
  readonly cause?: unknown
}

/**
 * A failure that blames no Service. A refusal is not asked about again at once; a wait is as long as the cloud says. `step`: the one that failed; where it serves
 * no owner and has to wait (an operation under way), nothing failed.
 */
export function stackFailure(error: CloudError, step?: Step): Stop {
  const { reason, publicMessage, consequence } = error
  const said = error.afterMs ?? (consequence === 'later' ? LATER_MS : SOON_MS)
  const isWait = consequence === 'later' && error.blames === undefined && step?.serves.length === 0
  const afterMs = consequence === 'refused' ? Math.max(said, REFUSED_REST_MS) : said
  return new Stop(reason, publicMessage, { afterMs, isWait, cause: error, ...present({ step }) })
}

export const LEASE_OVER = 'the lease has run out'

export function interrupted(why: string): Stop {
  return new Stop('Interrupted', why, { afterMs: SOON_MS })
}

export function doesNotSettle(): Stop {
  return new Stop('DoesNotSettle', 'a plan wants again what was just done: a fault of Fairlead, please report it with the log', { afterMs: UNSETTLED_REST_MS })
}
