/**
 * What this process made, deleted and tagged in the last minutes. AWS' lists and above all its tag index lag behind by as much: whoever believed them
 * would make a thing twice, or take a deleted one for alive.
 */
import type { Clock } from '../../src/model/clock.ts'
import type { Tags } from './marks.ts'

/** Longer than any lag that was seen. */
const KEPT_MS = 5 * 60_000
/** For so long after its creation an object may not be known everywhere. */
const FRESH_MS = 60_000

export interface Made {
  readonly kind: 'security group' | 'load balancer' | 'target group' | 'listener'
  /** ARN, or a security group's id. */
  readonly id: string
  readonly stack: string
  /** All that it was made with, our marks among them. */
  readonly tags: Tags
}

export interface TagChange {
  readonly set?: Tags
  readonly removed?: readonly string[]
}

export interface Recent {
  made(object: Made): void
  /** A creation whose answer was lost: the object may be there, and a list that names nothing may not show it yet. */
  attempted(kind: Made['kind'], name: string, stack: string): void
  deleted(id: string): void
  tagged(id: string, change: TagChange): void
  /** What was made and not deleted since; of one Stack, or of all. */
  madeOf(kind: Made['kind'], stack?: string): readonly Made[]
  /** Names of what may have been made; of one Stack, or of all. */
  attemptedOf(kind: Made['kind'], stack?: string): readonly string[]
  isDeleted(id: string): boolean
  /** Whether "not found" may mean "not known yet". */
  isFresh(id: string): boolean
  /** The tags that a list shows, as they are by now; undefined where neither the list nor we know the object. */
  tagsOf(id: string, listed: Tags | undefined): Tags | undefined
}

export function recentChanges(clock: Pick<Clock, 'now'>): Recent {
  const made = new Map<string, Made & { readonly at: number }>()
  const deleted = new Map<string, { readonly at: number }>()
  const attempted = new Map<string, { readonly kind: Made['kind']; readonly name: string; readonly stack: string; readonly at: number }>()
  const tagged = new Map<string, { readonly at: number; readonly set: Tags; readonly removed: readonly string[] }>()
  const forget = (): void => {
    const oldest = clock.now() - KEPT_MS
    for (const kept of [made, attempted, deleted, tagged]) for (const [id, { at }] of kept) if (at <= oldest) kept.delete(id)
  }
  return {
    made(object) {
      forget()
      deleted.delete(object.id)
      tagged.delete(object.id)
      made.set(object.id, { ...object, at: clock.now() })
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
    isDeleted(id) {
      forget()
      return deleted.has(id)
    },
    isFresh(id) {
      const at = made.get(id)?.at
      return at !== undefined && clock.now() - at < FRESH_MS
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
