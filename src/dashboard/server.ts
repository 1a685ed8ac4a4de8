/** The dashboard's HTTP server. It answers GET and HEAD, changes nothing, and nothing that it is asked ends the process. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseAddress, parseListen } from '../model/address.ts'
import { isLoopback } from '../model/request-host.ts'
import { type HttpServer, respond, serveHttp } from '../observability/http.ts'
import { type Gate, sessionCookie } from './authenticate.ts'
import { type DashboardApi, type Found, NOT_FOUND } from './api.ts'
import { pageFiles, type PageFile } from './page-files.ts'

export interface DashboardOptions {
  readonly api: DashboardApi
  readonly gate: Gate
  /** Names by which it may be called, beside localhost and addresses. */
  readonly names: readonly string[]
  readonly onError: (error: unknown) => void
}

const MOST_CONNECTIONS = 100

const HEADERS = {
  'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/** Listens as `serveHttp` does. Rejects when it cannot. Without a gate that asks for a token it is to be on loopback alone: see `isOnLoopback`. */
export async function serveDashboard(address: string, options: DashboardOptions): Promise<HttpServer> {
  const answering: Answering = { ...options, files: pageFiles() }
  const server = await serveHttp(address, {
    answer(request, response) {
      answer(request, response, answering).catch((error: unknown) => {
        options.onError(error)
        if (response.headersSent) response.destroy()
        else respond(response, 500, 'the request failed; the log has the reason')
      })
    },
    names: options.names,
    headers: HEADERS,
    onError: options.onError,
    mostConnections: MOST_CONNECTIONS,
    usualPort: 9441,
  })
  return {
    url: server.url,
    close() {
      options.api.close()
      return server.close()
    },
  }
}

/** Whether only this machine reaches the address. A name other than localhost may be any address. */
export function isOnLoopback(address: string): boolean {
  const host = parseListen(address)?.host
  if (host === undefined) return false
  const numeric = parseAddress(host)
  return numeric === undefined ? host === 'localhost' : isLoopback(numeric)
}

interface Answering extends DashboardOptions {
  readonly files: (path: string) => Promise<PageFile | undefined>
}

async function answer(request: IncomingMessage, response: ServerResponse, answering: Answering): Promise<void> {
  const { method = 'GET', headers } = request
  request.resume()
  if (method !== 'GET' && method !== 'HEAD') return respond(response.setHeader('allow', 'GET, HEAD'), 405, 'only GET and HEAD')
  // What begins with two slashes would be another host.
  const url = URL.parse(`http://dashboard${request.url ?? '/'}`)
  if (url === null) return respond(response, 400, 'the path is malformed')
  if (!url.pathname.startsWith('/api/')) return answerFile(response, await answering.files(url.pathname))
  // Pages of other origins cannot read an answer, and are not to hold a stream open either.
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return respond(response, 403, 'requests of other sites are not answered')
  return answerData(request, response, { ...answering, url })
}

function answerFile(response: ServerResponse, file: PageFile | undefined): void {
  if (file === undefined) return respond(response, 404, 'not found')
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.content.length }).end(file.content)
  return undefined
}

async function answerData(request: IncomingMessage, response: ServerResponse, { api, gate, url }: Answering & { readonly url: URL }): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { authorization, cookie } = request.headers
  const verdict = await gate.check({ authorization, cookie }, gone.signal)
  switch (verdict.kind) {
    case 'unauthorized':
      return respond(response.setHeader('www-authenticate', 'Bearer'), 401, 'a token is needed')
    case 'forbidden':
      return respond(response, 403, 'the user of this token may not list Services in all namespaces')
    case 'busy':
      return respond(response.setHeader('retry-after', '1'), 429, 'too many tokens are checked; try again in a second')
    case 'unknown':
      return respond(response.setHeader('retry-after', '5'), 503, 'the API server did not check the token; try again')
    case 'allowed':
      return request.method === 'HEAD' ? void response.writeHead(200).end() : answerAllowed(response, { api, url, token: verdict.token, signal: gone.signal })
    default:
      return verdict satisfies never
  }
}

interface Allowed {
  readonly api: DashboardApi
  readonly url: URL
  readonly token: string | undefined
  readonly signal: AbortSignal
}

async function answerAllowed(response: ServerResponse, { api, url, token, signal }: Allowed): Promise<void> {
  switch (url.pathname) {
    case '/api/session':
      return answerSession(response, url.searchParams.has('end') ? undefined : token)
    case '/api/stream':
      return answerStream(response, api)
    case '/api/services':
      return answerList(response, api, signal)
    case '/api/service':
      return json(response, await api.service(url.searchParams.get('namespace') ?? '', url.searchParams.get('name') ?? ''))
    case '/api/orphans':
      return json(response, await api.orphans(signal))
    case '/api/activity':
      return json(response, api.activity())
    default:
      return respond(response, 404, 'not found')
  }
}

/** From now on the browser sends the token itself, with each request and with that of the stream. */
function answerSession(response: ServerResponse, token: string | undefined): void {
  response.writeHead(204, { 'set-cookie': sessionCookie(token) }).end()
}

function answerStream(response: ServerResponse, api: DashboardApi): void {
  if (api.isFull()) return respond(response.setHeader('retry-after', '10'), 503, 'too many pages are open')
  // Without a delay: an event is a small packet, and the next may come much later.
  response.socket?.setNoDelay(true)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
  response.write('retry: 2000\n\n')
  api.follow(response)
  return undefined
}

/** A row a line; no more than is read is made. */
async function answerList(response: ServerResponse, api: DashboardApi, signal: AbortSignal): Promise<void> {
  const list = api.list()
  if (list === undefined) return respond(response.setHeader('retry-after', '2'), 503, 'too many lists are read')
  response.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8' })
  for await (const text of list) {
    if (signal.aborted) return undefined
    if (!response.write(text)) await new Promise<void>((resolve) => void response.once('drain', resolve).once('close', resolve))
  }
  response.end()
  return undefined
}

function json(response: ServerResponse, found: Found): void {
  if (found === NOT_FOUND) return respond(response, 404, 'not found')
  const text = JSON.stringify(found)
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) }).end(text)
  return undefined
}
