/**
 * Which Services are in which Stacks of one provider, by all sources: the Service's own request, its annotation, and what the cloud holds. An
 * index for the triggers and the turns; it decides nothing. Owners are distinguished by uid; a name that is known once is kept.
 */
import { isNamed, type NamedOwner, type Owner, ownerName } from '../../model/owner.ts'
import type { StackId } from '../../provider/provider.ts'

export interface Placement {
  readonly owner: Owner
  /** The Stack that the request names; absent when no request could name one. */
  readonly home: StackId | undefined
  /** The Stacks that the Service's annotation names. */
  readonly named: ReadonlySet<StackId>
  /** The Stacks that hold, or may hold, something for it. */
  readonly held: ReadonlySet<StackId>
  /** Of all these, where `gone` was carried out since it was last asked for anything else. */
  readonly cleared: ReadonlySet<StackId>
}

interface Entry {
  owner: Owner
  home: StackId | undefined
  named: ReadonlySet<StackId>
  readonly held: Set<StackId>
  readonly cleared: Set<StackId>
}

const NOWHERE: ReadonlySet<StackId> = new Set()

export class Placements {
  readonly #entries = new Map<string, Entry>()
  readonly #members = new Map<StackId, Map<string, Owner>>()
  readonly #uids = new Map<string, Set<string>>()

  /** What the Service itself says, as it stands in the cluster. */
  place(owner: NamedOwner, home: StackId | undefined, named: readonly StackId[]): void {
    const entry = this.#entry(owner)
    const before = stacksOf(entry)
    entry.home = home
    entry.named = named.length === 0 ? NOWHERE : new Set(named)
    this.#index(entry, before)
  }

  /** The cluster does not show the Service any more. What its annotation named may still be there. */
  withdraw(uid: string): void {
    const entry = this.#entries.get(uid)
    if (entry === undefined) return
    const before = stacksOf(entry)
    for (const stack of entry.named) if (!entry.cleared.has(stack)) entry.held.add(stack)
    entry.home = undefined
    entry.named = NOWHERE
    this.#index(entry, before)
  }

  /** The Stack holds something for the owner, or is about to. */
  hold(stack: StackId, owner: Owner): void {
    const entry = this.#entry(owner)
    const before = stacksOf(entry)
    entry.held.add(stack)
    entry.cleared.delete(stack)
    this.#index(entry, before)
  }

  /** Nothing of the owner is left in the Stack: it was read by name. */
  release(stack: StackId, uid: string): void {
    const entry = this.#entries.get(uid)
    if (entry === undefined) return
    const before = stacksOf(entry)
    entry.held.delete(stack)
    entry.cleared.add(stack)
    this.#index(entry, before)
  }

  /** The name of an owner of whom only the uid was known; nothing for one who is in no Stack. */
  learnName(owner: NamedOwner): void {
    const entry = this.#entries.get(owner.uid)
    if (entry !== undefined) this.#name(entry, owner)
  }

  /** Owners of whom only the uid is known. */
  *unnamed(): Iterable<Owner> {
    for (const { owner } of this.#entries.values()) if (!isNamed(owner)) yield owner
  }

  of(uid: string): Placement | undefined {
    return this.#entries.get(uid)
  }

  /** All Stacks in which the owner may have something, or wants to. */
  stacksOf(uid: string): ReadonlySet<StackId> {
    const entry = this.#entries.get(uid)
    return entry === undefined ? NOWHERE : stacksOf(entry)
  }

  members(stack: StackId): Iterable<Owner> {
    return this.#members.get(stack)?.values() ?? []
  }

  /** A name may stand for several owners while one of them is being cleaned up. */
  *named(namespace: string, name: string): Iterable<string> {
    yield* this.#uids.get(ownerName({ namespace, name })) ?? []
  }

  /** Every Stack that a Service is in. */
  stacks(): Iterable<StackId> {
    return this.#members.keys()
  }

  placements(): Iterable<Placement> {
    return this.#entries.values()
  }

  #entry(owner: Owner): Entry {
    const known = this.#entries.get(owner.uid)
    if (known !== undefined) {
      if (isNamed(owner)) this.#name(known, owner)
      return known
    }
    const entry: Entry = { owner, home: undefined, named: NOWHERE, held: new Set(), cleared: new Set() }
    this.#entries.set(owner.uid, entry)
    return entry
  }

  #name(entry: Entry, owner: NamedOwner): void {
    if (isNamed(entry.owner)) return
    entry.owner = owner
    const stacks = stacksOf(entry)
    for (const stack of stacks) this.#join(stack, owner)
    if (stacks.size > 0) this.#indexName(owner)
  }

  #indexName(owner: NamedOwner): void {
    const name = ownerName(owner)
    this.#uids.set(name, (this.#uids.get(name) ?? new Set()).add(owner.uid))
  }

  #index(entry: Entry, before: ReadonlySet<StackId>): void {
    const { owner } = entry
    const after = stacksOf(entry)
    for (const stack of before) if (!after.has(stack)) this.#leave(stack, owner.uid)
    for (const stack of after) if (!before.has(stack)) this.#join(stack, owner)
    if (after.size === 0) this.#entries.delete(owner.uid)
    if (!isNamed(owner)) return
    if (after.size > 0) {
      this.#indexName(owner)
      return
    }
    const name = ownerName(owner)
    const uids = this.#uids.get(name)
    uids?.delete(owner.uid)
    if (uids?.size === 0) this.#uids.delete(name)
  }

  #join(stack: StackId, owner: Owner): void {
    const members = this.#members.get(stack) ?? new Map<string, Owner>()
    this.#members.set(stack, members.set(owner.uid, owner))
  }

  #leave(stack: StackId, uid: string): void {
    const members = this.#members.get(stack)
    members?.delete(uid)
    if (members?.size === 0) this.#members.delete(stack)
  }
}

function stacksOf({ home, named, held }: Placement): ReadonlySet<StackId> {
  if (home === undefined && held.size === 0) return named
  const all = new Set([...named, ...held])
  return home === undefined ? all : all.add(home)
}
