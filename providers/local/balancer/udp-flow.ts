/**
 * One client of a UDP frontend: its own socket towards one backend, so that answers find the way back. Datagrams that came before the first answer are kept,
 * and sent again to another backend when theirs says that nothing listens there.
 */
import { type Socket, createSocket } from 'node:dgram'
import { isExhaustion } from './admission.ts'
import type { Backend } from './backend.ts'
import type { BoundFlow } from './flow-table.ts'
import type { Protect } from './guard.ts'
import { proxyHeaderV2 } from './proxy-protocol.ts'
import type { Host, Session } from './served-frontend.ts'

/** A client that gets no answer is not worth more memory than this many datagrams. */
const MOST_KEPT = 8
/** Backends that one client's datagrams are sent to in vain. */
const MOST_ATTEMPTS = 32
/** What waits in one socket to be sent. Beyond it datagrams are dropped, as a full queue of the network would. */
const MOST_QUEUED_BYTES = 1 << 20

export interface FlowClient {
  readonly address: string
  readonly port: number
}

export interface FlowOptions {
  readonly host: Host
  readonly client: FlowClient
  /** Towards the client, from the address it called. */
  readonly reply: (bytes: Buffer) => void
  readonly ended: () => void
}

export class UdpFlow implements Session, BoundFlow {
  backend: Backend | undefined
  lastActive: number
  readonly #options: FlowOptions
  readonly #protect: Protect
  readonly #tried = new Set<Backend>()
  #socket: Socket | undefined
  #isConnected = false
  #isAnswered = false
  #over = false
  #header: Buffer | undefined
  #kept: Buffer[] = []

  constructor(options: FlowOptions) {
    this.#options = options
    this.#protect = options.host.shared.guard.protect('flow', () => this.cut())
    this.lastActive = options.host.shared.ticker.now
  }

  get clientAddress(): string {
    return this.#options.client.address
  }

  get owner(): string {
    return this.#options.host.owner
  }

  /** From the client. The first datagram chooses a backend; one that left since, or is not to be used any more, is replaced. */
  send(bytes: Buffer): void {
    const { ticker, flows } = this.#options.host.shared
    this.lastActive = ticker.now
    if (this.#mustMove()) this.#move()
    if (!this.#isAnswered && this.#kept.length < MOST_KEPT && flows.keep(this, bytes.byteLength)) this.#kept.push(bytes)
    if (this.#isConnected) this.#pass(bytes)
  }

  cut(): void {
    if (this.#over) return
    this.#over = true
    this.#kept = []
    this.#options.host.shared.flows.ended(this)
    this.#options.ended()
    this.#unpin()
  }

  forget(): void {
    this.#kept = []
  }

  tick(): void {
    // A flow waits for nothing but its idle time-out, which its frontend looks after.
  }

  #mustMove(): boolean {
    const { backend } = this
    if (backend === undefined || backend.draining) return true
    return !(backend.healthy && backend.ejectedUntil === undefined) && !this.#options.host.selection.backends.usable().includes(backend)
  }

  #move(): void {
    const { flows } = this.#options.host.shared
    this.#unpin()
    this.#tried.clear()
    this.#kept = []
    flows.release(this)
    if (this.#isAnswered) flows.unanswered(this)
    this.#isAnswered = false
    this.#pin()
  }

  /** Without a backend the datagrams are dropped, and the next one looks for a backend again. */
  #pin(): void {
    const { host, client } = this.#options
    const backend = host.selection.choose({ source: client.address, destination: host.frontend.address }, this.#tried)
    if (backend?.via.kind !== 'address' || this.#tried.size >= MOST_ATTEMPTS) return
    this.backend = backend
    backend.connections++
    const { ip, port } = backend.via
    this.#header = this.#headerFor(host)
    const socket = createSocket({ type: ip.includes(':') ? 'udp6' : 'udp4', lookup: (hostname, _options, found) => found(null, hostname, 0) })
    this.#socket = socket
    socket.on(
      'message',
      this.#protect((bytes: Buffer) => this.#answered(bytes)),
    )
    // Without its own callback, a connect that fails (no route, the other family) says so by this event.
    socket.on(
      'error',
      this.#protect((error: Error) => this.#failed(socket, backend, error)),
    )
    socket.once(
      'connect',
      this.#protect(() => this.#connected(socket)),
    )
    socket.connect(port, ip)
  }

  #unpin(): void {
    const { backend } = this
    const socket = this.#socket
    this.#socket = undefined
    this.#isConnected = false
    this.backend = undefined
    if (backend !== undefined) {
      backend.connections--
      this.#options.host.selection.backends.released(backend)
    }
    socket?.close()
  }

  #connected(socket: Socket): void {
    if (socket !== this.#socket) return
    this.#isConnected = true
    for (const bytes of this.#kept) this.#pass(bytes)
  }

  #pass(bytes: Buffer): void {
    const socket = this.#socket
    if (socket !== undefined && hasQueueRoom(socket)) socket.send(this.#header === undefined ? bytes : [this.#header, bytes])
  }

  #answered(bytes: Buffer): void {
    const { host, reply } = this.#options
    if (!this.#isAnswered) {
      this.#isAnswered = true
      this.#kept = []
      host.shared.flows.answered(this)
      if (this.backend !== undefined) host.selection.backends.succeeded(this.backend)
    }
    this.lastActive = host.shared.ticker.now
    reply(bytes)
  }

  /** The kernel passes on that nothing listens at the backend (ECONNREFUSED). Before the first answer another one is tried at once, afterwards with the next datagram. */
  #failed(socket: Socket, backend: Backend, error: Error): void {
    const { shared, selection, frontend } = this.#options.host
    if (socket !== this.#socket) return
    this.#unpin()
    if (isExhaustion(error)) {
      shared.admission.exhausted(shared.clock.now())
      return this.cut()
    }
    shared.log.debug('a backend cannot be reached', { frontend: frontend.key, target: backend.name, error: error.message })
    selection.backends.failed(backend)
    this.#tried.add(backend)
    if (!this.#isAnswered) this.#pin()
    return undefined
  }

  /** Before each datagram, as DNS servers expect it: a datagram that stands alone in the network should not depend on the one before. */
  #headerFor({ rule, frontend }: Host): Buffer | undefined {
    if (rule.proxyProtocol === 'off') return undefined
    const { client } = this.#options
    return proxyHeaderV2({ source: { ip: client.address, port: client.port }, destination: { ip: frontend.address, port: frontend.port } }, 'UDP')
  }
}

/** Whether the socket's queue takes another datagram. */
export function hasQueueRoom(socket: Socket): boolean {
  return socket.getSendQueueSize() < MOST_QUEUED_BYTES
}
