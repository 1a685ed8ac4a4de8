/** Puts answers on the wire. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { stringify } from 'yaml'
import { ApiError } from '../api-error.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
}

/** JSON; indented for people (`?pretty`, curl), as the real server does; YAML when it is asked for. */
export function sendJson({ request, response, query }: Exchange, code: number, body: unknown, contentType = 'application/json'): void {
  const isYaml = request.headers.accept?.startsWith('application/yaml') === true
  const text = isYaml ? stringify(body) : JSON.stringify(body, null, isForPeople(request, query) ? 2 : undefined) + (isForPeople(request, query) ? '' : '\n')
  sendText(response, code, { text, contentType: isYaml ? 'application/yaml' : contentType })
}

function isForPeople(request: IncomingMessage, query: URLSearchParams): boolean {
  const asked = query.get('pretty')
  return asked === null ? /^(curl|Wget|Mozilla)\//.test(request.headers['user-agent'] ?? '') : asked !== 'false' && asked !== '0'
}

export function sendText(
  response: ServerResponse,
  code: number,
  { text, contentType = 'text/plain; charset=utf-8' }: { text: string; contentType?: string },
): void {
  const bytes = Buffer.from(text)
  response.writeHead(code, { 'Content-Type': contentType, 'Content-Length': bytes.length, 'Cache-Control': 'no-cache, private' })
  response.end(bytes)
}

export function sendError(exchange: Exchange, error: unknown): void {
  const { response } = exchange
  if (response.headersSent) {
    response.destroy()
    return
  }
  const refused = error instanceof ApiError ? error : new ApiError(500, `Internal error occurred: ${String(error)}`, { reason: 'InternalError' })
  const retryAfter = refused.status.details?.retryAfterSeconds
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter))
  sendJson(exchange, refused.code, refused.status)
}

/** `Warning: 299` headers; kubectl prints each once. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length > 0) {
    response.setHeader(
      'Warning',
      [...new Set(warnings)].map((text) => `299 - ${JSON.stringify(text)}`),
    )
  }
}
