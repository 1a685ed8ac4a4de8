/** Tells a turn's end in the words of the controller: who is served, who is refused, who waits, and when to look again. Pure. */
import type { Outcome } from './cloud.ts'
import { type BaseTrouble, type Lack, troubleOf } from './lean.ts'
import type { Memory } from './memory.ts'
import type { Intent, Plan, Step } from './provider.ts'
import { SOON_MS, type Stop } from './stop.ts'
import type { Run } from './run.ts'

type Refusals = Map<string, NonNullable<ReturnType<Outcome['refused']['get']>>>
type Waits = Map<string, NonNullable<ReturnType<Outcome['waiting']['get']>>>

/** What a turn leaves behind. */
export interface TurnResult {
  readonly run: Run
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
const UNDECIDED = 'the cloud refused a change that serves several Services, and it is not yet known whose fault that is'

export function outcomeOf(end: TurnEnd): Outcome {
  const { turn, memory, stop, now } = end
  const refused = refusalsOf(end)
  const waiting = waitsOf(end, refused)
  const served = servedOf(end, refused, waiting)
  const due = turn.run.intents.flatMap((intent) => memory.refused(intent) ?? []).map(({ dueAt }) => Math.max(SOON_MS, dueAt - now))
  const looks = stop === undefined ? [...due, ...[...waiting.values()].map(({ afterMs }) => afterMs)] : [stop.afterMs]
  return {
    served,
    refused,
    waiting,
    ...(stop === undefined ? {} : { stopped: { reason: stop.reason, message: stop.message, afterMs: stop.afterMs } }),
    ...(looks.length === 0 ? {} : { againAfterMs: looks.reduce((a, b) => Math.min(a, b)) }),
    applied: turn.applied,
    held: turn.held,
    ...(turn.needsBase ? { needsBase: true } : {}),
  }
}

/** Uids of those whose intent is carried out, each by its own standard: `gone` when nothing of theirs is seen any more. */
function servedOf({ turn, stop, holders }: TurnEnd, refused: ReadonlyMap<string, unknown>, waiting: ReadonlyMap<string, unknown>): Set<string> {
  const open = stop === undefined ? turn.held : turn.remaining()
  if (open === undefined || (stop !== undefined && open.some(({ serves }) => serves.length === 0))) return new Set()
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
  return refused
}

function waitsOf({ turn, trouble, stop, holders }: TurnEnd, refused: Refusals): Waits {
  const waiting: Waits = new Map()
  for (const { owner, because, afterMs } of turn.plan?.waiting ?? []) waiting.set(owner.uid, { reason: 'Waiting', because, afterMs })
  for (const [uid, lack] of turn.lacking) {
    const known = troubleOf(uid, lack, trouble)
    if (!('problem' in known)) waiting.set(uid, known)
  }
  for (const [uid, wait] of turn.run.waiting) waiting.set(uid, wait)
  for (const uid of refused.keys()) waiting.delete(uid)
  if (stop !== undefined) return waiting
  for (const intent of turn.run.intents) {
    const { uid } = intent.owner
    if (refused.has(uid) || waiting.has(uid)) continue
    if (!turn.run.isIntended(uid)) waiting.set(uid, { reason: 'Progressing', because: UNDECIDED, afterMs: SOON_MS })
    else if ('gone' in intent && turn.held.length === 0 && holders?.has(uid) === true) waiting.set(uid, STILL_THERE)
  }
  return waiting
}
