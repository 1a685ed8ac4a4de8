/**
 * The sentences that conditions and events are made of: what is wrong, what is allowed, what to do next. The same matter always gives the same text, so
 * that events fold.
 */
import { type Problem, problemText } from '../model/problem.ts'
import type { ReadyReason } from '../model/reason.ts'
import { type Place, placeText } from '../model/status.ts'
import type { Because } from './intents.ts'

/** Reasons that somebody should look at; the others are told as `Normal`. */
const WARNINGS: ReadonlySet<ReadyReason> = new Set([
  'Invalid',
  'Conflict',
  'Refused',
  'Denied',
  'LimitReached',
  'Throttled',
  'CloudUnavailable',
  'NoBackends',
  'DoesNotSettle',
  'Protected',
])

export function eventType(reason: ReadyReason): 'Normal' | 'Warning' {
  return WARNINGS.has(reason) ? 'Warning' : 'Normal'
}

/** Where a Service is served: `192.0.2.7 and 2001:db8::7`. */
export function placesText(places: readonly Place[]): string {
  return places.map(placeText).join(' and ')
}

export function servedText(places: readonly Place[]): string {
  return `Served at ${placesText(places)}.`
}

export const NO_BACKENDS_TEXT =
  'There is nothing to send traffic to, so clients are refused: no endpoint is ready. Check that the selector matches pods, and that they are ready.'

export const NO_ADDRESS_TEXT = 'The load balancer is there but has no address yet. It is looked at again by itself.'

export const PROGRESSING_TEXT = 'The load balancer is on its way.'

export const REPAIRED_TEXT = 'The load balancer was changed by somebody else, and is put right.'

export const STATUS_REPAIRED_TEXT = 'status.loadBalancer was changed by somebody else, and is put right.'

export const RIVAL_TEXT =
  'Somebody else keeps writing status.loadBalancer of this Service. It is put right again, more and more seldom. Find the other controller (kubectl get -o yaml --show-managed-fields) and give the Service to one of them by spec.loadBalancerClass.'

/** `answer`: the API server's own words, which name what is missing. */
export function podRightText(answer: string): string {
  return `Pods of this Service may wait for it by a readiness gate, and cannot be read or told: ${sentence(answer)} Grant get on pods and patch on pods/status; it is tried again by itself. Where no pod has such a gate, --no-readiness-gates spares the rights.`
}

export const DELETED_TEXT = 'The load balancer is gone.'

export function problemsText(problems: readonly Problem[], isServed: boolean): string {
  const said = problems.map((problem) => sentence(problemText(problem))).join(' ')
  return isServed ? `${said} What is served stays as it is; its backends follow.` : said
}

export function waitingText(because: string): string {
  return `${sentence(because)} It goes on by itself.`
}

/** For what stops a Stack, or a whole cloud. */
export function stoppedText(reason: ReadyReason, message: string): string {
  const next: Partial<Record<ReadyReason, string>> = {
    Denied: 'Grant what is missing; it is tried again by itself.',
    LimitReached: 'Have the limit raised, or give something up; it is tried again by itself.',
    DoesNotSettle: 'Both plans are in the log. It is tried again in an hour, or when the Service changes.',
  }
  return `${sentence(message)} ${next[reason] ?? 'It is tried again by itself.'}`
}

export function heldText(steps: readonly string[]): string {
  return shortened(`The operator's policy holds this back: ${steps.join('; ')}.`)
}

export function planOnlyText(steps: readonly string[]): string {
  const next = 'Remove the annotation fairlead.dev/plan-only to have it done.'
  return steps.length === 0 ? `Nothing is done, and nothing would be. ${next}` : `Nothing is done. ${next} ${shortened(`It would: ${steps.join('; ')}.`)}`
}

/** For an owner that is only followed, or not mentioned: why, and the way on. */
export function becauseText(because: Because): { readonly reason: ReadyReason; readonly message: string } {
  switch (because) {
    case 'paused':
      return { reason: 'Paused', message: 'Settings stay as they are and backends follow. Remove the annotation fairlead.dev/pause to go on.' }
    case 'protected':
      return {
        reason: 'Protected',
        message: 'The Service is being deleted, and fairlead.dev/deletion-protection keeps its load balancer. Set it to "false" to let the load balancer go.',
      }
    case 'claimed elsewhere':
      return {
        reason: 'Moved',
        message: 'What cannot be in two places is being handed over from the old load balancer. Traffic stops until the new one has it.',
      }
    case 'moving away':
      return { reason: 'Moved', message: 'The old load balancer serves until the address of the new one is published.' }
    case 'plan only':
      return { reason: 'PlanOnly', message: planOnlyText([]) }
    case 'malformed':
      return { reason: 'Invalid', message: 'The wish is malformed.' }
    case 'not prepared':
    case 'unconfirmed':
      return { reason: 'Progressing', message: PROGRESSING_TEXT }
    default:
      return because satisfies never
  }
}

/** With a full stop, unless it ends a sentence already. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** An event's note takes 1,024 characters. */
const LONGEST_TEXT = 900

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}...`
}
