/** How the SDK calls things: the client of each kind of object, its parameters and its documents. */
import type { Listed, Membership } from './calls.ts'
import type { NetworkEndpoint } from './documents.ts'
import { type Kind, parseId, type ResourceId, type Scope, urlOf } from './ids.ts'
import type { ClientName, Request } from './sdk.ts'

type Parameters = Readonly<Record<string, string | number>>

/** The parameter that names an object; with `Resource` behind it, the one that is a document. */
const CALLED = {
  addresses: 'address',
  forwardingRules: 'forwardingRule',
  backendServices: 'backendService',
  healthChecks: 'healthCheck',
  firewalls: 'firewall',
  instanceGroups: 'instanceGroup',
  networkEndpointGroups: 'networkEndpointGroup',
  subnetworks: 'subnetwork',
} as const satisfies Partial<Record<Kind & ClientName, string>>

export interface Target extends ResourceId {
  readonly kind: keyof typeof CALLED
}

/** Throws an Error where there is no call for such an object: a fault of ours. */
export function targetOf(id: string): Target {
  const parsed = parseId(id)
  if (parsed === undefined || !Object.hasOwn(CALLED, parsed.kind)) throw new Error(`${id} is not the id of an object that is called`)
  return parsed as Target
}

export type ChangeMethod = 'insert' | 'patch' | 'update' | 'delete'

export function readOf(target: Target): Request {
  return { client: target.kind, method: 'get', parameters: on(target) }
}

export function changeOf(target: Target, method: ChangeMethod, requestId: string, body?: object): Request {
  const isInsert = method === 'insert'
  const parameters = { ...(isInsert ? placeOf(target) : on(target)), requestId }
  if (body === undefined) return { client: target.kind, method, parameters }
  return { client: target.kind, method, parameters, document: [`${CALLED[target.kind]}Resource`, isInsert ? { ...body, name: target.name } : body] }
}

/** A page of all objects of a kind. */
export function pageOf({ project, kind, scope, filter }: Listed, token: string | undefined): Request {
  const isWhole = scope === 'all'
  const parameters = { ...(isWhole ? { project } : placeOf({ project, scope })), ...(filter === undefined ? {} : { filter }), ...page(token) }
  return { client: kind as Target['kind'], method: isWhole ? 'aggregatedListAsync' : 'list', parameters }
}

export function instancesOf(target: Target, token: string | undefined): Request {
  const document: Request['document'] = ['instanceGroupsListInstancesRequestResource', { instanceState: 'ALL' }]
  return { client: target.kind, method: 'listInstances', parameters: { ...on(target), ...page(token) }, document }
}

export function healthOf(target: Target, group: string): Request {
  return { client: target.kind, method: 'getHealth', parameters: on(target), document: ['resourceGroupReferenceResource', { group: urlOf(group) }] }
}

export function endpointsOf(target: Target, token: string | undefined): Request {
  const document: Request['document'] = ['networkEndpointGroupsListEndpointsRequestResource', { healthStatus: 'SKIP' }]
  return { client: target.kind, method: 'listNetworkEndpoints', parameters: { ...on(target), ...page(token) }, document }
}

const INSTANCE_CHANGES = {
  add: ['addInstances', 'instanceGroupsAddInstancesRequestResource'],
  remove: ['removeInstances', 'instanceGroupsRemoveInstancesRequestResource'],
} as const

export function instancesChangeOf(target: Target, how: Membership, instances: readonly string[], requestId: string): Request {
  const [method, document] = INSTANCE_CHANGES[how]
  const body = { instances: instances.map((id) => ({ instance: urlOf(id) })) }
  return { client: target.kind, method, parameters: { ...on(target), requestId }, document: [document, body] }
}

const ENDPOINT_CHANGES = {
  add: ['attachNetworkEndpoints', 'networkEndpointGroupsAttachEndpointsRequestResource'],
  remove: ['detachNetworkEndpoints', 'networkEndpointGroupsDetachEndpointsRequestResource'],
} as const

export function endpointsChangeOf(target: Target, how: Membership, networkEndpoints: readonly NetworkEndpoint[], requestId: string): Request {
  const [method, document] = ENDPOINT_CHANGES[how]
  return { client: target.kind, method, parameters: { ...on(target), requestId }, document: [document, { networkEndpoints }] }
}

export type Place = Pick<ResourceId, 'project' | 'scope'>

/** Throws an Error where it is not the id of an operation: a fault of ours. */
export function placeOfOperation(operation: string): Place {
  const { project, scope } = operationId(operation)
  return { project, scope }
}

/** Throws an Error where it is not the id of an operation: a fault of ours. */
export function pollOf(operation: string): Request {
  const id = operationId(operation)
  return { client: clientOfOperations(id), method: 'get', parameters: { ...placeOf(id), operation: id.name } }
}

/** The newest first, as all that are polled are young: a page has them. A filter on a name is a regular expression that has to match all of it. */
export function pollAllOf(place: Place, names: readonly string[]): Request {
  const parameters = { ...placeOf(place), filter: `name eq "(${names.join('|')})"`, orderBy: 'creationTimestamp desc', ...page(undefined) }
  return { client: clientOfOperations(place), method: 'list', parameters }
}

function operationId(operation: string): ResourceId {
  const id = parseId(operation)
  if (id?.kind !== 'operations') throw new Error(`${operation} is not the id of an operation`)
  return id
}

function clientOfOperations({ scope }: Place): ClientName {
  return scope === 'global' ? 'globalOperations' : 'region' in scope ? 'regionOperations' : 'zoneOperations'
}

function on({ kind, name, ...place }: Target): Parameters {
  return { ...placeOf(place), [CALLED[kind]]: name }
}

function placeOf({ project, scope }: { readonly project: string; readonly scope: Scope }): Parameters {
  return scope === 'global' ? { project } : { project, ...scope }
}

/** Google's largest. */
function page(pageToken: string | undefined): Parameters {
  return { maxResults: 500, ...(pageToken === undefined ? {} : { pageToken }) }
}
