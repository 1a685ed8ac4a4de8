/** What all frontends of a data plane have in common: time read twice a second, the bounds, buffers to read into. */
import type { Clock, Timer } from '../../../src/model/clock.ts'
import type { Log } from '../../../src/model/log.ts'
import type { Admission } from './admission.ts'
import type { Limits } from './data-plane.ts'
import type { FlowTable } from './flow-table.ts'
import type { Guard } from './guard.ts'
import type { HealthMonitor } from './health-monitor.ts'
import type { NetworkMap } from './network-map.ts'
import type { RangeSets } from './source-ranges.ts'

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
  readonly flows: FlowTable
  readonly ranges: RangeSets
  readonly guard: Guard
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
