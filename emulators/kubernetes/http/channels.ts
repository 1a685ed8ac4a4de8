/** What port-forwards and commands share: a WebSocket of numbered channels, as the kubelet behind a real server speaks it: each message begins with the number of its channel. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { badRequest, tooManyRequests } from '../api-error.ts'

export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

export interface ChannelsOptions {
  /** Subprotocols, the best first. */
  readonly protocols: readonly string[]
  /** What goes over them, for messages: `ports are forwarded`. */
  readonly what: string
  /** Bytes of one message of a client. */
  readonly mostInMessage: number
}

const MOST_CLIENTS = 256

/** The WebSockets of one subresource. */
export class Channels {
  readonly #options: ChannelsOptions
  readonly #sockets: WebSocketServer

  constructor(options: ChannelsOptions) {
    this.#options = options
    const handleProtocols = (offered: ReadonlySet<string>): string | false => options.protocols.find((protocol) => offered.has(protocol)) ?? false
    this.#sockets = new WebSocketServer({ noServer: true, handleProtocols, maxPayload: options.mostInMessage })
  }

  /** Throws an ApiError when the client offers none of the protocols, or there are too many clients. */
  refuse({ headers }: IncomingMessage): void {
    const { protocols, what } = this.#options
    const offered = new Set((headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim()))
    if (!protocols.some((protocol) => offered.has(protocol))) {
      throw badRequest(`${what} over a WebSocket with the subprotocol ${protocols.join(' or ')} alone`)
    }
    if (this.#sockets.clients.size >= MOST_CLIENTS) throw tooManyRequests(`${what} for ${MOST_CLIENTS} clients already; end one of them`)
  }

  open({ request, socket, head }: Upgrade, serve: (client: WebSocket) => void): void {
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate())
      serve(client)
    })
  }

  close(): void {
    for (const client of this.#sockets.clients) client.terminate()
  }
}

/** Resolves when the connection has taken it, or has gone. */
export function sendOn(client: WebSocket, channel: number, bytes: Buffer | string): Promise<void> {
  return new Promise((done) => client.send(Buffer.concat([Buffer.from([channel]), Buffer.from(bytes)]), () => done()))
}
