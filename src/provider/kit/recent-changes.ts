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

export function recentChanges<Kind extends string>(clock: Pick<Clock, 'now'>, { keptMs, freshMs }: Lag): RecentChanges<Kind> {
  const made = new Map<string, Made<Kind> & { readonly at: number; readonly isIndexed: boolean }>()
  const deleted = new Map<string, { readonly at: number }>()
  const attempted = new Map<string, { readonly kind: Kind; readonly name: string; readonly stack: string; readonly at: number }>()
  const tagged = new Map<string, { readonly at: number; readonly set: Tags; readonly removed: readonly string[] }>()
  const forget = (): void => {
    const oldest = clock.now() - keptMs
    for (const kept of [made, attempted, deleted, tagged]) for (const [id, { at }] of kept) if (at <= oldest) kept.delete(id)
  }
  return {
    made(object) {
      forget()
      deleted.delete(object.id)
      tagged.delete(object.id)
      made.set(object.id, { ...object, at: clock.now(), isIndexed: false })
    },
    attempted(kind, name, stack) {
      forget()
      attempted.set(`${kind} ${name}`, { kind, name, stack, at: clock.now() })
    },
    attemptedOf(kind, stack) {
      forget()
      return [...attempted.values()].filter((each) => each.kind === kind && (stack === undefined || each.stack === stack)).map(({ name }) => name)
    },
    deleted(id) {
      forget()
      made.delete(id)
      tagged.delete(id)
      deleted.set(id, { at: clock.now() })
    },
    tagged(id, { set = {}, removed = [] }) {
      forget()
      const before = tagged.get(id) ?? { set: {}, removed: [] }
      tagged.set(id, {
        at: clock.now(),
        set: { ...without(before.set, removed), ...set },
        removed: [...new Set([...before.removed, ...removed])].filter((key) => !Object.hasOwn(set, key)),
      })
    },
    madeOf(kind, stack) {
      forget()
      return [...made.values()].filter((object) => object.kind === kind && (stack === undefined || object.stack === stack))
    },
    indexed(id) {
      const known = made.get(id)
      if (known !== undefined) made.set(id, { ...known, isIndexed: true })
    },
    unindexedOf(kind, stack) {
      forget()
      return [...made.values()].filter((object) => !object.isIndexed && object.kind === kind && (stack === undefined || object.stack === stack))
    },
    isDeleted(id) {
      forget()
      return deleted.has(id)
    },
    isFresh(id) {
      const at = made.get(id)?.at
      return at !== undefined && clock.now() - at < freshMs
    },
    tagsOf(id, listed) {
      forget()
      const known = listed ?? made.get(id)?.tags
      const change = tagged.get(id)
      if (known === undefined || deleted.has(id)) return undefined
      return change === undefined ? known : { ...without(known, change.removed), ...change.set }
    },
  }
}

function without(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
}
