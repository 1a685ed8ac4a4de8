/** Carries out a request past faults, limits, tokens and the journal. */
import type { Json } from '../schema/json.ts'
import type { Subscription } from '../store/subscription.ts'
import type { Answer, Handler } from './handler.ts'
import { IDENTITY_HANDLERS } from './identity.ts'
import { Refusal } from './refusal.ts'
import { RESOURCE_HANDLERS } from './resources.ts'
import { type Found, createRouter } from '../../cloud/http/router.ts'
import { SUBSCRIPTION_HANDLERS } from './subscriptions.ts'

/** The handler of a request, by method and path. */
export const route: (method: string, path: string) => Found<Handler> | undefined = createRouter<Handler>({
  ...IDENTITY_HANDLERS,
  ...SUBSCRIPTION_HANDLERS,
  ...RESOURCE_HANDLERS,
})

export interface Performed {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly body?: Json | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** Of `path` where it names none. */
export const NEWEST_VERSION = '2025-05-01'

/** Throws a Refusal. */
export function perform(subscription: Subscription, { method, path, body, headers = {} }: Performed): Answer {
  subscription.operations.settle()
  const url = new URL(path, 'https://localhost')
  const found = route(method, url.pathname)
  if (found === undefined) throw new Refusal('NotFound', `There is nothing at ${url.pathname}.`, { status: 404, isGateway: true })
  return found.handler.run({
    subscription,
    params: found.params,
    query: url.searchParams,
    header: (name) => headers[name],
    version: url.searchParams.get('api-version') ?? NEWEST_VERSION,
    base: 'https://localhost',
    json: () => body ?? {},
    form: () => new URLSearchParams(),
  })
}
