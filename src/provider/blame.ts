/** What a failed step means for those it serves, in the words of the model. */
import type { Problem } from '../model/problem.ts'
import type { CloudError } from './cloud-error.ts'
import type { Step } from './provider.ts'

export interface Failure {
  readonly step: Step
  /** Refused or later: what is unclear ends the turn. */
  readonly error: CloudError
}

/** "the cloud refused to create address web: the quota of addresses is used up". */
export function problemOf({ step, error }: Failure): Problem {
  const asked = step.verb === 'read' ? 'show' : step.verb
  return { reason: error.reason, field: 'the cloud', wrong: `refused to ${asked} ${step.kind} ${step.key}: ${error.publicMessage}` }
}

/** Whether it may help a refused wish that something in its Stack was freed. A malformed wish and a missing right stay what they are. */
export function isWorthAsking({ reason }: Problem): boolean {
  return reason === 'Conflict' || reason === 'LimitReached' || reason === 'Refused'
}
