/** The listening side of UDP: finds the flow of each datagram, or begins one for a client that the source ranges admit. */
import { type RemoteInfo, type Socket, createSocket } from 'node:dgram'
import { bindError, type Closable } from './listening.ts'
import type { Host } from './served-frontend.ts'
import { hasQueueRoom, UdpFlow } from './udp-flow.ts'

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
    const refused = (error: Error): void => reject(bindError(error, host.frontend))
    socket.once('error', refused)
    try {
      socket.bind({ address, port, exclusive: true }, () => {
        const flows = new Flows(host, socket)
        socket.off('error', refused)
        resolve({ close: () => flows.close() })
      })
    } catch (error) {
      socket.close()
      refused(error as Error)
    }
  })
}

class Flows {
  readonly #host: Host
  readonly #socket: Socket
  /** By the client's address and port. */
  readonly #flows = new Map<string, UdpFlow>()
  #isClosed = false

  constructor(host: Host, socket: Socket) {
    this.#host = host
    this.#socket = socket
    const protect = host.shared.guard.protect('listener')
    socket.on(
      'message',
      protect((bytes: Buffer, from: RemoteInfo) => this.#arrived(bytes, from)),
    )
    socket.on(
      'error',
      protect((error: Error) => host.lost(error)),
    )
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const flow of this.#flows.values()) flow.cut()
    this.#socket.close()
  }

  #arrived(bytes: Buffer, from: RemoteInfo): void {
    // A forged source: there is no port 0 to answer to.
    if (from.port === 0) return
    const key = `${from.port} ${from.address}`
    const known = this.#flows.get(key)
    if (known === undefined && !this.#mayBegin(from.address)) return
    const flow = known ?? this.#begin(key, from)
    const { shared } = this.#host
    if (known !== undefined && known.lastActive !== shared.ticker.now) shared.flows.touched(known)
    shared.guard.run(
      'flow',
      () => flow.send(bytes),
      () => flow.cut(),
    )
  }

  #mayBegin(client: string): boolean {
    const { selection, shared } = this.#host
    return selection.admits(client) && shared.admission.hasDescriptors
  }

  #begin(key: string, { address, port }: RemoteInfo): UdpFlow {
    const { shared, sessions } = this.#host
    const flow: UdpFlow = new UdpFlow({
      host: this.#host,
      client: { address, port },
      reply: (bytes) => this.#reply(bytes, port, address),
      ended: () => {
        sessions.delete(flow)
        if (this.#flows.get(key) === flow) this.#flows.delete(key)
      },
    })
    shared.flows.begin(flow)
    this.#flows.set(key, flow)
    sessions.add(flow)
    return flow
  }

  #reply(bytes: Buffer, port: number, address: string): void {
    if (!this.#isClosed && hasQueueRoom(this.#socket)) this.#socket.send(bytes, port, address)
  }
}
