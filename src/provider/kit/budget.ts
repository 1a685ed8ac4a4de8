/**
 * How many calls we may make: one token bucket for each family of a cloud's API, from its published limits, shared by all callers. Who waits for a token
 * is served by priority; within one priority first come, first served. It makes no call and knows no cloud.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock, Timer } from '../../model/clock.ts'
import { requirePermit } from './permit.ts'

/** A user's change before node churn before drift checks. */
export const PRIORITIES = ['change', 'churn', 'drift'] as const
export type Priority = (typeof PRIORITIES)[number]

export interface Limit {
  /** Tokens that come back in a second. */
  readonly perSecond: number
  /** Tokens that may be saved up, and are there at the start. */
  readonly burst: number
}

export interface BudgetLevel {
  readonly family: string
  /** Tokens. */
  readonly left: number
  /** Calls that wait for one. */
  readonly waiting: number
}

export interface Budget<Family extends string = string> {
  /**
   * Resolves when the call may be made: with a token of each family that it counts against, where the cloud has several limits for it. Rejects with the signal's reason when it is aborted before, and with
   * NotPermitted when the Lease ran out.
   */
  take(families: Family | readonly Family[], signal: AbortSignal): Promise<void>
  /**
   * The cloud says that we are too fast: nothing is spent for so long, and the rate is halved. It recovers by a twentieth of the limit a second. Of several
   * families it is the one that has the fewest tokens left, as an answer seldom says which limit was exceeded; where the cloud says it again after that, all of them.
   */
  throttled(families: Family | readonly Family[], afterMs?: number): void
  /** How it stands now, a row for each family. */
  levels(): readonly BudgetLevel[]
  /** Whatever is taken in `work`, and in what it calls, is taken with this priority. */
  withPriority<T>(priority: Priority, work: () => Promise<T>): Promise<T>
  /** How each family stands now, in the order of the limits. */
  families(): readonly FamilyState[]
}

/** What is left of the budget of one family of calls. */
export interface FamilyState extends Limit {
  readonly family: string
  /** Tokens that are left; below 0 after a throttling. */
  readonly tokens: number
  /** What of the rate is used, from 0 to 1: less than 1 after a throttling, until it has recovered. */
  readonly share: number
  /** Calls that wait for a token. */
  readonly waiting: number
  /** For how long nothing is spent, in milliseconds; 0: no pause. */
  readonly pauseMs: number
  /** Tokens that were spent since the start. */
  readonly taken: number
  /** How often the cloud throttled calls of this family. */
  readonly throttles: number
}

export function createBudget<Family extends string>(limits: Readonly<Record<Family, Limit>>, clock: Clock): Budget<Family> {
  const buckets = new Map<string, Bucket>()
  for (const family of Object.keys(limits) as Family[]) buckets.set(family, new Bucket(limits[family], clock))
  const priorities = new AsyncLocalStorage<Priority>()
  const bucketOf = (family: Family): Bucket => {
    const bucket = buckets.get(family)
    if (bucket === undefined) throw new Error(`no budget is set for ${family}`)
    return bucket
  }
  return {
    take: async (families, signal) => {
      // One after the other in the same order for all callers, so that no two wait for each other.
      const counted = typeof families === 'string' ? [families] : [...new Set(families)].toSorted()
      for (const family of counted) await bucketOf(family).take(priorities.getStore() ?? 'change', signal)
      // The wait may have been longer than the Lease.
      requirePermit()
    },
    throttled(families, afterMs = DEFAULT_PAUSE_MS) {
      const counted = (typeof families === 'string' ? [families] : families).map(bucketOf)
      const nearest = counted.toSorted((a, b) => a.left - b.left)[0]
      const slowed = nearest?.isSlow === true ? counted : counted.filter((bucket) => bucket === nearest)
      for (const bucket of counted) bucket.pause(afterMs)
      for (const bucket of slowed) bucket.slowDown()
    },
    levels: () => [...buckets].map(([family, { left, waiting }]) => ({ family, left, waiting })),
    withPriority: (priority, work) => priorities.run(priority, work),
    families: () => [...buckets].map(([family, bucket]) => ({ family, ...bucket.state })),
  }
}

const DEFAULT_PAUSE_MS = 1_000
/** Of the limit, a second. */
const RECOVERY = 1 / 20
const LOWEST_SHARE = 1 / 16

class Bucket {
  readonly #limit: Limit
  readonly #clock: Clock
  readonly #waiting: Record<Priority, Set<() => void>> = { change: new Set(), churn: new Set(), drift: new Set() }
  #tokens: number
  /** What of the limit we allow ourselves, from 0 to 1. */
  #share = 1
  #countedAt: number
  #pausedUntil = 0
  #timer: Timer | undefined
  #taken = 0
  #throttles = 0

  constructor(limit: Limit, clock: Clock) {
    if (!(limit.perSecond > 0 && limit.burst >= 1)) throw new Error('a budget needs a rate, and room for one call')
    this.#limit = limit
    this.#clock = clock
    this.#tokens = limit.burst
    this.#countedAt = clock.now()
  }

  async take(priority: Priority, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const queue = this.#waiting[priority]
    const abort = (): void => {
      queue.delete(resolve)
      reject(signal.reason as Error)
    }
    queue.add(resolve)
    signal.addEventListener('abort', abort, { once: true })
    this.#serve()
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Tokens. */
  get left(): number {
    this.#count()
    return this.#tokens
  }

  get waiting(): number {
    return PRIORITIES.reduce((sum, priority) => sum + this.#waiting[priority].size, 0)
  }

  /** Slowed down, and calls have been made since: those that were under way then say nothing new. */
  get isSlow(): boolean {
    this.#count()
    return this.#share < 1 && this.#clock.now() >= this.#pausedUntil
  }

  get state(): Omit<FamilyState, 'family'> {
    this.#count()
    const waiting = PRIORITIES.reduce((sum, priority) => sum + this.#waiting[priority].size, 0)
    const pauseMs = Math.max(0, this.#pausedUntil - this.#clock.now())
    return { ...this.#limit, tokens: this.#tokens, share: this.#share, waiting, pauseMs, taken: this.#taken, throttles: this.#throttles }
  }

  slowDown(): void {
    this.#count()
    this.#share = Math.max(LOWEST_SHARE, this.#share / 2)
    this.#tokens = Math.min(this.#tokens, 0)
    this.#serve()
  }

  pause(ms: number): void {
    this.#count()
    this.#throttles += 1
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms)
    this.#serve()
  }

  #serve(): void {
    this.#count()
    this.#timer?.cancel()
    this.#timer = undefined
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (this.#waitMs() > 0) {
        this.#timer = this.#clock.setTimeout(() => this.#serve(), this.#waitMs())
        return
      }
      this.#tokens -= 1
      this.#taken += 1
      for (const queue of Object.values(this.#waiting)) queue.delete(next)
      next()
    }
  }

  #next(): (() => void) | undefined {
    for (const priority of PRIORITIES) {
      const [first] = this.#waiting[priority]
      if (first !== undefined) return first
    }
    return undefined
  }

  /** Whole milliseconds until there is a token: a timer that is early would have to be set again. */
  #waitMs(): number {
    const pause = this.#pausedUntil - this.#clock.now()
    const missing = 1 - this.#tokens
    return Math.max(0, pause, missing <= 1e-9 ? 0 : Math.ceil((missing / (this.#limit.perSecond * this.#share)) * 1_000))
  }

  #count(): void {
    const now = this.#clock.now()
    const seconds = Math.max(0, now - Math.max(this.#countedAt, Math.min(now, this.#pausedUntil))) / 1_000
    this.#tokens = Math.min(this.#limit.burst, this.#tokens + seconds * this.#limit.perSecond * this.#share)
    this.#share = Math.min(1, this.#share + seconds * RECOVERY)
    this.#countedAt = now
  }
}
