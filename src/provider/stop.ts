import type { ReadyReason } from '../model/reason.ts'
import type { CloudError } from './cloud-error.ts'

/** How long a refusal that is nobody's fault rests before it is asked about again. */
const REFUSED_REST_MS = 60_000
export const SOON_MS = 1_000
/** How long to wait where the cloud does not say. */
export const LATER_MS = 5_000
const UNSETTLED_REST_MS = 3_600_000

/** Ends a Stack's turn by nobody's fault. Thrown and caught inside the core; a provider never sees it. */
export class Stop extends Error {
  override readonly name = 'Stop'
  readonly reason: ReadyReason
  readonly afterMs: number

  constructor(reason: ReadyReason, message: string, { afterMs, cause }: { readonly afterMs: number; readonly cause?: unknown }) {
    super(message, { cause })
    this.reason = reason
    this.afterMs = afterMs
  }
}

/** A failure that blames nobody. A refusal is not asked about again at once; a wait is as long as the cloud says. */
export function nobodysFault(error: CloudError): Stop {
  const { reason, publicMessage, consequence } = error
  const said = error.afterMs ?? (consequence === 'later' ? LATER_MS : SOON_MS)
  return new Stop(reason, publicMessage, { afterMs: consequence === 'refused' ? Math.max(said, REFUSED_REST_MS) : said, cause: error })
}

export function interrupted(why: string): Stop {
  return new Stop('Interrupted', why, { afterMs: SOON_MS })
}

export function doesNotSettle(): Stop {
  return new Stop('DoesNotSettle', 'a plan wants again what was just done: a fault of Fairlead, please report it with the log', { afterMs: UNSETTLED_REST_MS })
}
