/** What a Service asks of one provider, as far as the cluster shows: the answer of `buildRequest`. Types alone. */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Backends, Limit, Scheme } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import type { PortStatus } from '../model/status.ts'
import type { Capabilities } from '../provider/capabilities.ts'
import type { Cautions, Desired, NodesReachedBy } from '../provider/provider.ts'
import type { UnreadyPod } from './readiness-gates.ts'

/**
 * `apply`: make it so. `pause`: settings stay as they are, backends follow. `plan-only`: what would change is reported, nothing is changed. Pause comes
 * before plan-only.
 */
export type Mode = 'apply' | 'pause' | 'plan-only'

export type ServiceRequest =
  /** The Service does not ask for this provider: by type, or by class. */
  | { readonly kind: 'not ours' }
  | {
      readonly kind: 'wanted'
      readonly desired: Desired<unknown>
      readonly mode: Mode
      /** Sentences for an event: deprecated keys, keys that no provider here reads. Not errors. */
      readonly notes: readonly string[]
      /** Where traffic goes to pods: those that are not ready, and may be waiting for this balancer. */
      readonly unready: readonly UnreadyPod[]
    }
  /**
   * It cannot be carried out: something is malformed, or this provider cannot do it, or it can serve none of the ports. Never in part: settings stay as found,
   * `backends` follow.
   */
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

/** What a request depends on besides the cluster. Pass the same object each time: what is remembered between two calls is kept by it. */
export interface RequestContext {
  /** A `Cloud` and a `Provider` are such. */
  readonly provider: {
    readonly name: string
    readonly capabilities: Capabilities
    readonly annotations: AnnotationSet<unknown>
    readonly defaultTargets: 'nodes' | 'pods'
    readonly nodesReachedBy?: NodesReachedBy
    readonly cautions?: Cautions
  }
  /** Whether Services without a class are this provider's. */
  readonly defaultClass: boolean
  readonly defaultScheme: Scheme
  /** Share keys that all namespaces may use; any other belongs to the Service's namespace. */
  readonly sharedKeys: ReadonlySet<string>
  /** What the operator's policy sets for a Service that is not taken up yet and says nothing, by annotation. */
  readonly defaults?: Readonly<Record<string, string>>
  /** What the operator's policy limits, where the Service alone does not decide. */
  readonly limits?: readonly Limit[]
}
