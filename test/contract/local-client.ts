/** A client of the local balancer: real connections and datagrams from an address of its own. */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Connection, Delivery, Packet } from './world.ts'

/** Silence is only known by waiting. Nothing on loopback takes as long. */
const SILENCE_MS = 400
const ATTEMPTS_MS = 5_000

export async function deliver(packet: Packet): Promise<Delivery> {
  const connection = await open(packet)
  if ('dropped' in connection) return connection
  try {
    return await connection.ask()
  } finally {
    connection.close()
  }
}

export async function open(packet: Packet): Promise<Connection | { readonly dropped: string }> {
  return packet.protocol === 'TCP' ? openTcp(packet) : openUdp(packet)
}

async function openTcp({ from, to, port }: Packet): Promise<Connection | { readonly dropped: string }> {
  const socket = connect({ host: to, port, localAddress: from })
  socket.on('error', () => undefined)
  const failed = await firstOf(socket, 'connect')
  return failed ?? { ask: () => askTcp(socket), close: () => socket.destroy() }
}

async function askTcp(socket: Socket): Promise<Delivery> {
  if (socket.destroyed) return { dropped: 'closed' }
  const answered = firstOf(socket, 'data')
  const data = once(socket, 'data')
  data.catch(() => undefined)
  socket.write('who\n')
  const failed = await answered
  if (failed !== undefined) return failed
  const [bytes] = (await data) as [Buffer]
  return { backend: bytes.toString().trim() }
}

/** Undefined when the event came first; otherwise what came instead of it. */
function firstOf(socket: Socket, event: 'connect' | 'data'): Promise<{ readonly dropped: string } | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done({ dropped: 'no answer' }), ATTEMPTS_MS)
    const onEvent = (): void => done(undefined)
    const onError = (error: NodeJS.ErrnoException): void => done({ dropped: error.code === 'ECONNREFUSED' ? 'refused' : (error.code ?? error.message) })
    const onClose = (): void => done({ dropped: 'closed' })
    const done = (result: { readonly dropped: string } | undefined): void => {
      clearTimeout(timer)
      socket.off(event, onEvent).off('error', onError).off('close', onClose)
      resolve(result)
    }
    socket.once(event, onEvent).once('error', onError).once('close', onClose)
  })
}

async function openUdp({ from, to, port }: Packet): Promise<Connection> {
  const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4')
  socket.bind(0, from)
  await once(socket, 'listening')
  socket.connect(port, to)
  await once(socket, 'connect')
  return { ask: () => askUdp(socket), close: () => socket.close() }
}

function askUdp(socket: Datagrams): Promise<Delivery> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done({ dropped: 'silence' }), SILENCE_MS)
    const onMessage = (message: Buffer): void => done({ backend: message.toString() })
    const onError = (error: NodeJS.ErrnoException): void => done({ dropped: error.code === 'ECONNREFUSED' ? 'refused' : (error.code ?? error.message) })
    const done = (delivery: Delivery): void => {
      clearTimeout(timer)
      socket.off('message', onMessage).off('error', onError)
      resolve(delivery)
    }
    socket.once('message', onMessage).once('error', onError)
    socket.send('who')
  })
}
