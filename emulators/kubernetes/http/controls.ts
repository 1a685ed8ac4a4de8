/** `/_fairlead/NAME`: what another part of the playground answers on the API server's URL. The server knows nothing of what is behind it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApiError, badRequest, notFound } from '../api-error.ts'
import { sendJson } from './respond.ts'

/** By method: takes the body as JSON, undefined where there is none, and answers with JSON. Throws an ApiError for what it refuses. */
export type Control = Readonly<Partial<Record<'GET' | 'POST' | 'PUT', (asked: unknown) => object>>>

interface Visit {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  readonly path: string
}

const PREFIX = '/_fairlead/'

export function isControl({ path }: Pick<Visit, 'path'>): boolean {
  return path.startsWith(PREFIX)
}

export class Controls {
  readonly #controls = new Map<string, Control>()

  add(name: string, control: Control): void {
    this.#controls.set(name, control)
  }

  /** Throws an ApiError where there is no such control, or it does not take the method. */
  handle(visit: Visit, body: Buffer): void {
    const name = visit.path.slice(PREFIX.length)
    const control = this.#controls.get(name)
    if (control === undefined) throw notFound({ group: '', plural: '_fairlead' }, name)
    const method = Object.entries(control).find(([allowed]) => allowed === visit.request.method)
    if (method === undefined) {
      const allowed = Object.keys(control)
      visit.response.setHeader('Allow', allowed.join(', '))
      throw new ApiError(405, `${visit.path} does not take ${visit.request.method}; allowed: ${allowed.join(', ')}`, {
        reason: 'MethodNotAllowed',
        details: {},
      })
    }
    sendJson(visit, 200, method[1](readJson(body)))
  }
}

function readJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(body.toString()) as unknown
  } catch (error) {
    throw badRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
