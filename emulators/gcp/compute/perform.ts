/** Carries out a request past faults, limits and the journal. */
import { type Found, createRouter } from '../../cloud/http/router.ts'
import type { Json } from '../../cloud/json.ts'
import { type Compute, settle } from '../store/compute.ts'
import { TYPES } from '../types/index.ts'
import { GROUP_HANDLERS } from './groups.ts'
import type { Answer, Handler, Handlers } from './handler.ts'
import { aggregatedHandlers, listHandlers } from './lists.ts'
import { OPERATION_HANDLERS } from './operations.ts'
import { PLACE_HANDLERS } from './places.ts'
import { nothingAt } from './refusal.ts'
import { resourceHandlers } from './resources.ts'
import { checkProject } from './scope.ts'

const OF_TYPES: Handlers = Object.assign({}, ...TYPES.flatMap((type) => [listHandlers(type), resourceHandlers(type)])) as Handlers

/** The handler of a request, by method and path. */
export const route: (method: string, path: string) => Found<Handler> | undefined = createRouter<Handler>(
  { ...PLACE_HANDLERS, ...OPERATION_HANDLERS, ...GROUP_HANDLERS, ...aggregatedHandlers(TYPES), ...OF_TYPES },
  { isCaseSensitive: true },
)

export interface Performed {
  readonly method: string
  /** With its query, from `/compute/v1/` on. */
  readonly path: string
  readonly body?: Json | undefined
}

/** What links begin with where no request names a host. */
export const REAL_BASE = 'https://www.googleapis.com/compute/v1/'

/** Throws a Refusal. */
export function perform(compute: Compute, { method, path, body }: Performed): Answer {
  settle(compute)
  const url = new URL(path, 'https://localhost')
  const found = route(method, url.pathname)
  if (found === undefined) throw nothingAt(url.pathname)
  checkProject(compute, found.params['project'] ?? '')
  return found.handler.run({ compute, params: found.params, query: url.searchParams, base: REAL_BASE, json: () => body ?? {} })
}
