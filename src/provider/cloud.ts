/** A provider with its mirror and its memory, closed over its private types by `bind`: what the controller works with, without generics. */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { Backends, ListenerKey, NodeSet } from '../model/load-balancer.ts'
import type { NamedOwner, Owner } from '../model/owner.ts'
import type { Problem } from '../model/problem.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { LoadBalancerStatus, PortStatus } from '../model/status.ts'
import type { FamilyState, Priority } from './kit/budget.ts'
import type { Capabilities } from './capabilities.ts'
import type { Cautions, Desired, Intent, NodesReachedBy, Outlook, Plan, StackId, Step, TargetHealth, TargetState } from './provider.ts'

export interface Cloud {
  readonly name: string
  readonly capabilities: Capabilities
  readonly annotations: AnnotationSet<unknown>
  readonly defaultTargets: 'nodes' | 'pods'
  readonly nodesReachedBy?: NodesReachedBy
  readonly cautions?: Cautions
  /** The Stack that the others depend on, where there is one. */
  readonly baseStack: StackId | undefined

  stackOf(owner: NamedOwner, want: Desired<unknown>): StackId
  claims(want: Desired<unknown>): readonly string[]
  /** What of such things a Stack holds for an owner, as far as known. */
  holds(stack: StackId, owner: Owner): readonly string[]

  /** Takes the bulk inventory into the mirror: what a start or a drift check costs. What it does not list is in doubt, not gone. Answers the Stacks whose view it changed or put in doubt. */
  learn(signal: AbortSignal): Promise<readonly StackId[]>
  /** Every Stack that is known, Stacks in doubt included, with the owners that hold a part of it, named or not. The base Stack is not among them. */
  holdings(): Iterable<readonly [StackId, readonly Owner[]]>
  /** What is known of the base, good only for comparing with an earlier answer: another one is news for every Stack that depends on it. Undefined: nothing. */
  baseSeen(): unknown
  isInDoubt(stack: StackId): boolean
  /**
   * Whether the view of the Stack has all that it holds: all of it was written by this process, however late the cloud's lists are, or the lists are never
   * late.
   */
  isComplete(stack: StackId): boolean
  /** Puts a Stack in doubt: it is observed by name before its next plan. To be called before the turn that asks for `gone` where lists may be late. */
  doubt(stack: StackId): void
  /** Reads Stacks in full, where an inventory does not show everything; absent where it does. Throws what the provider throws; what was read until then counts. */
  readonly inspect?: (stacks: readonly StackId[], signal: AbortSignal) => Promise<Inspected>
  /** The next plan of a Stack reads what is registered before it relies on it; absent where the provider always knows. Makes no call. */
  readonly rereadBackends?: (stack: StackId) => void
  /** How the health checks judge the pods registered for these owners (uids); absent where the provider cannot say. Throws a CloudError. */
  readonly health?: (stack: StackId, owners: ReadonlySet<string>, signal: AbortSignal) => Promise<readonly TargetHealth[]>
  /** Every target registered for these owners (uids), with what the health checks say of it; absent where the provider cannot say. Throws a CloudError. */
  readonly targets?: (stack: StackId, owners: ReadonlySet<string>, signal: AbortSignal) => Promise<readonly TargetState[]>
  /** What was last said of targets, without asking again; of owners that are gone nothing. */
  lastTargets(): Iterable<TargetState>
  status(stack: StackId, owner: Owner): LoadBalancerStatus
  /** What a Stack holds for an owner, by kind and name, sorted; empty where nothing is known, or the provider does not say. */
  parts(stack: StackId, owner: Owner): readonly string[]
  /** The ports that a Stack has open for an owner; undefined where they are not known. */
  listeners(stack: StackId, owner: Owner): readonly ListenerKey[] | undefined

  /** How the budget of calls stands, by family of the cloud's API; absent: no calls are limited. */
  readonly budget?: () => readonly FamilyState[]

  /** Plan, gate, apply, plan again, for one dependent Stack. One call at a time per Stack: the queue sees to that. Throws only what is a fault of ours. */
  converge(request: ConvergeRequest): Promise<Outcome>
  /** The same for the base Stack. `wants`: every request to this provider in the cluster. */
  convergeBase(request: ConvergeBaseRequest): Promise<Outcome>
  /** The same planner, nothing applied: what `fairlead plan` prints. Observes what is in doubt. */
  preview(stack: StackId, intents: readonly Intent<unknown>[], signal: AbortSignal): Promise<Preview>
}

export interface Inspected {
  /** Stacks that are not as they were known to be. */
  readonly changed: readonly StackId[]
  /** Stacks of which nothing can be said: in doubt, or changed while they were read. */
  readonly missed: readonly StackId[]
}

/** A plan that is only shown, and what it leads to. */
export interface Preview extends Plan<Step> {
  readonly outlook: readonly Outlook[]
}

interface Turn {
  /** Milliseconds since the epoch, by the controller's clock. */
  readonly now: number
  readonly signal: AbortSignal
  /** Asked before each write: false when the lease has run out, which ends the turn. */
  readonly mayWrite: () => boolean
  /** A policy about change, as a filter on the plan (`policy.ts`): dry run, never delete. */
  readonly filter?: PlanFilter
  /** Whose turn it is where calls have to wait for the rate limit; absent: a user's change. */
  readonly priority?: Priority
  /** Uids of owners whose Service a person has changed: what was refused them is tried in this turn, whether or not it is due. */
  readonly retryNow?: ReadonlySet<string>
}

export interface PlanFilter {
  (plan: Plan<Step>): Plan<Step>
  /** What owners who are gone hold is left to them: nothing is taken from them, while everything else goes on. */
  readonly keepsGone?: true
}

export interface ConvergeRequest extends Turn {
  readonly stack: StackId
  readonly intents: readonly Intent<unknown>[]
  /** Uids of owners whose condition said, before a restart, that they were refused: tried last and alone. */
  readonly lastResort?: ReadonlySet<string>
}

export interface ConvergeBaseRequest extends Turn {
  /** `createdAt`: as in an intent; of two that ask for one thing the older is served, and the other needs nothing of the base. */
  readonly wants: readonly { readonly owner: NamedOwner; readonly want: Desired<unknown>; readonly createdAt?: string }[]
  readonly nodes: NodeSet
}

export interface Outcome {
  /** Uids of those whose intent is fully carried out (for `gone`: nothing of theirs is left). */
  readonly served: ReadonlySet<string>
  /** By uid: refused by the planner or by the cloud. They keep what they had, and their backends follow; with `ports`, only those are not served. */
  readonly refused: ReadonlyMap<string, { readonly problem: Problem; readonly ports?: readonly PortStatus[] }>
  /** By uid: who has to wait, and for what. */
  readonly waiting: ReadonlyMap<string, { readonly reason: ReadyReason; readonly because: string; readonly afterMs: number }>
  /** By uid: what an owner should know though it is served, in full sentences. */
  readonly notes?: ReadonlyMap<string, readonly string[]>
  /** By uid: the backends without those that the cloud refused; absent: it refused none. */
  readonly backends?: ReadonlyMap<string, Backends>
  /** No Service's fault (a missing permission, expired credentials, an outage, a plan that does not settle): holds for all who are neither served nor refused nor waiting. */
  readonly stopped?: { readonly reason: ReadyReason; readonly message: string; readonly afterMs: number }
  /** When to reconcile the Stack again, in milliseconds from now; absent: when something changes. */
  readonly againAfterMs?: number
  /** When the first refusal is due to be tried again, in milliseconds from now; absent: none is. */
  readonly retryAfterMs?: number
  /** Steps that were applied, in order. */
  readonly applied: readonly Step[]
  /** Steps that a filter held back. Those they serve are in none of the three sets. */
  readonly held: readonly Step[]
  /** The Stack's way forward is barred by the base: it has to be converged first. */
  readonly needsBase?: boolean
  /** The base has something that no Stack needs any more, or this Stack stopped using a part of it. */
  readonly baseMayShrink?: boolean
}
