/** What all frontends of a data plane have in common: time read twice a second, the bound on connections, buffers to read into. */
import type { Clock, Timer } from '../../../src/model/clock.ts'
import type { Log } from '../../../src/model/log.ts'
import type { Limits } from './data-plane.ts'
import type { HealthMonitor } from './health-monitor.ts'
import type { NetworkMap } from './network-map.ts'

export interface Shared {
  readonly clock: Clock
  readonly random: () => number
  readonly map: NetworkMap
  readonly log: Log
  readonly limits: Limits
  readonly monitor: HealthMonitor
  readonly ticker: Ticker
  readonly admission: Admission
  readonly buffers: BufferPool
}

export const TICK_MS = 500

/** One timer for everything that has a time-out, instead of one a connection. `now` is read once a tick, so that noting an activity costs an assignment. */
export class Ticker {
  now: number
  readonly #clock: Clock
  readonly #tick: (now: number) => void
  #timer: Timer | undefined

  constructor(clock: Clock, tick: (now: number) => void) {
    this.#clock = clock
    this.#tick = tick
    this.now = clock.now()
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.now = this.#clock.now()
    this.#wait()
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.now = this.#clock.now()
      this.#wait()
      this.#tick(this.now)
    }, TICK_MS)
  }
}

/** After the system ran out of file descriptors nobody is let in for this long. */
const EXHAUSTED_MS = 1_000

/** Whether another connection may come in. When not, listening sockets are closed, so that clients are refused instead of left waiting. */
export class Admission {
  readonly #limits: Limits
  readonly #log: Log
  readonly #changed: () => void
  #connections = 0
  #full = false
  #exhaustedUntil: number | undefined

  constructor({ limits, log, changed }: { readonly limits: Limits; readonly log: Log; readonly changed: () => void }) {
    this.#limits = limits
    this.#log = log
    this.#changed = changed
  }

  get isOpen(): boolean {
    return !this.#full && this.#exhaustedUntil === undefined
  }

  take(): void {
    this.#connections++
    if (this.#full || this.#connections < this.#limits.maxConnections) return
    this.#full = true
    this.#log.warn('the limit of open connections is reached, new clients are refused', { limit: this.#limits.maxConnections })
    this.#changed()
  }

  /** Opens again when a twentieth of the connections is free, not at each one that ends. */
  release(): void {
    this.#connections--
    if (!this.#full || this.#connections > this.#limits.maxConnections * 0.95) return
    this.#full = false
    this.#log.info('new clients are let in again', { connections: this.#connections })
    this.#changed()
  }

  /** The system has no file descriptor left: EMFILE or ENFILE. */
  exhausted(now: number): void {
    const was = this.#exhaustedUntil
    this.#exhaustedUntil = now + EXHAUSTED_MS
    if (was !== undefined) return
    this.#log.error('no file descriptor is left, new clients are refused for a moment', { connections: this.#connections })
    this.#changed()
  }

  tick(now: number): void {
    if (this.#exhaustedUntil === undefined || now < this.#exhaustedUntil) return
    this.#exhaustedUntil = undefined
    this.#changed()
  }
}

export function isExhaustion(error: Error & { readonly code?: string }): boolean {
  return error.code === 'EMFILE' || error.code === 'ENFILE'
}

/** Large enough for a usual answer in one read, small enough for one an open connection. */
const BUFFER_BYTES = 16_384
const MOST_FREE = 512

/** Memory to read into, handed from connection to connection: without it each read allocates 64 KiB. */
export class BufferPool {
  readonly #free: Buffer[] = []

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES)
  }

  give(buffer: Buffer): void {
    if (this.#free.length < MOST_FREE) this.#free.push(buffer)
  }
}
