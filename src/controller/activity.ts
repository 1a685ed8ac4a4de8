/**
 * What happened lately, for people who ask why: steps that were applied, failed or held back, events of Services, Stacks that stopped. In memory alone and
 * bounded: what repeats is one entry with a count, and the oldest entries leave.
 */
import type { ServiceEvent } from '../kubernetes/events.ts'
import type { Clock } from '../model/clock.ts'
import type { Service } from '../model/cluster.ts'
import { isNamed, type Owner, ownerName } from '../model/owner.ts'
import type { ReadyReason } from '../model/reason.ts'
import { excerpt } from '../model/text.ts'
import type { Outcome } from '../provider/cloud.ts'
import { CloudError } from '../provider/cloud-error.ts'
import { stepTitle } from '../provider/engine/plan-text.ts'
import type { Call } from '../provider/kit/instrument.ts'

export interface ActivityEntry {
  /** Grows with each entry, and with each repetition of one. */
  readonly id: number
  readonly kind: 'applied' | 'refused' | 'failed' | 'held' | 'stopped' | 'repaired' | 'event'
  /** Absent: an event, which is about the Service alone. */
  readonly provider?: string
  /** A step's title, or an event's reason. */
  readonly what: string
  readonly why: string
  /** When it happened last and first, in milliseconds since 1970. */
  readonly at: number
  readonly firstAt: number
  readonly count: number
  /** Of the last call, in milliseconds; absent: there was none. */
  readonly durationMs?: number
  /** It needs a person. */
  readonly isWarning: boolean
  /** `NAMESPACE/NAME` of the first Service it is about; absent: it is about none, or about one whose name is not known. */
  readonly service?: string
  /** Uids of the Services it is about, at most `MOST_OWNERS`. */
  readonly owners: readonly string[]
  /** How many more there are. */
  readonly moreOwners: number
}

export interface Activity {
  noteCall(call: Call): void
  noteEvent(service: Service, event: ServiceEvent): void
  /** After a turn of a Stack. */
  noteOutcome(turn: TurnOfStack, outcome: Pick<Outcome, 'applied' | 'held' | 'stopped'>): void
  /** The newest first. `uid`: only what is about that Service; `after`: only entries with a greater id. */
  list(filter: { readonly uid?: string; readonly after?: number; readonly most: number }): readonly ActivityEntry[]
  /** The id of the newest entry; 0: there is none. */
  readonly last: number
  /** Corrections of changes made outside, by provider. */
  repaired(): ReadonlyMap<string, number>
}

export interface TurnOfStack {
  readonly provider: string
  readonly stack: string
  /** Whose parts are in it. */
  readonly owners: readonly Owner[]
  /** What was applied corrects a change made outside. */
  readonly isRepair: boolean
}

export const noActivity: Activity = {
  noteCall() {},
  noteEvent() {},
  noteOutcome() {},
  list: () => [],
  last: 0,
  repaired: () => new Map(),
}

/** Of all Services together: 4 MiB at the most. */
const MOST_ENTRIES = 1_000
const MOST_OWNERS = 64
const LONGEST_WHAT = 240
/** A command at the end of a message has to be whole. */
const LONGEST_WHY = 900
/** What stopped a Stack, and is over without a person. */
const CONTINUES: ReadonlySet<ReadyReason> = new Set(['Progressing', 'Waiting', 'Moved', 'Interrupted'])
/** Of one turn. A dry run holds back whole plans. */
const MOST_HELD = 50

export function createActivity(clock: Pick<Clock, 'date'>, mostEntries = MOST_ENTRIES): Activity {
  return new Record(clock, mostEntries)
}

type Noted = Pick<ActivityEntry, 'kind' | 'what' | 'why' | 'isWarning'> & {
  readonly provider?: string
  readonly durationMs?: number
  readonly service?: string
  readonly owners: readonly string[]
}

class Record implements Activity {
  readonly #clock: Pick<Clock, 'date'>
  readonly #mostEntries: number
  /** By what makes two of them the same, the oldest first. */
  readonly #entries = new Map<string, ActivityEntry>()
  readonly #repaired = new Map<string, number>()
  #last = 0

  constructor(clock: Pick<Clock, 'date'>, mostEntries: number) {
    this.#clock = clock
    this.#mostEntries = mostEntries
  }

  get last(): number {
    return this.#last
  }

  repaired(): ReadonlyMap<string, number> {
    return this.#repaired
  }

  noteCall({ provider, operation, step, durationMs, result, error }: Call): void {
    if (operation !== 'apply' || step === undefined || (step.verb === 'read' && (result === 'ok' || result === 'later'))) return
    const about = { provider, what: stepTitle(step), durationMs, ...whose(step.serves) }
    if (result === 'ok') this.#note({ ...about, kind: 'applied', why: step.why, isWarning: false })
    else
      this.#note({ ...about, kind: result === 'refused' ? 'refused' : 'failed', why: reasonOf(error), isWarning: result === 'refused' || result === 'fault' })
  }

  noteEvent({ metadata }: Service, { type, reason, message }: ServiceEvent): void {
    this.#note({ kind: 'event', what: reason, why: message, isWarning: type === 'Warning', ...whose([metadata]) })
  }

  noteOutcome({ provider, stack, owners, isRepair }: TurnOfStack, { applied, held, stopped }: Parameters<Activity['noteOutcome']>[1]): void {
    for (const step of held.slice(0, MOST_HELD))
      this.#note({ kind: 'held', provider, what: stepTitle(step), why: step.why, isWarning: false, ...whose(step.serves) })
    if (stopped !== undefined) {
      const isWarning = !CONTINUES.has(stopped.reason)
      this.#note({ kind: 'stopped', provider, what: `Stack ${stack}: ${stopped.reason}`, why: stopped.message, isWarning, ...whose(owners) })
    }
    if (!isRepair || applied.length === 0) return
    this.#repaired.set(provider, (this.#repaired.get(provider) ?? 0) + applied.length)
    const repaired = [...new Map(applied.flatMap(({ serves }) => serves.map((owner) => [owner.uid, owner]))).values()]
    const what = `${applied.length} ${applied.length === 1 ? 'step' : 'steps'} in Stack ${stack}`
    this.#note({ kind: 'repaired', provider, what, why: 'corrected a change made outside Fairlead', isWarning: false, ...whose(repaired) })
  }

  list({ uid, after = 0, most }: Parameters<Activity['list']>[0]): readonly ActivityEntry[] {
    const found = [...this.#entries.values()].filter(({ id, owners }) => id > after && (uid === undefined || owners.includes(uid)))
    return found.slice(-most).toReversed()
  }

  #note({ owners, what, why, ...noted }: Noted): void {
    const key = [noted.kind, noted.provider, owners[0], what, why].map((part) => part?.slice(0, LONGEST_WHY)).join('\n')
    const before = this.#entries.get(key)
    const at = this.#clock.date().getTime()
    this.#last += 1
    const { firstAt, count } = before ?? { firstAt: at, count: 0 }
    const texts = before === undefined ? { what: excerpt(what, LONGEST_WHAT), why: excerpt(why, LONGEST_WHY) } : { what: before.what, why: before.why }
    const cut = { owners: owners.slice(0, MOST_OWNERS), moreOwners: Math.max(0, owners.length - MOST_OWNERS) }
    this.#entries.delete(key)
    this.#entries.set(key, { id: this.#last, ...noted, ...texts, at, firstAt, count: count + 1, ...cut })
    if (this.#entries.size > this.#mostEntries) this.#dropOldest()
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}

function whose(owners: readonly Owner[]): Pick<Noted, 'service' | 'owners'> {
  const [first] = owners
  return { ...(first !== undefined && isNamed(first) ? { service: ownerName(first) } : {}), owners: owners.map(({ uid }) => uid) }
}

/** What others than the operator may read: a cloud's own error may name accounts. */
function reasonOf(error: unknown): string {
  return error instanceof CloudError ? error.publicMessage : 'the call failed; the log has the reason'
}
