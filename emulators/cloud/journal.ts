/** What was asked of the cloud, in order: the cost tables and the tests count it. */

/** What a request is for. */
export interface Asked {
  /** Of the cloud's services, in its own words: `elb`, `network`, `compute`. */
  readonly service: string
  readonly action: string
  readonly kind: 'read' | 'write'
}

export interface Call extends Asked {
  /** Milliseconds since the epoch, in the cloud's time. */
  readonly at: number
  /** 0: no answer was sent. */
  readonly status: number
  readonly code?: string
  readonly userAgent?: string
  /** What the header `x-fairlead-cause` says. */
  readonly cause?: string
}

export class Journal {
  readonly #calls: Call[] = []

  get calls(): readonly Call[] {
    return this.#calls
  }

  /** Where the journal stands now, for `since`. */
  get mark(): number {
    return this.#calls.length
  }

  since(mark: number): readonly Call[] {
    return this.#calls.slice(mark)
  }

  /** How often each action was called, since `mark` or ever. */
  counts(mark = 0): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { action } of this.since(mark)) counts[action] = (counts[action] ?? 0) + 1
    return counts
  }

  add(call: Call): void {
    this.#calls.push(call)
  }

  clear(): void {
    this.#calls.length = 0
  }
}
