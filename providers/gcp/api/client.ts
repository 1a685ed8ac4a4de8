/** The calls of `GcpApi` over the SDK. */
import { pages } from '../../../src/provider/kit/pages.ts'
import type { Family, GcpApi, Listed, Polled } from './calls.ts'
import { type Caller, caller, type CallerOptions, type Plan } from './caller.ts'
import type { Document, HealthStatus, NetworkEndpoint } from './documents.ts'
import type { Call } from './error-codes.ts'
import { cloudErrorOf, operationError } from './errors.ts'
import { keyOfId, nameOf, type Scope } from './ids.ts'
import { type OperationReads, operationReads } from './operations.ts'
import * as requests from './requests.ts'

/** Google asks for a second between polls, and no operation is faster. */
const POLL_MS = 1_000

export function gcpClient(options: CallerOptions): GcpApi {
  const made = caller(options)
  const operations = operationReads(made, options.clock)
  const writing = { ...made, write: noting(made.write, operations) }
  return { ...reads(made), ...changes(writing), ...members(writing), poll: polls(operations) }
}

function reads({ read }: Caller): Pick<GcpApi, 'get' | 'list'> {
  return {
    async get<D extends Document>(id: string, signal: AbortSignal) {
      const target = requests.targetOf(id)
      const plan: Plan = { verb: 'read', id, name: `reading ${nameFor(target)}`, family: readFamily(target.scope), mayBeAbsent: true }
      const { status, body } = await read(plan, requests.readOf(target), signal)
      return status === 404 ? undefined : (body as D)
    },
    async *list<D extends Document>(what: Listed, signal: AbortSignal) {
      const plan: Plan = { verb: 'read', name: `listing ${what.kind}`, family: readFamily(what.scope) }
      yield* allPages(async (next) => pageIn<D>((await read(plan, requests.pageOf(what, next), signal)).body, what))
    },
  }
}

const VERBS = {
  insert: { verb: 'insert', text: 'creating' },
  patch: { verb: 'change', text: 'changing' },
  update: { verb: 'change', text: 'changing' },
  delete: { verb: 'remove', text: 'deleting' },
} as const satisfies Record<requests.ChangeMethod, { readonly verb: Call['verb']; readonly text: string }>

function changes({ write }: Caller): Pick<GcpApi, 'insert' | 'patch' | 'update' | 'remove'> {
  const change = (method: requests.ChangeMethod, id: string, body: object | undefined, signal: AbortSignal) => {
    const [target, { verb, text }] = [requests.targetOf(id), VERBS[method]]
    const family: Family = target.scope === 'global' ? 'global-write' : 'write'
    const plan: Plan = { verb, id, name: `${text} ${nameFor(target)}`, family, ...(verb === 'remove' ? { mayBeAbsent: true } : {}) }
    return write(plan, [method, body], (requestId) => requests.changeOf(target, method, requestId, body), signal)
  }
  return {
    insert: (id, body, signal) => change('insert', id, body, signal),
    patch: (id, body, signal) => change('patch', id, body, signal),
    update: (id, body, signal) => change('update', id, body, signal),
    remove: (id, signal) => change('delete', id, undefined, signal),
  }
}

type MemberCalls = Pick<GcpApi, 'health' | 'instances' | 'changeInstances' | 'endpoints' | 'changeEndpoints'>

function members({ read, write }: Caller): MemberCalls {
  const planOf = (group: string, verb: Call['verb'], family: Family): Plan => ({
    verb,
    id: group,
    name: `${verb === 'read' ? 'listing' : 'changing'} the members of ${nameFor(requests.targetOf(group))}`,
    family,
  })
  return {
    async health(service, group, signal) {
      const plan: Plan = { verb: 'read', id: service, name: `asking for the health of ${nameOf(group)}`, family: 'read' }
      const { body } = await read(plan, requests.healthOf(requests.targetOf(service), group), signal)
      return (body as { readonly healthStatus?: readonly HealthStatus[] }).healthStatus ?? []
    },
    async *instances(group, signal) {
      const [plan, target] = [planOf(group, 'read', 'read'), requests.targetOf(group)]
      const ask = async (next?: string) => (await read(plan, requests.instancesOf(target, next), signal)).body as Page<{ readonly instance: string }>
      for await (const page of allPages(ask)) yield page.map(({ instance }) => keyOfId(instance))
    },
    changeInstances(group, how, instances, signal) {
      const [plan, target] = [planOf(group, how === 'add' ? 'change' : 'remove', 'write'), requests.targetOf(group)]
      return write(plan, [how, instances], (requestId) => requests.instancesChangeOf(target, how, instances, requestId), signal)
    },
    async *endpoints(group, signal) {
      const [plan, target] = [planOf(group, 'read', 'endpoint-list'), requests.targetOf(group)]
      const ask = async (next?: string) => (await read(plan, requests.endpointsOf(target, next), signal)).body as Page<Endpoint>
      for await (const page of allPages(ask)) yield page.map(({ networkEndpoint }) => networkEndpoint)
    },
    changeEndpoints(group, how, endpoints, signal) {
      const [plan, target] = [planOf(group, how === 'add' ? 'change' : 'remove', 'endpoint-write'), requests.targetOf(group)]
      return write(plan, [how, endpoints], (requestId) => requests.endpointsChangeOf(target, how, endpoints, requestId), signal)
    },
  }
}

interface Endpoint {
  readonly networkEndpoint: NetworkEndpoint
}

/** What a write begins is polled along with others. */
function noting(write: Caller['write'], { begun }: OperationReads): Caller['write'] {
  return async (...args) => {
    const written = await write(...args)
    if (written.operation !== undefined) begun(written.operation.id)
    return written
  }
}

function polls({ read }: OperationReads): GcpApi['poll'] {
  return async ({ id, isDeletion }, signal): Promise<Polled> => {
    const operation = await read(id, signal)
    if (operation === undefined) return { state: 'done' }
    const failure = operationError(operation)
    const of: Call = { verb: isDeletion ? 'remove' : 'insert', name: `the operation on ${nameOf(operation.targetLink ?? id)}` }
    if (failure !== undefined) throw cloudErrorOf(failure, of)
    return operation.status === 'DONE' ? { state: 'done' } : { state: 'running', afterMs: POLL_MS }
  }
}

/** A page of a list, of whichever kind. */
interface Page<Item> {
  readonly items?: readonly Item[]
  readonly nextPageToken?: string
}

interface PageOfAll<Item> {
  readonly items?: Readonly<Record<string, Readonly<Record<string, readonly Item[]>>>>
  readonly nextPageToken?: string
}

/** Of all zones, the objects stand under the place that they are in. */
function pageIn<Item>(body: unknown, { kind, scope }: Listed): Page<Item> {
  if (scope !== 'all') return body as Page<Item>
  const { items = {}, nextPageToken } = body as PageOfAll<Item>
  return { items: Object.values(items).flatMap((place) => place[kind] ?? []), ...(nextPageToken === undefined ? {} : { nextPageToken }) }
}

async function* allPages<Item>(ask: (next: string | undefined) => Promise<Page<Item>>): AsyncGenerator<readonly Item[]> {
  for await (const { items = [] } of pages(ask, ({ nextPageToken }) => nextPageToken)) yield items
}

function readFamily(scope: Scope | 'all'): Family {
  return scope === 'all' ? 'heavy-read' : scope === 'global' ? 'global-read' : 'read'
}

function nameFor({ kind, name }: requests.Target): string {
  return `${kind}/${name}`
}
