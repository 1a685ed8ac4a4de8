/**
 * Which key is worked on next: one worker a key, several keys side by side, each with its own backoff. It holds names, never what happened to them:
 * whoever works on a key reads the present state.
 */
import type { Clock, Timer } from '../model/clock.ts'

/** What a user changed goes before what the cluster does by itself, and that before looking whether all is as it was. */
export const PRIORITIES = ['user', 'churn', 'drift'] as const
export type Priority = (typeof PRIORITIES)[number]

export type Turn =
  /** All that could be done is done. `againAfterMs`: look again then; absent: when something changes. */
  | { readonly kind: 'done'; readonly againAfterMs?: number }
  /** It did not work: tried again by the key's backoff, and not before `afterMs`, where the other side says when to come back. */
  | { readonly kind: 'failed'; readonly afterMs?: number }

export interface QueueOptions {
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  /** How many keys are worked on side by side. */
  readonly concurrency: number
  readonly work: (key: string, priority: Priority) => Promise<Turn>
  /** Told of what `work` throws; the key is tried again by its backoff. */
  readonly broken: (key: string, error: unknown) => void
  /** First delay after a failure, doubling up to the longest. Default 1 s and 5 min. */
  readonly backoffMs?: number
  readonly longestBackoffMs?: number
}

interface Due {
  readonly priority: Priority
  readonly at: number
}

interface Entry {
  readonly key: string
  state: 'idle' | 'delayed' | 'ready' | 'running'
  due: Due | undefined
  timer: Timer | undefined
  failures: number
  /** Until then only a user's change gets in. */
  holdUntil: number
}

export class Queue {
  readonly #options: QueueOptions
  readonly #entries = new Map<string, Entry>()
  readonly #ready: Readonly<Record<Priority, Map<string, Entry>>> = { user: new Map(), churn: new Map(), drift: new Map() }
  readonly #watchers = new Set<() => void>()
  #running = 0
  #stopped = false

  constructor(options: QueueOptions) {
    this.#options = options
  }

  /**
   * Has a key worked on, after a delay if one is given. Asked for twice, it is worked on once, at the earlier time and the higher priority; asked for
   * while it is worked on, once more afterwards. After a failure, only a user's change comes before the backoff is over.
   */
  add(key: string, priority: Priority, delayMs = 0): void {
    if (this.#stopped) return
    const entry = this.#entry(key)
    const at = this.#options.clock.now() + delayMs
    this.#want(entry, { priority, at: priority === 'user' ? at : Math.max(at, entry.holdUntil) })
  }

  /** Keys that wait or are worked on now; those that are only due later do not count. */
  get depth(): number {
    return this.#running + PRIORITIES.reduce((sum, priority) => sum + this.#ready[priority].size, 0)
  }

  /** Resolves when nothing waits and nothing is worked on. What is due later does not count. */
  async idle(): Promise<void> {
    while (this.depth > 0) await new Promise<void>((resolve) => this.#watchers.add(resolve))
  }

  /** Starts nothing any more; resolves when what is worked on has ended. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const entry of this.#entries.values()) entry.timer?.cancel()
    for (const priority of PRIORITIES) this.#ready[priority].clear()
    this.#notify()
    await this.idle()
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const entry: Entry = { key, state: 'idle', due: undefined, timer: undefined, failures: 0, holdUntil: 0 }
    this.#entries.set(key, entry)
    return entry
  }

  #want(entry: Entry, wanted: Due): void {
    const due = entry.due === undefined ? wanted : sooner(entry.due, wanted)
    if (entry.state !== 'running') this.#unlist(entry)
    entry.due = due
    if (entry.state !== 'running') this.#list(entry, due)
  }

  #unlist(entry: Entry): void {
    entry.timer?.cancel()
    entry.timer = undefined
    if (entry.state === 'ready' && entry.due !== undefined) this.#ready[entry.due.priority].delete(entry.key)
    entry.state = 'idle'
  }

  #list(entry: Entry, due: Due): void {
    const wait = due.at - this.#options.clock.now()
    if (wait > 0) {
      entry.state = 'delayed'
      entry.timer = this.#options.clock.setTimeout(() => this.#promote(entry, due), wait)
    } else this.#promote(entry, due)
  }

  #promote(entry: Entry, due: Due): void {
    entry.timer = undefined
    entry.state = 'ready'
    this.#ready[due.priority].set(entry.key, entry)
    this.#fill()
  }

  #fill(): void {
    while (!this.#stopped && this.#running < this.#options.concurrency) {
      const next = this.#next()
      if (next === undefined) return
      this.#running += 1
      void this.#run(...next)
    }
  }

  #next(): [Entry, Priority] | undefined {
    for (const priority of PRIORITIES) {
      for (const [key, entry] of this.#ready[priority]) {
        this.#ready[priority].delete(key)
        entry.state = 'running'
        return [entry, priority]
      }
    }
    return undefined
  }

  async #run(entry: Entry, priority: Priority): Promise<void> {
    // A turn of the event loop between two keys: ten thousand of them must not keep a Lease from being renewed.
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (!this.#stopped) this.#settle(entry, priority, await this.#work(entry, priority))
    this.#running -= 1
    this.#fill()
    if (this.depth === 0) this.#notify()
  }

  async #work(entry: Entry, priority: Priority): Promise<Turn> {
    entry.due = undefined
    try {
      return await this.#options.work(entry.key, priority)
    } catch (error) {
      this.#options.broken(entry.key, error)
      return { kind: 'failed' }
    }
  }

  #settle(entry: Entry, priority: Priority, turn: Turn): void {
    const { due } = entry
    entry.state = 'idle'
    entry.due = undefined
    if (this.#stopped) return
    const now = this.#options.clock.now()
    const delay = turn.kind === 'failed' ? this.#delay(entry, turn.afterMs) : turn.againAfterMs
    if (turn.kind === 'done') entry.failures = 0
    entry.holdUntil = turn.kind === 'failed' && delay !== undefined ? now + delay : 0
    if (delay !== undefined) this.#want(entry, { priority: turn.kind === 'failed' ? priority : 'drift', at: now + delay })
    if (due !== undefined) this.#want(entry, due.priority === 'user' ? due : { priority: due.priority, at: Math.max(due.at, entry.holdUntil) })
    if (entry.due === undefined) this.#entries.delete(entry.key)
  }

  #delay(entry: Entry, afterMs = 0): number {
    const { backoffMs = 1000, longestBackoffMs = 300_000, random } = this.#options
    const full = Math.min(longestBackoffMs, backoffMs * 2 ** entry.failures)
    entry.failures += 1
    return Math.max(afterMs, full * (0.75 + random() / 4))
  }

  #notify(): void {
    const watchers = [...this.#watchers]
    this.#watchers.clear()
    for (const resolve of watchers) resolve()
  }
}

/** The earlier time and the higher priority of two: who works on a key takes up all that is known of it, so the later one is answered too. */
function sooner(a: Due, b: Due): Due {
  const rank = Math.min(PRIORITIES.indexOf(a.priority), PRIORITIES.indexOf(b.priority))
  return { at: Math.min(a.at, b.at), priority: PRIORITIES[rank] ?? 'drift' }
}
