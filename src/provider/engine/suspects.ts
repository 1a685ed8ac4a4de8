/** What each owner is granted, and why, while one Stack has its turn. It judges failures and makes no call. */
import { isDeepStrictEqual } from 'node:util'
import { isWorthAsking, problemOf } from './failure.ts'
import type { Failure } from './failure.ts'
import type { ReadyReason } from '../../model/reason.ts'
import type { Problem } from '../../model/problem.ts'
import { ACCEPTED, FOLLOWED, INTENDED, type Level, type Memory, SHRUNK, UNTOUCHED } from './stack-memory.ts'
import type { Desired, Intent } from '../provider.ts'
import { LATER_MS, stackFailure, type Stop } from './stop.ts'

export interface Wait {
  readonly reason: ReadyReason
  readonly because: string
  readonly afterMs: number
}

/** Refused attempts that one turn may spend on finding out whose fault it is. */
const MOST_REFUSED_ATTEMPTS = 32

/** What of an accepted request is still asked for; undefined: nothing. */
export type Narrow = (accepted: Desired<unknown>, asked: Desired<unknown>) => Desired<unknown> | undefined

export interface SuspectsOptions {
  readonly memory: Memory
  readonly narrow: Narrow
  /** Who refuses, as the provider is called in a sentence. */
  readonly calledAs: string
}

export class Suspects {
  readonly intents: readonly Intent<unknown>[]
  /** By uid: what the cloud refused in this turn, and who has to wait for it. */
  readonly refused = new Map<string, Problem>()
  readonly waiting = new Map<string, Wait>()
  /** Uids of suspects that are left for the next turn. */
  readonly postponed = new Set<string>()
  /** Uids whose refused request was retried in this turn. */
  readonly tried = new Set<string>()
  readonly #memory: Memory
  readonly #narrow: Narrow
  readonly #calledAs: string
  readonly #byUid: ReadonlyMap<string, Intent<unknown>>
  readonly #levels = new Map<string, Level>()
  /** Suspects that wait until the others came to rest, and those that showed by it that they are not at fault. */
  readonly #apart = new Set<string>()
  readonly #cleared = new Set<string>()
  /** Suspects of whom not even what closes was taken: they are left alone. */
  readonly #untouchable = new Set<string>()
  /** Those of whom one is known to be at fault. */
  #suspected: ReadonlySet<string> = new Set()
  /** How far an owner got before it was let try again: what it goes back to. */
  readonly #fallbacks = new Map<string, Level>()
  #refusedAttempts = 0
  /** Who was judged by a failure of the stage under judgement: another one of the same plan says nothing new. */
  readonly #judged = new Set<string>()

  /** Suspects that are left apart while something is under way, in the order in which they are admitted. */
  readonly #leftApart: (readonly string[])[] = []
  readonly #followsApart = new Set<string>()

  /** An owner that was refused before starts with what it had, unless its retry is still under way; a suspect starts apart. */
  constructor(intents: readonly Intent<unknown>[], { memory, narrow, calledAs }: SuspectsOptions) {
    this.intents = intents
    this.#memory = memory
    this.#narrow = narrow
    this.#calledAs = calledAs
    this.#byUid = new Map(intents.map((intent) => [intent.owner.uid, intent]))
    if (this.#byUid.size < intents.length) throw new Error('two intents for one owner in one Stack')
    for (const intent of intents) {
      const { uid } = intent.owner
      const refused = memory.refused(intent)
      if (refused !== undefined && memory.underTrial.has(uid)) {
        this.tried.add(uid)
        this.#fallbacks.set(uid, refused.level)
      } else if (refused !== undefined) this.#levels.set(uid, refused.level)
      else if (memory.lastResort.has(uid)) this.#levels.set(uid, FOLLOWED)
    }
  }

  /**
   * Owners that were under suspicion before and ask for something else now, or whose turn did not come: they come in after all others, group after group.
   */
  suspects(): readonly (readonly string[])[] {
    const { undecided } = this.#memory
    const isOpen = (uid: string): boolean => this.#byUid.has(uid) && !this.tried.has(uid) && this.#level(uid) === INTENDED
    const isNew = (uid: string): boolean => this.#memory.isOnRecord(uid) && !this.#memory.inFlight.has(uid)
    const known = new Set(undecided.flat())
    const groups = undecided.map((group) => group.filter(isOpen))
    const last = groups.pop() ?? []
    const others = this.intents.flatMap(({ owner: { uid } }) => (isOpen(uid) && !known.has(uid) && isNew(uid) ? [uid] : []))
    const both = new Set([...last, ...others])
    return [...groups, this.intents.flatMap(({ owner: { uid } }) => (both.has(uid) ? [uid] : []))].filter(({ length }) => length > 0)
  }

  /** Owners whose refused request may be retried, alone, the longest due first. */
  retries(now: number, wasFreed: boolean): readonly string[] {
    const due = this.intents.flatMap((intent) => {
      const { uid } = intent.owner
      if (this.refused.has(uid) || this.waiting.has(uid) || this.tried.has(uid)) return []
      const refused = this.#memory.refused(intent)
      if (refused === undefined) return this.#memory.lastResort.has(uid) ? [{ uid, dueAt: now }] : []
      return refused.dueAt <= now || (wasFreed && isWorthAsking(refused.problem)) ? [{ uid, dueAt: refused.dueAt }] : []
    })
    return due.toSorted((a, b) => a.dueAt - b.dueAt).map(({ uid }) => uid)
  }

  /** Retries a refused request; nothing else changes, so it alone can be at fault. */
  retry(uid: string): void {
    this.tried.add(uid)
    this.#fallbacks.set(uid, this.levelOf(uid))
    this.#levels.delete(uid)
    this.#clearAllBut([uid])
  }

  setApart(suspects: readonly string[]): void {
    for (const uid of suspects) this.#apart.add(uid)
  }

  /** Everybody else came to rest without these: only these can still be at fault. */
  letIn(suspects: readonly string[], cleared: readonly string[]): void {
    for (const uid of suspects) this.#apart.delete(uid)
    for (const uid of cleared) this.#cleared.add(uid)
  }

  /** `others`: those who come in after these. */
  letInLast(suspects: readonly string[], others: readonly string[]): void {
    for (const uid of suspects) this.#apart.delete(uid)
    this.#clearAllBut([...suspects, ...others])
  }

  /** They come in when what is under way is over, in a later turn. */
  leaveApart(suspects: readonly string[]): void {
    this.postpone(suspects)
    this.#leftApart.push(suspects)
    for (const uid of suspects) this.#followsApart.add(uid)
  }

  /** The owners that wait for the next turn, in groups that are admitted one after the other. */
  waitingGroups(): readonly (readonly string[])[] {
    const others = [...this.postponed].filter((uid) => !this.#followsApart.has(uid))
    return [...this.#leftApart, others].filter(({ length }) => length > 0)
  }

  /** Nothing is left to do for these but what has to wait. */
  await(waits: readonly Failure[]): void {
    for (const { step, error } of waits) {
      const wait = { reason: error.reason, because: error.publicMessage, afterMs: error.afterMs ?? LATER_MS }
      for (const { uid } of step.serves) if (this.#byUid.has(uid) && !this.refused.has(uid) && !this.waiting.has(uid)) this.waiting.set(uid, wait)
    }
  }

  postpone(suspects: readonly string[]): void {
    this.setApart(suspects)
    for (const uid of suspects) this.postponed.add(uid)
  }

  get isSpent(): boolean {
    return this.#refusedAttempts >= MOST_REFUSED_ATTEMPTS
  }

  intentOf(uid: string): Intent<unknown> | undefined {
    return this.#byUid.get(uid)
  }

  isIntended(uid: string): boolean {
    return this.#level(uid) === INTENDED
  }

  /** How far the owner got in, whether or not it is apart at the moment. */
  levelOf(uid: string): Level {
    return this.#levels.get(uid) ?? INTENDED
  }

  /** Who was under suspicion, and is neither found guilty nor cleared. */
  undecided(): ReadonlySet<string> {
    const open = [...this.#suspected, ...this.#apart].filter((uid) => !this.#cleared.has(uid) && this.levelOf(uid) === INTENDED)
    return new Set([...open, ...this.postponed])
  }

  /** The intents, each as far as it is granted. An owner that has to wait keeps the settings found: going back would undo what was just made. */
  allowed(): readonly Intent<unknown>[] {
    return this.intents.flatMap((intent) => this.#allowed(intent, this.#level(intent.owner.uid)))
  }

  /** Only what closes and leaves, and of those who go all, except of those who are in the way. For a Stack that cannot go on. */
  closing(inTheWay: ReadonlySet<string>): readonly Intent<unknown>[] {
    return this.intents.flatMap((intent) => {
      const { uid } = intent.owner
      if ('gone' in intent) return inTheWay.has(uid) ? [] : this.#allowed(intent, this.levelOf(uid))
      return this.levelOf(uid) === UNTOUCHED ? [] : this.#allowed(intent, SHRUNK)
    })
  }

  #allowed(intent: Intent<unknown>, level: Level): readonly Intent<unknown>[] {
    if (level === INTENDED) return [intent]
    if (level === UNTOUCHED || 'gone' in intent) return []
    const { owner } = intent
    const shrinkOnly = level === SHRUNK ? ({ shrinkOnly: true } as const) : {}
    if ('follow' in intent) return level === SHRUNK ? [{ ...intent, ...shrinkOnly }] : []
    const { want } = intent
    const accepted = level === ACCEPTED ? this.#fallbackOf(owner.uid, want) : undefined
    return [
      accepted === undefined ? { owner, follow: want.backends, within: want, ...shrinkOnly } : { ...intent, want: { ...accepted, backends: want.backends } },
    ]
  }

  /** What the cloud took before, as far as it is asked for now, where that is not what is asked for anyway. */
  #fallbackOf(uid: string, want: Desired<unknown>): Desired<unknown> | undefined {
    const accepted = this.#memory.accepted(uid)
    const fallback = accepted === undefined ? undefined : this.#narrow(accepted, want)
    return fallback !== undefined && isDeepStrictEqual({ ...fallback, backends: undefined }, { ...want, backends: undefined }) ? undefined : fallback
  }

  /**
   * Sets aside who is known to be at fault or has to wait. When that is none of them, answers with those of whom one is: a half of them has to stand apart.
   * Throws a Stop when it is no Service's fault.
   */
  judge(failures: readonly Failure[]): readonly string[] {
    if (failures.some(({ error }) => error.consequence === 'refused')) this.#refusedAttempts++
    const stops: Stop[] = []
    this.#judged.clear()
    let suspects: readonly string[] = []
    let isJudged = false
    for (const failure of failures) {
      const verdict = this.#verdict(failure)
      if (verdict === 'none') stops.push(stackFailure(failure.error, failure.step))
      else if (verdict === 'known') isJudged = true
      else if (suspects.length === 0) suspects = verdict
    }
    if (stops[0] !== undefined) throw stops[0]
    if (this.isSpent) this.#postponeOpen(failures)
    if (isJudged || this.isSpent) return []
    this.#suspected = new Set(suspects)
    return suspects
  }

  #verdict(failure: Failure): 'none' | 'known' | readonly string[] {
    const { step, error } = failure
    const uids = new Set(error.blames ?? step.serves.map(({ uid }) => uid))
    const mentioned = [...uids].filter((uid) => this.#byUid.has(uid))
    const touched = mentioned.filter((uid) => this.#level(uid) !== UNTOUCHED)
    // Whose part only shrinks is hardly ever at fault: suspected where there is no one else.
    const changed = touched.filter((uid) => this.#level(uid) !== SHRUNK)
    const blamed = changed.length > 0 ? changed : touched
    // Two parts of an owner that leaves may wait side by side: by the first, nothing of it is touched any more in this turn.
    if (blamed.length === 0) return mentioned.some((uid) => this.#judged.has(uid)) ? 'known' : 'none'
    if (blamed.every((uid) => this.#judged.has(uid))) return 'known'
    const isTold = error.blames !== undefined || blamed.length === 1
    if (error.consequence === 'later') {
      this.#makeWait(blamed, failure, isTold)
      return 'known'
    }
    if (changed.length === 0) {
      for (const uid of blamed) {
        this.#judged.add(uid)
        this.#leaveAlone(uid)
      }
      return 'known'
    }
    const open = isTold ? blamed : blamed.filter((uid) => !this.#cleared.has(uid))
    if (open.length === 0) return 'none'
    if (!isTold && open.length > 1) return open
    for (const uid of open) {
      if (this.#judged.has(uid)) continue
      this.#judged.add(uid)
      this.refused.set(uid, problemOf(failure, this.#calledAs))
      this.#lower(uid)
    }
    return 'known'
  }

  /** One that waits alone is followed; of many it is unknown which is meant, and the same call is not made again at once. */
  #makeWait(uids: readonly string[], { error }: Failure, isTold: boolean): void {
    const wait = { reason: error.reason, because: error.publicMessage, afterMs: error.afterMs ?? LATER_MS }
    for (const uid of uids) {
      if (this.#judged.has(uid)) continue
      this.#judged.add(uid)
      this.waiting.set(uid, wait)
      if (this.#level(uid) === SHRUNK) this.#leaveAlone(uid)
      else if (isTold) this.#lower(uid)
      else this.#levels.set(uid, this.#isGone(uid) ? UNTOUCHED : SHRUNK)
    }
  }

  #leaveAlone(uid: string): void {
    if (this.#apart.has(uid)) this.#untouchable.add(uid)
    else this.#levels.set(uid, UNTOUCHED)
  }

  #isGone(uid: string): boolean {
    const intent = this.#byUid.get(uid)
    return intent === undefined || 'gone' in intent
  }

  /** No more attempts may be spent on finding out who it is: who asks for something new waits for the next turn, and who is followed goes down a level each time. */
  #postponeOpen(failures: readonly Failure[]): void {
    const served = new Set(failures.filter(({ error }) => error.consequence === 'refused').flatMap(({ step }) => step.serves.map(({ uid }) => uid)))
    const known = [...served].filter((uid) => this.#byUid.has(uid))
    const followed = known.filter((uid) => !this.#judged.has(uid) && !this.#apart.has(uid) && this.#level(uid) !== INTENDED)
    this.postpone(known.filter((uid) => !this.#cleared.has(uid) && this.#level(uid) === INTENDED))
    for (const uid of followed) this.#lower(uid)
  }

  #lower(uid: string): void {
    this.#levels.set(uid, this.#below(uid))
  }

  #below(uid: string): Level {
    const intent = this.#byUid.get(uid)
    const level = this.#level(uid)
    const fallback = this.#fallbacks.get(uid)
    if (level === INTENDED && fallback !== undefined && !this.waiting.has(uid)) return fallback
    if (intent === undefined || 'gone' in intent || level >= SHRUNK) return UNTOUCHED
    if ('follow' in intent || level === FOLLOWED) return SHRUNK
    const mayGoBack = level === INTENDED && !this.waiting.has(uid) && this.#fallbackOf(uid, intent.want) !== undefined
    return mayGoBack ? ACCEPTED : FOLLOWED
  }

  #clearAllBut(uids: readonly string[]): void {
    for (const uid of this.#byUid.keys()) this.#cleared.add(uid)
    for (const uid of uids) this.#cleared.delete(uid)
  }

  #level(uid: string): Level {
    const level = this.levelOf(uid)
    if (!this.#apart.has(uid)) return level
    // An owner that is admitted again in this turn loses nothing meanwhile; another one loses what left and what is closed.
    const mayShrink = this.postponed.has(uid) && !this.#untouchable.has(uid) && !this.#isGone(uid)
    if (!mayShrink || level === UNTOUCHED) return UNTOUCHED
    // An operation may take minutes: what replaces a backend that left does not wait for it.
    return this.#followsApart.has(uid) && level < FOLLOWED ? FOLLOWED : SHRUNK
  }
}
