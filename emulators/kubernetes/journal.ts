/** What was asked of the server, in order: for tests that count requests. */
import type { Verb } from './http/route.ts'

export interface JournalEntry {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly verb: Verb | undefined
  /** `services`, `services/status`; `` for what is no resource. */
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string
  readonly userAgent: string
  /** 0: no answer was sent. For a watch it is here as soon as it began. */
  readonly status: number
}

export class Journal {
  readonly #entries: JournalEntry[] = []
  readonly #limit: number

  constructor(limit = 100_000) {
    this.#limit = limit
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries
  }

  add(entry: JournalEntry): void {
    this.#entries.push(entry)
    if (this.#entries.length > this.#limit * 2) this.#entries.splice(0, this.#limit)
  }

  clear(): void {
    this.#entries.length = 0
  }
}
