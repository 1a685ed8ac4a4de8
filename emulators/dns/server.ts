/** The sockets of a DNS server on loopback: one port for UDP and TCP. */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Answer, Question } from './answer.ts'
import { respond } from './wire.ts'

export interface DnsServerOptions {
  /** 0 takes a free one. */
  readonly port: number
  readonly answerTo: (question: Question) => Answer
}

export interface DnsServer {
  readonly port: number
  close(): Promise<void>
}

export const LOOPBACK = '127.0.0.1'

/** Of one question with its options; a longer one ends the connection. */
const LONGEST_QUERY = 4_096
const MOST_CONNECTIONS = 128
const IDLE_MS = 10_000
/** A port that is free for TCP may be taken for UDP. */
const ATTEMPTS = 10

/** Rejects with the error of the socket when the port cannot be had. */
export async function startDnsServer({ port, answerTo }: DnsServerOptions): Promise<DnsServer> {
  const clients = new Set<Socket>()
  const tcp = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    void serve(socket, answerTo)
  })
  tcp.maxConnections = MOST_CONNECTIONS
  const udp = await bound(tcp, port)
  udp.on('error', () => undefined)
  udp.on('message', (message, { address, port: from }) => {
    const reply = respond(message, { transport: 'udp', answerTo })
    if (reply !== undefined) udp.send(reply, from, address, () => undefined)
  })
  return {
    port: portOf(tcp),
    async close() {
      for (const client of clients) client.destroy()
      await Promise.all([new Promise((done) => tcp.close(done)), new Promise<void>((done) => udp.close(done))])
    },
  }
}

async function bound(tcp: Server, port: number): Promise<Datagrams> {
  for (let attempt = 1; ; attempt++) {
    await listening(tcp, () => tcp.listen(port, LOOPBACK))
    const udp = createSocket('udp4')
    try {
      await listening(udp, () => udp.bind(portOf(tcp), LOOPBACK))
      return udp
    } catch (error) {
      udp.close()
      await new Promise((done) => tcp.close(done))
      if (port !== 0 || attempt === ATTEMPTS) throw error
    }
  }
}

async function listening(socket: Server | Datagrams, begin: () => void): Promise<void> {
  begin()
  await once(socket, 'listening')
}

function portOf(tcp: Server): number {
  return (tcp.address() as AddressInfo).port
}

/** One question after the other: a client that does not read its replies is not read either. */
async function serve(socket: Socket, answerTo: DnsServerOptions['answerTo']): Promise<void> {
  try {
    for await (const query of queriesOf(socket)) {
      const reply = respond(query, { transport: 'tcp', answerTo })
      if (reply === undefined) break
      const length = Buffer.alloc(2)
      length.writeUInt16BE(reply.length)
      if (!socket.write(Buffer.concat([length, reply]))) await once(socket, 'drain')
    }
  } catch {
    // The client has gone.
  }
  socket.end()
}

/** Each comes behind its length in two bytes (RFC 1035, 4.2.2). Ends at one that is too long. */
async function* queriesOf(socket: Socket): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk as Buffer])
    while (rest.length >= 2) {
      const length = rest.readUInt16BE(0)
      if (length > LONGEST_QUERY) return
      if (rest.length < 2 + length) break
      yield rest.subarray(2, 2 + length)
      rest = rest.subarray(2 + length)
    }
  }
}
