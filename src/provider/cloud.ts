/** A provider with its mirror and its memory, closed over its private types by `bind`: what the controller works with, without generics. */
import type { AnnotationSet } from '../../annotations/define.ts'
import type { NodeSet } from '../model/load-balancer.ts'
import type { Owner } from '../model/owner.ts'
import type { Problem } from '../model/problem.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { LoadBalancerStatus, PortStatus } from '../model/status.ts'
import type { Priority } from './budget.ts'
import type { Capabilities } from './capabilities.ts'
import type { Desired, Intent, Plan, StackId, Step, TargetHealth } from './provider.ts'

export interface Cloud {
  readonly name: string
  readonly capabilities: Capabilities
  readonly annotations: AnnotationSet<unknown>
  readonly defaultTargets: 'nodes' | 'pods'
  /** The Stack that the others lean on, where there is one. */
  readonly baseStack: StackId | undefined

  stackOf(owner: Owner, want: Desired<unknown>): StackId
  claims(want: Desired<unknown>): readonly string[]
  /** What of such things a Stack holds for an owner, as far as known. */
  holds(stack: StackId, owner: Owner): readonly string[]

  /** Takes the bulk inventory into the mirror: what a start or a drift check costs. What it does not list is in doubt, not gone. Answers the Stacks whose view it changed or put in doubt. */
  learn(signal: AbortSignal): Promise<readonly StackId[]>
  /** Every Stack that is known, Stacks in doubt included, with the owners that hold a part of it. The base Stack is not among them. */
  holdings(): Iterable<readonly [StackId, readonly Owner[]]>
  isInDoubt(stack: StackId): boolean
  /** Puts a Stack in doubt: it is observed by name before its next plan. To be called before the turn that asks for `gone`, as listings lag. */
  doubt(stack: StackId): void
  /** Looks at a Stack in full, where an inventory does not show everything; absent where it does. Answers whether that is news. Says nothing of a Stack in doubt. */
  readonly inspect?: (stack: StackId, signal: AbortSignal) => Promise<boolean>
  /** How the health checks judge the pods registered for these owners (uids); absent where nobody can tell. Throws a CloudError. */
  readonly health?: (stack: StackId, owners: ReadonlySet<string>, signal: AbortSignal) => Promise<readonly TargetHealth[]>
  status(stack: StackId, owner: Owner): LoadBalancerStatus

  /** Plan, gate, apply, plan again, for one leaning Stack. One call at a time per Stack: the queue sees to that. Throws only what is a fault of ours. */
  converge(request: ConvergeRequest): Promise<Outcome>
  /** The same for the base Stack. `wants`: every wish of this provider in the cluster. */
  convergeBase(request: ConvergeBaseRequest): Promise<Outcome>
  /** The same planner, nothing applied: what `fairlead plan` prints. Observes what is in doubt. */
  preview(stack: StackId, intents: readonly Intent<unknown>[], signal: AbortSignal): Promise<Plan<Step>>
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
}

export type PlanFilter = (plan: Plan<Step>) => Plan<Step>

export interface ConvergeRequest extends Turn {
  readonly stack: StackId
  readonly intents: readonly Intent<unknown>[]
  /** Uids of owners whose condition said, before a restart, that they were refused: tried last and alone. */
  readonly lastResort?: ReadonlySet<string>
}

export interface ConvergeBaseRequest extends Turn {
  readonly wants: readonly { readonly owner: Owner; readonly want: Desired<unknown> }[]
  readonly nodes: NodeSet
}

export interface Outcome {
  /** Uids of those whose intent is fully carried out (for `gone`: nothing of theirs is left). */
  readonly served: ReadonlySet<string>
  /** By uid: refused by the planner or by the cloud. They keep what they had, and their backends follow; with `ports`, only those are not served. */
  readonly refused: ReadonlyMap<string, { readonly problem: Problem; readonly ports?: readonly PortStatus[] }>
  /** By uid: who has to wait, and for what. */
  readonly waiting: ReadonlyMap<string, { readonly reason: ReadyReason; readonly because: string; readonly afterMs: number }>
  /** Nobody's fault (a missing right, expired credentials, an outage, a plan that does not settle): holds for all who are neither served nor refused nor waiting. */
  readonly stopped?: { readonly reason: ReadyReason; readonly message: string; readonly afterMs: number }
  /** When to look at the Stack again, in milliseconds from now; absent: when something changes. */
  readonly againAfterMs?: number
  /** Steps that were applied, in order. */
  readonly applied: readonly Step[]
  /** Steps that a filter held back. Those they serve are in none of the three sets. */
  readonly held: readonly Step[]
  /** The Stack's way forward is barred by the base: it has to be converged first. */
  readonly needsBase?: boolean
  /** The base has something that nobody needs any more, or this Stack stopped using a part of it. */
  readonly baseMayShrink?: boolean
}
