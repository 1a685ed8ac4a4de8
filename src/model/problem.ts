/** What is wrong with a request, said so that its author can fix it: which field, which value, what is allowed. */
import type { ReadyReason } from './reason.ts'
import type { ListenerKey } from './load-balancer.ts'
import { excerpt, quoted } from './text.ts'

/**
 * When a problem is examined again while its Service stays as it is.
 * - `on change`: not at all, as time changes nothing about it;
 * - `quick`: every few seconds, where a try costs no call to a cloud (a socket of this machine);
 * - `usual`: within a minute, then less often, at least every ten minutes: what the cloud refused may be lifted there;
 * - `by reading`: in the same rhythm, by reading again what it was found by: what all load balancers stand in (subnets, security groups, their tags), or all that a
 *   cloud without a base holds for the Stack.
 */
export type Pace = 'on change' | 'quick' | 'usual' | 'by reading'

export interface Problem {
  readonly reason: ReadyReason
  /** `spec.loadBalancerIP`, or the annotation's key. */
  readonly field: string
  readonly value?: string
  /** The one port that it is about: `field` may have been written for it alone. */
  readonly listener?: ListenerKey
  /** What is wrong, as a clause: "is not an IP address". */
  readonly wrong: string
  /** What would be right: "an IPv4 or IPv6 address, such as 192.0.2.7". */
  readonly allowed?: string
  /** What to do next, where that is more than choosing an allowed value. */
  readonly remedy?: string
  /** Absent: `on change`. */
  readonly pace?: Pace
}

/** Sentences for a condition, an event, or the exit message of a command: on one line, whatever the value is. */
export function problemText({ field, value, wrong, allowed, remedy }: Problem): string {
  const key = excerpt(field, LONGEST_KEY)
  const subject = value === undefined ? key : `${key}: ${quoted(value)}`
  const parts = [`${subject} ${wrong}`, ...(allowed === undefined ? [] : [`Allowed: ${allowed}`]), ...(remedy === undefined ? [] : [remedy])]
  return parts.map((part, i) => excerpt(i < parts.length - 1 ? part.replace(/\.$/, '') : part, LONGEST_PART)).join('. ')
}

/** One Problem for several: the first in full, the others as a clause each; undefined: there are none. */
export function oneProblem(problems: readonly Problem[]): Problem | undefined {
  const [first, ...others] = problems
  if (first === undefined || others.length === 0) return first
  return { ...first, wrong: [first.wrong, ...others.map(({ value = '', wrong }) => `${value} ${wrong}`.trim())].join('; ') }
}

/** Values in a part are cut where they are put into it. This is for what grows otherwise: a list of ports, of causes, of names. */
const LONGEST_PART = 1_024

/** Of an annotation in Kubernetes: a DNS subdomain of 253, a slash, a name of 63. */
const LONGEST_KEY = 317
