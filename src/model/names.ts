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

/** The finalizer of Kubernetes' own service controller, which some tools look for (k8s.io/cloud-provider, `LoadBalancerCleanupFinalizer`). */
export const UPSTREAM_FINALIZER = 'service.kubernetes.io/load-balancer-cleanup'

/** The annotation that says which provider of ours has set `UPSTREAM_FINALIZER`; without it another controller has, and removes it. */
export const UPSTREAM_MARK = 'fairlead.dev/upstream-finalizer'

/** What the annotations of all providers begin with that say which Stacks a Service is in. */
export const STACK_ANNOTATIONS = 'fairlead.dev/stack-'

/** The annotation in which we keep the Stacks that may hold a part of the Service, separated by commas. */
export function stackAnnotationOf(provider: string): string {
  return `${STACK_ANNOTATIONS}${provider}`
}

/** What the annotations of all providers begin with that keep the policy's defaults. */
export const DEFAULTS_ANNOTATIONS = 'fairlead.dev/defaults-'

/**
 * The annotation in which we keep the defaults of the operator's policy that were in force when the Service was first taken up, as `key=value` pairs: a default
 * that is added or removed later changes nothing on a load balancer that exists.
 */
export function defaultsAnnotationOf(provider: string): string {
  return `${DEFAULTS_ANNOTATIONS}${provider}`
}

/** The condition that says whether a Service is served as it asks. */
export const READY = 'fairlead.dev/Ready'

/** The condition that says whether every listener of a Service has backends. */
export const BACKENDS = 'fairlead.dev/Backends'

/** The readiness gate, and the condition of a pod, that says that its load balancers have found it healthy. */
export const TARGET_HEALTH = 'fairlead.dev/target-health'

/** Kubernetes' own condition for ports that cannot be served (KEP-1435). */
export const PORTS_ERROR = 'LoadBalancerPortsError'

/** On EndpointSlices: when that happened in the cluster which the slice shows. Kubernetes' own controller sets it; who keeps slices by hand need not. */
export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time'

/** The page of all annotations, from the top of the project's files. */
export const ANNOTATIONS_PAGE = 'annotations/README.md'
