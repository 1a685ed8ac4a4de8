/** The Compute API: which handler answers a request, and how answers and refusals are written. */
import type { Refused } from '../../cloud/faults.ts'
import type { Api, Reply } from '../../cloud/http/front-door.ts'
import type { Params } from '../../cloud/http/router.ts'
import type { Visit } from '../../cloud/http/serve.ts'
import type { Asked } from '../../cloud/journal.ts'
import { type Json, type JsonObject, compact } from '../../cloud/json.ts'
import type { Limiter } from '../../cloud/limiter.ts'
import { type Compute, settle } from '../store/compute.ts'
import type { Answer, Handler } from './handler.ts'
import { route } from './perform.ts'
import { Refusal, nothingAt, rateLimitExceeded } from './refusal.ts'
import { checkProject } from './scope.ts'

export interface ComputeCall extends Asked {
  readonly handler: Handler | undefined
  readonly params: Params
  readonly url: URL
}

export interface ApiProps {
  readonly compute: Compute
  readonly limiter: Limiter
}

export function computeApi(props: ApiProps): Api<ComputeCall> {
  return {
    read,
    answer(call, visit, refused) {
      try {
        return replyOf(run(props, { call, visit, refused }))
      } catch (error) {
        const refusal =
          error instanceof Refusal
            ? error
            : new Refusal('internalError', error instanceof Error ? (error.stack ?? error.message) : String(error), { status: 500 })
        return { ...replyOf({ status: refusal.status, body: bodyOf(refusal) }), code: refusal.reason }
      }
    },
  }
}

function read({ request }: Visit): ComputeCall {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const method = request.method ?? 'GET'
  const { handler, params } = route(method, url.pathname) ?? { handler: undefined, params: {} }
  const action = handler?.action ?? `${method} ${url.pathname}`
  return { service: 'compute', action, kind: handler?.kind ?? (method === 'GET' ? 'read' : 'write'), handler, params, url }
}

interface Request {
  readonly call: ComputeCall
  readonly visit: Visit
  readonly refused: Refused | undefined
}

function run({ compute, limiter }: ApiProps, { call, visit, refused }: Request): Answer {
  settle(compute)
  const { handler, params, url } = call
  if (refused !== undefined) throw refusalFor(refused)
  if (!limiter.admits(call)) throw rateLimitExceeded()
  if (handler === undefined) throw nothingAt(url.pathname)
  checkProject(compute, params['project'] ?? '')
  const base = `http://${visit.request.headers.host ?? 'localhost'}/compute/v1/`
  return handler.run({ compute, params, query: url.searchParams, base, json: () => parse(visit.body) })
}

/** The official client sends an empty JSON text where there is no body. */
function parse(body: string): Json {
  try {
    const sent = JSON.parse(body.trim() === '' ? '{}' : body) as Json
    return sent === '' ? {} : sent
  } catch {
    throw new Refusal('parseError', 'Parse Error')
  }
}

function refusalFor(refused: Refused): Refusal {
  if (refused === 'throttle') return rateLimitExceeded()
  if (refused === '500') return new Refusal('internalError', 'Internal error. Please try again or contact Google Support.', { status: 500 })
  if (refused === '503') return new Refusal('backendError', 'The service is currently unavailable.', { status: 503 })
  const { code, status, message = 'The request was made to fail.', detail } = refused
  const details = detail === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: detail, domain: 'googleapis.com' }]
  return new Refusal(code, message, { status, details })
}

/** As recorded of 404; `details` are of the newer gateway. */
function bodyOf({ status, reason, message, details }: Refusal): JsonObject {
  return { error: { code: status, message, errors: [{ message, domain: 'global', reason }], ...(details.length === 0 ? {} : { details }) } }
}

function replyOf({ status, body }: Answer): Reply {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(compact(body)) }
}
