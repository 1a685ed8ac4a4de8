/** What is asked of the in-memory cloud, attempt after attempt, and trouble at a chosen write. */
import { CloudError } from '../../src/provider/cloud-error.ts'
import { requirePermit } from '../../src/provider/kit/permit.ts'
import { Crash } from '../crash.ts'

export const TROUBLES = ['crash-before', 'crash-after', 'lost', 'throttled', 'stale-listing'] as const
export type Trouble = (typeof TROUBLES)[number]

export class Journal {
  /** Every write that was tried, accepted or not: `update document balancer-internal`. */
  readonly writes: string[] = []
  /** Every read: `inventory`, `observe balancer-internal`, `read address x`. */
  readonly reads: string[] = []
  /** Awaited in each call before the cloud acts: a test holds a call here. */
  onCall: (what: string) => Promise<void> = () => Promise.resolve()
  /** Called after each write that changed something. */
  onWritten: () => void = () => {}
  #trouble: { readonly at: number; readonly kind: Trouble } | undefined
  #isDead = false

  /** The write with this number, from 0, meets this trouble. */
  troubleAt(at: number, kind: Trouble): void {
    this.#trouble = { at, kind }
  }

  /** A new process: calls are answered again. */
  revive(): void {
    this.#isDead = false
  }

  async read<T>(what: string, answer: () => T): Promise<T> {
    this.#requireLife()
    requirePermit()
    this.reads.push(what)
    await this.onCall(what)
    return frozen(answer())
  }

  /** `change` throws a refusal, or changes the cloud and answers. */
  async write<T>(what: string, change: () => T): Promise<T> {
    this.#requireLife()
    requirePermit()
    const trouble = this.#trouble?.at === this.writes.length ? this.#trouble.kind : undefined
    this.writes.push(what)
    await this.onCall(what)
    this.#requireLife()
    if (trouble === 'crash-before') this.#die()
    if (trouble === 'throttled') throw new CloudError('later', { reason: 'Throttled', publicMessage: 'too many requests', blames: [], afterMs: 1_000 })
    const answer = change()
    this.onWritten()
    if (trouble === 'crash-after') this.#die()
    if (trouble === 'lost') throw new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'no answer' })
    return frozen(answer)
  }

  /** Whether the write with the troubled number was reached, and its kind. */
  get met(): Trouble | undefined {
    return this.#trouble !== undefined && this.writes.length > this.#trouble.at ? this.#trouble.kind : undefined
  }

  #requireLife(): void {
    if (this.#isDead) throw new Crash()
  }

  #die(): never {
    this.#isDead = true
    throw new Crash()
  }
}

/** A copy that nobody can change: a planner that writes into its view is found out. */
export function frozen<T>(value: T): T {
  return deepFreeze(structuredClone(value))
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}
