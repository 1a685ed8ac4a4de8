/** Clients of a load balancer: HTTP requests, plain connections and datagrams from a chosen address of this machine, and who listens where. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'

export interface From {
  /** The client's own address. */
  readonly from?: string
}

/** One request on a connection of its own: the answer's body, or the code of what went wrong (`ECONNREFUSED`, `ECONNRESET`). */
export async function ask(address: string, port: number, options: From = {}): Promise<string> {
  try {
    const answer = await exchange(await open(address, port, options), `GET / HTTP/1.1\r\nHost: ${address}\r\nConnection: close\r\n\r\n`)
    const [head = '', ...body] = answer.split('\r\n\r\n')
    return head.startsWith('HTTP/1.1 200') ? unchunked(body.join('\r\n\r\n')) : head === '' ? 'closed' : head
  } catch (error) {
    return codeOf(error)
  }
}

export async function open(address: string, port: number, { from }: From = {}): Promise<Socket> {
  const socket = connect({ host: address, port, ...(from === undefined ? {} : { localAddress: from }) })
  await once(socket, 'connect')
  return socket
}

/** A line there and back, on a connection that stays open. */
export async function say(socket: Socket, line: string): Promise<string> {
  const answer = once(socket, 'data') as Promise<[Buffer]>
  socket.write(`${line}\n`)
  return (await answer)[0].toString()
}

function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.once('error', reject)
    socket.once('close', () => resolve(text))
    socket.write(request)
  })
}

/** A body that comes in one chunk, as the pods send theirs, or with its length given. */
function unchunked(body: string): string {
  return body.replace(/^[0-9a-f]+\r\n/, '').replace(/\r\n0\r\n\r\n$/, '')
}

/**
 * One datagram there and back. Datagrams may be lost: it is sent again until there is an answer, or until `isOver`, which is how it is known that none will
 * come.
 */
export async function askDatagram(address: string, port: number, { from, isOver }: From & { readonly isOver?: AbortSignal } = {}): Promise<string> {
  const socket = createSocket('udp4')
  const answered = Promise.withResolvers<string>()
  const refused = (): void => undefined
  socket.on('message', (message) => answered.resolve(message.toString()))
  socket.on('error', refused)
  isOver?.addEventListener('abort', () => answered.resolve('nothing'), { once: true })
  socket.bind({ port: 0, ...(from === undefined ? {} : { address: from }) })
  await once(socket, 'listening')
  const send = (): void => socket.send('hello', port, address, refused)
  send()
  const again = setInterval(send, 50)
  try {
    return await answered.promise
  } finally {
    clearInterval(again)
    socket.close()
  }
}

/** `ADDRESS:PORT/PROTOCOL` of every socket of this machine that takes clients and whose address begins with `prefix`. */
export function listening(prefix: string): readonly string[] {
  return (['tcp', 'udp'] as const).flatMap((protocol) =>
    readFileSync(`/proc/net/${protocol}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , remote, state]) => remote === '00000000:0000' && state === (protocol === 'tcp' ? '0A' : '07'))
      .map(([, local = '']) => `${addressText(local)}/${protocol.toUpperCase()}`)
      .filter((text) => text.startsWith(prefix)),
  )
}

/** The kernel shows addresses as hexadecimal numbers, in the byte order of the machine: little-endian on all that Node 24 runs on. */
function addressText(hex: string): string {
  const [address = '', port = ''] = hex.split(':')
  return `${[...Buffer.from(address, 'hex')].toReversed().join('.')}:${Number.parseInt(port, 16)}`
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}
