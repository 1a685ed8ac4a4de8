/** The HTTP server of an emulated cloud, on loopback. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A request, read to its end. What is asked of request and response is little, so that a client in the same process needs no socket for it. */
export interface Visit {
  readonly request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>
  readonly response: Response
  readonly body: string
}

export interface Response {
  writeHead(status: number, headers: Readonly<Record<string, string | number>>): unknown
  end(body?: string): unknown
  /** Breaks the connection instead of an answer. */
  destroy(): unknown
}

export interface ServeOptions {
  /** Why a request is refused by what its headers say of where it was sent and from where; the answer is 421 then. Default: none is. */
  readonly hostRefusal?: ((headers: IncomingHttpHeaders) => string | undefined) | undefined
  /** Default 0: a free one. */
  readonly port?: number | undefined
  /** PEM. With them it serves HTTPS, and nothing else. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
}

export interface Served {
  /** `http://127.0.0.1:PORT`; with certificates `https://127.0.0.1:PORT` */
  readonly url: string
  close(): Promise<void>
}

/** Serves until `close`. A handler that throws breaks the connection. */
export async function serve(handle: (visit: Visit) => void, { hostRefusal, port = 0, tls }: ServeOptions): Promise<Served> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = hostRefusal?.(request.headers)
    if (refusal === undefined) handle({ request, response, body: await readBody(request) })
    else response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8' }).end(`${refusal}\n`)
  }
  const listener: RequestListener = (request, response) => {
    answer(request, response).catch(() => response.destroy())
  }
  const times = { keepAliveTimeout: 120_000, requestTimeout: 0 }
  const server = tls === undefined ? createServer(times, listener) : createTlsServer({ ...times, ...tls }, listener)
  const taken = await listen(server, { host: '127.0.0.1', port })
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${taken}`, close: () => close(server) }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The port it listens on. */
export async function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Ends open connections too. */
export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
