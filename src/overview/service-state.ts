/** The state of a Service in one word, from what its conditions say. A closed list: tables, pages and the docs use these words and no others. Pure. */
import type { Condition } from '../model/cluster.ts'
import type { ReadyReason } from '../model/reason.ts'

/** What each state means. Fields may be added; no word changes its meaning. */
export const SERVICE_STATES = {
  Ready: 'served as asked',
  NoBackends: 'the load balancer is there, and there is nothing behind it',
  Partly: 'served, except for some ports, which are refused',
  Progressing: 'the load balancer is being created or changed',
  Waiting: 'something else has to finish first; Fairlead continues automatically',
  Degraded: 'the last change is refused, and the load balancer keeps the settings before it; the reason says what has to change',
  Failed: 'refused, and not served; the reason says what has to change',
  Paused: 'settings stay as they are until the pause is lifted',
  PlanOnly: 'changes are planned, and none is made',
  Deleting: 'the load balancer is being removed',
  NotManaged: 'no controller has taken it up yet',
} as const

export type ServiceState = keyof typeof SERVICE_STATES

/** How much a row needs a person: `good` is done, `busy` continues automatically, `off` is held back on purpose, `warning` and `bad` need attention. */
export type Level = 'good' | 'busy' | 'off' | 'warning' | 'bad'

const LEVELS: Readonly<Record<ServiceState, Level>> = {
  Ready: 'good',
  NoBackends: 'warning',
  Partly: 'bad',
  Progressing: 'busy',
  Waiting: 'busy',
  Degraded: 'bad',
  Failed: 'bad',
  Paused: 'off',
  PlanOnly: 'off',
  Deleting: 'busy',
  NotManaged: 'warning',
}

const STATE_OF_REASON: Readonly<Record<ReadyReason, ServiceState>> = {
  Ready: 'Ready',
  NoBackends: 'NoBackends',
  Progressing: 'Progressing',
  Interrupted: 'Progressing',
  Waiting: 'Waiting',
  Moved: 'Waiting',
  Throttled: 'Waiting',
  CloudUnavailable: 'Waiting',
  Invalid: 'Failed',
  Forbidden: 'Failed',
  Conflict: 'Failed',
  Refused: 'Failed',
  Denied: 'Failed',
  LimitReached: 'Failed',
  DoesNotSettle: 'Failed',
  Protected: 'Deleting',
  Paused: 'Paused',
  PlanOnly: 'PlanOnly',
}

export interface StateFacts {
  /** The condition `fairlead.dev/Ready`. */
  readonly ready: Condition | undefined
  /** A finalizer of ours is on the Service. */
  readonly isHeld: boolean
  /** The Service is being deleted, or asks for no load balancer of ours any more. */
  readonly isLeaving: boolean
  /** It has an address, and not all of its ports are refused. */
  readonly isServed: boolean
  /** Some of its ports are refused, but not all. */
  readonly isPartly: boolean
}

/** A reason that this version does not know, from a newer controller, counts by the status of the condition. */
export function stateOf({ ready, isHeld, isLeaving, isServed, isPartly }: StateFacts): ServiceState {
  if (isLeaving) return isHeld || ready !== undefined ? 'Deleting' : 'NotManaged'
  if (ready === undefined) return isHeld ? 'Progressing' : 'NotManaged'
  if (ready.status === 'True') return ready.reason === 'NoBackends' ? 'NoBackends' : 'Ready'
  const state = stateOfReason(ready)
  if (state !== 'Failed' || !isServed) return state
  return isPartly ? 'Partly' : 'Degraded'
}

/** `hasBackends`: the condition `fairlead.dev/Backends` does not deny it. */
export function levelOf(state: ServiceState, ready: Condition | undefined, hasBackends: boolean): Level {
  if (state === 'Ready' && !hasBackends) return 'warning'
  const isStuck = state === 'Deleting' && ready?.status === 'False' && stateOfReason(ready) === 'Failed'
  return isStuck ? 'bad' : LEVELS[state]
}

function stateOfReason({ status, reason }: Condition): ServiceState {
  return isReadyReason(reason) ? STATE_OF_REASON[reason] : status === 'False' ? 'Failed' : 'Waiting'
}

function isReadyReason(reason: string): reason is ReadyReason {
  return Object.hasOwn(STATE_OF_REASON, reason)
}
