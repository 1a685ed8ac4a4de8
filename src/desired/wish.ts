/** What a Service asks of one provider, as far as the cluster's own view tells: the answer of `buildWish`. Types alone. */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Backends, Scheme } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import type { PortStatus } from '../model/status.ts'
import type { Capabilities } from '../provider/capabilities.ts'
import type { Desired } from '../provider/provider.ts'
import type { UnreadyPod } from './readiness-gates.ts'

/**
 * `apply`: make it so. `pause`: settings stay as they are, backends follow. `plan-only`: what would be done is told, nothing is done. Pause comes
 * before plan-only.
 */
export type Mode = 'apply' | 'pause' | 'plan-only'

export type Wish =
  /** The Service does not ask for this provider: by type, or by class. */
  | { readonly kind: 'not ours' }
  | {
      readonly kind: 'wanted'
      readonly desired: Desired<unknown>
      readonly mode: Mode
      /** Sentences for an event: deprecated keys, keys that nobody here reads. Not errors. */
      readonly notes: readonly string[]
      /** Where traffic goes to pods: those that are not ready, and may be waiting for this balancer. */
      readonly unready: readonly UnreadyPod[]
    }
  /** It cannot be carried out: something is malformed, or this provider cannot do it. Never in part: settings stay as found, `backends` follow. */
  | {
      readonly kind: 'malformed'
      /** At least one. */
      readonly problems: readonly Problem[]
      /** Listeners that are the reason, for `status.loadBalancer.ingress[].ports` and `LoadBalancerPortsError`. */
      readonly ports?: readonly PortStatus[]
      readonly backends: Backends
      readonly mode: Mode
      /** Also when its value cannot be read: a typo never deletes. */
      readonly deletionProtection: boolean
      readonly notes: readonly string[]
      readonly unready: readonly UnreadyPod[]
    }

/** What a wish depends on besides the cluster. Pass the same object each time: what is remembered between two calls is kept by it. */
export interface WishContext {
  /** A `Cloud` and a `Provider` are such. */
  readonly provider: {
    readonly name: string
    readonly capabilities: Capabilities
    readonly annotations: AnnotationSet<unknown>
    readonly defaultTargets: 'nodes' | 'pods'
  }
  /** Whether Services without a class are this provider's. */
  readonly defaultClass: boolean
  readonly defaultScheme: Scheme
  /** Share keys that all namespaces may use; any other belongs to the Service's namespace. */
  readonly sharedKeys: ReadonlySet<string>
}
