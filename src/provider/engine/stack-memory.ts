/**
 * What is remembered of one Stack from turn to turn: the requests the cloud accepted, those it refused and when to ask again, and what is not yet decided. It
 * is lost with the process, and nothing depends on it but calls saved.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Problem } from '../../model/problem.ts'
import { nextDelay } from './retry-pace.ts'
import type { Desired, Intent } from '../provider.ts'
import { RefusedBackends } from './refused-backends.ts'
import type { Stop } from './stop.ts'

const UNCLEAR_LIMIT = 3

/**
 * What an owner is granted: as intended; its last request that the cloud accepted; settings as found, while backends follow; only what closes and leaves; not at
 * all. Except in the last, removed ports and source ranges are closed, and backends that left are removed.
 */
export const [INTENDED, ACCEPTED, FOLLOWED, SHRUNK, UNTOUCHED] = [0, 1, 2, 3, 4] as const
export type Level = typeof INTENDED | typeof ACCEPTED | typeof FOLLOWED | typeof SHRUNK | typeof UNTOUCHED

export interface Refused {
  readonly asked: Intent<unknown>
  readonly problem: Problem
  /** What the owner could be granted instead. */
  readonly level: Level
  /** Its backends may be what is refused: other backends are another request. */
  readonly stuck: boolean
  /** Absent: a person has changed the Service since, so that the delays begin anew. */
  readonly delayMs?: number
  readonly dueAt: number
}

export class Memory {
  readonly #accepted = new Map<string, Desired<unknown>>()
  readonly #refused = new Map<string, Refused>()
  readonly #unclear = new Map<string, { readonly times: number; readonly view: unknown }>()
  /** Owners that were refused before a restart, and not tried since: they are tried last and alone. */
  readonly lastResort = new Set<string>()
  /** Backends that the cloud did not take. */
  readonly backends = new RefusedBackends()
  /** Suspects whose turn did not come, as one turn spends only so many refused attempts: in groups that are admitted one after the other. */
  undecided: readonly (readonly string[])[] = []
  /** Those whose refused configuration was asked for again, by something that is still under way. */
  readonly underTrial = new Set<string>()
  /** Those whose change was begun and is still under way: whatever becomes of it is theirs, so that they are not set apart meanwhile. */
  inFlight: ReadonlySet<string> = new Set()
  /** A plan that did not settle: on these intents, until then. */
  unsettled: { readonly intents: readonly Intent<unknown>[]; readonly until: number; readonly stop: Stop } | undefined

  /** The last request of this owner that the cloud accepted: what to go back to. */
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

  /** The refusal of exactly this request. New backends are not a new request, unless they may be what was refused. */
  refused(intent: Intent<unknown>): Refused | undefined {
    const refused = this.#refused.get(intent.owner.uid)
    if (refused === undefined) return undefined
    const relevant = refused.stuck ? requestOf : settingsOf
    return isDeepStrictEqual(relevant(refused.asked), relevant(intent)) ? refused : undefined
  }

  accept(intent: Intent<unknown>): void {
    const { uid } = intent.owner
    this.#refused.delete(uid)
    if ('want' in intent) this.#accepted.set(uid, intent.want)
    if ('gone' in intent) this.#accepted.delete(uid)
  }

  /** The refused configuration is due now, whatever the delay was. */
  hurry(uid: string): void {
    this.backends.hurry(uid)
    const refused = this.#refused.get(uid)
    if (refused === undefined) return
    const { delayMs: _, ...rest } = refused
    this.#refused.set(uid, { ...rest, dueAt: Number.NEGATIVE_INFINITY })
  }

  /** The same configuration, refused again when it was due, waits twice as long. */
  refuse(intent: Intent<unknown>, now: number, found: Pick<Refused, 'problem' | 'level' | 'stuck'>, wasTried: boolean): void {
    const before = this.refused(intent)
    if (before !== undefined && !wasTried && before.dueAt > now) {
      this.#refused.set(intent.owner.uid, { ...before, ...found, asked: intent })
      return
    }
    const delayMs = nextDelay(found.problem.pace ?? 'usual', before?.delayMs)
    this.#refused.set(intent.owner.uid, { ...found, asked: intent, delayMs, dueAt: now + delayMs })
  }

  /** Counts unclear answers to one step on an unchanged view; true when they are so many that the step is to be taken as refused. */
  isUnclearForLong(step: string, view: unknown): boolean {
    const before = this.#unclear.get(step)
    const times = before !== undefined && isDeepStrictEqual(before.view, view) ? before.times + 1 : 1
    this.#unclear.set(step, { times, view })
    return times >= UNCLEAR_LIMIT
  }

  /** The view changed by something else than this step: the answers to it are counted on. */
  keepCount(step: string, view: unknown): void {
    const before = this.#unclear.get(step)
    if (before !== undefined) this.#unclear.set(step, { ...before, view })
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

/** An intent without what is not requested: its published places and its age. */
function requestOf(intent: Intent<unknown>): unknown {
  if ('want' in intent) return { want: intent.want }
  return 'gone' in intent ? { gone: true } : { follow: intent.follow, within: intent.within }
}

function settingsOf(intent: Intent<unknown>): unknown {
  if (!('want' in intent)) return requestOf(intent)
  const { settings, options } = intent.want
  return { settings, options }
}
