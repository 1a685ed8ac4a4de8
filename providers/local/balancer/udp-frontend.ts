/** The listening side of UDP: finds the flow of each datagram, or begins one for a client that the source ranges admit. */
import { type RemoteInfo, type Socket, createSocket } from 'node:dgram'
import { bindError, type Closable } from './listening.ts'
import type { Host } from './served-frontend.ts'
import { UdpFlow } from './udp-flow.ts'

/** Bursts arrive faster than a busy event loop reads them. The kernel gives what it allows. */
const BUFFER_BYTES = 1 << 20

/** Listens on the host's address and port. Rejects with a BindError. */
export function bindUdp(host: Host): Promise<Closable> {
  const { address, port } = host.frontend
  const socket = createSocket({
    type: address.includes(':') ? 'udp6' : 'udp4',
    ipv6Only: address.includes(':'),
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES,
    // Addresses need no look-up; the default one defers each reply to the next turn of the event loop.
    lookup: (hostname, _options, found) => found(null, hostname, 0),
  })
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => reject(bindError(error, host.frontend)))
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      const flows = new Flows(host, socket)
      resolve({ close: () => flows.close() })
    })
  })
}

class Flows {
  readonly #host: Host
  readonly #socket: Socket
  /** By the client's address and port; the one that was silent longest comes first, to the precision of a tick. */
  readonly #flows = new Map<string, UdpFlow>()
  #isClosed = false

  constructor(host: Host, socket: Socket) {
    this.#host = host
    this.#socket = socket
    socket.on('message', (bytes, from) => this.#arrived(bytes, from))
    socket.on('error', (error) => host.lost(error))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const flow of this.#flows.values()) flow.cut()
    this.#socket.close()
  }

  #arrived(bytes: Buffer, from: RemoteInfo): void {
    const key = `${from.port} ${from.address}`
    const known = this.#flows.get(key)
    if (known === undefined && !this.#mayBegin(from.address)) return
    const flow = known ?? this.#begin(key, from)
    if (known !== undefined && known.lastActive !== this.#host.shared.ticker.now) this.#moveToEnd(key, known)
    flow.send(bytes)
  }

  #mayBegin(client: string): boolean {
    const { selection, shared } = this.#host
    return selection.admits(client) && shared.admission.isOpen
  }

  #begin(key: string, { address, port }: RemoteInfo): UdpFlow {
    const { shared, sessions } = this.#host
    if (this.#flows.size >= shared.limits.maxFlows) this.#endOldest()
    const flow: UdpFlow = new UdpFlow({
      host: this.#host,
      client: { address, port },
      reply: (bytes) => this.#reply(bytes, port, address),
      ended: () => {
        sessions.delete(flow)
        if (this.#flows.get(key) === flow) this.#flows.delete(key)
      },
    })
    this.#flows.set(key, flow)
    sessions.add(flow)
    return flow
  }

  #reply(bytes: Buffer, port: number, address: string): void {
    if (!this.#isClosed) this.#socket.send(bytes, port, address)
  }

  #endOldest(): void {
    for (const flow of this.#flows.values()) return flow.cut()
  }

  #moveToEnd(key: string, flow: UdpFlow): void {
    this.#flows.delete(key)
    this.#flows.set(key, flow)
  }
}
