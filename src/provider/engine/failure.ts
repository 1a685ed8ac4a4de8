/** What a failed step means for those it serves, in the words of the model. */
import type { Problem } from '../../model/problem.ts'
import type { CloudError } from '../cloud-error.ts'
import type { Step } from '../provider.ts'

export interface Failure {
  readonly step: Step
  /** Refused or later: what is unclear ends the turn, and what is stale is planned again. */
  readonly error: CloudError
  /** Where it is not the cloud that refused. */
  readonly problem?: Problem
}

/** "AWS refused to create listener web:80: the quota of listeners is used up". `calledAs`: who refuses, as the provider is called in a sentence. */
export function problemOf({ step, error, problem }: Failure, calledAs: string): Problem {
  if (problem !== undefined) return problem
  const asked = step.verb === 'read' ? 'show' : step.verb
  const field = error.field ?? step.asked
  const refused = `refused to ${asked} ${step.kind} ${step.title ?? step.key}: ${error.publicMessage}`
  return {
    reason: error.reason,
    ...(field === undefined ? { field: calledAs, wrong: refused } : { field, wrong: `is not possible, because ${calledAs} ${refused}` }),
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    pace: error.pace ?? 'usual',
  }
}

/** Whether a refused request may succeed once something in its Stack was freed. An invalid request and a missing permission stay what they are. */
export function isWorthAsking({ reason }: Problem): boolean {
  return reason === 'Conflict' || reason === 'LimitReached' || reason === 'Refused'
}
