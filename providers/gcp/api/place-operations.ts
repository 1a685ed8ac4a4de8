/**
 * The polls of one region, of one zone, or of what is global. They leave together: at once where no call is under way, otherwise when it is over, and after a
 * short while at the latest. A call asks about others too that run in this place, so that of most the end is known before
 * they are polled.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock, Timer } from '../../../src/model/clock.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Operation } from './documents.ts'
import { RunningOperations } from './running-operations.ts'

/** A name has 55 characters or so, and some programs on the way take no URL of more than 2,000. */
const MOST = 25
/** A call that does not end holds up no others for longer. */
const GATHER_MS = 200
/** Google counts what a filter leaves out, where that is much: the next minute is another count. */
const THROTTLED_MS = 60_000
/** A role from before may lack the permission to list. */
const REFUSED_MS = 10 * 60_000

/** The two ways to ask. */
export interface Ask {
  one(name: string, signal: AbortSignal): Promise<Operation | undefined>
  /** Those of the names that are found. */
  many(names: readonly string[], signal: AbortSignal): Promise<readonly Operation[]>
}

interface Waiter {
  readonly name: string
  readonly answer: PromiseWithResolvers<Operation | undefined>
  /** Runs something as if it were called where the waiter is: with its priority and its permit. */
  readonly asWaiter: <T>(work: () => T) => T
  /** The call that it is part of. */
  call?: Call
}

interface Call {
  readonly waiters: Set<Waiter>
  readonly stop: AbortController
}

export class PlaceOperations {
  readonly #clock: Clock
  readonly #ask: Ask
  readonly #running: RunningOperations
  readonly #waiting = new Set<Waiter>()
  #calls = 0
  #timer: Timer | undefined
  /** Until then each is asked about alone. */
  #singleUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, ask: Ask) {
    this.#clock = clock
    this.#ask = ask
    this.#running = new RunningOperations(clock)
  }

  begun(name: string): void {
    this.#running.begun(name)
  }

  /** How it stands. Undefined: Google has forgotten it. */
  async read(name: string, signal: AbortSignal): Promise<Operation | undefined> {
    signal.throwIfAborted()
    const ended = this.#running.take(name)
    if (ended !== undefined) return ended
    const waiter: Waiter = { name, answer: Promise.withResolvers(), asWaiter: AsyncLocalStorage.snapshot() }
    const leave = (): void => this.#left(waiter, signal.reason as Error)
    signal.addEventListener('abort', leave, { once: true })
    this.#waiting.add(waiter)
    // Those that are asked about side by side, in one stage, are known by then.
    queueMicrotask(() => this.#schedule())
    try {
      return await waiter.answer.promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  /** The others of its call still wait for the answer. */
  #left(waiter: Waiter, reason: Error): void {
    const { call } = waiter
    this.#waiting.delete(waiter)
    call?.waiters.delete(waiter)
    waiter.answer.reject(reason)
    if (call?.waiters.size === 0) call.stop.abort(reason)
  }

  #schedule(): void {
    if (this.#waiting.size === 0) return
    if (this.#calls === 0 || this.#waiting.size >= MOST) this.#leave()
    else this.#timer ??= this.#clock.setTimeout(() => this.#leave(), GATHER_MS)
  }

  #leave(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const call: Call = { waiters: new Set([...this.#waiting].slice(0, MOST)), stop: new AbortController() }
    const [first] = call.waiters
    if (first === undefined) return
    for (const waiter of call.waiters) {
      waiter.call = call
      this.#waiting.delete(waiter)
    }
    this.#calls += 1
    void first
      .asWaiter(() => this.#carryOut(call))
      .finally(() => {
        this.#calls -= 1
        this.#schedule()
      })
    this.#schedule()
  }

  /** Never rejects: each learns how its own operation stands. */
  async #carryOut({ waiters, stop: { signal } }: Call): Promise<void> {
    const byName = Map.groupBy(waiters, ({ name }) => name)
    try {
      const found = await this.#found([...byName.keys()], signal)
      const answers = [...byName].map(async ([name, own]) => {
        const answer = found.has(name) ? Promise.resolve(found.get(name)) : this.#ask.one(name, signal)
        for (const waiter of own) waiter.answer.resolve(answer)
        const operation = await answer
        if (operation === undefined || operation.status === 'DONE') this.#running.forget(name)
      })
      await Promise.allSettled(answers)
    } catch (error) {
      for (const waiter of waiters) waiter.answer.reject(error)
    }
  }

  /** What one list shows of them. A single one is not listed, nor is any where that was refused. */
  async #found(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Operation>> {
    const isSingle = this.#clock.now() < this.#singleUntil
    const others = isSingle ? [] : this.#running.others(names, MOST - names.length)
    const all = [...names, ...others]
    this.#running.asked(all)
    if (isSingle || all.length === 1) return new Map()
    const listed = await this.#list(all, signal)
    if (listed === undefined) return new Map()
    const found = new Map(listed.map((operation) => [operation.name ?? '', operation]))
    for (const operation of listed) this.#running.saw(operation)
    for (const name of others) if (!found.has(name)) this.#running.forget(name)
    this.#answerKnown()
    return found
  }

  /** Undefined: it is refused. */
  async #list(names: readonly string[], signal: AbortSignal): Promise<readonly Operation[] | undefined> {
    try {
      return await this.#ask.many(names, signal)
    } catch (error) {
      const consequence = error instanceof CloudError ? error.consequence : undefined
      if (consequence === 'refused') this.#singleUntil = this.#clock.now() + REFUSED_MS
      if (consequence === 'later') this.#singleUntil = this.#clock.now() + THROTTLED_MS
      if (consequence === 'refused') return undefined
      throw error
    }
  }

  /** Those who came meanwhile, about what has just been seen to be over. */
  #answerKnown(): void {
    for (const waiter of this.#waiting) {
      const ended = this.#running.take(waiter.name)
      if (ended === undefined) continue
      this.#waiting.delete(waiter)
      waiter.answer.resolve(ended)
    }
  }
}
