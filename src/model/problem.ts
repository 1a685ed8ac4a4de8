/** What is wrong with a wish, told so that its author can mend it: which field, which value, what is allowed. */
import type { ReadyReason } from './reason.ts'

export interface Problem {
  readonly reason: ReadyReason
  /** `spec.loadBalancerIP`, or the annotation's key. */
  readonly field: string
  readonly value?: string
  /** What is wrong, as a clause: "is not an IP address". */
  readonly wrong: string
  /** What would be right: "an IPv4 or IPv6 address, such as 192.0.2.7". */
  readonly allowed?: string
  /** What to do next, where that is more than choosing an allowed value. */
  readonly remedy?: string
}

/** One sentence or two for a condition, an event, or the exit message of a command. */
export function problemText({ field, value, wrong, allowed, remedy }: Problem): string {
  const subject = value === undefined ? field : `${field}: ${JSON.stringify(shortened(value))}`
  const said = [`${subject} ${wrong}`, ...(allowed === undefined ? [] : [`allowed: ${allowed}`])].join('; ')
  return remedy === undefined ? said : `${said}. ${remedy}`
}

const LONGEST_VALUE = 120

function shortened(value: string): string {
  return value.length <= LONGEST_VALUE ? value : `${value.slice(0, LONGEST_VALUE)}...`
}
