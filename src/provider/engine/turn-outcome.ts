/** Translates a turn's end for the controller: which owners are served, refused or waiting, and when to reconcile again. Pure. */
import type { Backends } from '../../model/load-balancer.ts'
import { problemText } from '../../model/problem.ts'
import { asWritten, textAsWritten, type WrittenKeys } from '../../model/written.ts'
import type { Outcome } from '../cloud.ts'
import { type BaseTrouble, type Lack, troubleOf } from './base-dependents.ts'
import type { Memory } from './stack-memory.ts'
import type { Intent, Plan, Step } from '../provider.ts'
import { SOON_MS, type Stop } from './stop.ts'
import type { Suspects } from './suspects.ts'

type Refusals = Map<string, NonNullable<ReturnType<Outcome['refused']['get']>>>
type Waits = Map<string, NonNullable<ReturnType<Outcome['waiting']['get']>>>

/** What a turn leaves behind. */
export interface TurnResult {
  readonly run: Suspects
  readonly plan: Plan<Step> | undefined
  readonly applied: readonly Step[]
  readonly held: readonly Step[]
  readonly lacking: ReadonlyMap<string, Lack>
  readonly needsBase: boolean
  remaining(): readonly Step[] | undefined
}

export interface TurnEnd {
  readonly turn: TurnResult
  readonly memory: Memory
  readonly trouble: BaseTrouble
  readonly stop: Stop | undefined
  readonly now: number
  /** Uids of those who still hold a part of the Stack; undefined: not known for sure. */
  readonly holders: ReadonlySet<string> | undefined
}

const STILL_THERE = { reason: 'Waiting', because: 'a part of it is still there', afterMs: 60_000 } as const
const UNDECIDED = 'a change for several Services was refused, and it is not known yet which of them causes that'

export function outcomeOf(end: TurnEnd): Outcome {
  const { turn, memory, stop, now } = end
  const refused = refusalsOf(end)
  const waits = waitsOf(end, refused)
  // An owner that is refused single ports may wait for the others: that is checked, though the refusal is what is reported.
  const waiting = new Map([...waits].filter(([uid]) => !refused.has(uid)))
  const served = servedOf(end, refused, waiting)
  const refusedDue = turn.run.intents.flatMap((intent) => memory.refused(intent) ?? []).map((entry) => entry.dueAt)
  const dueAt = Math.min(memory.backends.dueAt() ?? Number.POSITIVE_INFINITY, ...refusedDue)
  // A refused owner stays so while its retry is under way; what that waits for is checked.
  const trials = [...turn.run.waiting].flatMap(([uid, wait]) => (memory.underTrial.has(uid) ? [wait] : []))
  const looks = stop === undefined ? [...waits.values(), ...trials].map(({ afterMs }) => afterMs) : [stop.afterMs]
  const notes = notesOf(end)
  return {
    served,
    refused,
    waiting,
    ...(stop === undefined || stop.isWait ? {} : { stopped: { reason: stop.reason, message: stop.message, afterMs: stop.afterMs } }),
    ...(looks.length === 0 ? {} : { againAfterMs: looks.reduce((a, b) => Math.min(a, b)) }),
    ...(dueAt < Number.POSITIVE_INFINITY ? { retryAfterMs: Math.max(SOON_MS, dueAt - now) } : {}),
    applied: turn.applied,
    held: turn.held,
    ...(notes.size === 0 ? {} : { notes }),
    ...(memory.backends.size === 0 ? {} : { backends: takenOf(end) }),
    ...(turn.needsBase ? { needsBase: true } : {}),
  }
}

/** By uid: the backends of each, without those that the cloud refused. */
function takenOf({ turn, memory, now }: TurnEnd): Map<string, Backends> {
  return new Map(
    turn.run.intents.flatMap((intent): [string, Backends][] => {
      const taken = memory.backends.without(intent, now)
      if ('gone' in taken) return []
      return [[taken.owner.uid, 'follow' in taken ? taken.follow : taken.want.backends]]
    }),
  )
}

/** What is refused of the base stops no Service that has what it needs, but nodes may get no traffic. */
function missingNotes({ missing }: BaseTrouble): readonly string[] {
  return [...new Set(missing.map(problemText))].map(
    (text) => `What all Services share is incomplete: ${text.replace(/\.$/, '')}. Fairlead retries automatically.`,
  )
}

function notesOf({ turn, memory, trouble }: TurnEnd): Map<string, readonly string[]> {
  const notes = new Map<string, readonly string[]>(memory.backends.notes())
  for (const { owner } of trouble.missing.length === 0 ? [] : turn.run.intents) {
    if (!turn.lacking.has(owner.uid) && turn.run.isIntended(owner.uid)) notes.set(owner.uid, [...(notes.get(owner.uid) ?? []), ...missingNotes(trouble)])
  }
  for (const { owner, text } of turn.plan?.notes ?? []) {
    const written = writtenBy(turn.run.intentOf(owner.uid))
    notes.set(owner.uid, [...(notes.get(owner.uid) ?? []), written === undefined ? text : textAsWritten(text, written)])
  }
  return notes
}

/** Uids of those whose intent is carried out, each by its own standard: `gone` when nothing of theirs is seen any more. */
function servedOf({ turn, stop, holders }: TurnEnd, refused: ReadonlyMap<string, unknown>, waiting: ReadonlyMap<string, unknown>): Set<string> {
  const open = stop === undefined ? turn.held : turn.remaining()
  if (open === undefined || (stop !== undefined && !stop.isWait && open.some(({ serves }) => serves.length === 0))) return new Set()
  const unfinished = new Set(open.flatMap(({ serves }) => serves.map(({ uid }) => uid)))
  const isServed = (intent: Intent<unknown>): boolean => {
    const { uid } = intent.owner
    if (!turn.run.isIntended(uid) || refused.has(uid) || waiting.has(uid) || unfinished.has(uid)) return false
    return !('gone' in intent) || (holders !== undefined && !holders.has(uid))
  }
  return new Set(turn.run.intents.filter(isServed).map(({ owner }) => owner.uid))
}

function refusalsOf({ turn, memory, trouble }: TurnEnd): Refusals {
  const refused: Refusals = new Map()
  for (const { owner, problem, ports } of turn.plan?.refused ?? []) refused.set(owner.uid, { problem, ...(ports === undefined ? {} : { ports }) })
  for (const [uid, lack] of turn.lacking) {
    const known = troubleOf(uid, lack, trouble)
    if ('problem' in known) refused.set(uid, known)
  }
  for (const intent of turn.run.intents) {
    const problem = memory.refused(intent)?.problem
    if (problem !== undefined) refused.set(intent.owner.uid, { problem })
  }
  return new Map([...refused].map(([uid, found]) => [uid, { ...found, problem: asWritten(found.problem, writtenBy(turn.run.intentOf(uid))) }]))
}

/** Keys as the owner of an intent wrote them. */
export function writtenBy(intent: Intent<unknown> | undefined): WrittenKeys | undefined {
  return intent !== undefined && 'want' in intent ? intent.want.written : undefined
}

function waitsOf(end: TurnEnd, refused: Refusals): Waits {
  const { turn, trouble, stop, holders } = end
  const waiting: Waits = new Map()
  for (const { owner, because, afterMs } of turn.plan?.waiting ?? []) waiting.set(owner.uid, { reason: 'Waiting', because, afterMs })
  for (const [uid, lack] of turn.lacking) {
    const known = troubleOf(uid, lack, trouble)
    if (!('problem' in known)) waiting.set(uid, known)
  }
  for (const [uid, wait] of turn.run.waiting) waiting.set(uid, wait)
  for (const [uid, { ports }] of refused) if (ports === undefined) waiting.delete(uid)
  if (stop !== undefined) return stop.isWait ? waitingAll(end, stop, refused, waiting) : waiting
  for (const intent of turn.run.intents) {
    const { uid } = intent.owner
    if (refused.has(uid) || waiting.has(uid)) continue
    if (!turn.run.isIntended(uid)) waiting.set(uid, { reason: 'Progressing', because: UNDECIDED, afterMs: SOON_MS })
    else if ('gone' in intent && turn.held.length === 0 && holders?.has(uid) === true) waiting.set(uid, STILL_THERE)
  }
  return waiting
}

/** The Stack as a whole has to wait: so does everyone whose intent is not carried out yet. */
function waitingAll(end: TurnEnd, { reason, message, afterMs }: Stop, refused: Refusals, waiting: Waits): Waits {
  const served = servedOf(end, refused, waiting)
  for (const { owner } of end.turn.run.intents)
    if (!served.has(owner.uid) && !refused.has(owner.uid) && !waiting.has(owner.uid)) waiting.set(owner.uid, { reason, because: message, afterMs })
  return waiting
}
