/** Requests for operations, in the scope of what they change. */
import type { JsonObject } from '../../cloud/json.ts'
import type { Operation } from '../../cloud/operations.ts'
import { type OperationRecord, showOperation } from '../store/operation-record.ts'
import { filterFrom } from './filter.ts'
import { type Answer, type Ask, type Handler, type Handlers, ROOT, SCOPES, ok } from './handler.ts'
import { pageOf } from './pages.ts'
import { Refusal, notFound } from './refusal.ts'
import { knownScope } from './scope.ts'

const SERVICES = { global: 'globalOperations', region: 'regionOperations', zone: 'zoneOperations' } as const

export const OPERATION_HANDLERS: Handlers = Object.fromEntries(
  (['global', 'region', 'zone'] as const).flatMap((kind) => {
    const all = `${ROOT}/${SCOPES[kind]}/operations`
    const read = (method: string, run: (ask: Ask) => Answer): Handler => ({ action: `${SERVICES[kind]}.${method}`, kind: 'read', run })
    return [
      [`GET ${all}`, read('list', list)],
      [`GET ${all}/{name}`, read('get', get)],
      // The API may answer before the operation is over, and so it does here: nothing waits in this program.
      [`POST ${all}/{name}/wait`, read('wait', get)],
    ]
  }),
)

interface Known {
  readonly operation: Operation
  readonly record: OperationRecord
}

function operationsIn(ask: Ask): readonly Known[] {
  const { compute, params } = ask
  const scope = knownScope(ask)
  return compute.operations.all.flatMap((operation) => {
    const record = compute.records.get(operation.id)
    return record === undefined || record.scope !== scope || record.project !== params['project'] ? [] : [{ operation, record }]
  })
}

function get(ask: Ask): Answer {
  const { compute, params, base } = ask
  const [scope, name = ''] = [knownScope(ask), params['name']]
  const [operation, record] = [compute.operations.get(name), compute.records.get(name)]
  if (operation === undefined || record?.scope !== scope || record.project !== params['project']) {
    throw notFound(`projects/${params['project'] ?? ''}/${scope}/operations/${name}`)
  }
  return ok(showOperation(operation, record, base))
}

function list(ask: Ask): Answer {
  const { params, base, query } = ask
  const id = `projects/${params['project'] ?? ''}/${knownScope(ask)}/operations`
  const passes = filterFrom(query.get('filter'))
  const keyOf = orderFrom(query.get('orderBy'))
  const shown = operationsIn(ask)
    .filter((known) => passes(shownLazily(known, base)))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const { items, nextPageToken } = pageOf(shown, query, keyOf)
  return ok({
    kind: 'compute#operationList',
    id,
    items: items.map(({ operation, record }) => showOperation(operation, record, base)),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
    selfLink: `${base}${id}`,
  })
}

/** Its name is at hand; whatever else a filter asks for is written first. Thousands are there, and clients look for a few by their names. */
function shownLazily({ operation, record }: Known, base: string): JsonObject {
  let body: JsonObject | undefined
  return new Proxy<JsonObject>(
    {},
    { get: (_, member: string) => (member === 'name' ? operation.id : (body ??= showOperation(operation, record, base))[member]) },
  )
}

/** What puts operations into the order that is asked for. Throws a Refusal: from the API's comment of `orderBy`. */
function orderFrom(text: string | null): (known: Known) => string {
  if (text === null || text === '' || text === 'name') return ({ operation }) => operation.id
  if (text === 'creationTimestamp desc') return ({ operation }) => `${String(LAST_MS - Math.floor(operation.startedAt)).padStart(16, '0')} ${operation.id}`
  throw new Refusal('invalid', `Invalid value for field 'orderBy': '${text}'. Only 'name' and 'creationTimestamp desc' are supported.`)
}

/** Later than any operation. */
const LAST_MS = 1e15
