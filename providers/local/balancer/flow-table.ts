/**
 * What all UDP flows of the process may use up together: so many flows, of which each owner has a fair share, and so many bytes kept of datagrams that were not
 * answered yet. What got no answer goes first. It sends nothing.
 */
import { Shares } from './shares.ts'

/** A flow as seen from here. */
export interface BoundFlow {
  readonly owner: string
  /** Ends it. It answers by `ended`. */
  cut(): void
  /** Lets go of the datagrams it keeps. */
  forget(): void
}

/** Those of one owner; the one that was silent longest comes first, to the precision of a tick. */
interface Owned {
  readonly unanswered: Set<BoundFlow>
  readonly answered: Set<BoundFlow>
}

export class FlowTable {
  readonly #shares: Shares
  readonly #maxBytes: number
  readonly #owned = new Map<string, Owned>()
  /** Bytes that a flow keeps; the one that began first comes first. */
  readonly #kept = new Map<BoundFlow, number>()
  #keptBytes = 0

  constructor({ maxFlows, maxKeptBytes }: { readonly maxFlows: number; readonly maxKeptBytes: number }) {
    this.#shares = new Shares(maxFlows)
    this.#maxBytes = maxKeptBytes
  }

  /** Of one whose owner has its share, the owner's oldest make room; where others grew meanwhile, two for one. */
  begin(flow: BoundFlow): void {
    const { owner } = flow
    for (let ended = 0; ended < 2 && this.#shares.of(owner) > 0 && this.#shares.isUsedUp(owner); ended++) this.#endOldest(owner)
    const largest = this.#shares.total >= this.#shares.capacity ? this.#shares.largest() : undefined
    if (largest !== undefined) this.#endOldest(largest)
    this.#shares.take(owner)
    const owned = this.#owned.get(owner) ?? { unanswered: new Set(), answered: new Set() }
    this.#owned.set(owner, owned)
    owned.unanswered.add(flow)
  }

  /** Heard of again: the last to go. */
  touched(flow: BoundFlow): void {
    const owned = this.#owned.get(flow.owner)
    for (const flows of [owned?.unanswered, owned?.answered]) if (flows?.delete(flow) === true) flows.add(flow)
  }

  answered(flow: BoundFlow): void {
    this.release(flow)
    const owned = this.#owned.get(flow.owner)
    if (owned?.unanswered.delete(flow) === true) owned.answered.add(flow)
  }

  /** It looks for another backend, and has no answer from that one. */
  unanswered(flow: BoundFlow): void {
    const owned = this.#owned.get(flow.owner)
    if (owned?.answered.delete(flow) === true) owned.unanswered.add(flow)
  }

  ended(flow: BoundFlow): void {
    this.release(flow)
    const owned = this.#owned.get(flow.owner)
    if (owned === undefined || (!owned.unanswered.delete(flow) && !owned.answered.delete(flow))) return
    this.#shares.release(flow.owner)
    if (owned.unanswered.size + owned.answered.size === 0) this.#owned.delete(flow.owner)
  }

  /** Whether the flow may keep so many bytes more: others, the longest first, drop theirs. */
  keep(flow: BoundFlow, bytes: number): boolean {
    if (bytes > this.#maxBytes) return false
    while (this.#keptBytes + bytes > this.#maxBytes) {
      const [oldest] = this.#kept.keys()
      if (oldest === undefined) return false
      this.release(oldest)
      oldest.forget()
    }
    this.#kept.set(flow, (this.#kept.get(flow) ?? 0) + bytes)
    this.#keptBytes += bytes
    return true
  }

  /** It keeps nothing any more. */
  release(flow: BoundFlow): void {
    this.#keptBytes -= this.#kept.get(flow) ?? 0
    this.#kept.delete(flow)
  }

  #endOldest(owner: string): void {
    const owned = this.#owned.get(owner)
    const [oldest] = [...first(owned?.unanswered), ...first(owned?.answered)]
    if (oldest === undefined) return
    this.ended(oldest)
    oldest.cut()
  }
}

function first<T>(set: ReadonlySet<T> | undefined): readonly T[] {
  for (const one of set ?? []) return [one]
  return []
}
