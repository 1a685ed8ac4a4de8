/** The names by which Kubernetes knows us. They stand on users' objects, so none of them may change. */

/** The `spec.loadBalancerClass` that names a provider. */
export function classOf(provider: string): string {
  return `fairlead.dev/${provider}`
}

/** What the finalizers of all providers begin with. */
export const FINALIZERS = 'fairlead.dev/load-balancer-'

/** One finalizer for each provider, so that a Service can pass from one class to another between two processes. */
export function finalizerOf(provider: string): string {
  return `${FINALIZERS}${provider}`
}

/** What the annotations of all providers begin with that say which Stacks a Service is in. */
export const STACK_ANNOTATIONS = 'fairlead.dev/stack-'

/** The annotation in which we keep the Stacks that may hold a part of the Service, separated by commas. */
export function stackAnnotationOf(provider: string): string {
  return `${STACK_ANNOTATIONS}${provider}`
}

/** The condition that says whether a Service is served as it asks. */
export const READY = 'fairlead.dev/Ready'

/** The readiness gate, and the condition of a pod, that says that its load balancers have found it healthy. */
export const TARGET_HEALTH = 'fairlead.dev/target-health'

/** Kubernetes' own condition for ports that cannot be served (KEP-1435). */
export const PORTS_ERROR = 'LoadBalancerPortsError'

/** On EndpointSlices: when that happened in the cluster which the slice tells of. Kubernetes' own controller sets it; who keeps slices by hand need not. */
export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time'
