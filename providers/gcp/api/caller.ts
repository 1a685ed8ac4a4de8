/** One call to Google: under its limits, with its errors as ours, and a write with its request id. */
import { limitedCall, type LimitedCallOptions } from '../../../src/provider/kit/limited-call.ts'
import type { Family, Written } from './calls.ts'
import type { Operation } from './documents.ts'
import type { Call } from './error-codes.ts'
import { answerError, cloudErrorOf, GoogleAnswer, operationError } from './errors.ts'
import { keyOfId, parseId } from './ids.ts'
import { requestIds } from './request-ids.ts'
import type { Answer, Request, Sdk } from './sdk.ts'

export interface CallerOptions extends LimitedCallOptions<Family> {
  readonly sdk: Sdk
  /** Another one in each process: of request ids. */
  readonly seed: string
}

/** What a call is, before it is made. */
export interface Plan extends Call {
  readonly family: Family
  /** It may be about something that is not there: its answer is 404 then. */
  readonly mayBeAbsent?: true
}

export interface Caller {
  readonly read: (plan: Plan, request: Request, signal: AbortSignal) => Promise<Answer>
  /** `what`: all that the write says. `requestOf` makes the same request for the same id. */
  readonly write: (plan: Plan, what: readonly unknown[], requestOf: (requestId: string) => Request, signal: AbortSignal) => Promise<Written>
}

export function caller({ sdk, seed, ...options }: CallerOptions): Caller {
  const limited = limitedCall<Family>(options)
  const ids = requestIds(seed, options.clock)
  const call = (plan: Plan, request: Request, signal: AbortSignal): Promise<Answer> => {
    const pauseMs = (error: unknown): number | undefined => (error instanceof GoogleAnswer ? error.afterMs : undefined)
    const rules = { families: plan.family, isRead: plan.verb === 'read', errorOf: (error: unknown) => cloudErrorOf(error, plan), pauseMs }
    return limited(rules, async () => checked(await sdk.send(request, signal), plan), signal)
  }
  return {
    read: call,
    async write(plan, what, requestOf, signal) {
      const key = [plan.name, plan.id, ...what]
      try {
        const answer = await call(plan, requestOf(ids.of(key)), signal)
        ids.settled(key)
        return answer.status === 404 ? {} : begunBy(answer.body as Operation, plan)
      } catch (error) {
        if (!signal.aborted && cloudErrorOf(error, plan).consequence !== 'unclear') ids.settled(key)
        throw error
      }
    },
  }
}

/** Only what is in Google's own form counts: a proxy on the way may answer 404 for what is there. */
function checked(answer: Answer, { name, mayBeAbsent }: Plan): Answer {
  const { status, body } = answer
  if (typeof body !== 'object' || body === null || (status >= 400 && !('error' in body))) throw new Error(`HTTP ${status} to ${name}, not in Google's form`)
  if (status >= 400 && !(status === 404 && mayBeAbsent === true)) throw answerError(answer)
  return answer
}

/** A change may have failed, or be finished, in the very answer that begins it. */
function begunBy(operation: Operation, plan: Plan): Written {
  const failure = operationError(operation)
  if (failure !== undefined) throw cloudErrorOf(failure, plan)
  if (operation.status === 'DONE') return {}
  const id = operation.selfLink ?? ''
  if (parseId(id)?.kind !== 'operations') throw cloudErrorOf(new Error(`the answer to ${plan.name} names no operation`), plan)
  return { operation: { id: keyOfId(id), isDeletion: plan.verb === 'remove' } }
}
