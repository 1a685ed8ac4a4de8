/**
 * JSON over HTTP to one API server: one pool of connections, time-outs, our own rate limit, credentials that are renewed, and every failure as a
 * KubernetesError. It repeats nothing, except once with new credentials after a 401.
 */
import { type Dispatcher, request as send } from 'undici'
import type { Clock } from '../model/clock.ts'
import type { Access, TlsMaterial } from './access.ts'
import { KubernetesError } from './api.ts'
import { dispatcherFor } from './dispatcher.ts'
import { linesOf } from './lines.ts'
import type { RateLimit } from './rate-limit.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Begins with a slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly signal: AbortSignal
  /** Passes by the rate limit: what keeps our lease must not queue behind our own writes. */
  readonly isUrgent?: boolean
}

export interface Transport {
  /** The answer's JSON. */
  json(call: Call): Promise<unknown>
  /** The answer's lines, for as long as the server sends them. */
  lines(call: Call): AsyncIterable<string>
  close(): Promise<void>
}

export interface TransportOptions {
  readonly access: Access
  readonly clock: Clock
  readonly userAgent: string
  readonly limit: RateLimit
}

/** The API server itself bounds a request to 60 s, and what takes that long is better tried again. */
const ANSWER_WITHIN_MS = 35_000
const CONNECTIONS = 16

export function httpTransport(options: TransportOptions): Transport {
  return new HttpTransport(options)
}

class HttpTransport implements Transport {
  readonly #options: TransportOptions
  readonly #closed = new AbortController()
  #pool: { readonly tls: TlsMaterial; readonly dispatcher: Dispatcher } | undefined

  constructor(options: TransportOptions) {
    this.#options = options
  }

  async json(call: Call): Promise<unknown> {
    const deadline = new AbortController()
    const timer = this.#options.clock.setTimeout(() => deadline.abort(), 2 * ANSWER_WITHIN_MS)
    try {
      const { body } = await this.#authorised(call, AbortSignal.any([call.signal, this.#closed.signal, deadline.signal]))
      return await body.json()
    } catch (error) {
      throw this.#failure(error, call)
    } finally {
      timer.cancel()
    }
  }

  async *lines(call: Call): AsyncGenerator<string, void, undefined> {
    try {
      const { body } = await this.#authorised(call, AbortSignal.any([call.signal, this.#closed.signal]))
      yield* linesOf(body)
    } catch (error) {
      throw this.#failure(error, call)
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#pool?.dispatcher.destroy()
  }

  /** The answer, if it is a success. */
  async #authorised(call: Call, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    if (call.isUrgent !== true) await this.#options.limit.acquire(signal)
    const answer = await this.#send(call, signal)
    if (answer.statusCode !== 401) return succeeded(answer)
    await answer.body.dump()
    this.#options.access.doubt()
    return succeeded(await this.#send(call, signal))
  }

  async #send({ method, path, query, body, contentType }: Call, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { access, userAgent } = this.#options
    const [dispatcher, credentials] = [await this.#dispatcher(), await access.headers()]
    const content = body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }
    return send(`${access.server}${path}${queryText(query)}`, {
      method,
      dispatcher,
      signal,
      headers: { accept: 'application/json', 'user-agent': userAgent, ...content, ...credentials },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  }

  /** The pool for the TLS material of now. One that was rotated out finishes what it is carrying. */
  async #dispatcher(): Promise<Dispatcher> {
    const { access } = this.#options
    const tls = await access.tls()
    if (this.#pool?.tls === tls) return this.#pool.dispatcher
    void this.#pool?.dispatcher.close()
    const dispatcher = poolFor(tls, access.proxy)
    this.#pool = { tls, dispatcher }
    return dispatcher
  }

  #failure(error: unknown, { method, path, signal }: Call): unknown {
    if (error instanceof KubernetesError || signal.aborted) return error
    // The server may have a new certificate, or the pool an old one.
    this.#options.access.doubt()
    return new KubernetesError(0, 'NoAnswer', `the API server ${this.#options.access.server} did not answer ${method} ${path}: ${describe(error)}`, {
      cause: error,
    })
  }
}

function poolFor(tls: TlsMaterial, proxy: string | undefined): Dispatcher {
  return dispatcherFor({ tls, proxy, connections: CONNECTIONS, keepAliveTimeout: 30_000, headersTimeout: ANSWER_WITHIN_MS, bodyTimeout: 0 })
}

async function succeeded(answer: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData> {
  if (answer.statusCode >= 200 && answer.statusCode < 300) return answer
  const text = await answer.body.text()
  throw statusError(answer.statusCode, text, retryAfterMs(answer.headers['retry-after']))
}

interface Status {
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly retryAfterSeconds?: number }
}

/** The error of a `Status` object, which comes as a body and as an event of a watch. */
export function errorOfStatus({ code, reason, message, details }: Status, fallback: { status: number; retryAfterMs?: number | undefined }): KubernetesError {
  const afterMs = fallback.retryAfterMs ?? (details?.retryAfterSeconds === undefined ? undefined : details.retryAfterSeconds * 1000)
  const status = code ?? fallback.status
  const options = afterMs === undefined ? {} : { retryAfterMs: afterMs }
  return new KubernetesError(status, reason ?? 'Unknown', message ?? `the API server answered ${status}`, options)
}

/** Proxies on the way answer with pages. */
function statusError(status: number, text: string, retryAfter: number | undefined): KubernetesError {
  const parsed = ((): Status | undefined => {
    try {
      return JSON.parse(text) as Status
    } catch {
      return undefined
    }
  })()
  const isStatus = typeof parsed === 'object' && parsed !== null
  return errorOfStatus(isStatus ? { ...parsed, code: status } : {}, { status, retryAfterMs: retryAfter })
}

/** Seconds; the other form of the header, a date, is sent by no API server. */
function retryAfterMs(header: string | string[] | undefined): number | undefined {
  const seconds = Number(header ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
}

function queryText(query: Call['query']): string {
  const entries = Object.entries(query ?? {}).flatMap(([key, value]): [string, string][] => (value === undefined ? [] : [[key, String(value)]]))
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`
}

/** undici names the matter in `code` or in the cause; none of that holds a header. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'AbortError') return 'timed out'
  const code = 'code' in error && typeof error.code === 'string' && !error.message.includes(error.code) ? ` (${error.code})` : ''
  return `${error.message || error.name}${code}`
}
