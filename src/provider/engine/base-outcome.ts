/** Translates the end of a turn of the base: for the controller, and to the Stacks that depend on it. Pure. */
import type { Problem } from '../../model/problem.ts'
import type { ConvergeBaseRequest, Outcome } from '../cloud.ts'
import { type BaseTrouble, dependentsOf, troubleOf } from './base-dependents.ts'
import type { Base, Need, Step } from '../provider.ts'
import type { Wait } from './suspects.ts'
import { SOON_MS, type Stop } from './stop.ts'

export interface BaseEnd<View> {
  readonly base: Base<unknown, View, Step>
  readonly wants: ConvergeBaseRequest['wants']
  readonly needs: readonly Need[]
  readonly now: number
  readonly view: View | undefined
  readonly refused: ReadonlyMap<string, Problem>
  readonly waiting: ReadonlyMap<string, Wait>
  readonly missing: readonly Problem[]
  readonly applied: readonly Step[]
  readonly held: readonly Step[]
  /** When to look again at what had to wait, in milliseconds. */
  readonly looks: readonly number[]
  readonly isShrinkHeld: boolean
  readonly stop: Stop | undefined
  /** When a step that was refused may be tried again; infinite where there is none. */
  readonly dueAt: number
}

/** A dependent Stack is reconciled long before: this is for one that no Service asks about. */
const DOUBT_MS = 60_000
const UNMET_MS = 60_000

export function baseOutcome<View>(end: BaseEnd<View>): { readonly outcome: Outcome; readonly trouble: BaseTrouble } {
  const { wants, view, base, stop, now, dueAt } = end
  const intents = wants.map(({ owner, want }) => ({ owner, want, published: [] }))
  const lacking = view === undefined ? new Map() : dependentsOf(intents, base, view).lacking
  const waits = new Map(end.waiting)
  if (stop === undefined) {
    for (const [uid, { because }] of lacking) if (!end.refused.has(uid) && !waits.has(uid)) waits.set(uid, { reason: 'Waiting', because, afterMs: UNMET_MS })
  }
  const stopped = stop === undefined ? undefined : { reason: stop.reason, because: stop.message, afterMs: stop.afterMs }
  const trouble: BaseTrouble = { asked: new Set(end.needs.map(({ need }) => need)), refused: end.refused, waiting: waits, stopped, missing: end.missing }
  const refused = new Map<string, { problem: Problem }>()
  const waiting = new Map<string, Wait>()
  for (const [uid, lack] of lacking) {
    const known = troubleOf(uid, lack, trouble)
    if ('problem' in known) refused.set(uid, known)
    else if (stop === undefined) waiting.set(uid, known)
  }
  const served = new Set(view === undefined ? [] : wants.flatMap(({ owner: { uid } }) => (lacking.has(uid) ? [] : [uid])))
  const looks =
    stop === undefined ? [...end.looks, ...[...waits.values()].map(({ afterMs }) => afterMs), ...(end.isShrinkHeld ? [DOUBT_MS] : [])] : [stop.afterMs]
  const outcome: Outcome = {
    served,
    refused,
    waiting,
    ...(stop === undefined ? {} : { stopped: { reason: stop.reason, message: stop.message, afterMs: stop.afterMs } }),
    ...(looks.length === 0 ? {} : { againAfterMs: Math.min(...looks) }),
    ...(dueAt < Number.POSITIVE_INFINITY ? { retryAfterMs: Math.max(SOON_MS, dueAt - now) } : {}),
    applied: end.applied,
    held: end.held,
  }
  return { outcome, trouble }
}
