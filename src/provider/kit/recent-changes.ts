/**
 * What this process made, deleted and tagged in the last minutes, for a cloud whose lists are late: a planner that relied on them would make an object twice, or
 * take a deleted one for one that exists.
 */
import type { Clock } from '../../model/clock.ts'

type Tags = Readonly<Record<string, string>>

export interface Lag {
  /** How long a change is remembered, in milliseconds: longer than any list is late. */
  readonly keptMs: number
  /** For so long after its creation, in milliseconds, an object may not be known everywhere. */
  readonly freshMs: number
}

export interface Made<Kind extends string> {
  readonly kind: Kind
  /** As the cloud identifies it. */
  readonly id: string
  readonly stack: string
  /** All that it was made with, our marks among them. */
  readonly tags: Tags
}

export interface TagChange {
  readonly set?: Tags
  readonly removed?: readonly string[]
}

export interface RecentChanges<Kind extends string> {
  made(object: Made<Kind>): void
  /** A creation whose answer was lost: the object may be there, and a list that names nothing may not show it yet. */
  attempted(kind: Kind, name: string, stack: string): void
  deleted(id: string): void
  tagged(id: string, change: TagChange): void
  /** What was made and not deleted since; of one Stack, or of all. */
  madeOf(kind: Kind, stack?: string): readonly Made<Kind>[]
  /** The tag index has shown the object: from then on the index alone shows whether it is there. */
  indexed(id: string): void
  /** The same, without what the tag index has shown since. */
  unindexedOf(kind: Kind, stack?: string): readonly Made<Kind>[]
  /** Names of what may have been made; of one Stack, or of all. */
  attemptedOf(kind: Kind, stack?: string): readonly string[]
  isDeleted(id: string): boolean
  /** Whether "not found" may mean "not known yet". */
  isFresh(id: string): boolean
  /** The tags that a list shows, as they are by now; undefined where neither the list nor we know the object. */
  tagsOf(id: string, listed: Tags | undefined): Tags | undefined
}

/** Nothing is remembered yet. */
export function recentChanges<Kind extends string>(clock: Pick<Clock, 'now'>, lag: Lag): RecentChanges<Kind> {
  return new Memory<Kind>(clock, lag)
}

class Memory<Kind extends string> implements RecentChanges<Kind> {
  readonly #clock: Pick<Clock, 'now'>
  readonly #lag: Lag
  readonly #made = new Map<string, Made<Kind> & { readonly at: number; readonly isIndexed: boolean }>()
  readonly #deleted = new Map<string, { readonly at: number }>()
  readonly #attempted = new Map<string, { readonly kind: Kind; readonly name: string; readonly stack: string; readonly at: number }>()
  readonly #tagged = new Map<string, { readonly at: number; readonly set: Tags; readonly removed: readonly string[] }>()

  constructor(clock: Pick<Clock, 'now'>, lag: Lag) {
    this.#clock = clock
    this.#lag = lag
  }

  made(object: Made<Kind>): void {
    this.#forget()
    this.#deleted.delete(object.id)
    this.#tagged.delete(object.id)
    this.#made.set(object.id, { ...object, at: this.#clock.now(), isIndexed: false })
  }

  attempted(kind: Kind, name: string, stack: string): void {
    this.#forget()
    this.#attempted.set(`${kind} ${name}`, { kind, name, stack, at: this.#clock.now() })
  }

  attemptedOf(kind: Kind, stack?: string): readonly string[] {
    this.#forget()
    return [...this.#attempted.values()].filter((each) => each.kind === kind && (stack === undefined || each.stack === stack)).map(({ name }) => name)
  }

  deleted(id: string): void {
    this.#forget()
    this.#made.delete(id)
    this.#tagged.delete(id)
    this.#deleted.set(id, { at: this.#clock.now() })
  }

  tagged(id: string, { set = {}, removed = [] }: TagChange): void {
    this.#forget()
    const before = this.#tagged.get(id) ?? { set: {}, removed: [] }
    this.#tagged.set(id, {
      at: this.#clock.now(),
      set: { ...without(before.set, removed), ...set },
      removed: [...new Set([...before.removed, ...removed])].filter((key) => !Object.hasOwn(set, key)),
    })
  }

  madeOf(kind: Kind, stack?: string): readonly Made<Kind>[] {
    this.#forget()
    return [...this.#made.values()].filter((object) => object.kind === kind && (stack === undefined || object.stack === stack))
  }

  indexed(id: string): void {
    const known = this.#made.get(id)
    if (known !== undefined) this.#made.set(id, { ...known, isIndexed: true })
  }

  unindexedOf(kind: Kind, stack?: string): readonly Made<Kind>[] {
    this.#forget()
    return [...this.#made.values()].filter((object) => !object.isIndexed && object.kind === kind && (stack === undefined || object.stack === stack))
  }

  isDeleted(id: string): boolean {
    this.#forget()
    return this.#deleted.has(id)
  }

  isFresh(id: string): boolean {
    const at = this.#made.get(id)?.at
    return at !== undefined && this.#clock.now() - at < this.#lag.freshMs
  }

  tagsOf(id: string, listed: Tags | undefined): Tags | undefined {
    this.#forget()
    const known = listed ?? this.#made.get(id)?.tags
    const change = this.#tagged.get(id)
    if (known === undefined || this.#deleted.has(id)) return undefined
    return change === undefined ? known : { ...without(known, change.removed), ...change.set }
  }

  #forget(): void {
    const oldest = this.#clock.now() - this.#lag.keptMs
    for (const kept of [this.#made, this.#attempted, this.#deleted, this.#tagged]) for (const [id, { at }] of kept) if (at <= oldest) kept.delete(id)
  }
}

function without(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}
