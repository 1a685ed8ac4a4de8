/** The watches that run: their connections, bookmarks, time-outs, and what tests do to them. */
import type { ServerResponse } from 'node:http'
import { ApiError } from '../api-error.ts'
import type { Machine } from '../machine.ts'
import { EventBytes, Watch, type WatchRequest } from '../read/watch.ts'

/** A client that does not read is cut off here, as by the real server. */
const LIMIT = 256 * 1024 * 1024

/** How a watch ended, and what is said to it first. */
interface Running {
  readonly watch: Watch
  readonly end: () => void
  readonly destroy: () => void
}

/** Which watches: all, or those of one resource (`services`). */
export interface WatchTarget {
  readonly resource?: string
}

export interface WatchOptions {
  readonly bookmarkIntervalMs: number
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly random: () => number
}

export class Watches {
  readonly #machine: Machine
  readonly #options: WatchOptions
  readonly #bytes: EventBytes
  readonly #running = new Set<Running>()

  constructor(machine: Machine, options: WatchOptions) {
    this.#machine = machine
    this.#options = options
    this.#bytes = new EventBytes(machine.now)
  }

  get count(): number {
    return this.#running.size
  }

  /** Answers the request with a stream that runs until the time-out, the client or a test ends it. */
  open(request: WatchRequest, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' })
    response.flushHeaders()
    response.socket?.setNoDelay(true)
    const output = new Batch(response)
    const watch = new Watch(this.#machine, request, { bytes: this.#bytes, output })
    const seconds = request.timeoutSeconds ?? 1800 + this.#options.random() * 1800
    const running: Running = { watch, end: () => finish(() => output.end()), destroy: () => finish(() => response.destroy()) }
    const stops = [this.#options.setTimer(running.end, seconds * 1000), this.#bookmarks(watch, seconds * 1000)]
    const finish = (close: () => void): void => {
      if (!this.#running.delete(running)) return
      watch.stop()
      for (const stop of stops) stop()
      close()
    }
    this.#running.add(running)
    response.on('close', () => finish(() => undefined))
    watch.onEnd = () => running.end()
    watch.start()
  }

  /** Closes them in good order, as at a time-out. */
  close(target: WatchTarget = {}): void {
    for (const running of this.#aimed(target)) running.end()
  }

  /** Breaks their connections. */
  drop(target: WatchTarget = {}): void {
    for (const running of this.#aimed(target)) running.destroy()
  }

  /** They stay open and say nothing any more. */
  silence(target: WatchTarget = {}): void {
    for (const { watch } of this.#aimed(target)) watch.silence()
  }

  /** An ERROR event and the end. */
  fail(code: number, target: WatchTarget = {}): void {
    const reason = { 410: 'Expired', 429: 'TooManyRequests', 500: 'InternalError', 504: 'Timeout' }[code] ?? 'InternalError'
    for (const { watch, end } of this.#aimed(target)) {
      watch.fail(new ApiError(code, code === 410 ? 'too old resource version' : 'the watch was made to fail', { reason }))
      end()
    }
  }

  /** Sends a bookmark to all that asked for them. */
  bookmark(): void {
    for (const { watch } of this.#running) watch.bookmark()
  }

  #aimed({ resource }: WatchTarget): Running[] {
    return [...this.#running].filter(({ watch }) => resource === undefined || watch.request.resource.plural === resource)
  }

  /** One a minute and one shortly before the end. */
  #bookmarks(watch: Watch, endMs: number): () => void {
    const { setTimer, bookmarkIntervalMs } = this.#options
    let passed = 0
    let cancel: () => void = () => undefined
    const next = (): void => {
      const wait = passed + bookmarkIntervalMs < endMs ? bookmarkIntervalMs : endMs - passed - 1700
      if (wait <= 0) return
      cancel = setTimer(() => {
        passed += wait
        watch.bookmark()
        next()
      }, wait)
    }
    next()
    return () => cancel()
  }
}

/** Puts what is written within one turn on the wire at once. */
class Batch {
  readonly #response: ServerResponse
  #waiting: Buffer[] = []

  constructor(response: ServerResponse) {
    this.#response = response
  }

  write(bytes: Buffer): void {
    if (this.#waiting.push(bytes) === 1) queueMicrotask(() => this.#flush())
  }

  end(): void {
    this.#flush()
    this.#response.end()
  }

  #flush(): void {
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length === 0 || this.#response.destroyed) return
    this.#response.write(waiting.length === 1 ? waiting[0] : Buffer.concat(waiting))
    if (this.#response.writableLength > LIMIT) this.#response.destroy()
  }
}
