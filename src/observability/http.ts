/** What the HTTP servers of the controller have in common: where they listen, which requests they take, and how they end. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseAddress, parseListen } from '../model/address.ts'
import { hostRefusal, isLoopback } from '../model/request-host.ts'

export interface HttpServer {
  readonly url: string
  /** Cuts all connections. */
  close(): Promise<void>
}

export interface HttpOptions {
  /** Gets the requests that were meant for this server; the others are refused. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void
  /** By which it may be called, beside localhost and addresses. */
  readonly names: readonly string[]
  /** Of every answer. */
  readonly headers?: Readonly<Record<string, string>>
  /** What goes wrong with a connection, and ends nothing. Absent: it is not reported. */
  readonly onError?: (error: unknown) => void
  /** Absent: as many as come. */
  readonly mostConnections?: number
  /** What an address may look like, for the message about one that is none. */
  readonly usualPort: number
}

/**
 * Listens on `address` (`host:port`, IPv6 in brackets; without a host on every address, of both families; port 0 takes a free one). Rejects when it cannot.
 * On a loopback address, or where there are `names`, it answers no request for another name. Elsewhere it cannot know the names of the Services before it.
 */
export async function serveHttp(address: string, options: HttpOptions): Promise<HttpServer> {
  const { answer, names, headers = {}, onError = () => {}, mostConnections, usualPort } = options
  const where = parseListen(address)
  if (where === undefined)
    throw new RangeError(`${JSON.stringify(address)} is nowhere to listen; allowed: ADDRESS:PORT such as 127.0.0.1:${usualPort} or [::1]:${usualPort}`)
  const { host, port } = where
  let isChecked = names.length > 0
  const server = createServer((request, response) => {
    response.on('error', () => {})
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const refusal = isChecked ? hostRefusal(request.headers, host === undefined ? names : [...names, host]) : undefined
    if (refusal === undefined) answer(request, response)
    else respond(response, 421, refusal)
  })
  if (mostConnections !== undefined) server.maxConnections = mostConnections
  await listen(server, host, port)
  server.on('error', onError)
  const bound = server.address() as AddressInfo
  isChecked ||= isLoopback(parseAddress(bound.address) ?? bound.address)
  const name = host ?? bound.address
  return { url: `http://${name.includes(':') ? `[${name}]` : name}:${bound.port}`, close: () => close(server) }
}

/** Answers with one line of plain text. */
export function respond(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}

/** Without a host Node takes `::` for both families, and `0.0.0.0` where the machine has no IPv6. */
function listen(server: Server, host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
