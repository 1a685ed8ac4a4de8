/**
 * Which item is worked on next: one worker an item, several items side by side, each with its own backoff. An item says what to work on, never what
 * happened to it: the worker reads the present state.
 */
import type { Clock, Timer } from '../model/clock.ts'
import { PRIORITIES, type Priority } from '../provider/kit/budget.ts'

export type ReconcileResult =
  /**
   * Everything that is possible now is done. `againAfterMs`: reconcile again then; absent: when something changes. What waits keeps the priority of this turn;
   * `isBackground`: nothing waits, and the next turn has the lowest one.
   */
  | { readonly kind: 'done'; readonly againAfterMs?: number; readonly isBackground?: boolean }
  /** It failed: retried by the item's backoff, and not before `afterMs`, where the server said when to retry. */
  | { readonly kind: 'failed'; readonly afterMs?: number }

/**
 * The result of a turn that did not fail. `waits`: when what has to wait may go on, with the priority of the turn; `checks`: when to check in the background.
 * In milliseconds, undefined for none.
 */
export function resultAfter(waits: readonly (number | undefined)[], checks: readonly (number | undefined)[]): ReconcileResult {
  const isBackground = waits.every((ms) => ms === undefined)
  const againAfterMs = Math.min(Number.POSITIVE_INFINITY, ...[...waits, ...checks].filter((ms) => ms !== undefined))
  return againAfterMs === Number.POSITIVE_INFINITY ? { kind: 'done' } : { kind: 'done', againAfterMs, ...(isBackground ? { isBackground } : {}) }
}

export interface QueueOptions<Item> {
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
  /** How many items are worked on side by side. */
  readonly concurrency: number
  /** Items with the same key are the same item. */
  readonly keyOf: (item: Item) => string
  readonly work: (item: Item, priority: Priority) => Promise<ReconcileResult>
  /** Called with what `work` throws; the item is retried by its backoff. */
  readonly onError: (key: string, error: unknown) => void
  /** First delay after a failure, doubling up to the longest. Default 1 s and 5 min. */
  readonly backoffMs?: number
  readonly longestBackoffMs?: number
}

interface Due {
  readonly priority: Priority
  readonly at: number
}

interface Entry<Item> {
  readonly key: string
  readonly item: Item
  state: 'idle' | 'delayed' | 'ready' | 'running'
  due: Due | undefined
  timer: Timer | undefined
  failures: number
  /** Until then only a person's change is taken. */
  holdUntil: number
}

export class Queue<Item> {
  readonly #options: QueueOptions<Item>
  readonly #entries = new Map<string, Entry<Item>>()
  readonly #ready: Readonly<Record<Priority, Map<string, Entry<Item>>>> = { change: new Map(), churn: new Map(), drift: new Map() }
  readonly #watchers = new Set<() => void>()
  #running = 0
  #stopped = false

  constructor(options: QueueOptions<Item>) {
    this.#options = options
  }

  /**
   * Has an item worked on, after a delay if one is given. An item that is added twice is worked on once, at the earlier time and the higher priority; one
   * that is added while it is worked on, once more afterwards. After a failure, only a person's change is taken before the backoff is over.
   */
  add(item: Item, priority: Priority, delayMs = 0): void {
    if (this.#stopped) return
    const entry = this.#entry(item)
    const at = this.#options.clock.now() + delayMs
    this.#want(entry, { priority, at: priority === 'change' ? at : Math.max(at, entry.holdUntil) })
  }

  /** How many items wait or are worked on now; those that are only due later do not count. */
  get depth(): number {
    return this.#running + this.waiting
  }

  /** How many of these wait. */
  get waiting(): number {
    return PRIORITIES.reduce((sum, priority) => sum + this.#ready[priority].size, 0)
  }

  /** In how many milliseconds an item is worked on next, 0 where it waits or is worked on now; undefined: it is not due. */
  nextMs(item: Item): number | undefined {
    const entry = this.#entries.get(this.#options.keyOf(item))
    if (entry === undefined) return undefined
    if (entry.state === 'running' || entry.state === 'ready') return 0
    return entry.due === undefined ? undefined : Math.max(0, entry.due.at - this.#options.clock.now())
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

  #entry(item: Item): Entry<Item> {
    const key = this.#options.keyOf(item)
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const entry: Entry<Item> = { key, item, state: 'idle', due: undefined, timer: undefined, failures: 0, holdUntil: 0 }
    this.#entries.set(key, entry)
    return entry
  }

  #want(entry: Entry<Item>, wanted: Due): void {
    const due = entry.due === undefined ? wanted : sooner(entry.due, wanted)
    if (entry.state !== 'running') this.#unlist(entry)
    entry.due = due
    if (entry.state !== 'running') this.#list(entry, due)
  }

  #unlist(entry: Entry<Item>): void {
    entry.timer?.cancel()
    entry.timer = undefined
    if (entry.state === 'ready' && entry.due !== undefined) this.#ready[entry.due.priority].delete(entry.key)
    entry.state = 'idle'
  }

  #list(entry: Entry<Item>, due: Due): void {
    const wait = due.at - this.#options.clock.now()
    if (wait > 0) {
      entry.state = 'delayed'
      entry.timer = this.#options.clock.setTimeout(() => this.#promote(entry, due), wait)
    } else this.#promote(entry, due)
  }

  #promote(entry: Entry<Item>, due: Due): void {
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

  #next(): [Entry<Item>, Priority] | undefined {
    for (const priority of PRIORITIES) {
      for (const [key, entry] of this.#ready[priority]) {
        this.#ready[priority].delete(key)
        entry.state = 'running'
        return [entry, priority]
      }
    }
    return undefined
  }

  async #run(entry: Entry<Item>, priority: Priority): Promise<void> {
    // A turn of the event loop between two items: ten thousand of them must not keep a Lease from being renewed.
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (!this.#stopped) this.#settle(entry, priority, await this.#work(entry, priority))
    this.#running -= 1
    this.#fill()
    if (this.depth === 0) this.#notify()
  }

  async #work(entry: Entry<Item>, priority: Priority): Promise<ReconcileResult> {
    entry.due = undefined
    try {
      return await this.#options.work(entry.item, priority)
    } catch (error) {
      this.#options.onError(entry.key, error)
      return { kind: 'failed' }
    }
  }

  #settle(entry: Entry<Item>, priority: Priority, turn: ReconcileResult): void {
    const { due } = entry
    entry.state = 'idle'
    entry.due = undefined
    if (this.#stopped) return
    const now = this.#options.clock.now()
    const delay = turn.kind === 'failed' ? this.#delay(entry, turn.afterMs) : turn.againAfterMs
    if (turn.kind === 'done') entry.failures = 0
    entry.holdUntil = turn.kind === 'failed' && delay !== undefined ? now + delay : 0
    const isBackground = turn.kind === 'done' && turn.isBackground === true
    if (delay !== undefined) this.#want(entry, { priority: isBackground ? 'drift' : priority, at: now + delay })
    if (due !== undefined) this.#want(entry, due.priority === 'change' ? due : { priority: due.priority, at: Math.max(due.at, entry.holdUntil) })
    if (entry.due === undefined) this.#entries.delete(entry.key)
  }

  #delay(entry: Entry<Item>, afterMs = 0): number {
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

/** The earlier time and the higher priority of two: a turn takes up everything known of its item, so the later request is answered too. */
function sooner(a: Due, b: Due): Due {
  const rank = Math.min(PRIORITIES.indexOf(a.priority), PRIORITIES.indexOf(b.priority))
  return { at: Math.min(a.at, b.at), priority: PRIORITIES[rank] ?? 'drift' }
}
