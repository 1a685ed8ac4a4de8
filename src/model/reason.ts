/** Why a Service is in the state it is in. A closed list: conditions, events, metrics and the docs use these words and no others. */
export const READY_REASONS = {
  Ready: 'served as asked',
  Progressing: 'changes are under way',
  Waiting: 'something in the cloud has to finish first',
  Invalid: "the Service's configuration is invalid, or not possible here",
  Forbidden: "the operator's policy does not allow it",
  Conflict: 'what is asked for is in use by another Service or program',
  Refused: 'the cloud refused the change',
  Denied: 'a permission is missing',
  LimitReached: 'a quota of the cloud is used up',
  Throttled: 'the cloud asks us to slow down',
  CloudUnavailable: 'the cloud does not answer',
  NoBackends: 'there is nothing to send traffic to',
  Moved: 'the Service is moving to another Stack',
  Protected: 'deletion protection holds the load balancer',
  Paused: 'settings stay as they are until the pause is lifted',
  PlanOnly: 'the planned changes are shown, and nothing is changed',
  Interrupted: 'the process ended in the middle of a change',
  DoesNotSettle: 'a plan repeats itself: a fault of Fairlead',
} as const

export type ReadyReason = keyof typeof READY_REASONS

/** Why the listeners of a Service have backends or lack them. A closed list: the condition `fairlead.dev/Backends` and the docs use these words and no others. */
export const BACKENDS_REASONS = {
  Registered: 'every port of the load balancer has backends',
  NoLoadBalancer: 'there is no load balancer yet',
  NoPods: 'no pod matches the selector, or the EndpointSlices are empty',
  NoneReady: 'there are endpoints, but none is ready',
  PortNotFound: 'the EndpointSlices have no usable port for a port of the Service',
  PortClosed: 'a port of the load balancer is none of the Service any more, and the nodes answer for no other',
  OtherFamily: 'the endpoints have addresses of an IP family that the Service does not have',
  LeftOut: 'the endpoints are left out because of their addresses, or the provider did not accept them',
  NodesExcluded: 'traffic goes through nodes, and no node with an endpoint may be used',
} as const

export type BackendsReason = keyof typeof BACKENDS_REASONS

/** What only events say. */
export const EVENT_REASONS = {
  Created: 'a load balancer was created',
  Repaired: 'a change made outside Fairlead was corrected',
  Adopted: 'an existing object was taken over',
  AddressChanged: 'the published address changed',
  Deleted: 'the load balancer was deleted',
  NodeExcluded: 'load balancers send no new connections to a node, and which mark is the reason; on the Node',
  NodeIncluded: 'load balancers may send traffic to a node again; on the Node',
  OrphanFound: 'a load balancer was found whose Service does not exist; on the ConfigMap of the settings',
} as const

/** What the readiness gate of a pod says. */
export const GATE_REASONS = {
  Healthy: 'every load balancer has found the pod healthy',
  Registered: 'the pod is registered, and the provider does not report the health of its targets',
  NotRegistered: 'the pod is not in the load balancer yet',
  Initial: 'the load balancer is taking the pod up',
  Unhealthy: "the pod fails the load balancer's health check",
  HealthUnknown: 'the cloud has not said yet how it finds the pod',
} as const

export type GateReason = keyof typeof GATE_REASONS

export type EventReason = ReadyReason | keyof typeof EVENT_REASONS
