/** What a request is answered by. */
import type { Asked as JournalEntry } from '../../cloud/journal.ts'
import type { Json, JsonObject } from '../schema/json.ts'
import type { Subscription } from '../store/subscription.ts'
import type { Params } from '../../cloud/http/router.ts'

export type Service = 'network' | 'compute' | 'resources' | 'identity' | 'unknown'

export interface Ask {
  readonly subscription: Subscription
  readonly params: Params
  readonly query: URLSearchParams
  /** A header by its name in lower case. */
  readonly header: (name: string) => string | undefined
  /** The `api-version`. */
  readonly version: string
  /** `https://127.0.0.1:PORT` as the client wrote it. */
  readonly base: string
  /** The body. Throws a Refusal where it is not JSON. */
  readonly json: () => Json
  /** The body, of a form. */
  readonly form: () => URLSearchParams
}

export interface Answer {
  readonly status: number
  readonly body?: JsonObject | readonly Json[]
  readonly headers?: Readonly<Record<string, string>>
}

export interface Handler {
  readonly service: Service | ((params: Params) => Service)
  readonly action: string | ((params: Params) => string)
  /** Default: by method, a read for GET and HEAD. */
  readonly kind?: JournalEntry['kind']
  /** No token and no api-version is asked for. */
  readonly isOpen?: true
  /** Throws a Refusal. */
  readonly run: (ask: Ask) => Answer
}

export type Handlers = Readonly<Record<string, Handler>>
