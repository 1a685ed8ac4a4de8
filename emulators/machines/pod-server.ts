/**
 * What runs in a pod of the playground: a real little server that answers with the pod's name and the client's address, over HTTP, plain TCP (a line
 * for a line) and UDP (a datagram for a datagram). A PROXY header in front is understood, so that the answer names the client behind a balancer.
 */
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import type { Found, Networks } from './networks.ts'
import type { HttpAsked, HttpResponse } from './pod/http-response.ts'
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
  readonly standsFor: Networks['standsFor']
  readonly respond: (port: number, asked: HttpAsked, greeting: string) => HttpResponse
  /** What was answered. */
  readonly onServed: (served: Served) => void
}

export interface Served {
  readonly port: number
  readonly client: string
  readonly protocol: 'HTTP' | 'TCP' | 'UDP'
  /** Of an HTTP request; empty for others. */
  readonly what: string
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
  const opening: OpenTcp = { ...options, port, clientOf: (socket) => clients.get(socket) ?? 'unknown' }
  const http = createHttpServer((request, response) => answerHttp(opening, request, response))
  http.keepAliveTimeout = 60_000
  const server = createServer({ noDelay: true }, (socket) => serve(socket, opening, clients, http))
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

interface OpenTcp extends PodServerOptions {
  readonly port: number
  readonly clientOf: (socket: Socket) => string
}

const HTTP_REQUEST = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) /

function serve(socket: Socket, options: OpenTcp, clients: Map<Socket, string>, http: HttpServer): void {
  clients.set(socket, calledIn(options, socket.remoteAddress ?? 'unknown'))
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
    options.onServed({ port: options.port, client: options.clientOf(socket), protocol: 'TCP', what: '' })
    const reply = (chunk: Buffer): void => void socket.write(`${greeting(options, options.clientOf(socket))}: ${chunk.toString().trimEnd()}\n`)
    if (rest.length > 0) reply(rest)
    socket.on('data', reply)
  })
}

function answerHttp(options: OpenTcp, request: IncomingMessage, response: ServerResponse): void {
  const { url: path = '', method = '' } = request
  const { host = '' } = request.headers
  const client = options.clientOf(request.socket)
  const { status, text } = options.respond(options.port, { path, host }, greeting(options, client))
  request.resume()
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) }).end(text)
  options.onServed({ port: options.port, client, protocol: 'HTTP', what: `${method} ${path} ${status} (Host: ${host})` })
}

async function openUdp(options: PodServerOptions, port: number): Promise<Opened> {
  const found = options.foundAt(port)
  const socket: Datagrams = createSocket(found.ip.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (message, { address, port: from }) => {
    const { client = calledIn(options, address), rest } = readProxyHeader(message)
    socket.send(`${greeting(options, client)}: ${rest.toString().trimEnd()}\n`, from, address)
    options.onServed({ port, client, protocol: 'UDP', what: '' })
  })
  await listening(socket, (ready) => socket.bind(found.port, found.ip, ready))
  return { close: () => new Promise((resolve) => socket.close(() => resolve())) }
}

/** As the cluster calls it, where it is of the cluster. */
function calledIn({ standsFor }: PodServerOptions, ip: string): string {
  return standsFor(ip) ?? ip
}

function greeting({ name, podIp }: PodServerOptions, client: string): string {
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
