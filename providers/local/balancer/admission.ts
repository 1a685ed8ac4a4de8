/**
 * Whether another connection may come in. When not, the listening sockets of those who have their share are closed, so that clients are refused instead of left
 * waiting, while those of others stay open.
 */
import type { Log } from '../../../src/model/log.ts'
import type { CountRefusal, Limits } from './data-plane.ts'
import { Shares } from './shares.ts'

/** After the system ran out of file descriptors no client is admitted for this long. */
const EXHAUSTED_MS = 1_000
/** How long fewer clients are admitted than the limit allows, after the descriptors were used up earlier. */
const CAUTIOUS_MS = 60_000
/** A part of the share has to be free again before an owner's sockets are opened: not at each connection that ends. */
const REOPEN_AT = 0.95

export interface AdmissionOptions {
  readonly limits: Limits
  readonly log: Log
  readonly count: CountRefusal
  readonly changed: () => void
}

export class Admission {
  readonly #options: AdmissionOptions
  readonly #shares: Shares
  /** Owners whose clients are refused. */
  readonly #closed = new Set<string>()
  #exhaustedUntil: number | undefined
  #cautiousUntil = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#shares = new Shares(options.limits.maxConnections)
  }

  /** File descriptors are left, as far as is known. */
  get hasDescriptors(): boolean {
    return this.#exhaustedUntil === undefined
  }

  isOpenFor(owner: string): boolean {
    return this.hasDescriptors && !this.#closed.has(owner)
  }

  /** For a connection that the kernel accepted before its listening socket was closed. */
  hasRoom(): boolean {
    return this.#shares.total < this.#options.limits.maxConnections
  }

  take(owner: string): void {
    this.#shares.take(owner)
    if (this.#shares.isUsedUp(owner) && this.#close(owner)) this.#options.changed()
  }

  release(owner: string): void {
    this.#shares.release(owner)
    if (this.#reopen()) this.#options.changed()
  }

  /** The system has no file descriptor left: EMFILE or ENFILE. What is open now is taken for all there is, until it was quiet for a while. */
  exhausted(now: number): void {
    const { log, count, changed } = this.#options
    const was = this.#exhaustedUntil
    this.#exhaustedUntil = now + EXHAUSTED_MS
    this.#cautiousUntil = now + CAUTIOUS_MS
    if (was !== undefined) return
    count('descriptors')
    log.error('no file descriptor is left, new clients are refused for a moment; raise the limit (ulimit -n)', { connections: this.#shares.total })
    this.#shares.capacity = Math.max(1, Math.floor(this.#shares.total * 0.9))
    for (const owner of this.#shares.owners()) if (this.#shares.isUsedUp(owner)) this.#close(owner)
    changed()
  }

  tick(now: number): void {
    if (now >= this.#cautiousUntil) this.#shares.capacity = this.#options.limits.maxConnections
    const wasExhausted = this.#exhaustedUntil !== undefined && now >= this.#exhaustedUntil
    if (wasExhausted) this.#exhaustedUntil = undefined
    if (this.#reopen() || wasExhausted) this.#options.changed()
  }

  #close(owner: string): boolean {
    if (this.#closed.has(owner)) return false
    const { log, limits, count } = this.#options
    this.#closed.add(owner)
    count('connections')
    log.warn('a Service has its share of the open connections, its new clients are refused', {
      owner,
      connections: this.#shares.of(owner),
      limit: limits.maxConnections,
    })
    return true
  }

  #reopen(): boolean {
    let hasChanged = false
    for (const owner of this.#closed) {
      if (this.#shares.of(owner) > 0 && this.#shares.isUsedUp(owner, REOPEN_AT)) continue
      this.#closed.delete(owner)
      hasChanged = true
      this.#options.log.info('new clients of a Service are admitted again', { owner, connections: this.#shares.of(owner) })
    }
    return hasChanged
  }
}

export function isExhaustion(error: Error & { readonly code?: string }): boolean {
  return error.code === 'EMFILE' || error.code === 'ENFILE'
}
