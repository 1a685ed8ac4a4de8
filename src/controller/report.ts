/** What the last turn of a Stack found out about one owner in it: facts for `outcome.ts`, without a word for people. */
import type { Owner } from '../model/owner.ts'
import type { Desired, Plan, StackId, Step } from '../provider/provider.ts'
import type { Outcome } from '../provider/cloud.ts'
import { stepName } from '../provider/plan-text.ts'
import { type Problem, problemText } from '../model/problem.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { LoadBalancerStatus, PortStatus } from '../model/status.ts'
import type { Because, Decision } from './intents.ts'

export type Verdict =
  | { readonly kind: 'served' }
  /** With `ports`, only those. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly ports?: readonly PortStatus[] }
  | { readonly kind: 'waiting'; readonly reason: ReadyReason; readonly because: string }
  /** A policy of the operator held back these steps. */
  | { readonly kind: 'held'; readonly steps: readonly string[] }
  /** The whole Stack could not go on, for a reason that is nobody's fault. */
  | { readonly kind: 'stopped'; readonly reason: ReadyReason; readonly message: string }
  /** Not mentioned, or the turn ended before it was this owner's. */
  | { readonly kind: 'open' }

export interface Report {
  readonly ask: Decision['ask']
  readonly because?: Because
  readonly verdict: Verdict
  /** What the Stack serves for the owner now. */
  readonly status: LoadBalancerStatus
  /** There is something to send traffic to. */
  readonly hasBackends: boolean
  /** For `plan-only`: what would be done, a step a line; empty: nothing. */
  readonly plan?: readonly string[]
}

/** What became of each owner, by uid. Made once for all of a turn: a policy may hold back a step of everybody. */
export function verdictsOf(outcome: Outcome): (uid: string) => Verdict {
  const held = new Map<string, Step[]>()
  for (const step of outcome.held) {
    for (const { uid } of step.serves) {
      const steps = held.get(uid)
      if (steps === undefined) held.set(uid, [step])
      else steps.push(step)
    }
  }
  return (uid) => verdictOf(outcome, uid, held.get(uid))
}

function verdictOf(outcome: Outcome, uid: string, held: readonly Step[] | undefined): Verdict {
  const refused = outcome.refused.get(uid)
  if (refused !== undefined) return { kind: 'refused', ...refused }
  const waiting = outcome.waiting.get(uid)
  if (waiting !== undefined) return { kind: 'waiting', reason: waiting.reason, because: waiting.because }
  if (held !== undefined) return { kind: 'held', steps: held.map(stepName) }
  if (outcome.served.has(uid)) return { kind: 'served' }
  if (outcome.stopped !== undefined) return { kind: 'stopped', reason: outcome.stopped.reason, message: outcome.stopped.message }
  return { kind: 'open' }
}

/** Whether there is anything to send traffic to: an endpoint, and where traffic goes by nodes, a node. */
export function hasBackends({ settings, backends }: Desired<unknown>): boolean {
  const hasEndpoint = settings.listeners.some(({ key }) => (backends.ports[key]?.endpoints.length ?? 0) > 0)
  return hasEndpoint && (settings.targets === 'pods' || backends.nodes.nodes.length > 0)
}

/** The reports of one provider's Stacks, by Stack and owner. */
export class Reports {
  readonly #stacks = new Map<StackId, Map<string, Report>>()

  of(stack: StackId, uid: string): Report | undefined {
    return this.#stacks.get(stack)?.get(uid)
  }

  /** Answers whether it says something else than the one before. */
  file(stack: StackId, uid: string, report: Report): boolean {
    const reports = this.#stacks.get(stack) ?? new Map<string, Report>()
    const before = reports.get(uid)
    this.#stacks.set(stack, reports.set(uid, report))
    return before === undefined || JSON.stringify(before) !== JSON.stringify(report)
  }

  drop(stack: StackId, uid: string): void {
    const reports = this.#stacks.get(stack)
    reports?.delete(uid)
    if (reports?.size === 0) this.#stacks.delete(stack)
  }
}

/** What a plan would do for one owner, a matter a line: steps, refusals, and what it waits for. */
export function planFor({ stages, refused, waiting }: Plan<Step>, uid: string): readonly string[] {
  const isTheirs = ({ owner }: { readonly owner: Owner }): boolean => owner.uid === uid
  const steps = stages.flat().filter(({ serves }) => serves.some((owner) => owner.uid === uid))
  return [
    ...steps.map((step) => `${stepName(step)} (${step.why})${step.interrupts === undefined ? '' : ` INTERRUPTS ${step.interrupts}`}`),
    ...refused.filter(isTheirs).map(({ problem }) => `refuse: ${problemText(problem)}`),
    ...waiting.filter(isTheirs).map(({ because }) => `wait: ${because}`),
  ]
}
