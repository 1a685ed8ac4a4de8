/** One call to a cloud under its rate limits: a token, one attempt, the cloud's error as ours, and repetition where nothing can have happened twice. */
import type { Clock } from '../../model/clock.ts'
import type { CloudError } from '../cloud-error.ts'
import type { Budget } from './budget.ts'
import { NotPermitted } from './permit.ts'
import { retryRead, retryWrite } from './retry.ts'

/** What is known of a call before it is made. */
export interface CallRules<Family extends string> {
  /** The limits that it counts against. */
  readonly families: Family | readonly Family[]
  /** A read is repeated where it may succeed, a write only where the answer proves that nothing happened. */
  readonly isRead: boolean
  /** The cloud's error as ours. */
  readonly errorOf: (error: unknown) => CloudError
  /** How long the cloud asks not to be called, in milliseconds, by the error as it was thrown. Absent, or undefined: the budget's own pause. */
  readonly pauseMs?: (error: unknown) => number | undefined
}

/** `send` makes one attempt. Throws a CloudError, the signal's reason when it was aborted, and NotPermitted when the Lease ran out before. */
export type LimitedCall<Family extends string> = <T>(rules: CallRules<Family>, send: () => Promise<T>, signal: AbortSignal) => Promise<T>

export interface LimitedCallOptions<Family extends string> {
  readonly budget: Pick<Budget<Family>, 'take' | 'throttled'>
  readonly clock: Clock
}

/** A throttled attempt slows down what the call counts against. */
export function limitedCall<Family extends string>({ budget, clock }: LimitedCallOptions<Family>): LimitedCall<Family> {
  return <T>({ families, isRead, errorOf, pauseMs }: CallRules<Family>, send: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    const counted: readonly Family[] = typeof families === 'string' ? [families] : families
    const attempt = async (): Promise<T> => {
      await budget.take(counted, signal)
      return send().catch((error: unknown) => {
        signal.throwIfAborted()
        if (error instanceof NotPermitted) throw error
        const failure = errorOf(error)
        if (isThrottle(failure)) budget.throttled(counted, pauseMs?.(error))
        throw failure
      })
    }
    return (isRead ? retryRead : retryWrite)(attempt, { clock, signal })
  }
}

function isThrottle({ consequence, reason }: CloudError): boolean {
  return consequence === 'later' && reason === 'Throttled'
}
