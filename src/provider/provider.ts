/**
 * The contract between the core and a cloud. A provider turns what Services want into what one cloud holds. It never sees a Kubernetes object, and the
 * core never asks which cloud it is talking to: where it would like to, a capability is missing.
 */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Backends, ListenerKey, LoadBalancer, NodeSet } from '../model/load-balancer.ts'
import type { Owner } from '../model/owner.ts'
import type { Problem } from '../model/problem.ts'
import type { LoadBalancerStatus, Place, PortStatus } from '../model/status.ts'
import type { Capabilities } from './capabilities.ts'

/** What a cloud changes together: an NLB, the Azure balancer of a cluster, the address pool of the local provider. */
export type StackId = string

/** All that a Service asks for. `options` are the provider's own knobs, read from its own annotations. */
export interface Desired<Options> {
  readonly settings: LoadBalancer
  readonly options: Options
  readonly backends: Backends
}

/**
 * What is asked of a Stack for one owner.
 * - `want`: all of it. `published`: where the Service can be reached by its status so far, for providers that keep an address by it. What is published is
 *   taken down only after something else is published instead; `lingering` are the places published before, which resolvers may still know.
 * - `follow`: settings as found, backends as the cluster has them now. For a wish that is malformed, paused or refused.
 * - `gone`: take it away, the cloud's own deletion protection first.
 *
 * Removal has to be said: **an owner that is not mentioned is not touched.** In one call an owner is mentioned once at the most.
 */
export type Intent<Options> =
  | {
      readonly owner: Owner
      readonly want: Desired<Options>
      readonly published: readonly Place[]
      readonly lingering?: readonly Place[]
      readonly createdAt?: string
    }
  | { readonly owner: Owner; readonly follow: Backends }
  | { readonly owner: Owner; readonly gone: true }

/**
 * One call to the cloud. A plan that wants a step which was just applied, with the very same content, is a fault of the planner; what is not known yet
 * (an id that the cloud assigns) is better taken from the view by `apply` than put in the step.
 */
export interface Step {
  readonly verb: 'create' | 'update' | 'delete' | 'read'
  readonly kind: string
  readonly key: string
  /** The owners whose part this step changes: the ones to suspect when it is refused. */
  readonly serves: readonly Owner[]
  /** A short reason that a person can read. */
  readonly why: string
  /** What stops working meanwhile, where the cloud allows no other way. */
  readonly interrupts?: string
}

export interface Refusal {
  readonly owner: Owner
  /** Only these listeners are refused, the rest of the wish is planned; absent: the whole wish is, and is planned as `follow`. */
  readonly ports?: readonly PortStatus[]
  readonly problem: Problem
}

export interface Waiting {
  readonly owner: Owner
  readonly because: string
  readonly afterMs: number
}

export interface Plan<S extends Step> {
  /** Stages run in order; the steps of one stage may run side by side. No stages: at rest. */
  readonly stages: readonly (readonly S[])[]
  /** What can be seen not to work without asking the cloud. */
  readonly refused: readonly Refusal[]
  /** Who has to wait for something that only time brings. */
  readonly waiting: readonly Waiting[]
}

/** What the cloud says of one target behind one listener. */
export interface TargetHealth {
  /** Uid of the owner. */
  readonly owner: string
  /** Where one target serves several listeners, each is told. */
  readonly listener: ListenerKey
  /** Canonical. */
  readonly ip: string
  readonly port: number
  /** `healthy`: new connections are sent there, or nobody checks. `initial`: it is being taken up. */
  readonly state: 'healthy' | 'initial' | 'unhealthy'
  /** Why it is not healthy, in the cloud's words: part of a sentence, and the same as long as the matter is. */
  readonly because: string
}

/** How the view changes by a step that succeeded: from the cloud's answer, not from what was sent. Pure, so that parallel steps compose. */
export type Fold<View> = (view: View) => View

export interface Provider<Options, View, S extends Step> {
  readonly name: string
  readonly capabilities: Capabilities
  /** This cloud's own knobs, declared as data. */
  readonly annotations: AnnotationSet<Options>
  /** What serves Services that do not say: `nodes` or `pods` when node ports are there. */
  readonly defaultTargets: 'nodes' | 'pods'

  /** PURE. The Stack that a Service with these wishes belongs to. */
  stackOf(owner: Owner, want: Desired<Options>): StackId
  /** PURE. What of this wish cannot be in two Stacks at once, as comparable names (a reserved address). */
  claims(want: Desired<Options>): readonly string[]
  /** PURE. Which of such things this Stack holds for the owner. */
  holds(view: View, owner: Owner): readonly string[]
  /** PURE. A listing merged into a deeper view: keeps what no page shows for as long as its fingerprint is the same. */
  merge(known: View, listed: View): View
  /** Everything that carries this cluster's mark, in bulk: pages, not a call per Service. A Stack it does not name may still exist: listings lag. */
  inventory(signal: AbortSignal): AsyncIterable<readonly [StackId, View]>
  /** One Stack by name, as far as lists show it. A Stack that does not exist is an empty view, not an error. */
  observe(stack: StackId, signal: AbortSignal): Promise<View>
  /**
   * One Stack with all that no page shows and `observe` leaves out. Present where there is such a thing: the core asks it of each Stack in turn, in the
   * background, and repairs what it finds.
   */
  readonly inspect?: (stack: StackId, signal: AbortSignal) => Promise<View>
  /**
   * How the cloud's health checks judge the pods that are registered for these owners (uids) in a Stack as last seen; what drains is left out. Absent: the
   * provider has no say, and a pod that is registered counts as healthy. Asked every few seconds, and only while pods wait for the answer. Throws a CloudError.
   */
  readonly health?: (view: View, owners: ReadonlySet<string>, signal: AbortSignal) => Promise<readonly TargetHealth[]>
  /** PURE. The owners that hold a part of this view. */
  owners(view: View): readonly Owner[]
  /** PURE and deterministic. What is to be done so that the view becomes what is intended. `base`: the view of the base Stack. */
  plan(intents: readonly Intent<Options>[], view: View, base?: View): Plan<S>
  /** Makes one step's call and resolves to the fold of its answer. Throws a CloudError. */
  apply(step: S, view: View, base: View | undefined, signal: AbortSignal): Promise<Fold<View>>
  /** PURE. What to publish for an owner. */
  status(view: View, owner: Owner): LoadBalancerStatus
  /** Present where Stacks lean on something that is the cluster's own. */
  readonly base?: Base<Options, View, S>
}

/** One thing that is needed of the base, and who needs it. */
export interface Need {
  readonly need: string
  readonly owners: readonly Owner[]
}

/**
 * A cluster-wide Stack on which the others lean (GCP's instance groups, AWS's rule on the node groups). It is kept in the mirror, observed and applied
 * like the others, and planned from the nodes and from who leans on it. It grows before the Stacks that lean on it and shrinks after them, never while
 * one of them is in doubt.
 */
export interface Base<Options, View, S extends Step> {
  readonly stack: StackId
  /** PURE. What one wish needs of the base, as comparable names; none: the owner does not lean on it. */
  needs(want: Desired<Options>): readonly string[]
  /** PURE. What a leaning Stack, as it is found, uses of the base: a need may not go while a Stack still uses it. */
  uses(view: View): readonly string[]
  /** PURE. Why a need is not met by the base as it is found, for the owner's condition; undefined: it is met. */
  lacks(base: View, need: string): string | undefined
  /** PURE. `needs`: of all wishes, and of all Stacks as found. */
  plan(needs: readonly Need[], nodes: NodeSet, view: View): Plan<S>
}
