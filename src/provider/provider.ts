/**
 * The contract between the core and a cloud. A provider turns what Services want into what one cloud holds. It never sees a Kubernetes object, and the
 * core never asks which cloud it is talking to: where it would like to, a capability is missing.
 */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Backends, ListenerKey, LoadBalancer, NodeSet } from '../model/load-balancer.ts'
import type { NamedOwner, Owner } from '../model/owner.ts'
import type { Problem } from '../model/problem.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { WrittenKeys } from '../model/written.ts'
import type { LoadBalancerStatus, Place, PortStatus } from '../model/status.ts'
import type { Capabilities } from './capabilities.ts'

/** What a cloud changes together: an NLB, the Azure balancer of a cluster, the address pool of the local provider. */
export type StackId = string

/** All that a Service asks for. `options` are the provider's own knobs, read from its own annotations. */
export interface Desired<Options> {
  readonly settings: LoadBalancer
  readonly options: Options
  readonly backends: Backends
  /** Ports that `settings` does not contain because the provider cannot serve them; the planner need not read them. */
  readonly refusedPorts?: RefusedPorts
  /** How the Service's author wrote what is asked for, for messages alone. Absent: by the names that messages use anyway. */
  readonly written?: WrittenKeys
}

/** Single ports that are refused while the others are served. */
export interface RefusedPorts {
  /** At least one, each with its error. */
  readonly ports: readonly PortStatus[]
  readonly problem: Problem
}

/**
 * What is asked of a Stack for one owner.
 * - `want`: all of it. `published`: where the Service can be reached by its status so far, for providers that keep an address by it. What is published is
 *   taken down only after something else is published instead; `lingering` are the places published before, which resolvers may still know.
 * - `follow`: settings as found, backends as the cluster has them now. For a request that is invalid, paused or refused. `within`: what the owner asks for
 *   and does not get: of what is found nothing is kept that this does not ask for, neither a port nor a source range. `shrinkOnly`: nothing is added or
 *   changed; only backends that left, removed ports and closed source ranges go. It is the least that is done for an owner whose backends cannot follow.
 * - `gone`: take it away, the cloud's own deletion protection first.
 *
 * **Closing and leaving wait for nothing.** Whatever else of a plan waits or is refused, a backend that left the cluster is removed, and a removed port or
 * source range is closed, within one turn. So a planner that is asked for `within` or `shrinkOnly` must plan all of it.
 *
 * Removal has to be said: **an owner that is not mentioned is not touched.** In one call an owner is mentioned once at the most. It is named wherever its
 * Service is known; one that is `gone` may have a uid alone.
 */
export type Intent<Options> =
  | {
      readonly owner: NamedOwner
      readonly want: Desired<Options>
      readonly published: readonly Place[]
      readonly lingering?: readonly Place[]
      readonly createdAt?: string
    }
  | { readonly owner: NamedOwner; readonly follow: Backends; readonly within?: Desired<Options>; readonly shrinkOnly?: true }
  | { readonly owner: Owner; readonly gone: true }

/**
 * One call to the cloud. A plan that wants a step which was just applied, with the very same content, is a fault of the planner; what is not known yet
 * (an id that the cloud assigns) is better taken from the view by `apply` than put in the step.
 */
export interface Step {
  /** What becomes of an object. Members, rules, tags and certificates of an object that stays are its `update`. */
  readonly verb: 'create' | 'update' | 'delete' | 'read'
  readonly kind: string
  readonly key: string
  /** What the object is called where people read of it; absent: its key. */
  readonly title?: string
  /** The owners whose part this step changes: the ones to suspect when it is refused. */
  readonly serves: readonly Owner[]
  /** The owners from whom it takes something away: a listener, a target, a source range, an address. What is left may have room for others. */
  readonly takesFrom?: readonly Owner[]
  /** Of an update: it only takes away (a target, a rule), and adds nothing. */
  readonly shrinks?: true
  /** A short reason that a person can read. */
  readonly why: string
  /** The annotation or field that asks for it, where it is one alone: a refusal names it. */
  readonly asked?: string
  /** What stops working meanwhile, where the cloud allows no other way. */
  readonly interrupts?: string
}

export interface Refusal {
  readonly owner: Owner
  /** Only these listeners are refused, the rest of the request is planned; absent: the whole request is, and is planned as `follow`. */
  readonly ports?: readonly PortStatus[]
  readonly problem: Problem
}

export interface Waiting {
  readonly owner: Owner
  readonly because: string
  readonly afterMs: number
}

/** Something that an owner should know though it is served: a backend that is left out, a limit that is reached. */
export interface Note {
  readonly owner: Owner
  /** One or more full sentences. */
  readonly text: string
}

export interface Plan<S extends Step> {
  /** Stages run in order; the steps of one stage may run side by side. No stages: at rest. */
  readonly stages: readonly (readonly S[])[]
  /** What can be seen not to work without asking the cloud. */
  readonly refused: readonly Refusal[]
  /** Who has to wait for something that only time brings. */
  readonly waiting: readonly Waiting[]
  readonly notes?: readonly Note[]
}

/** What a plan leads to for one owner, beside its steps. */
export interface Outlook {
  readonly owner: Owner
  /** What is published once the plan is carried out; `new`: the cloud gives an address that is not known yet. */
  readonly places: readonly Place[] | 'new'
  /** What keeps serving those who still know the old address, as a person calls it, and goes when the time for that is over. */
  readonly removedLater: readonly string[]
}

/** What the cloud says of one target behind one listener. */
export interface TargetHealth {
  /** Uid of the owner. */
  readonly owner: string
  /** Where one target serves several listeners, each is reported. */
  readonly listener: ListenerKey
  /** Canonical. */
  readonly ip: string
  readonly port: number
  /** `healthy`: new connections are sent there, or there is no health check. `initial`: it is being registered. */
  readonly state: 'healthy' | 'initial' | 'unhealthy'
  /** Why it is not healthy, in the cloud's words: part of a sentence, and the same as long as the matter is. */
  readonly because: string
}

/** What is said of one registered target behind one listener, for people. */
export interface TargetState {
  /** Uid of the owner. */
  readonly owner: string
  readonly listener: ListenerKey
  /** `10.244.1.7:8080`, or an instance and its port: `i-0abc:30080`. */
  readonly target: string
  readonly state: 'healthy' | 'initial' | 'unhealthy' | 'draining'
  /** Why it is not healthy, in the cloud's words; empty where it is. */
  readonly because: string
}

/** What a provider may keep as its view of a Stack. Never `undefined`, which is what the core has for a Stack that it has not seen. */
export type AnyView = object | string

/** How the view changes by a step that succeeded: from the cloud's answer, not from what was sent. Pure, so that parallel steps compose. */
export type Fold<View> = (view: View) => View

/** One backend behind one listener: a node by its name, or a pod by its address. */
export interface BackendRef {
  /** Uid of the owner. */
  readonly owner: string
  /** Where one target serves several listeners, each is named. */
  readonly listener: ListenerKey
  readonly backend: { readonly node: string } | { readonly ip: string; readonly port: number }
}

/** A backend that the cloud did not take, while the rest of the step was carried out. */
export interface RefusedBackend extends BackendRef {
  /** `LimitReached`: tried again as soon as the Stack has room. */
  readonly reason: ReadyReason
  /** Why, as one full sentence in the cloud's words. */
  readonly because: string
}

/**
 * The answer to a step that was not carried out in full, where what is left out delays nothing else.
 * - `refused`: backends that were not taken. They are left out of the next plans of this Stack, and tried again after a minute, then less often.
 * - `isUndone`: nothing was changed, but the fold knows more than before (a deletion that the cloud protects against). It is planned again, and the same step
 *   may be wanted again.
 */
export interface PartialAnswer<View> {
  readonly fold: Fold<View>
  readonly refused?: readonly RefusedBackend[]
  readonly isUndone?: true
}

export type StepAnswer<View> = Fold<View> | PartialAnswer<View>

/** PURE. What may surprise the author of valid settings on this cloud, as sentences for notes on the Service. */
export type Cautions = (settings: LoadBalancer) => readonly string[]

/**
 * How a load balancer's traffic arrives at a node.
 * - `nodePort`: it is sent to a node port, which each port of the Service needs.
 * - `publishedAddress`: the packet keeps the address that the Service has published as its destination, and the Service's own port. No node port is needed,
 *   and no port is translated. The node takes such packets once kube-proxy sees the address in `status.loadBalancer.ingress`, with ipMode `VIP` or none
 *   (KEP-1860), so that is what `status` has to give; with ipMode `Proxy` kube-proxy opens nothing. It closes an address that the status no longer names, so
 *   an old address does not serve on after a new one is published. Health checks still ask a port of the node: `healthCheckNodePort` with policy Local,
 *   kube-proxy's otherwise. So do Azure with floating IP (https://learn.microsoft.com/azure/load-balancer/load-balancer-floating-ip) and Google's passthrough
 *   load balancers (https://cloud.google.com/load-balancing/docs/passthrough-network-load-balancer). Where a single Service is reached by node ports all the
 *   same (Azure: floating IP turned off, internal IPv6), the plan refuses its ports that have none.
 */
export type NodesReachedBy = 'nodePort' | 'publishedAddress'

/** What a provider is, as data. */
export interface ProviderFacts<Options> {
  readonly name: string
  /** Who refuses a step, as the subject of a sentence: `AWS`, `this machine`. */
  readonly calledAs: string
  readonly capabilities: Capabilities
  /** This cloud's own knobs, declared as data. */
  readonly annotations: AnnotationSet<Options>
  /** What serves Services that do not say: `nodes` or `pods` when node ports are there. */
  readonly defaultTargets: 'nodes' | 'pods'
  /** How traffic gets to nodes that are targets. Absent: by node ports. */
  readonly nodesReachedBy?: NodesReachedBy
  readonly cautions?: Cautions
  /**
   * What `inventory` and `observe` show includes every change that was acknowledged before. Absent: lists may be late, so that a Stack of which something is to
   * be deleted is observed by name first.
   */
  readonly listsAreCurrent?: true
  /** How many steps of one stage run side by side, within what the cloud's rate limits allow. Absent: 16. */
  readonly stepsAtOnce?: number
}

/**
 * A cloud, as an author writes it (docs/write-a-provider.md): what it is (`ProviderFacts`), and eight functions. The optional groups below them are for clouds that need them; a
 * cloud whose lists show everything, whose Stacks share nothing and in which nothing moves, needs none.
 */
export interface Provider<Options, View, S extends Step> extends ProviderFacts<Options> {
  /** PURE. The Stack that a Service with this configuration belongs to. */
  stackOf(owner: NamedOwner, want: Desired<Options>): StackId
  /** Everything that carries this cluster's mark, in bulk: pages, not a call per Service. A Stack it does not name may still exist: listings lag. */
  inventory(signal: AbortSignal): AsyncIterable<readonly [StackId, View]>
  /** One Stack by name, as far as lists show it. A Stack that does not exist is an empty view, neither undefined nor an error. */
  observe(stack: StackId, signal: AbortSignal): Promise<View>
  /** PURE. Whether this is the view of a Stack that does not exist: an inventory that does not list it says nothing new. */
  isEmpty(view: View): boolean
  /**
   * That view, where lists are current: a Stack that no inventory of this process has listed, and that it has not written to, is taken for empty without a call.
   * Absent: it is observed.
   */
  readonly emptyView?: View
  /**
   * PURE. The owners that hold a part of this view, as far as the cloud says whose a part is. The uid is enough, and is what distinguishes owners: where a
   * part has no room for more (the name of a frontend on Azure takes 80 characters, the name of a resource on Google Cloud 63), namespace and name are left
   * out. The core fills them in from the cluster, where the Service is there; a plan finds them in its intents (`kit/known-owners.ts`).
   */
  owners(view: View): readonly Owner[]
  /** PURE and deterministic. What is to be done so that the view becomes what is intended. `base`: the view of the base Stack. */
  plan(intents: readonly Intent<Options>[], view: View, base?: View): Plan<S>
  /**
   * Makes one step's call and resolves to the fold of its answer; where only a part was carried out, with what was not. Throws a CloudError.
   *
   * Only waits of a few seconds may be awaited here: meanwhile the whole Stack stands still. Where the cloud answers with an operation that takes longer, the
   * fold puts the operation on the part that it changes (its URL or id, whose parts it changes, since when), in the provider's own words. As long as it is
   * there, the plan has a step of verb `read` for that part, with the same kind and key as the step that began it, which serves those whose parts are
   * changing. It polls once: `later`, with a time, while the operation runs; a fold when it is done; `refused` with `mayHaveEffect` when it failed; `stale`
   * when a newer one superseded it. So the worker is free meanwhile, newer configurations are seen, and a process that starts finds the operation by what
   * the cloud shows of the part. A step that takes something away should not wait for it where the cloud allows that.
   */
  apply(step: S, view: View, base: View | undefined, signal: AbortSignal): Promise<StepAnswer<View>>
  /** PURE. What to publish for an owner. */
  status(view: View, owner: Owner): LoadBalancerStatus
  /**
   * PURE. What the view holds for an owner, by kind and name as the cloud's console shows it, sorted: for a person who looks for a load balancer whose Service
   * is not there, and of whom maybe the uid alone is known. Absent: its addresses have to do.
   */
  parts?(view: View, owner: Owner): readonly string[]
  /**
   * PURE. The ports that the load balancer has for an owner, in any order, whatever the Service asks for now; undefined: they cannot be named (a rule for all
   * ports). Absent: a refused Service does not say which of its ports are open.
   */
  listeners?(view: View, owner: Owner): readonly ListenerKey[] | undefined

  /** Present where something cannot be in two Stacks at once. */
  readonly moves?: Moves<Options, View>
  /** Present where lists do not show all that a Stack has. Absent: a listing replaces what is known. */
  readonly depth?: Depth<View>
  /** Present where the cloud says how its health checks judge targets. */
  readonly health?: Health<View>
  /** Present where Stacks depend on something that is the cluster's own. */
  readonly base?: Base<Options, View, S>
  /**
   * PURE. The view of a Stack once these steps of its plan are carried out, with placeholders for what the cloud gives; for previews, where what comes next is
   * planned on it. Absent: a plan has all its steps at once.
   */
  foreseen?(view: View, steps: readonly S[]): View
  /**
   * PURE. The view once what this step of verb `read` waits for has come about; for previews, where what comes next is planned on it. Absent: `foreseen` says
   * it.
   */
  awaited?(view: View, step: S): View
  /** PURE. What the plan for these intents leads to, for each owner that is wanted; for previews. */
  outlook?(intents: readonly Intent<Options>[], view: View, base?: View): readonly Outlook[]
  /**
   * PURE. What the cloud took of an owner before, without what the owner does not ask for any more: source ranges in options of the provider's own. Absent:
   * the neutral settings are all that opens anything (`narrow.ts`).
   */
  readonly narrow?: (accepted: Desired<Options>, asked: Desired<Options>) => Desired<Options>
}

/** What cannot be in two Stacks at once, as comparable names (a reserved address). */
export interface Moves<Options, View> {
  /** PURE. What of this configuration is of that kind. */
  claims(want: Desired<Options>): readonly string[]
  /** PURE. Which of such things this Stack holds for the owner. */
  holds(view: View, owner: Owner): readonly string[]
}

/** What no list shows. */
export interface Depth<View> {
  /** PURE. A listing merged into a deeper view: keeps what no page shows for as long as its fingerprint is the same. */
  merge(known: View, listed: View): View
  /**
   * Stacks with all that no page shows and `observe` leaves out, each as soon as it is read. Their pages are read once for all of them. Present where a step
   * alone does not read it: the core asks it of each Stack in turn, in the background, and repairs what it finds. A Stack that changes meanwhile may be left
   * out.
   */
  readonly inspect?: (stacks: readonly StackId[], signal: AbortSignal) => AsyncIterable<readonly [StackId, View]>
  /**
   * PURE. The same view, with the registered backends marked as not read: a plan on it reads them before it relies on them. Present where an inventory does
   * not show them. The core asks it at a start for Stacks whose backends may have changed in the cluster while no process ran.
   */
  readonly backendsUnread?: (view: View) => View
}

/** What the cloud says of targets. Both throw a CloudError. */
export interface Health<View> {
  /**
   * How the health checks judge the pods that are registered for these owners (uids) in a Stack as last seen; what drains is left out. Absent: a pod that is
   * registered counts as healthy. Asked every few seconds, and only while pods wait for the answer.
   */
  readonly pods?: (view: View, owners: ReadonlySet<string>, signal: AbortSignal) => Promise<readonly TargetHealth[]>
  /** Every target registered for these owners (uids), with what the health checks say of it: for `explain` and for counts. */
  readonly targets?: (view: View, owners: ReadonlySet<string>, signal: AbortSignal) => Promise<readonly TargetState[]>
}

/** One thing that is needed of the base, and who needs it. */
export interface Need {
  readonly need: string
  readonly owners: readonly Owner[]
}

/**
 * A cluster-wide Stack that the others need (GCP's instance groups, AWS's rule on the node groups). It is kept in the mirror, observed and applied
 * like the others, and planned from the nodes and from who depends on it. It grows before the Stacks that depend on it and shrinks after them, never while
 * one of them is in doubt.
 */
export interface Base<Options, View, S extends Step> {
  readonly stack: StackId
  /** PURE. What one request needs of the base, as comparable names; none: the owner does not depend on it. */
  needs(want: Desired<Options>): readonly string[]
  /**
   * PURE. What a dependent Stack, as it is found, uses of the base: a need may not go while a Stack still uses it. What an operation under way takes away is
   * in use until it ends, as it may fail.
   */
  uses(view: View): readonly string[]
  /** PURE. Why a need is not met by the base as it is found, for the owner's condition; undefined: it is met. */
  lacks(base: View, need: string): string | undefined
  /**
   * PURE. `needs`: of all requests, and of all Stacks as found. While a Stack is in doubt, of which the needs are not known then, steps that only take away are held
   * back, unless they take from an owner: nodes that left the cluster leave at once.
   */
  plan(needs: readonly Need[], nodes: NodeSet, view: View): Plan<S>
  /** PURE. The base once these steps of its plan are applied, with placeholders where the cloud gives ids: Stacks are planned on it before it is there. */
  grown?(base: View, steps: readonly S[]): View
}
