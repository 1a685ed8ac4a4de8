/**
 * When what Services were refused for is read again: the base, on which a cloud's other Stacks depend, and which Stacks plan again when it has changed; in a cloud
 * without one, the Stack itself.
 */
import { isDeepStrictEqual } from 'node:util'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { type ReconcileResult, resultAfter } from '../queue.ts'
import { GATHER_NODES_MS, type WorkQueues } from '../work.ts'
import { BaseRereads } from './base-rereads.ts'
import type { StackTurn } from './stack-turn.ts'

export class BaseReads {
  readonly #state: ProviderState
  readonly #queues: WorkQueues
  readonly #rereads: BaseRereads
  /** In a cloud without a base: by uid, the Stack that is observed again. */
  readonly #rereadStacks = new Map<string, StackId>()
  /** Uids of Services that a person has changed and that the base may hold up. */
  readonly #retries = new Set<string>()
  /** What the Stacks were last planned on. */
  #seen: unknown

  constructor(state: ProviderState, queues: WorkQueues, driftIntervalMs: number) {
    this.#state = state
    this.#queues = queues
    this.#rereads = new BaseRereads(driftIntervalMs)
  }

  /** A change of the base, or of what it shows of the network, may change any plan that depends on it; a plan that stays the same costs no call. */
  noteSeen(): void {
    const { cloud, inventory, placements } = this.#state
    const before = this.#seen
    const now = cloud.baseSeen()
    this.#seen = now
    if (now === before || before === undefined || !inventory.isTaken || isDeepStrictEqual(now, before)) return
    this.#queues.addStacks(placements.stacks(), 'churn', GATHER_NODES_MS)
  }

  /** After a Stack's turn: whether it needs the base, or left something of it unused. */
  noteNeeds(stack: StackId, { outcome, members }: StackTurn): void {
    const { cloud, stacks } = this.#state
    if (outcome.needsBase === true) {
      stacks.waitForBase(stack)
      this.#queues.add({ kind: 'base' }, 'churn')
    }
    // An owner that leaves may have been given a part of the base before the Stack came to use it.
    const hasLeft = members.some(({ owner, decision }) => decision.ask === 'gone' && outcome.served.has(owner.uid))
    if (outcome.baseMayShrink === true || (hasLeft && cloud.baseStack !== undefined)) this.#queues.add({ kind: 'base' }, 'churn')
  }

  /** For Services refused because of what was read, it is read again; for those that a person changed and that are still held up, the base is retried. */
  noteRefusals(stack: StackId, { members, outcome, retried }: StackTurn): void {
    const { baseStack } = this.#state.cloud
    let isNew = false
    for (const { owner } of members) {
      const isRead = outcome.refused.get(owner.uid)?.problem.pace === 'by reading'
      isNew = this.#rereads.note(owner.uid, isRead) || isNew
      if (isRead && baseStack === undefined) this.#rereadStacks.set(owner.uid, stack)
      else this.#rereadStacks.delete(owner.uid)
    }
    const delayMs = isNew ? this.#rereads.next() : undefined
    if (delayMs !== undefined) this.#queues.add({ kind: 'base reread' }, 'drift', delayMs)
    if (baseStack === undefined) return
    const heldUp = [...retried].filter((uid) => outcome.refused.has(uid) || outcome.waiting.has(uid))
    for (const uid of heldUp) this.#retries.add(uid)
    if (heldUp.length > 0) this.#queues.add({ kind: 'base' }, 'change')
  }

  /** Before what was refused for these Services is tried again: what was the reason is read first. */
  rereadFor(uids: ReadonlySet<string>): void {
    const heldUp = [...uids].filter((uid) => this.#rereads.has(uid))
    if (heldUp.length > 0) this.#doubt(heldUp)
    for (const uid of uids) this.#rereads.note(uid, false)
  }

  /** The turn of a `base reread`. */
  reread(): ReconcileResult {
    if (this.#rereads.isIdle) return { kind: 'done' }
    const stacks = this.#doubt([...this.#rereadStacks.keys()])
    if (this.#state.cloud.baseStack === undefined) this.#queues.addStacks(stacks, 'drift')
    else this.#queues.add({ kind: 'base' }, 'drift')
    return resultAfter([], [this.#rereads.next()])
  }

  /** Answers the Stacks that are observed before their next plan: the base, or those in which these are refused. */
  #doubt(uids: readonly string[]): readonly StackId[] {
    const { cloud } = this.#state
    const stacks = cloud.baseStack === undefined ? [...new Set(uids.flatMap((uid) => this.#rereadStacks.get(uid) ?? []))] : [cloud.baseStack]
    for (const stack of stacks) cloud.doubt(stack)
    return stacks
  }

  /** Uids for which a turn of the base tries again what was refused; each once. */
  takeRetries(): ReadonlySet<string> {
    const uids = new Set(this.#retries)
    this.#retries.clear()
    return uids
  }

  /** The cluster does not show the Service any more. */
  noteDeleted(uid: string): void {
    this.#rereads.note(uid, false)
    this.#rereadStacks.delete(uid)
  }
}
