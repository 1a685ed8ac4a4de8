/**
 * The one retry layer around single calls. It repeats reads, and writes only where the answer proves that nothing happened; whatever takes longer is the
 * queue's business. The SDKs' own retries are off.
 */
import pRetry from 'p-retry'
import { type Clock, wait } from '../../model/clock.ts'
import { CloudError } from '../cloud-error.ts'

export interface RetryOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How often to repeat at the most. */
  readonly retries?: number
  /** The first pause, in milliseconds; each further one is twice as long, with jitter. */
  readonly pauseMs?: number
}

const RETRIES = 3
const PAUSE_MS = 200
/** A longer pause than this is not slept through here: it is an outcome, with a time to look again. */
const LONGEST_PAUSE_MS = 2_000

/** Repeats a read as long as it may succeed: unclear answers that may be others the next time, and short waits that the cloud asks for. */
export function retryRead<T>(read: () => Promise<T>, options: RetryOptions): Promise<T> {
  return repeat(read, (error) => (error.consequence === 'unclear' && !error.isDefinite) || isShortWait(error), options)
}

/** Repeats a write only where nothing happened and the wait is short. What is unclear is for the mirror: it looks first. */
export function retryWrite<T>(write: () => Promise<T>, options: RetryOptions): Promise<T> {
  return repeat(write, isShortWait, options)
}

function isShortWait({ consequence, afterMs, reason }: CloudError): boolean {
  return consequence === 'later' && reason === 'Throttled' && (afterMs ?? 0) <= LONGEST_PAUSE_MS
}

function repeat<T>(
  call: () => Promise<T>,
  isWorthIt: (error: CloudError) => boolean,
  { clock, signal, retries = RETRIES, pauseMs = PAUSE_MS }: RetryOptions,
): Promise<T> {
  return pRetry(call, {
    retries,
    // The pauses are ours, by the clock that was handed in.
    minTimeout: 0,
    signal,
    async shouldRetry({ error, attemptNumber }) {
      if (!(error instanceof CloudError && isWorthIt(error))) return false
      const pause = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** (attemptNumber - 1) * (1 + Math.random()))
      await wait(clock, Math.max(pause, error.afterMs ?? 0), signal)
      return true
    },
  })
}
