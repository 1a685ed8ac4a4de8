/** Little servers and clients on loopback for the data plane's tests: real sockets, closed with the test that opened them. */
import { type Socket as UdpSocket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { DataPlane, DataPlaneOptions, Frontend, Rule, Target } from '../../../../providers/local/balancer/data-plane.ts'
import { createDataPlane } from '../../../../providers/local/balancer/plane.ts'
import { ManualClock } from '../../../clock.ts'
import { targetAt } from './rule.ts'

export interface Place {
  readonly address: string
  readonly port: number
}

/** Waits for something that other sockets or timers bring about; the test's own time-out ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate()
}

/** Waits until something has grown and then grows no more: for many turns of the event loop, in which whatever can move does. */
export async function standstill(size: () => number): Promise<void> {
  for (let [before, quiet] = [0, 0]; quiet < 500; await setImmediate()) {
    quiet = size() > 0 && size() === before ? quiet + 1 : 0
    before = size()
  }
}

export function startPlane(options: Partial<DataPlaneOptions> = {}): { plane: DataPlane; clock: ManualClock } {
  const clock = new ManualClock()
  const plane = createDataPlane({ clock, random: () => 0.5, ...options })
  onTestFinished(() => plane.shutdown())
  return { plane, clock }
}

export interface TcpBackend extends Place {
  readonly name: string
  readonly target: Target
  readonly sockets: readonly Socket[]
  close(): Promise<void>
}

/** What a backend does with a connection; without it, it says its name and then repeats what it hears. */
export type Serve = (socket: Socket) => void

export async function tcpBackend(name: string, serve: Serve = greetAndEcho(name), place: Partial<Place> = {}): Promise<TcpBackend> {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    serve(socket)
  })
  const { address, port } = await listening(server, place)
  const close = (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => void server.close(() => resolve()))
  }
  onTestFinished(close)
  return { name, address, port, sockets, target: targetAt(name, address, port), close }
}

function greetAndEcho(name: string): Serve {
  return (socket) => {
    socket.write(`${name}\n`)
    socket.pipe(socket)
  }
}

async function listening(server: Server, { address = '127.0.0.1', port = 0 }: Partial<Place>): Promise<AddressInfo> {
  server.listen({ port, host: address })
  await once(server, 'listening')
  return server.address() as AddressInfo
}

/** A port that nobody listens on: it was free a moment ago. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer()
  const { port } = await listening(server, { address })
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  return port
}

/** A target that refuses every connection. */
export async function deadTarget(name: string, address = '127.0.0.1'): Promise<Target> {
  return targetAt(name, address, await freePort(address))
}

export async function frontendAt(protocol: 'TCP' | 'UDP', rule: Rule, address = '127.0.0.1'): Promise<Frontend> {
  const port = protocol === 'TCP' ? await freePort(address) : await freeUdpPort(address)
  return { key: `uid/${address}/${port}/${protocol}`, address, port, protocol, rule }
}

export interface TcpClient {
  readonly socket: Socket
  /** All that was received so far. */
  text(): string
  /** How it ended: `end`, `close`, or the code of an error; undefined while it goes on. */
  ended(): string | undefined
}

export function tcpClient({ address, port }: Place, options: { readonly from?: string; readonly allowHalfOpen?: boolean } = {}): TcpClient {
  const socket = connect({
    host: address,
    port,
    allowHalfOpen: options.allowHalfOpen ?? false,
    ...(options.from === undefined ? {} : { localAddress: options.from }),
  })
  const received: Buffer[] = []
  let ended: string | undefined
  socket.on('data', (bytes: Buffer) => received.push(bytes))
  socket.on('end', () => (ended ??= 'end'))
  socket.on('error', (error: Error & { code?: string }) => (ended ??= error.code ?? error.message))
  socket.on('close', () => (ended ??= 'close'))
  onTestFinished(() => void socket.destroy())
  return { socket, text: () => Buffer.concat(received).toString('latin1'), ended: () => ended }
}

/** Which backend answers a new connection: its name, or the code of the error. The connection stays open unless asked otherwise. */
export async function whoAnswers(place: Place, from?: string): Promise<string> {
  const client = tcpClient(place, from === undefined ? {} : { from })
  await until(() => client.text().includes('\n') || client.ended() !== undefined)
  const answer = client.text().split('\n')[0] || (client.ended() ?? '')
  client.socket.destroy()
  return answer
}

export async function openClient(place: Place, from?: string): Promise<TcpClient & { readonly backend: string }> {
  const client = tcpClient(place, from === undefined ? {} : { from })
  await until(() => client.text().includes('\n') || client.ended() !== undefined)
  return { ...client, backend: client.text().split('\n')[0] ?? '' }
}

/** Whether bytes still go there and back. */
export async function echoes(client: TcpClient, word = 'hello'): Promise<boolean> {
  const before = client.text().length
  client.socket.write(word)
  await until(() => client.text().length >= before + word.length || client.ended() !== undefined)
  return client.text().slice(before) === word
}

async function boundUdp(address: string, port = 0): Promise<UdpSocket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.bind({ address, port })
  await once(socket, 'listening')
  return socket
}

async function freeUdpPort(address: string): Promise<number> {
  const socket = await boundUdp(address)
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}

export interface UdpBackend extends Place {
  readonly target: Target
  readonly heard: readonly Buffer[]
  close(): Promise<void>
}

/** Answers each datagram with its name and the datagram. */
export async function udpBackend(name: string, address = '127.0.0.1', port = 0): Promise<UdpBackend> {
  const socket = await boundUdp(address, port)
  const heard: Buffer[] = []
  socket.on('message', (bytes, from) => {
    heard.push(bytes)
    socket.send(`${name} ${bytes.toString('latin1')}`, from.port, from.address)
  })
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => (closed ??= new Promise((resolve) => socket.close(() => resolve())))
  onTestFinished(close)
  const bound = socket.address()
  return { address, port: bound.port, heard, close, target: targetAt(name, address, bound.port) }
}

export interface UdpClient {
  send(text: string): void
  readonly replies: readonly { readonly text: string; readonly from: Place }[]
  /** Sends, and waits for the next reply. */
  ask(text: string): Promise<string>
}

export async function udpClient({ address, port }: Place, from = address.includes(':') ? '::1' : '127.0.0.1'): Promise<UdpClient> {
  const socket = await boundUdp(from)
  const replies: { text: string; from: Place }[] = []
  socket.on('message', (bytes, sender) => replies.push({ text: bytes.toString('latin1'), from: { address: sender.address, port: sender.port } }))
  onTestFinished(() => new Promise((resolve) => socket.close(() => resolve())))
  const send = (text: string): void => socket.send(text, port, address)
  const ask = async (text: string): Promise<string> => {
    const before = replies.length
    send(text)
    await until(() => replies.length > before)
    return replies[before]!.text
  }
  return { send, replies, ask }
}

/** Waits for the kernel's word that nobody listens there: ECONNREFUSED, which only a connected socket is reported. */
export async function udpRefusal({ address, port }: Place): Promise<string | undefined> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.connect(port, address)
  await once(socket, 'connect')
  const refused = once(socket, 'error')
  socket.send('anybody?')
  const [error] = (await refused) as [Error & { code?: string }]
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return error.code
}
