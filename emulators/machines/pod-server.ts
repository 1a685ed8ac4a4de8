/**
 * What runs in a pod of the playground: a real little server that answers with the pod's name and the client's address, over HTTP, plain TCP (a line
 * for a line) and UDP (a datagram for a datagram). A PROXY header in front is understood, so that the answer names the client behind a balancer.
 */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { Found } from './networks.ts'
import { readProxyHeader } from './proxy-header.ts'

export interface PodServer {
  /** Starts to answer on a port; a port that is open already is nothing to do. Rejects when it cannot be bound. */
  open(port: number, protocol: 'TCP' | 'UDP'): Promise<void>
  /** Cuts everything. */
  close(): Promise<void>
}

export interface PodServerOptions {
  /** What it answers with. */
  readonly name: string
  /** The address as the cluster calls it. */
  readonly podIp: string
  /** Where a port of the pod is on this machine. */
  readonly foundAt: (port: number) => Found
  /** What it answers HTTP with instead, by path. */
  readonly files: ReadonlyMap<string, string>
}

export function createPodServer(options: PodServerOptions): PodServer {
  const opened = new Map<string, Promise<Opened>>()
  const open = async (port: number, protocol: 'TCP' | 'UDP'): Promise<void> => {
    const key = `${port}/${protocol}`
    const known = opened.get(key)
    const server = known ?? (protocol === 'TCP' ? openTcp(options, port) : openUdp(options, port))
    opened.set(key, server)
    try {
      await server
    } catch (error) {
      opened.delete(key)
      throw error
    }
  }
  return {
    open,
    async close() {
      const servers = await Promise.allSettled(opened.values())
      opened.clear()
      await Promise.all(servers.flatMap((server) => (server.status === 'fulfilled' ? [server.value.close()] : [])))
    },
  }
}

interface Opened {
  close(): Promise<void>
}

async function openTcp(options: PodServerOptions, port: number): Promise<Opened> {
  const clients = new Map<Socket, string>()
  const http = createHttpServer((request, response) => answerHttp(options, clients, request, response))
  http.keepAliveTimeout = 60_000
  const server = createServer({ noDelay: true }, (socket) => serve(socket, options, clients, http))
  const found = options.foundAt(port)
  await listening(server, (ready) => server.listen(found.port, found.ip, ready))
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of clients.keys()) socket.destroy()
      }),
  }
}

const HTTP_REQUEST = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) /

function serve(socket: Socket, options: PodServerOptions, clients: Map<Socket, string>, http: HttpServer): void {
  clients.set(socket, socket.remoteAddress ?? 'unknown')
  socket.on('close', () => clients.delete(socket))
  socket.on('error', () => socket.destroy())
  socket.once('data', (first: Buffer) => {
    const { client, rest } = readProxyHeader(first)
    if (client !== undefined) clients.set(socket, client)
    if (HTTP_REQUEST.test(rest.subarray(0, 8).toString('latin1'))) {
      socket.unshift(rest)
      http.emit('connection', socket)
      return
    }
    const reply = (chunk: Buffer): void => void socket.write(`${greeting(options, clients.get(socket))}: ${chunk.toString().trimEnd()}\n`)
    if (rest.length > 0) reply(rest)
    socket.on('data', reply)
  })
}

function answerHttp(options: PodServerOptions, clients: Map<Socket, string>, request: IncomingMessage, response: ServerResponse): void {
  request.resume()
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  response.end(options.files.get(request.url ?? '') ?? `${greeting(options, clients.get(request.socket))}\n`)
}

async function openUdp(options: PodServerOptions, port: number): Promise<Opened> {
  const found = options.foundAt(port)
  const socket: Datagrams = createSocket(found.ip.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (message, { address, port: from }) => {
    const { client, rest } = readProxyHeader(message)
    socket.send(`${greeting(options, client ?? address)}: ${rest.toString().trimEnd()}\n`, from, address)
  })
  await listening(socket, (ready) => socket.bind(found.port, found.ip, ready))
  return { close: () => new Promise((resolve) => socket.close(() => resolve())) }
}

function greeting({ name, podIp }: PodServerOptions, client = 'unknown'): string {
  return `${name} (${podIp}) to ${client}`
}

function listening(server: Server | Datagrams, listen: (ready: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    listen(() => {
      server.off('error', reject)
      server.on('error', () => undefined)
      resolve()
    })
  })
}
