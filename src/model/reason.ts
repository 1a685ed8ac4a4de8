/** Why a Service is in the state it is in. A closed list: conditions, events, metrics and the docs use these words and no others. */
export const READY_REASONS = {
  Ready: 'served as asked',
  Progressing: 'changes are under way',
  Waiting: 'something in the cloud has to finish first',
  Invalid: 'the wish is malformed, or not possible here',
  Conflict: 'somebody else holds what is asked for',
  Refused: 'the cloud said no',
  Denied: 'a right is missing',
  LimitReached: 'a quota of the cloud is used up',
  Throttled: 'the cloud asks us to slow down',
  CloudUnavailable: 'the cloud does not answer',
  NoBackends: 'there is nothing to send traffic to',
  Moved: 'the Service is on its way to another Stack',
  Protected: 'deletion protection holds the load balancer',
  Paused: 'settings stay as they are until the pause is lifted',
  PlanOnly: 'what would be done is told, and nothing is done',
  Interrupted: 'the process ended in the middle of a change',
  DoesNotSettle: 'a plan repeats itself: a fault of Fairlead',
} as const

export type ReadyReason = keyof typeof READY_REASONS

/** What only events say. */
export const EVENT_REASONS = {
  Created: 'a load balancer was made',
  Repaired: 'damage done by somebody else was put right',
  Adopted: 'an existing object was taken over',
  AddressChanged: 'the published address is another one now',
  Deleted: 'the load balancer is gone',
} as const

/** What the readiness gate of a pod says. */
export const GATE_REASONS = {
  Healthy: 'every load balancer has found the pod healthy',
  Registered: 'the pod is registered, and the provider does not tell the health of its targets',
  NotRegistered: 'the pod is not in the load balancer yet',
  Initial: 'the load balancer is taking the pod up',
  Unhealthy: "the pod fails the load balancer's health check",
  HealthUnknown: 'the cloud has not said yet how it finds the pod',
} as const

export type GateReason = keyof typeof GATE_REASONS

export type EventReason = ReadyReason | keyof typeof EVENT_REASONS
