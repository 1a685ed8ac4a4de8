/**
 * One client of a TCP frontend: looks for a backend that answers, then carries bytes both ways. Until a backend has answered nothing is read from the client,
 * so that another backend can be tried. The hot path is by hand: `pipe` costs a third of the new connections a second.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { isExhaustion } from './admission.ts'
import type { Backend } from './backend.ts'
import type { Protect } from './guard.ts'
import { proxyHeaderV1, proxyHeaderV2 } from './proxy-protocol.ts'
import type { Host, Session } from './served-frontend.ts'
import { type Upstream, dial } from './tcp-dial.ts'

/** Connections that live this long get keep-alive probes, so that a peer that vanished is found before the idle time-out. Most never live so long. */
const KEEP_ALIVE_AFTER_MS = 15_000
const KEEP_ALIVE_MS = 60_000
const NOTHING = Buffer.alloc(0)
/** Backends that one client is sent to in vain before it is refused. */
const MOST_ATTEMPTS = 32

export class TcpConnection implements Session {
  backend: Backend | undefined
  lastActive: number
  readonly #host: Host
  readonly #client: Socket
  readonly #since: number
  readonly #buffer: Buffer
  readonly #source: string
  readonly #protect: Protect
  #upstream: Upstream | undefined
  #tried: Set<Backend> | undefined
  #giveUp: (() => void) | undefined
  #attemptSince = 0
  #keepsAlive = false
  /** Sockets that are not closed yet. */
  #open = 1

  constructor(host: Host, client: Socket, source: string) {
    this.#host = host
    this.#client = client
    this.#source = source
    const { ticker, buffers } = host.shared
    this.#since = ticker.now
    this.lastActive = ticker.now
    this.#buffer = buffers.take()
    this.#protect = host.shared.guard.protect('connection', () => this.cut())
    client.on(
      'error',
      this.#protect(() => this.cut()),
    )
    client.on(
      'close',
      this.#protect(() => this.#closed()),
    )
    this.#protect(() => this.#attempt())()
  }

  get clientAddress(): string {
    return this.#source === '' ? (this.#client.remoteAddress ?? '') : this.#source
  }

  /** Resets both sides: neither may take a cut connection for a complete one. */
  cut(): void {
    this.#giveUp?.()
    this.#giveUp = undefined
    reset(this.#client)
    if (this.#upstream !== undefined) reset(this.#upstream.stream)
    this.#leaveBackend()
    this.#host.sessions.delete(this)
  }

  tick(now: number): void {
    if (this.#giveUp !== undefined) this.#watchAttempt(now)
    else if (!this.#keepsAlive && now - this.#since >= KEEP_ALIVE_AFTER_MS) this.#keepAlive()
  }

  #attempt(): void {
    const { selection, frontend, shared } = this.#host
    const backend = selection.choose({ source: selection.needsSource ? this.clientAddress : '', destination: frontend.address }, this.#tried)
    if (backend === undefined) return this.cut()
    this.backend = backend
    backend.connections++
    this.#attemptSince = shared.ticker.now
    this.#giveUp = dial(backend.via, {
      buffer: this.#buffer,
      protect: this.#protect,
      onRead: (bytes) => this.#toClient(bytes),
      connected: (upstream) => this.#connected(backend, upstream),
      failed: (error) => this.#failed(backend, error),
    })
  }

  #failed(backend: Backend, error: Error): void {
    const { selection, shared, frontend } = this.#host
    this.#giveUp = undefined
    this.#leaveBackend()
    if (isExhaustion(error)) {
      shared.admission.exhausted(shared.clock.now())
      return this.cut()
    }
    shared.log.debug('a backend cannot be reached', { frontend: frontend.key, target: backend.name, error: error.message })
    selection.backends.failed(backend)
    this.#tried ??= new Set()
    this.#tried.add(backend)
    if (this.#tried.size >= MOST_ATTEMPTS || shared.ticker.now - this.#since >= shared.limits.connectTimeoutMs) return this.cut()
    return this.#attempt()
  }

  /** An attempt may take long only when there is no other backend to try. */
  #watchAttempt(now: number): void {
    const { selection, shared } = this.#host
    const { attemptTimeoutMs, connectTimeoutMs } = shared.limits
    const others = selection.backends.usable().some((backend) => backend !== this.backend && this.#tried?.has(backend) !== true)
    const tooLong = now - this.#since >= connectTimeoutMs || (others && now - this.#attemptSince >= attemptTimeoutMs)
    if (!tooLong || this.backend === undefined) return
    this.#giveUp?.()
    this.#failed(this.backend, new Error('no answer in time'))
  }

  #connected(backend: Backend, upstream: Upstream): void {
    this.#giveUp = undefined
    this.#upstream = upstream
    this.#open++
    if (upstream.kind === 'socket') this.#host.selection.backends.succeeded(backend)
    else this.#watchStream(backend, upstream.stream)
    this.#carry(upstream)
    this.#introduce(upstream.stream)
    this.#client.resume()
  }

  #carry({ kind, stream }: Upstream): void {
    const client = this.#client
    const on = (side: Duplex, event: string, listener: (bytes: Buffer) => void): void => void side.on(event, this.#protect(listener))
    on(stream, 'close', () => {
      // A stream may be destroyed without a word: that is no orderly end.
      if (!stream.readableEnded) this.cut()
      this.#closed()
    })
    on(stream, 'error', () => this.cut())
    on(client, 'data', (bytes: Buffer) => this.#toBackend(stream, bytes))
    on(client, 'end', () => stream.end())
    on(client, 'drain', () => stream.resume())
    on(stream, 'drain', () => client.resume())
    on(stream, 'end', () => client.end())
    if (kind === 'stream') on(stream, 'data', (bytes: Buffer) => this.#fromStream(stream, bytes))
  }

  /** A stream that was opened says nothing of the backend behind it: only its first byte does, or that it breaks off before. */
  #watchStream(backend: Backend, stream: Duplex): void {
    const { selection, shared, frontend } = this.#host
    let hasAnswered = false
    stream.once(
      'data',
      this.#protect(() => {
        hasAnswered = true
        selection.backends.succeeded(backend)
      }),
    )
    stream.on(
      'error',
      this.#protect((error: Error) => {
        shared.log.debug('a stream to a backend broke off', { frontend: frontend.key, target: backend.name, error: error.message })
        if (!hasAnswered) selection.backends.failed(backend)
      }),
    )
  }

  #introduce(stream: Duplex): void {
    const { rule } = this.#host
    if (rule.proxyProtocol === 'off') return
    const { remoteAddress, remotePort, localAddress, localPort } = this.#client
    if (remoteAddress === undefined || localAddress === undefined) return this.cut()
    const ends = { source: { ip: remoteAddress, port: remotePort ?? 0 }, destination: { ip: localAddress, port: localPort ?? 0 } }
    stream.write(rule.proxyProtocol === 'v1' ? proxyHeaderV1(ends) : proxyHeaderV2(ends, 'TCP'))
  }

  #toBackend(stream: Duplex, bytes: Buffer): void {
    this.lastActive = this.#host.shared.ticker.now
    if (!stream.write(bytes)) this.#client.pause()
  }

  #fromStream(stream: Duplex, bytes: Buffer): void {
    this.lastActive = this.#host.shared.ticker.now
    if (!this.#client.write(bytes)) stream.pause()
  }

  /**
   * The bytes lie in the buffer that the next read overwrites. When the kernel did not take them all at once, reading stops until it has; an empty write behind
   * them says when, since `drain` is only for full queues.
   */
  #toClient(bytes: Buffer): boolean {
    this.lastActive = this.#host.shared.ticker.now
    const client = this.#client
    client.write(bytes)
    if (client.writableLength === 0) return true
    client.write(
      NOTHING,
      this.#protect(() => this.#upstream?.stream.resume()),
    )
    return false
  }

  #keepAlive(): void {
    this.#keepsAlive = true
    this.#client.setKeepAlive(true, KEEP_ALIVE_MS)
    if (this.#upstream?.kind === 'socket') this.#upstream.stream.setKeepAlive(true, KEEP_ALIVE_MS)
  }

  #leaveBackend(): void {
    const { backend } = this
    if (backend === undefined) return
    this.backend = undefined
    backend.connections--
    this.#host.selection.backends.released(backend)
  }

  #closed(): void {
    if (--this.#open > 0) return
    this.#leaveBackend()
    this.#host.sessions.delete(this)
    this.#host.shared.buffers.give(this.#buffer)
    this.#host.shared.admission.release(this.#host.owner)
  }
}

function reset(stream: Duplex & { resetAndDestroy?: () => void }): void {
  if (stream.destroyed) return
  if (stream.resetAndDestroy === undefined) stream.destroy()
  else stream.resetAndDestroy()
}
