/** What the last turn of a Stack found out about one owner in it: facts for `service-update.ts`, without a word for people. */
import { isDeepStrictEqual } from 'node:util'
import type { Owner } from '../../model/owner.ts'
import type { Desired, Plan, StackId, Step } from '../../provider/provider.ts'
import type { Outcome } from '../../provider/cloud.ts'
import type { BackendState } from '../../desired/backend-state.ts'
import { stepTitle } from '../../provider/engine/plan-text.ts'
import { type Problem, problemText } from '../../model/problem.ts'
import type { ListenerKey } from '../../model/load-balancer.ts'
import type { ReadyReason } from '../../model/reason.ts'
import type { LoadBalancerStatus, PortStatus } from '../../model/status.ts'
import type { Because, Decision } from '../stacks/intents.ts'

export type OwnerResult =
  | { readonly kind: 'served' }
  /** With `ports`, only those. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly ports?: readonly PortStatus[] }
  /** `isBrief`: it is over within seconds, so that the Service need not say it. */
  | { readonly kind: 'waiting'; readonly reason: ReadyReason; readonly because: string; readonly afterMs: number; readonly isBrief?: boolean }
  /** A policy of the operator held back these steps. */
  | { readonly kind: 'held'; readonly steps: readonly string[] }
  /** The whole Stack could not go on, for a reason that is no Service's fault. */
  | { readonly kind: 'stopped'; readonly reason: ReadyReason; readonly message: string; readonly afterMs: number; readonly isBrief?: boolean }
  /** Not mentioned, or the turn ended before it was this owner's. */
  | { readonly kind: 'open' }

export interface Report {
  readonly ask: Decision['ask']
  readonly because?: Because
  readonly result: OwnerResult
  /** What the Stack serves for the owner now. */
  readonly status: LoadBalancerStatus
  /** The ports that are open for it, whatever it asks for now; absent: it is served as it asks, or they are not known. */
  readonly listeners?: readonly ListenerKey[]
  /** Whether its listeners have backends; absent: nothing of the owner is served from here on. */
  readonly backends?: BackendState
  /** For `plan-only`: what would be done. */
  readonly plan?: PlanReport
  /** What the owner should know though it is served, in full sentences: backends that are left out, and why. */
  readonly notes?: readonly string[]
}

export interface PlanReport {
  /** A matter each: steps, refusals, and what it waits for; empty: nothing. */
  readonly steps: readonly string[]
  /** What comes of it, in full sentences: another address, what is deleted later, whom else it affects. */
  readonly outcome: readonly string[]
}

/** What became of each owner, by uid. Made once for all of a turn: a policy may hold back a step of everybody. */
export function resultsOf(outcome: Outcome): (uid: string) => OwnerResult {
  const held = new Map<string, Step[]>()
  for (const step of outcome.held) {
    for (const { uid } of step.serves) {
      const steps = held.get(uid)
      if (steps === undefined) held.set(uid, [step])
      else steps.push(step)
    }
  }
  return (uid) => resultOf(outcome, uid, held.get(uid))
}

function resultOf(outcome: Outcome, uid: string, held: readonly Step[] | undefined): OwnerResult {
  const refused = outcome.refused.get(uid)
  if (refused !== undefined) return { kind: 'refused', ...refused }
  const waiting = outcome.waiting.get(uid)
  if (waiting !== undefined) return { kind: 'waiting', ...waiting }
  if (held !== undefined) return { kind: 'held', steps: held.map(stepTitle) }
  if (outcome.served.has(uid)) return { kind: 'served' }
  if (outcome.stopped !== undefined) return { kind: 'stopped', ...outcome.stopped }
  return { kind: 'open' }
}

/** What a Service asks for, without its backends. */
export type Asked = Pick<Desired<unknown>, 'settings' | 'options'>

function isSameAsked(before: Asked | undefined, now: Asked | undefined): boolean {
  if (before === undefined || now === undefined) return false
  return isDeepStrictEqual(before.settings, now.settings) && isDeepStrictEqual(before.options, now.options)
}

const BRIEF_MS = 10_000
/** Counts in a cause change with every pod: the same cause is written again only after this time. */
const RECOUNT_MS = 60_000
const MINUTE_MS = 60_000

interface Shown {
  readonly state: BackendState
  readonly at: number
  /** The cause is the same, but its counts have changed. */
  readonly isOld: boolean
}

/** How long a wait goes on counts by the minute, as it is said: to the millisecond it is another one each time, and each report that is news gives a Stack a turn. */
function newsOf(report: Report): string {
  const { result } = report
  if (result.kind !== 'waiting' && result.kind !== 'stopped') return JSON.stringify(report)
  return JSON.stringify({ ...report, result: { ...result, afterMs: Math.max(1, Math.ceil(result.afterMs / MINUTE_MS)) } })
}

/** The reports of one provider's Stacks, by Stack and owner. */
export class Reports {
  readonly #stacks = new Map<StackId, Map<string, Report>>()
  /** By Stack and owner: what was asked for when it was last served. */
  readonly #servedAs = new Map<string, Asked>()
  /** By Stack and owner, in milliseconds of the controller's clock. */
  readonly #waitingSince = new Map<string, number>()
  readonly #shown = new Map<string, Shown>()

  of(stack: StackId, uid: string): Report | undefined {
    return this.#stacks.get(stack)?.get(uid)
  }

  /** Answers whether it says something else than the one before. */
  file(stack: StackId, uid: string, report: Report): boolean {
    const reports = this.#stacks.get(stack) ?? new Map<string, Report>()
    const before = reports.get(uid)
    this.#stacks.set(stack, reports.set(uid, report))
    return before === undefined || newsOf(before) !== newsOf(report)
  }

  /**
   * Marks a wait as brief that is no news: one that is over ten seconds after it began, and a change under way for an owner who asks for what it was served
   * with already, so that only backends follow. A node that joins would otherwise be written to every Service of a shared load balancer, twice.
   */
  timed(stack: StackId, uid: string, result: OwnerResult, { asked, now }: { readonly asked: Asked | undefined; readonly now: number }): OwnerResult {
    const key = `${stack} ${uid}`
    if (result.kind === 'served' && asked !== undefined) this.#servedAs.set(key, asked)
    if (result.kind !== 'waiting' && result.kind !== 'stopped') {
      this.#waitingSince.delete(key)
      return result
    }
    const since = this.#waitingSince.get(key) ?? now
    this.#waitingSince.set(key, since)
    const isBrief = now - since + result.afterMs < BRIEF_MS || (result.reason === 'Progressing' && isSameAsked(this.#servedAs.get(key), asked))
    return isBrief ? { ...result, isBrief } : result
  }

  /** The state to show: while the reason stays the same, its text changes once a minute at most. */
  steady(stack: StackId, uid: string, state: BackendState, now: number): BackendState {
    const key = `${stack} ${uid}`
    const before = this.#shown.get(key)
    const isSameKind = before?.state.reason === state.reason && before.state.isNone === state.isNone
    const isOld = isSameKind && before.state.cause !== state.cause && now - before.at < RECOUNT_MS
    const isUnchanged = isSameKind && before.state.cause === state.cause
    const shown = isOld || isUnchanged ? { ...before, isOld } : { state, at: now, isOld }
    this.#shown.set(key, shown)
    return shown.state
  }

  /** Milliseconds until the text of an owner's backends may be written again; undefined: it is up to date. */
  recountAfter(stack: StackId, uid: string, now: number): number | undefined {
    const shown = this.#shown.get(`${stack} ${uid}`)
    return shown?.isOld === true ? Math.max(0, shown.at + RECOUNT_MS - now) : undefined
  }

  drop(stack: StackId, uid: string): void {
    this.#servedAs.delete(`${stack} ${uid}`)
    this.#waitingSince.delete(`${stack} ${uid}`)
    this.#shown.delete(`${stack} ${uid}`)
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
    ...steps.map((step) => `${stepTitle(step)} (${step.why})${step.interrupts === undefined ? '' : ` INTERRUPTS ${step.interrupts}`}`),
    ...refused.filter(isTheirs).map(({ problem }) => `refuse: ${problemText(problem)}`),
    ...waiting.filter(isTheirs).map(({ because }) => `wait: ${because}`),
  ]
}
