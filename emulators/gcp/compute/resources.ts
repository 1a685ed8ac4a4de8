/** Requests for a resource: the methods that all types share, as far as each has them. */
import type { Operation } from '../../cloud/operations.ts'
import { pathText } from '../schema/paths.ts'
import { showOperation } from '../store/operation-record.ts'
import { render } from '../store/render.ts'
import type { Resource, ResourceType } from '../store/resource-type.ts'
import { type Write, insert, remove, setLabels, update } from '../store/write.ts'
import { type Answer, type Ask, type Handler, type Handlers, ROOT, SCOPES, ok } from './handler.ts'
import { Refusal, notFound } from './refusal.ts'
import { knownScope } from './scope.ts'

export function resourceHandlers(type: ResourceType): Handlers {
  const all = `${ROOT}/${SCOPES[type.scope]}/${type.collection}`
  const one = `${all}/{name}`
  const write = (method: string, run: (ask: Ask) => Operation): Handler => ({
    action: `${type.service}.${method}`,
    kind: 'write',
    run: (ask) => answered(ask, () => run(ask)),
  })
  const change = (method: string, run: (ask: Ask, resource: Resource) => Operation): Handler => write(method, (ask) => run(ask, found(ask, type)))
  const updated = (isWhole: boolean) => (ask: Ask, resource: Resource) => update(ask.compute, resource, { ...writeOf(ask), isWhole })
  const rows: Readonly<Record<ResourceType['methods'][number], readonly [route: string, handler: Handler]>> = {
    insert: [`POST ${all}`, write('insert', (ask) => insert(ask.compute, { type, project: projectOf(ask), scope: knownScope(ask) }, writeOf(ask)))],
    delete: [`DELETE ${one}`, change('delete', (ask, resource) => remove(ask.compute, resource, writeOf(ask)))],
    patch: [`PATCH ${one}`, change('patch', updated(false))],
    update: [`PUT ${one}`, change('update', updated(true))],
    setLabels: [`POST ${one}/setLabels`, change('setLabels', (ask, resource) => setLabels(ask.compute, resource, writeOf(ask)))],
  }
  const get: Handler = { action: `${type.service}.get`, kind: 'read', run: (ask) => ok(render(ask.compute, found(ask, type), ask.base)) }
  return { [`GET ${one}`]: get, ...Object.fromEntries(type.methods.map((method) => rows[method])) }
}

const projectOf = ({ params }: Ask): string => params['project'] ?? ''

/** The resource that a request names. Throws a Refusal. */
export function found(ask: Ask, { collection }: Pick<ResourceType, 'collection'>): Resource {
  const path = pathText({ project: projectOf(ask), scope: knownScope(ask), collection, name: ask.params['name'] ?? '' })
  const resource = ask.compute.resources.get(path)
  if (resource === undefined) throw notFound(path)
  return resource
}

/** What a write is asked for with; the body of a deletion is empty. */
export function writeOf({ json, query }: Ask): Write {
  const requestId = query.get('requestId') ?? undefined
  return { body: json(), requestId }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The operation that a write begins. A request of the same id as an earlier one is answered with that one's operation, and does nothing. */
export function answered(ask: Ask, run: () => Operation): Answer {
  const { compute, query } = ask
  const requestId = query.get('requestId')
  if (requestId !== null && (!UUID.test(requestId) || /^[0-]+$/.test(requestId))) {
    throw new Refusal('invalid', `Invalid value for field 'requestId': '${requestId}'. Must be a UUID, and not the one of zeros.`)
  }
  const operation = (requestId === null ? undefined : compute.operations.answering(requestId)) ?? run()
  const record = compute.records.get(operation.id)
  if (record === undefined) throw new Error(`operation ${operation.id} has no record`)
  return ok(showOperation(operation, record, ask.base))
}
