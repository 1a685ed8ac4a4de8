/** What Azure Resource Manager itself answers: subscriptions, resource groups, providers, operations and usages. */
import type { Operation } from '../../cloud/operations.ts'
import { type Json, type JsonObject, isObject, objectAt, textAt } from '../schema/json.ts'
import { propertiesOf } from '../store/document.ts'
import { render } from '../store/render.ts'
import type { ResourceGroup, Subscription } from '../store/subscription.ts'
import { removeNow } from '../store/write.ts'
import { RESOURCE_TYPES } from '../types/index.ts'
import type { Answer, Ask, Handlers } from './handler.ts'
import { operationUrl } from './operation-url.ts'
import { pageOf } from './pages.ts'
import { Refusal, groupNotFound, notFound } from './refusal.ts'

const SUBSCRIPTION = '/subscriptions/{subscription}'
const GROUP = `${SUBSCRIPTION}/resourceGroups/{group}`
const LOCATION = `${SUBSCRIPTION}/providers/{namespace}/locations/{location}`

export const SUBSCRIPTION_HANDLERS: Handlers = {
  'GET /subscriptions': {
    service: 'resources',
    action: 'ListSubscriptions',
    run: ({ subscription }) => ok({ value: [subscriptionBody(subscription)], count: countOf(1) }),
  },
  [`GET ${SUBSCRIPTION}`]: { service: 'resources', action: 'GetSubscription', run: ({ subscription }) => ok(subscriptionBody(subscription)) },
  'GET /tenants': {
    service: 'resources',
    action: 'ListTenants',
    run: ({ subscription: { tenant } }) => ok({ value: [{ id: `/tenants/${tenant}`, tenantId: tenant }] }),
  },
  [`GET ${SUBSCRIPTION}/locations`]: { service: 'resources', action: 'ListLocations', run: ({ subscription }) => ok({ value: [locationBody(subscription)] }) },
  [`GET ${SUBSCRIPTION}/resourceGroups`]: { service: 'resources', action: 'ListResourceGroups', run: listGroups },
  [`GET ${GROUP}`]: { service: 'resources', action: 'GetResourceGroup', run: (ask) => ok(groupBody(ask.subscription, groupOf(ask))) },
  [`HEAD ${GROUP}`]: {
    service: 'resources',
    action: 'CheckResourceGroup',
    run: ({ subscription, params }) => ({ status: subscription.groups.has(lower(params['group'])) ? 204 : 404 }),
  },
  [`PUT ${GROUP}`]: { service: 'resources', action: 'PutResourceGroup', run: putGroup },
  [`DELETE ${GROUP}`]: { service: 'resources', action: 'DeleteResourceGroup', run: deleteGroup },
  [`GET ${SUBSCRIPTION}/resources`]: { service: 'resources', action: 'ListResources', run: listResources },
  [`GET ${GROUP}/resources`]: { service: 'resources', action: 'ListResources', run: listResources },
  [`GET ${SUBSCRIPTION}/providers`]: {
    service: 'resources',
    action: 'ListProviders',
    run: ({ subscription }) => ok({ value: NAMESPACES.map((one) => providerBody(subscription, one)) }),
  },
  [`GET ${SUBSCRIPTION}/providers/{namespace}`]: { service: 'resources', action: 'GetProvider', run: getProvider },
  [`GET ${LOCATION}/operations/{id}`]: { service: 'network', action: 'GetOperation', run: getOperation },
  [`GET ${LOCATION}/operationResults/{id}`]: { service: 'network', action: 'GetOperationResult', run: getResult },
  [`GET ${LOCATION}/usages`]: { service: 'network', action: 'ListUsages', run: ({ subscription }) => ok({ value: usages(subscription) }) },
}

const ok = (body: JsonObject): Answer => ({ status: 200, body })
const lower = (text: string | undefined): string => (text ?? '').toLowerCase()
const countOf = (value: number): JsonObject => ({ type: 'Total', value })

function subscriptionBody({ id, tenant }: Subscription): JsonObject {
  return {
    id: `/subscriptions/${id}`,
    subscriptionId: id,
    tenantId: tenant,
    displayName: 'Emulated',
    state: 'Enabled',
    authorizationSource: 'RoleBased',
    managedByTenants: [],
  }
}

/** Names as people write them. */
const DISPLAY_NAMES: Readonly<Record<string, string>> = {
  westeurope: 'West Europe',
  northeurope: 'North Europe',
  eastus: 'East US',
  eastus2: 'East US 2',
  westus: 'West US',
  westus2: 'West US 2',
}

const displayName = (location: string): string => DISPLAY_NAMES[location] ?? location

function locationBody({ id, location }: Subscription): JsonObject {
  return {
    id: `/subscriptions/${id}/locations/${location}`,
    name: location,
    displayName: displayName(location),
    regionalDisplayName: displayName(location),
    metadata: { regionType: 'Physical' },
  }
}

function groupOf({ subscription, params }: Ask): ResourceGroup {
  const found = subscription.groups.get(lower(params['group']))
  if (found === undefined) throw groupNotFound(params['group'] ?? '')
  return found
}

function groupBody({ id }: Subscription, { name, location, tags }: ResourceGroup): JsonObject {
  return {
    id: `/subscriptions/${id}/resourceGroups/${name}`,
    name,
    type: 'Microsoft.Resources/resourceGroups',
    location,
    tags,
    properties: { provisioningState: 'Succeeded' },
  }
}

function listGroups(ask: Ask): Answer {
  const { subscription } = ask
  return pageOf(
    [...subscription.groups.values()].map((one) => groupBody(subscription, one)),
    ask,
    `/subscriptions/${subscription.id}/resourcegroups`,
  )
}

function putGroup(ask: Ask): Answer {
  const { subscription, params } = ask
  const sent = ask.json()
  const [body, name] = [isObject(sent) ? sent : {}, params['group'] ?? '']
  const before = subscription.groups.get(name.toLowerCase())
  const location = textAt(body, 'location')
  if (location === undefined) throw new Refusal('LocationRequired', 'The location property is required for this definition.', { isGateway: true })
  const group = { name: before?.name ?? name, location, tags: objectAt(body, 'tags') }
  subscription.groups.set(name.toLowerCase(), group)
  return { status: before === undefined ? 201 : 200, body: groupBody(subscription, group) }
}

/** With all that is in it, at once. */
function deleteGroup(ask: Ask): Answer {
  const { name } = groupOf(ask)
  dropGroup(ask.subscription, name)
  return { status: 200 }
}

export function dropGroup(subscription: Subscription, name: string): void {
  for (const one of subscription.documents.all) if (lower(one.group) === lower(name)) removeNow(subscription, one.id)
  subscription.groups.delete(lower(name))
}

/** The filter knows `resourceGroup`, `name` and `resourceType`, joined by `and`. */
function listResources(ask: Ask): Answer {
  const { subscription, query, params } = ask
  const wanted = new Map([...(query.get('$filter') ?? '').matchAll(/(\w+) eq '([^']*)'/g)].map(([, name = '', value = '']) => [name, value.toLowerCase()]))
  if (params['group'] !== undefined) wanted.set('resourceGroup', params['group'].toLowerCase())
  const found = subscription.documents.all.filter(({ name, group, type }) => {
    const own: Readonly<Record<string, string>> = { resourceGroup: group, name, resourceType: `${type.namespace}/${type.path}` }
    return [...wanted].every(([key, value]) => lower(own[key]) === value)
  })
  const items = found.map(({ id, name, type, body }) => ({
    id,
    name,
    type: `${type.namespace}/${type.path}`,
    ...pick(body, ['sku', 'location', 'tags', 'zones']),
  }))
  return pageOf(items, ask, `/subscriptions/${subscription.id}/resources`)
}

const pick = (of: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (of[name] === undefined ? [] : [[name, of[name]]])))

const NAMESPACES = ['Microsoft.Network', 'Microsoft.Compute'] as const
const ZONES = ['1', '2', '3']

function getProvider({ subscription, params }: Ask): Answer {
  const namespace = NAMESPACES.find((one) => lower(one) === lower(params['namespace']))
  if (namespace === undefined)
    throw new Refusal('InvalidResourceNamespace', `The resource namespace '${params['namespace']}' is invalid.`, { status: 404, isGateway: true })
  return ok(providerBody(subscription, namespace))
}

function providerBody({ id, location }: Subscription, namespace: string): JsonObject {
  const locations = [displayName(location)]
  const zoneMappings = [{ location: displayName(location), zones: ZONES }]
  return {
    id: `/subscriptions/${id}/providers/${namespace}`,
    namespace,
    registrationState: 'Registered',
    registrationPolicy: 'RegistrationRequired',
    resourceTypes: RESOURCE_TYPES.filter((one) => one.namespace === namespace).map(({ path }) => ({
      resourceType: path,
      locations,
      zoneMappings,
      apiVersions: ['2026-01-01', '2025-05-01', '2025-03-01', '2024-03-01', '2020-07-01'],
    })),
  }
}

function operationOf({ subscription, params }: Ask): Operation {
  const found = subscription.operations.get(params['id'] ?? '')
  if (found === undefined)
    throw notFound(`/subscriptions/${subscription.id}/providers/Microsoft.Network/locations/${params['location']}/operations/${params['id']}`)
  return found
}

const POLL_SECONDS = '10'

function getOperation(ask: Ask): Answer {
  const operation = operationOf(ask)
  if (operation.status === 'running') return { status: 200, body: { status: 'InProgress' }, headers: { 'retry-after': POLL_SECONDS } }
  if (operation.status === 'succeeded') return ok({ status: 'Succeeded' })
  return ok({ status: operation.status === 'failed' ? 'Failed' : 'Canceled', error: errorOf(operation) })
}

/** A cancelled operation keeps its reason in the details. */
function errorOf({ status, failure }: Operation): JsonObject {
  const { code, message } = failure ?? { code: 'InternalServerError', message: 'An error occured.' }
  return status === 'canceled' ? { code: 'Canceled', message: 'Operation was canceled.', details: [{ code, message }] } : { code, message, details: [] }
}

function getResult(ask: Ask): Answer {
  const { subscription, version } = ask
  const operation = operationOf(ask)
  const about = subscription.pending.get(operation.id)
  const headers = { location: operationUrl(ask, operation.id, 'operationResults'), 'azure-asyncoperation': operationUrl(ask, operation.id) }
  if (operation.status === 'running') return { status: 202, headers: { ...headers, 'retry-after': POLL_SECONDS } }
  if (operation.status !== 'succeeded') return { status: operation.failure?.status ?? 409, body: { error: errorOf(operation) } }
  const element = about?.verb === 'put' ? subscription.documents.element(about.element) : undefined
  if (about?.result !== undefined) return ok(about.result())
  return element === undefined ? { status: 204, headers } : ok(render(subscription, element, version))
}

function usages(subscription: Subscription): readonly Json[] {
  const { documents, quotas, id, location } = subscription
  const count = (path: string): number => documents.all.filter(({ type }) => type.path === path).length
  const standard = documents.all.filter(
    (one) => one.type.path === 'publicIPAddresses' && textAt(propertiesOf(one), 'publicIPAllocationMethod') === 'Static',
  ).length
  const rows: readonly (readonly [name: string, text: string, count: number, limit: number])[] = [
    ['VirtualNetworks', 'Virtual Networks', count('virtualNetworks'), 1_000],
    ['StaticPublicIPAddresses', 'Static Public IP Addresses', standard, quotas.publicAddresses],
    ['NetworkSecurityGroups', 'Network Security Groups', count('networkSecurityGroups'), quotas.securityGroups],
    ['PublicIPAddresses', 'Public IP Addresses', count('publicIPAddresses'), quotas.publicAddresses],
    ['PublicIpPrefixes', 'Public Ip Prefixes', count('publicIPPrefixes'), 2_147_483_647],
    ['NetworkInterfaces', 'Network Interfaces', count('networkInterfaces'), 65_536],
    ['LoadBalancers', 'Load Balancers', count('loadBalancers'), quotas.loadBalancers],
    ['PrivateLinkServices', 'Private Link Services', count('privateLinkServices'), 800],
    ['StandardSkuPublicIpAddresses', 'Standard Sku Public IP Addresses', standard, quotas.publicAddresses],
  ]
  return rows.map(([name, text, currentValue, limit]) => ({
    currentValue,
    id: `/subscriptions/${id}/providers/Microsoft.Network/locations/${location}/usages/${name}`,
    limit,
    name: { localizedValue: text, value: name },
    unit: 'Count',
  }))
}
