/** Who is let in how far, and why, while one Stack has its turn. It judges failures and makes no call. */
import { isDeepStrictEqual } from 'node:util'
import { isWorthAsking, problemOf } from './blame.ts'
import type { Failure } from './blame.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { Problem } from '../model/problem.ts'
import { ACCEPTED, FOLLOWED, INTENDED, type Level, type Memory, UNTOUCHED } from './memory.ts'
import type { Intent } from './provider.ts'
import { LATER_MS, nobodysFault, type Stop } from './stop.ts'

export interface Wait {
  readonly reason: ReadyReason
  readonly because: string
  readonly afterMs: number
}

/** Refused attempts that one turn may spend on finding out whose fault it is. */
const MOST_REFUSED_ATTEMPTS = 32

export class Run {
  readonly intents: readonly Intent<unknown>[]
  /** By uid: what the cloud refused in this turn, and who has to wait for it. */
  readonly refused = new Map<string, Problem>()
  readonly waiting = new Map<string, Wait>()
  /** Uids of suspects that are left for the next turn. */
  readonly postponed = new Set<string>()
  /** Uids whose refused wish was asked for again in this turn. */
  readonly tried = new Set<string>()
  readonly #memory: Memory
  readonly #byUid: ReadonlyMap<string, Intent<unknown>>
  readonly #levels = new Map<string, Level>()
  /** Suspects that wait until the others came to rest, and those that showed by it that they are not at fault. */
  readonly #apart = new Set<string>()
  readonly #cleared = new Set<string>()
  /** How far an owner got before it was let try again: what it goes back to. */
  readonly #fallbacks = new Map<string, Level>()
  #refusedAttempts = 0

  /** Whoever was refused before starts with what it had; whoever is under suspicion starts apart. */
  constructor(intents: readonly Intent<unknown>[], memory: Memory) {
    this.intents = intents
    this.#memory = memory
    this.#byUid = new Map(intents.map((intent) => [intent.owner.uid, intent]))
    if (this.#byUid.size < intents.length) throw new Error('two intents for one owner in one Stack')
    for (const intent of intents) {
      const { uid } = intent.owner
      const refused = memory.refused(intent)
      if (refused !== undefined) this.#levels.set(uid, refused.level)
      else if (memory.lastResort.has(uid)) this.#levels.set(uid, FOLLOWED)
    }
  }

  /** Owners that were under suspicion before and ask for something else now, or whose turn did not come: they come in after all others. */
  suspects(): readonly string[] {
    return this.intents.flatMap(({ owner: { uid } }) =>
      this.#level(uid) === INTENDED && (this.#memory.isOnRecord(uid) || this.#memory.undecided.has(uid)) ? [uid] : [],
    )
  }

  /** Owners whose refused wish may be asked for again, alone, the longest due first. */
  retries(now: number, wasFreed: boolean): readonly string[] {
    const due = this.intents.flatMap((intent) => {
      const { uid } = intent.owner
      if (this.refused.has(uid) || this.waiting.has(uid)) return []
      const refused = this.#memory.refused(intent)
      if (refused === undefined) return this.#memory.lastResort.has(uid) ? [{ uid, dueAt: now }] : []
      return refused.dueAt <= now || (wasFreed && isWorthAsking(refused.problem)) ? [{ uid, dueAt: refused.dueAt }] : []
    })
    return due.toSorted((a, b) => a.dueAt - b.dueAt).map(({ uid }) => uid)
  }

  /** Lets a refused wish try again; everybody else is at rest, so it alone can be at fault. */
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

  letInLast(suspects: readonly string[]): void {
    for (const uid of suspects) this.#apart.delete(uid)
    this.#clearAllBut(suspects)
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

  /** The intents, each as far as its owner is let in. Whoever has to wait keeps the settings found: going back would undo what was just made. */
  allowed(): readonly Intent<unknown>[] {
    return this.intents.flatMap((intent) => {
      const level = this.#level(intent.owner.uid)
      if (level === INTENDED) return [intent]
      if (level === UNTOUCHED || !('want' in intent)) return []
      const { backends } = intent.want
      const accepted = level === ACCEPTED ? this.#memory.accepted(intent.owner.uid) : undefined
      return [accepted === undefined ? { owner: intent.owner, follow: backends } : { ...intent, want: { ...accepted, backends } }]
    })
  }

  /**
   * Sets aside who is known to be at fault or has to wait. When that is nobody, answers with those of whom one is: a half of them has to stand apart.
   * Throws a Stop when it is nobody's fault.
   */
  judge(failures: readonly Failure[]): readonly string[] {
    if (failures.some(({ error }) => error.consequence === 'refused')) this.#refusedAttempts++
    const stops: Stop[] = []
    let suspects: readonly string[] = []
    let isJudged = false
    for (const failure of failures) {
      const verdict = this.#verdict(failure)
      if (verdict === 'nobody') stops.push(nobodysFault(failure.error))
      else if (verdict === 'known') isJudged = true
      else if (suspects.length === 0) suspects = verdict
    }
    if (stops[0] !== undefined) throw stops[0]
    if (this.isSpent) this.#postponeOpen(failures)
    return isJudged || this.isSpent ? [] : suspects
  }

  #verdict(failure: Failure): 'nobody' | 'known' | readonly string[] {
    const { step, error } = failure
    const uids = new Set(error.blames ?? step.serves.map(({ uid }) => uid))
    const blamed = [...uids].filter((uid) => this.#byUid.has(uid) && this.#level(uid) !== UNTOUCHED)
    if (blamed.length === 0) return 'nobody'
    const isTold = error.blames !== undefined || blamed.length === 1
    if (error.consequence === 'later') {
      this.#makeWait(blamed, failure, isTold)
      return 'known'
    }
    const open = isTold ? blamed : blamed.filter((uid) => !this.#cleared.has(uid))
    if (open.length === 0) return 'nobody'
    if (!isTold && open.length > 1) return open
    for (const uid of open) {
      this.refused.set(uid, problemOf(failure))
      this.#lower(uid)
    }
    return 'known'
  }

  /** One who waits alone is followed; of many nobody knows who is meant, and the same call is not made again at once. */
  #makeWait(uids: readonly string[], { error }: Failure, isTold: boolean): void {
    const wait = { reason: error.reason, because: error.publicMessage, afterMs: error.afterMs ?? LATER_MS }
    for (const uid of uids) {
      this.waiting.set(uid, wait)
      if (isTold) this.#lower(uid)
      else this.#levels.set(uid, UNTOUCHED)
    }
  }

  #postponeOpen(failures: readonly Failure[]): void {
    const served = new Set(failures.filter(({ error }) => error.consequence === 'refused').flatMap(({ step }) => step.serves.map(({ uid }) => uid)))
    this.postpone([...served].filter((uid) => this.#byUid.has(uid) && !this.#cleared.has(uid) && this.#level(uid) === INTENDED))
  }

  #lower(uid: string): void {
    this.#levels.set(uid, this.#below(uid))
  }

  #below(uid: string): Level {
    const intent = this.#byUid.get(uid)
    const level = this.#level(uid)
    const fallback = this.#fallbacks.get(uid)
    if (level === INTENDED && fallback !== undefined && !this.waiting.has(uid)) return fallback
    if (intent === undefined || !('want' in intent) || level >= FOLLOWED) return UNTOUCHED
    const accepted = this.#memory.accepted(uid)
    const isAnother = accepted !== undefined && !isDeepStrictEqual(accepted, { ...intent.want, backends: accepted.backends })
    return level === INTENDED && isAnother && !this.waiting.has(uid) ? ACCEPTED : FOLLOWED
  }

  #clearAllBut(uids: readonly string[]): void {
    for (const uid of this.#byUid.keys()) this.#cleared.add(uid)
    for (const uid of uids) this.#cleared.delete(uid)
  }

  #level(uid: string): Level {
    return this.#apart.has(uid) ? UNTOUCHED : this.levelOf(uid)
  }
}
