/** What a request is answered by. */
import type { Params } from '../../cloud/http/router.ts'
import type { Asked as JournalEntry } from '../../cloud/journal.ts'
import type { Json, JsonObject } from '../../cloud/json.ts'
import type { Compute } from '../store/compute.ts'

export interface Ask {
  readonly compute: Compute
  readonly params: Params
  readonly query: URLSearchParams
  /** `http://127.0.0.1:PORT/compute/v1/`: what links begin with. */
  readonly base: string
  /** The body. Throws a Refusal where it is not JSON. */
  readonly json: () => Json
}

export interface Answer {
  readonly status: number
  readonly body: JsonObject
}

export interface Handler {
  /** `regionBackendServices.patch`, as Google names its methods. */
  readonly action: string
  readonly kind: JournalEntry['kind']
  /** Throws a Refusal. */
  readonly run: (ask: Ask) => Answer
}

export type Handlers = Readonly<Record<string, Handler>>

export const ROOT = '/compute/v1/projects/{project}'

/** How a scope stands in a path, as patterns have it. */
export const SCOPES = { global: 'global', region: 'regions/{region}', zone: 'zones/{zone}' } as const

/** The scope of a request: `global`, `regions/R`, `zones/Z`. */
export function scopeIn({ region, zone }: Params): string {
  return region !== undefined ? `regions/${region}` : zone !== undefined ? `zones/${zone}` : 'global'
}

export const ok = (body: JsonObject): Answer => ({ status: 200, body })
