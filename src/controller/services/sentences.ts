/**
 * The sentences that conditions and events are made of: what is wrong, what is allowed, what to do next. The same matter always gives the same text, so
 * that events fold.
 */
import type { Service } from '../../model/cluster.ts'
import { type Pace, type Problem, problemText } from '../../model/problem.ts'
import type { ListenerKey } from '../../model/load-balancer.ts'
import type { ReadyReason } from '../../model/reason.ts'
import { type Place, placeText } from '../../model/status.ts'
import { capitalized } from '../../model/text.ts'
import type { Support } from '../../provider/capabilities.ts'
import type { Because } from '../stacks/intents.ts'
import type { PlanReport } from './report.ts'

/** Reasons that a person should act on; the events of the others are `Normal`. */
const WARNINGS: ReadonlySet<ReadyReason> = new Set([
  'Invalid',
  'Forbidden',
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

export const REGISTERED_TEXT = 'Every port of the load balancer has at least one backend.'

export const NO_BALANCER_TEXT = 'There is no load balancer yet. The condition fairlead.dev/Ready says why.'

/** Why there are no backends, and what clients meet meanwhile: that differs by provider. */
export function noBackendsText(cause: string, refusal: Support): string {
  if (!refusal.supported) return `${cause} Until then connections get no answer: ${sentence(refusal.because)}`
  return `${cause} Until then connections are refused${refusal.note === undefined ? '' : `: ${refusal.note}`}.`
}

export const NO_ADDRESS_TEXT = 'The load balancer exists but has no address yet. Fairlead checks again automatically.'

export const PROGRESSING_TEXT = 'The load balancer is being created or updated.'

export const REPAIRED_TEXT = 'The load balancer was changed outside Fairlead and has been corrected.'

export const STATUS_REPAIRED_TEXT = 'status.loadBalancer was changed outside Fairlead and has been corrected.'

export const STATUS_FIGHT_TEXT =
  'Another program keeps writing status.loadBalancer of this Service. Fairlead corrects it, waiting longer each time. Find the other controller (kubectl get -o yaml --show-managed-fields) and give the Service to one of them by spec.loadBalancerClass.'

/** `answer`: the API server's own words, which name what is missing. */
export function podRightText(answer: string): string {
  return `Pods of this Service may wait for it by a readiness gate, and cannot be read or updated: ${sentence(answer)} Grant get on pods and patch on pods/status; Fairlead retries automatically. Where no pod has such a gate, --no-readiness-gates makes these permissions unnecessary.`
}

export const DELETED_TEXT = 'The load balancer is gone.'

export const UPSTREAM_LEFT_TEXT =
  'The finalizer service.kubernetes.io/load-balancer-cleanup stays: the Service has no loadBalancerClass, so another controller may serve it now and need the finalizer. If no other controller does, remove the finalizer yourself (kubectl edit service), or the Service cannot be deleted.'

/** What is served of a Service while it is refused. */
export interface Kept {
  /** The ports that the Service asks for. */
  readonly asked: readonly ListenerKey[]
  /** Those that the load balancer has; absent: they are not known. */
  readonly open?: readonly ListenerKey[]
  /** The nodes answer for the ports that the Service has now, and for no others. */
  readonly byPublishedAddress: boolean
}

/** Why the Service is refused, what is served meanwhile, and when it is tried again. `kept`: undefined where nothing is served. */
export function problemsText(problems: readonly Problem[], kept: Kept | undefined, service: ServiceName): string {
  const said = problems.map((problem) => sentence(problemText(problem)))
  const meanwhile = kept === undefined ? [] : keptSentences(kept)
  const [first] = problems
  const again = first?.reason === 'Forbidden' && first.pace === undefined ? POLICY_AGAIN_TEXT : againText(first?.pace ?? 'on change', service)
  return [...said, ...meanwhile, again].join(' ')
}

function keptSentences(kept: Kept): readonly string[] {
  const { asked, open = asked, byPublishedAddress } = kept
  const old = open.filter((key) => !asked.includes(key))
  const unopened = asked.filter((key) => !open.includes(key))
  return [
    'The existing load balancer keeps its settings; its backends are still updated.',
    ...(old.length === 0 ? [] : [byPublishedAddress ? portClosedText(old) : `Its ${portsText(old)} ${isOrAre(old)} still open.`]),
    ...(unopened.length === 0 ? [] : [`${capitalized(portsText(unopened))} ${isOrAre(unopened)} not open yet.`]),
  ]
}

/** Where packets come to a node with the Service's own port, kube-proxy decides by what the Service says now. */
export function portClosedText(ports: readonly ListenerKey[]): string {
  return `Its ${portsText(ports)} ${isOrAre(ports)} closed, because the Service does not have ${ports.length === 1 ? 'it' : 'them'} any more and the nodes answer for the ports that it has now.`
}

function portsText(ports: readonly ListenerKey[]): string {
  return ports.length === 1
    ? `port ${ports[0]}`
    : `ports ${ports.slice(0, MOST_PORTS).join(', ')}${ports.length > MOST_PORTS ? ` and ${ports.length - MOST_PORTS} more` : ''}`
}

function isOrAre(ports: readonly ListenerKey[]): string {
  return ports.length === 1 ? 'is' : 'are'
}

const MOST_PORTS = 10

const POLICY_AGAIN_TEXT = "Fairlead tries again when the Service, its namespace or the operator's policy changes."

/** For what has to wait. `afterMs`: until it is checked again. */
export function waitingText(because: string, afterMs: number, service: ServiceName): string {
  const now = afterMs > 60_000 ? ` ${nowText('check', service)}` : ''
  return `${sentence(because)} Fairlead checks again automatically within ${spanText(afterMs)}.${now}`
}

/** For what stops a Stack, or a whole cloud. */
export function stoppedText(reason: ReadyReason, message: string, service: ServiceName): string {
  const remedies: Partial<Record<ReadyReason, string>> = {
    Denied: 'Grant the missing permission.',
    LimitReached: 'Raise the limit, or free some of it.',
    DoesNotSettle: 'Both plans are in the log.',
  }
  const again = reason === 'DoesNotSettle' ? 'Fairlead tries again in an hour, or when the Service changes.' : againText('usual', service)
  return [sentence(message), remedies[reason], again].filter((part) => part !== undefined).join(' ')
}

type ServiceName = Pick<Service['metadata'], 'namespace' | 'name'>

/** The one place that says when a refusal is tried again, and how to have it tried now. The same text for every try, so that conditions and events stay. */
function againText(pace: Pace, service: ServiceName): string {
  const rhythm = 'again within a minute, then less often, at least every 10 minutes.'
  switch (pace) {
    case 'on change':
      return 'Fairlead tries again when the Service changes.'
    case 'quick':
      return 'Fairlead tries again every few seconds.'
    case 'usual':
      return `Fairlead tries ${rhythm} ${nowText('try', service)}`
    case 'by reading':
      return `Fairlead checks ${rhythm} ${nowText('check', service)}`
    default:
      return pace satisfies never
  }
}

/** Any change of the Service will do; this one changes nothing else. */
function nowText(verb: 'try' | 'check', { namespace, name }: ServiceName): string {
  return `To ${verb} now: kubectl annotate service -n ${namespace} ${name} retry="$(date)" --overwrite`
}

function spanText(ms: number): string {
  if (ms <= 60_000) return 'a minute'
  return `${Math.ceil(ms / 60_000)} minutes`
}

export function heldText(steps: readonly string[]): string {
  return shortened(`The operator's policy holds this back: ${steps.join('; ')}.`)
}

export function planOnlyText({ steps, outcome }: PlanReport): string {
  const next = 'Remove the annotation fairlead.dev/plan-only to let Fairlead make changes.'
  if (steps.length === 0) return ['There is nothing to change.', ...outcome, next].join(' ')
  return ['Nothing is changed yet.', next, ...outcome, shortened(`It would: ${steps.join('; ')}.`)].join(' ')
}

/** For the operator, about orphans that were found; `graceMs` as of the setting. */
export function orphansText(count: number, graceMs: number): string {
  const what = count === 1 ? 'found 1 load balancer whose Service does not exist' : `found ${count} load balancers whose Services do not exist`
  const next = graceMs === 0 ? 'Deleted now' : graceMs === Number.POSITIVE_INFINITY ? 'Kept' : `Deleted in ${durationText(graceMs)}`
  return `${what}. ${next}. \`fairlead orphans\` lists them, \`fairlead orphans --delete\` deletes them at once`
}

/** `90 s`, `10 min`, `1 h`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds === 0) return '0 s'
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
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
        message: 'The address or name is being moved from the old load balancer. Traffic stops until the new one has it.',
      }
    case 'moving away':
      return { reason: 'Moved', message: 'The old load balancer serves until the address of the new one is published.' }
    case 'plan only':
      return { reason: 'PlanOnly', message: planOnlyText({ steps: [], outcome: [] }) }
    case 'malformed':
      return { reason: 'Invalid', message: "The Service's configuration is invalid." }
    case 'not prepared':
    case 'unconfirmed':
    case 'orphan':
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
