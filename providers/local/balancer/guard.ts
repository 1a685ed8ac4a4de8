/**
 * Keeps a throw where it happened. Every callback of a connection, a flow, a probe, a timer or a listening socket runs through here: what throws ends that one
 * thing, is counted and logged, and never ends the process, which serves other Services as well.
 */
import type { Log } from '../../../src/model/log.ts'

/** What a callback belongs to. */
export type Guarded = 'connection' | 'flow' | 'probe' | 'timer' | 'listener'

/** Makes a callback safe: after a throw, in it or in an earlier one of the same thing, that thing is ended and the callback answers undefined. */
export type Protect = <A extends readonly unknown[], R>(callback: (...args: A) => R) => (...args: A) => R | undefined

/** For events that say nothing new, and would end the process if nothing listened. */
export const ignore = (): void => undefined

/** The stack of an error is logged this often at the most: a client can cause as many as he likes. All are counted. */
const LOG_EVERY_MS = 10_000

export class Guard {
  readonly #log: Log
  readonly #now: () => number
  readonly #count: (what: Guarded) => void
  readonly #loggedAt = new Map<Guarded, number>()

  constructor({ log, now, count }: { readonly log: Log; readonly now: () => number; readonly count: (what: Guarded) => void }) {
    this.#log = log
    this.#now = now
    this.#count = count
  }

  /** Runs something once. `end` is what a throw leads to; it may throw as well. */
  run(what: Guarded, work: () => void, end: (error: Error) => void = () => undefined): void {
    try {
      work()
    } catch (error) {
      this.failed(what, error, end)
    }
  }

  /** For the callbacks of one thing. */
  protect(what: Guarded, end: (error: Error) => void = () => undefined): Protect {
    return (callback) =>
      (...args) => {
        try {
          return callback(...args)
        } catch (error) {
          this.failed(what, error, end)
          return undefined
        }
      }
  }

  failed(what: Guarded, thrown: unknown, end: (error: Error) => void): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    this.#note(what, error)
    try {
      end(error)
    } catch (again) {
      this.#note(what, again)
    }
  }

  #note(what: Guarded, error: unknown): void {
    this.#count(what)
    const [now, before] = [this.#now(), this.#loggedAt.get(what)]
    if (before !== undefined && now - before < LOG_EVERY_MS) return
    this.#loggedAt.set(what, now)
    this.#log.error('a callback of the local balancer failed; only what it belongs to is ended', { what, error })
  }
}
