/** The API of Azure: which handler answers a request, and how answers and refusals are written. */
import type { Refused } from '../../cloud/faults.ts'
import type { Api, Reply } from '../../cloud/http/front-door.ts'
import type { Visit } from '../../cloud/http/serve.ts'
import type { Asked } from '../../cloud/journal.ts'
import type { Limiter } from '../../cloud/limiter.ts'
import { callKind } from '../limiter.ts'
import { type Json, compact } from '../schema/json.ts'
import { type Subscription, uuid } from '../store/subscription.ts'
import type { Answer, Ask, Handler, Service } from './handler.ts'
import { route } from './perform.ts'
import { Refusal } from './refusal.ts'
import type { Params } from '../../cloud/http/router.ts'

export interface AzureCall extends Asked {
  readonly service: Service
  readonly handler: Handler | undefined
  readonly params: Params
  readonly url: URL
}

export interface ApiProps {
  readonly subscription: Subscription
  readonly limiters: readonly Limiter[]
  /** `https` or `http`. */
  readonly scheme: string
}

export function azureApi(props: ApiProps): Api<AzureCall> {
  let answers = 0
  return {
    read,
    answer(call, visit, refused) {
      answers += 1
      const id = uuid(`request ${answers}`)
      try {
        return replyOf(call, run(props, { call, visit, refused }), id)
      } catch (error) {
        const refusal =
          error instanceof Refusal
            ? error
            : new Refusal('InternalServerError', error instanceof Error ? (error.stack ?? error.message) : String(error), { status: 500 })
        return { ...replyOf(call, answerOf(refusal), id, refusal), code: refusal.reason }
      }
    },
  }
}

function read({ request }: Visit): AzureCall {
  const url = new URL(request.url ?? '/', 'https://localhost')
  const method = request.method ?? 'GET'
  const { handler, params } = route(method, url.pathname) ?? { handler: undefined, params: {} }
  const kind = handler?.kind ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'write')
  if (handler === undefined) return { service: 'unknown', action: `${method} ${url.pathname}`, kind, handler, params, url }
  const { service, action } = handler
  return {
    service: typeof service === 'string' ? service : service(params),
    action: typeof action === 'string' ? action : action(params),
    kind,
    handler,
    params,
    url,
  }
}

interface Request {
  readonly call: AzureCall
  readonly visit: Visit
  readonly refused: Refused | undefined
}

function run({ subscription, limiters, scheme }: ApiProps, { call, visit, refused }: Request): Answer {
  subscription.operations.settle()
  const { handler, params, url } = call
  const version = url.searchParams.get('api-version') ?? ''
  if (refused !== undefined) throw refusalFor(refused)
  const header = (name: string): string | undefined => {
    const value = visit.request.headers[name]
    return typeof value === 'string' ? value : undefined
  }
  if (handler?.isOpen !== true) {
    checkToken(subscription, header('authorization'))
    if (version === '')
      throw new Refusal('MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.', { isGateway: true })
  }
  const limiter = limiters.find((one) => !one.admits(call))
  if (limiter !== undefined) throw tooMany(limiter.secondsUntil(call))
  if (handler === undefined) throw new Refusal('NotFound', `There is nothing at ${url.pathname}.`, { status: 404, isGateway: true })
  checkSubscription(subscription, params['subscription'])
  const base = `${scheme}://${header('host') ?? 'localhost'}`
  const ask: Ask = {
    subscription,
    params,
    query: url.searchParams,
    header,
    version,
    base,
    json: () => parse(visit.body),
    form: () => new URLSearchParams(visit.body),
  }
  return handler.run(ask)
}

function parse(body: string): Json {
  try {
    return JSON.parse(body === '' ? '{}' : body) as Json
  } catch (error) {
    throw new Refusal(
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: '${error instanceof Error ? error.message : ''}'.`,
      { isGateway: true },
    )
  }
}

function checkToken({ tokens }: Subscription, authorization: string | undefined): void {
  if (authorization === undefined)
    throw new Refusal('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.", { status: 401, isGateway: true })
  const [scheme, token = ''] = authorization.split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || token === '')
    throw new Refusal('AuthenticationFailedInvalidHeader', "Authentication failed. The 'Authorization' header is provided in an invalid format.", {
      status: 401,
      isGateway: true,
    })
  if (tokens.isOver(token))
    throw new Refusal('ExpiredAuthenticationToken', 'The access token expiry UTC time is earlier than current UTC time.', { status: 401, isGateway: true })
}

function checkSubscription({ id }: Subscription, asked: string | undefined): void {
  if (asked === undefined || asked.toLowerCase() === id.toLowerCase()) return
  throw new Refusal('SubscriptionNotFound', `The subscription '${asked}' could not be found.`, { status: 404, isGateway: true })
}

function tooMany(seconds: number): Refusal {
  return new Refusal('TooManyRequests', 'The request is being throttled as the limit has been reached for operation type - Write or Read.', {
    status: 429,
    retryAfterSeconds: seconds,
    isGateway: true,
  })
}

const THROTTLED_SECONDS = 20

function refusalFor(refused: Refused): Refusal {
  if (refused === 'throttle') return tooMany(THROTTLED_SECONDS)
  if (refused === '500') return new Refusal('InternalServerError', 'An error occurred.', { status: 500 })
  if (refused === '503') return new Refusal('ServerTimeout', 'The request timed out.', { status: 503, isGateway: true })
  const { code, status, message = 'The request was made to fail.', retryAfterSeconds, detail } = refused
  return new Refusal(code, message, {
    status,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(detail === undefined ? {} : { details: [{ code: detail, message }] }),
  })
}

/** The provider lists details, also where there are none; Azure Resource Manager lists none. */
function answerOf({ status, code, message, details, isGateway, retryAfterSeconds }: Refusal): Answer {
  const error = { code, message, ...(isGateway ? {} : { details: details.map((one) => ({ code: one.code, message: one.message })) }) }
  return {
    status,
    body: { error },
    headers: {
      ...(isGateway ? { 'x-ms-failure-cause': 'gateway' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {}),
    },
  }
}

/** As recorded; what is left is not counted down. */
const REMAINING = { reads: 16_499, writes: 11_999, deletes: 11_999 } as const

function replyOf(call: AzureCall, { status, body, headers = {} }: Answer, id: string, refusal?: Refusal): Reply {
  const kind = callKind(call)
  const isCounted = refusal?.isGateway !== true && call.service !== 'identity'
  return {
    status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      'x-ms-request-id': id,
      'x-ms-correlation-request-id': id,
      ...(isCounted ? { [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(REMAINING[kind]) } : {}),
      ...headers,
    },
    body: body === undefined ? '' : JSON.stringify(compact(body)),
  }
}
