/** What can be asked of a resource besides reading and writing it. */
import { isWithin, familyOf } from '../../cloud/networks.ts'
import { memberHealth } from '../packets/health.ts'
import { type JsonObject, objectAt, objectsAt, textAt, textsAt } from '../schema/json.ts'
import { keyOf } from '../schema/ids.ts'
import { type Element, propertiesOf } from '../store/document.ts'
import type { Subscription } from '../store/subscription.ts'
import { holders, isReserved, nextAddress, prefixesOf } from '../types/addresses.ts'
import { membersOf, partsOf } from '../types/load-balancers/parts.ts'
import type { Answer, Ask } from './handler.ts'
import { operationUrl } from './operation-url.ts'
import { Refusal } from './refusal.ts'

/** By method, type and name in lower case. */
export const ACTIONS: Readonly<Record<string, (ask: Ask, element: Element) => Answer>> = {
  'GET virtualNetworks checkipaddressavailability': checkAddress,
  'POST loadBalancers migratetoipbased': migrate,
  'POST loadBalancers/loadBalancingRules health': (ask, { id, document }) => later(ask, document.id, () => healthOf(ask.subscription, id)),
}

const SUGGESTED = 5

function checkAddress({ subscription, query }: Ask, network: Element): Answer {
  const address = query.get('ipAddress') ?? ''
  if (familyOf(address) === undefined) throw new Refusal('InvalidPrivateIPAddressFormat', `Private static IP address value ${address} is invalid.`)
  const subnets = objectsAt(propertiesOf(network), 'subnets').flatMap(
    (one) => subscription.documents.element(`${network.id}/subnets/${textAt(one, 'name')}`) ?? [],
  )
  const subnet = subnets.find((one) => prefixesOf(one).some((prefix) => isWithin(address, prefix)))
  const prefix = subnet === undefined ? undefined : prefixesOf(subnet).find((one) => isWithin(address, one))
  if (subnet === undefined || prefix === undefined) {
    throw new Refusal(
      'PrivateIPAddressNotInAnySubnet',
      `Private static IP address ${address} does not belong to the range of any subnet in the virtual network ${network.id}.`,
    )
  }
  const isPlatformReserved = isReserved(address, prefix)
  const available = !isPlatformReserved && !holders(subscription, subnet).has(address)
  return { status: 200, body: { available, ...(available ? {} : { availableIPAddresses: suggestions(subscription, subnet) }), isPlatformReserved } }
}

function suggestions(subscription: Subscription, subnet: Element): readonly string[] {
  const taken = new Set<string>()
  while (taken.size < SUGGESTED) taken.add(nextAddress(subscription, { subnet, version: 'IPv4', owner: '', taken }))
  return [...taken]
}

/** Answered by the operation that it begins. */
function later(ask: Ask, document: string, result: () => JsonObject): Answer {
  const { subscription } = ask
  const operation = subscription.operations.begin({ document: `${keyOf(document)} action`, kind: 'PostOperation', ms: 0, effects: [] })
  subscription.pending.set(operation.id, { element: document, verb: 'action', result })
  return { status: 202, headers: { location: operationUrl(ask, operation.id, 'operationResults'), 'retry-after': '10' } }
}

function healthOf(subscription: Subscription, ruleId: string): JsonObject {
  const members = memberHealth(subscription, ruleId)
  const up = members.filter(({ isHealthy }) => isHealthy).length
  return {
    up,
    down: members.length - up,
    loadBalancerBackendAddresses: members.map(({ address, isHealthy, ipConfiguration }) => ({
      ipAddress: address,
      state: isHealthy ? 'Up' : 'Down',
      reason: isHealthy ? 'Up_Probe_Success' : 'Down_Probe_Failure',
      ...(ipConfiguration === undefined ? {} : { networkInterfaceIPConfigurationId: { id: ipConfiguration } }),
    })),
  }
}

/** Pools of interfaces become pools of their addresses. */
function migrate(ask: Ask, { document }: Element): Answer {
  const sent = ask.json()
  const asked = textsAt(typeof sent === 'object' && sent !== null && !Array.isArray(sent) ? (sent as JsonObject) : {}, 'pools')
  const names = partsOf(document.body, 'backendAddressPools').map(({ name }) => name)
  const unknown = asked.find((one) => !names.some((name) => name.toLowerCase() === one.toLowerCase()))
  if (unknown !== undefined) throw new Refusal('InvalidRequestFormat', `Load balancer ${document.id} has no backend address pool ${unknown}.`)
  for (const name of asked.length === 0 ? names : asked) migratePool(ask.subscription, `${document.id}/backendAddressPools/${name}`)
  return { status: 200, body: { migratedPools: { migratedPools: asked.length === 0 ? names : asked } } }
}

function migratePool(subscription: Subscription, id: string): void {
  const pool = subscription.documents.element(id)
  if (pool === undefined || membersOf({ name: '', properties: propertiesOf(pool) }).length > 0) return
  const users = subscription.documents.users(id).filter(({ member }) => member === 'loadBalancerBackendAddressPools')
  const addresses = users.map(({ by }) => ({
    name: by.id.split('/').slice(-3).join('_'),
    properties: {
      ipAddress: textAt(propertiesOf(by), 'privateIPAddress'),
      virtualNetwork: { id: (textAt(objectAt(propertiesOf(by), 'subnet'), 'id') ?? '').replace(/\/subnets\/[^/]+$/i, '') },
    },
  }))
  for (const { by } of users) leavePool(subscription, by, id)
  rewrite(subscription, pool, { loadBalancerBackendAddresses: addresses })
}

function leavePool(subscription: Subscription, configuration: Element, pool: string): void {
  const rest = objectsAt(propertiesOf(configuration), 'loadBalancerBackendAddressPools').filter((one) => keyOf(textAt(one, 'id') ?? '') !== keyOf(pool))
  rewrite(subscription, configuration, { loadBalancerBackendAddressPools: rest.length === 0 ? undefined : rest })
}

function rewrite(subscription: Subscription, { id, document }: Element, changed: JsonObject): void {
  const current = subscription.documents.get(document.id)
  if (current === undefined) return
  const member = id.split('/').at(-2) ?? ''
  const parts = objectsAt(objectAt(current.body, 'properties'), member).map((one) =>
    keyOf(`${current.id}/${member}/${textAt(one, 'name')}`) === keyOf(id) ? { ...one, properties: { ...objectAt(one, 'properties'), ...changed } } : one,
  )
  subscription.documents.put({ ...current, body: { ...current.body, properties: { ...objectAt(current.body, 'properties'), [member]: parts } } })
  subscription.versions.renew(keyOf(current.id))
}
