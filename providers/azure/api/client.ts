/** The calls of `AzureApi` over the SDK, each under the limits that it counts against. */
import { limitedCall, type LimitedCallOptions } from '../../../src/provider/kit/limited-call.ts'
import { pages } from '../../../src/provider/kit/pages.ts'
import { API_VERSION, type AzureApi, type Begun, FAMILIES, type Family, type Polled, type Written } from './calls.ts'
import type { Child, Document } from './documents.ts'
import { answerOf, AzureAnswer, cloudErrorOf, type Failed, retryAfterMs } from './errors.ts'
import { idIn, parseId } from './ids.ts'
import type { ArmAnswer, ArmRequest, Sdk } from './sdk.ts'

export interface ClientOptions extends LimitedCallOptions<Family> {
  readonly sdk: Sdk
  readonly subscription: string
}

/** Every running operation recorded since 2018 asks for this. */
const POLL_MS = 10_000

export function azureClient({ sdk, subscription, ...options }: ClientOptions): AzureApi {
  const call = caller(sdk, options)
  return {
    async get<D extends Document | Child<object>>(id: string, signal: AbortSignal) {
      const { status, body } = await call('get', { method: 'GET', url: versioned(id) }, signal)
      return status === 404 ? undefined : (body as D)
    },
    async *list<D extends Document>(group: string, type: string, signal: AbortSignal) {
      const first = versioned(idIn(subscription, group, type, '').replace(/\/$/, ''))
      const ask = async (next = first): Promise<{ readonly value?: readonly D[]; readonly nextLink?: string }> => {
        const { status, body } = await call('list', { method: 'GET', url: next }, signal)
        return status === 404 ? {} : (body as { readonly value?: readonly D[]; readonly nextLink?: string })
      }
      for await (const { value = [] } of pages(ask, ({ nextLink }) => nextLink)) yield value
    },
    async put<D extends Document>(id: string, body: D, etag: string | undefined, signal: AbortSignal): Promise<Written<D>> {
      const answer = await call('put', { method: 'PUT', url: versioned(id), body, ...(etag === undefined ? {} : { etag }) }, signal)
      const document = answer.body as D
      const isDone = document.properties?.provisioningState === 'Succeeded'
      const operation = isDone ? undefined : begunBy(answer)
      return { document, ...(operation === undefined ? {} : { operation }) }
    },
    async remove(id, etag, signal) {
      const answer = await call('remove', { method: 'DELETE', url: versioned(id), ...(etag === undefined ? {} : { etag }) }, signal)
      const operation = answer.status === 202 ? begunBy(answer) : undefined
      return { document: undefined, ...(operation === undefined ? {} : { operation }) }
    },
    async poll(url, signal): Promise<Polled> {
      const answer = await call('poll', { method: 'GET', url }, signal)
      const status = (answer.body as { readonly status?: string } | undefined)?.status
      if (answer.status === 202 || (status !== undefined && !ENDED.has(status))) return { state: 'running', afterMs: retryAfterMs(answer.headers) ?? POLL_MS }
      if (status === undefined || status === 'Succeeded') return { state: 'done' }
      throw cloudErrorOf(answerOf(answer), { name: 'an operation' }, { mayHaveEffect: true })
    },
  }
}

type Caller = (verb: keyof AzureApi, request: ArmRequest, signal: AbortSignal, failed?: Failed) => Promise<ArmAnswer>

/** Within the limits, and tried again. What was not found is an answer, but of a write. */
function caller(sdk: Sdk, options: LimitedCallOptions<Family>): Caller {
  const limited = limitedCall<Family>(options)
  const pauseMs = (error: unknown): number | undefined => (error instanceof AzureAnswer ? error.afterMs : undefined)
  return (verb, request, signal, failed = {}) => {
    const named = { name: nameOf(verb, request.url) }
    const isRead = request.method === 'GET'
    const rules = { families: FAMILIES[verb], isRead, errorOf: (error: unknown) => cloudErrorOf(error, named, failed), pauseMs }
    const send = async (): Promise<ArmAnswer> => {
      const answer = await sdk.send(request, signal)
      if (answer.status >= 400 && !(answer.status === 404 && request.method !== 'PUT')) throw answerOf(answer)
      return answer
    }
    return limited(rules, send, signal)
  }
}

const ENDED = new Set(['Succeeded', 'Failed', 'Canceled'])

function versioned(id: string): string {
  return `${id}?api-version=${API_VERSION}`
}

/** `Azure-AsyncOperation` says how an operation ended; `Location` only that it did. */
function begunBy({ headers }: ArmAnswer): Begun | undefined {
  const url = headers['azure-asyncoperation'] ?? headers['location']
  const afterMs = retryAfterMs(headers)
  return url === undefined ? undefined : { url, ...(afterMs === undefined ? {} : { afterMs }) }
}

const VERBS: Readonly<Record<keyof AzureApi, string>> = { get: 'reading', list: 'listing', poll: 'polling', put: 'writing', remove: 'deleting' }

function nameOf(verb: keyof AzureApi, url: string): string {
  const id = parseId(url.split('?')[0] ?? '')
  return id === undefined ? `${VERBS[verb]} ${verb === 'poll' ? 'an operation' : url.split('?')[0]}` : `${VERBS[verb]} ${id.type} ${id.name}`
}
