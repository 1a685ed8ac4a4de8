/**
 * What is remembered of one Stack from turn to turn: the wishes the cloud took, those it refused and when to ask again, and what is not yet decided. It
 * is lost with the process, and nothing depends on it but calls saved.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../model/problem.ts'
import type { Desired, Intent } from './provider.ts'
import type { Stop } from './stop.ts'

const FIRST_RETRY_MS = 600_000
const LAST_RETRY_MS = 6 * 3_600_000
const UNCLEAR_LIMIT = 3

/** How far an owner is let in: as intended; with the last wish the cloud took; settings as found; not at all. In the last three its backends follow, as far as they can. */
export const [INTENDED, ACCEPTED, FOLLOWED, UNTOUCHED] = [0, 1, 2, 3] as const
export type Level = typeof INTENDED | typeof ACCEPTED | typeof FOLLOWED | typeof UNTOUCHED

export interface Refused {
  readonly asked: Intent<unknown>
  readonly problem: Problem
  /** How far the owner could be let in instead. */
  readonly level: Level
  /** Its backends may be what is refused: other backends are another wish. */
  readonly stuck: boolean
  readonly delayMs: number
  readonly dueAt: number
}

export class Memory {
  readonly #accepted = new Map<string, Desired<unknown>>()
  readonly #refused = new Map<string, Refused>()
  readonly #unclear = new Map<string, { readonly times: number; readonly view: unknown }>()
  /** Owners that were refused before a restart, and not tried since: they are tried last and alone. */
  readonly lastResort = new Set<string>()
  /** Suspects whose turn did not come, as one turn spends only so many refused attempts. */
  undecided: ReadonlySet<string> = new Set()
  /** A plan that did not settle: on these intents, until then. */
  unsettled: { readonly intents: readonly Intent<unknown>[]; readonly until: number; readonly stop: Stop } | undefined

  /** The last wish of this owner that the cloud took: what to go back to. */
  accepted(uid: string): Desired<unknown> | undefined {
    return this.#accepted.get(uid)
  }

  /** Whether anything is remembered of this owner. */
  knows(uid: string): boolean {
    return this.#accepted.has(uid) || this.#refused.has(uid)
  }

  isOnRecord(uid: string): boolean {
    return this.#refused.has(uid)
  }

  /** Takes a refusal back. */
  forgive(uid: string): void {
    this.#refused.delete(uid)
  }

  /** What stands against this very wish. New backends are no new wish, unless they may be what was refused. */
  refused(intent: Intent<unknown>): Refused | undefined {
    const refused = this.#refused.get(intent.owner.uid)
    if (refused === undefined) return undefined
    const told = refused.stuck ? wishOf : settingsOf
    return isDeepStrictEqual(told(refused.asked), told(intent)) ? refused : undefined
  }

  accept(intent: Intent<unknown>): void {
    const { uid } = intent.owner
    this.#refused.delete(uid)
    if ('want' in intent) this.#accepted.set(uid, intent.want)
    if ('gone' in intent) this.#accepted.delete(uid)
  }

  /** The same wish, refused again when it was due, waits twice as long. */
  refuse(intent: Intent<unknown>, now: number, found: Pick<Refused, 'problem' | 'level' | 'stuck'>, wasTried: boolean): void {
    const before = this.refused(intent)
    if (before !== undefined && !wasTried && before.dueAt > now) {
      this.#refused.set(intent.owner.uid, { ...before, ...found, asked: intent })
      return
    }
    const delayMs = before === undefined ? FIRST_RETRY_MS : Math.min(2 * before.delayMs, LAST_RETRY_MS)
    this.#refused.set(intent.owner.uid, { ...found, asked: intent, delayMs, dueAt: now + delayMs })
  }

  /** Counts unclear answers to one step on an unchanged view; true when they are so many that the step is to be taken as refused. */
  isUnclearForLong(step: string, view: unknown): boolean {
    const before = this.#unclear.get(step)
    const times = before !== undefined && isDeepStrictEqual(before.view, view) ? before.times + 1 : 1
    this.#unclear.set(step, { times, view })
    return times >= UNCLEAR_LIMIT
  }

  clear(step: string): void {
    this.#unclear.delete(step)
  }

  /** Forgets everybody but these. */
  keepOnly(uids: ReadonlySet<string>): void {
    for (const uid of this.#accepted.keys()) if (!uids.has(uid)) this.#accepted.delete(uid)
    for (const uid of this.#refused.keys()) if (!uids.has(uid)) this.#refused.delete(uid)
  }
}

/** An intent without what is no wish: the place it has and its age. */
function wishOf(intent: Intent<unknown>): unknown {
  if ('want' in intent) return { want: intent.want }
  return 'gone' in intent ? { gone: true } : { follow: intent.follow }
}

function settingsOf(intent: Intent<unknown>): unknown {
  if (!('want' in intent)) return wishOf(intent)
  const { settings, options } = intent.want
  return { settings, options }
}
