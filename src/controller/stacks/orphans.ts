/**
 * Orphans: what a cloud holds for Services that the cluster does not have, and that this process never saw. Since when they are known, how long they are
 * kept, and whose deletion was requested. Times are those of the monotonic clock. What becomes of them is decided in their Stack's turn, after the API
 * server was asked.
 */
import type { Snapshot } from '../../model/cluster.ts'
import { compareText } from '../../model/order.ts'
import { findService, type Owner } from '../../model/owner.ts'
import type { StackId } from '../../provider/provider.ts'

export interface Orphan {
  readonly stack: StackId
  /** Named where the cloud, or this process, knows what the Service was called. */
  readonly owner: Owner
}

/** Sorted by Stack, then by Service. `holdings`: the owners named as far as their names are known. */
export function orphansOf(holdings: Iterable<readonly [StackId, readonly Owner[]]>, snapshot: Snapshot): readonly Orphan[] {
  const found = [...holdings].flatMap(([stack, owners]) =>
    owners.filter((owner) => findService(owner, snapshot) === undefined).map((owner): Orphan => ({ stack, owner })),
  )
  return found.toSorted((a, b) => compareText(a.stack, b.stack) || compareText(orderOf(a), orderOf(b)))
}

function orderOf({ owner: { namespace = '', name = '', uid } }: Orphan): string {
  return `${namespace}/${name} ${uid}`
}

/** An hour: long enough for a person who restores a cluster from a backup to see it. */
export const ORPHAN_GRACE_MS = 3_600_000

export interface KnownOrphan extends Orphan {
  /** In milliseconds since the epoch. */
  readonly firstSeen: number
}

interface Entry extends Orphan {
  /** In milliseconds of the monotonic clock. */
  readonly at: number
  /** In milliseconds since the epoch; 0: not listed yet. */
  readonly firstSeen: number
  /** The last inventory listed it. One that is not listed keeps its time: a list of a cloud may lag. */
  readonly isListed: boolean
  /** Some inventory listed it. */
  readonly isReported: boolean
}

export class Orphans {
  /** How long an orphan is kept after it was first seen, in milliseconds; Infinity: always. */
  readonly graceMs: number
  readonly #entries = new Map<string, Map<StackId, Entry>>()
  readonly #departed = new Set<string>()
  readonly #requested = new Set<string>()

  /** `graceMs`: how long an orphan is kept after it was first seen; Infinity: always. */
  constructor(graceMs: number) {
    this.graceMs = graceMs
  }

  /** What an inventory shows. Answers those that are listed for the first time. */
  take(found: readonly Orphan[], now: number, date: Date): readonly Orphan[] {
    const isNew = ({ stack, owner: { uid } }: Orphan): boolean => this.#entries.get(uid)?.get(stack)?.isReported !== true
    const fresh = found.filter(isNew)
    for (const [uid, stacks] of this.#entries) for (const [stack, entry] of stacks) this.#put(uid, stack, { ...entry, isListed: false })
    for (const orphan of found) {
      const { uid } = orphan.owner
      const { at = now, firstSeen = 0 } = this.#entries.get(uid)?.get(orphan.stack) ?? {}
      this.#put(uid, orphan.stack, { ...orphan, at, firstSeen: firstSeen || date.getTime(), isListed: true, isReported: true })
    }
    return fresh
  }

  /** Milliseconds until the owner's part of the Stack may be deleted; 0: now; undefined: never. One that is not known yet is first seen now. */
  remaining(stack: StackId, owner: Owner, now: number): number | undefined {
    const { uid } = owner
    if (this.#departed.has(uid) || this.#requested.has(uid) || this.graceMs === 0) return 0
    const known = this.#entries.get(uid)?.get(stack)
    if (known === undefined) this.#put(uid, stack, { stack, owner, at: now, firstSeen: 0, isListed: false, isReported: false })
    if (this.graceMs === Number.POSITIVE_INFINITY) return undefined
    return Math.max(0, (known?.at ?? now) + this.graceMs - now)
  }

  /** This process saw the Service leave the cluster: what it had is deleted at once. */
  depart(uid: string): void {
    this.#departed.add(uid)
  }

  /** Forgets the departed of whom nothing is held. */
  keepDeparted(isHeld: (uid: string) => boolean): void {
    for (const uid of this.#departed) if (!isHeld(uid)) this.#departed.delete(uid)
  }

  /** The Service is there, or nothing of it is left. */
  forget(uid: string): void {
    this.#entries.delete(uid)
    this.#departed.delete(uid)
    this.#requested.delete(uid)
  }

  /** Nothing of the owner is left in the Stack. */
  release(stack: StackId, uid: string): void {
    const stacks = this.#entries.get(uid)
    stacks?.delete(stack)
    if (stacks?.size === 0) this.#entries.delete(uid)
  }

  /** They need not be kept any longer. Answers the Stacks of those that are known and whose deletion was not requested before. */
  request(uids: Iterable<string>): readonly StackId[] {
    const stacks = new Set<StackId>()
    for (const uid of uids) {
      const known = this.#entries.get(uid)
      if (known === undefined || this.#requested.has(uid)) continue
      this.#requested.add(uid)
      for (const stack of known.keys()) stacks.add(stack)
    }
    return [...stacks]
  }

  /** What becomes of it: deletion is under way, or due at a time of day (milliseconds since the epoch), or it is kept. */
  stateOf({ owner: { uid }, firstSeen }: KnownOrphan, now: number): 'deleting' | 'kept' | { readonly dueAt: number } {
    const entry = [...(this.#entries.get(uid)?.values() ?? [])][0]
    if (this.#departed.has(uid) || this.#requested.has(uid) || (entry !== undefined && entry.at + this.graceMs <= now)) return 'deleting'
    return this.graceMs === Number.POSITIVE_INFINITY ? 'kept' : { dueAt: firstSeen + this.graceMs }
  }

  /** Those that the last inventory listed and that are still there. */
  *list(): Iterable<KnownOrphan> {
    for (const stacks of this.#entries.values()) for (const entry of stacks.values()) if (entry.isListed) yield entry
  }

  get count(): number {
    return [...this.list()].length
  }

  #put(uid: string, stack: StackId, entry: Entry): void {
    const stacks = this.#entries.get(uid) ?? new Map<StackId, Entry>()
    this.#entries.set(uid, stacks.set(stack, entry))
  }
}
