/** Private link services. */
import { Refusal } from '../arm/refusal.ts'
import { type ElementType, any, children, flag, object, oneOf, reference, references, text, texts } from '../schema/field.ts'
import { keyOf } from '../schema/ids.ts'
import { type JsonObject, idsAt, objectAt, objectsAt, textAt } from '../schema/json.ts'
import type { Change, Check, ResourceType } from '../store/resource-type.ts'
import { uuid } from '../store/subscription.ts'
import { PATHS, envelope, part } from './common.ts'
import { membersOf, partsOf } from './load-balancers/parts.ts'

const IP_CONFIGURATION: ElementType = part(PATHS.linkIpConfiguration, 'PrivateLinkServiceIpConfiguration', {
  isSteady: true,
  fields: {
    privateIPAddress: text(),
    privateIPAllocationMethod: oneOf(['Static', 'Dynamic'], { or: 'Dynamic' }),
    subnet: reference([PATHS.subnet]),
    primary: flag(),
    privateIPAddressVersion: oneOf(['IPv4', 'IPv6'], { or: 'IPv4' }),
  },
})

const balancersOf = ({ next, subscription }: Change): readonly string[] =>
  idsAt(objectAt(next, 'properties'), 'loadBalancerFrontendIpConfigurations').flatMap((id) => subscription.documents.element(id)?.document.id ?? [])

/** The service does not stand behind members by address. */
const hasNoAddressPools: Check = (change) => {
  for (const id of balancersOf(change)) {
    const { body } = change.subscription.documents.get(id) ?? { body: {} }
    if (!partsOf(body, 'backendAddressPools').some((pool) => membersOf(pool).length > 0)) continue
    throw new Refusal(
      'PrivateLinkServiceIsNotSupportedForIPBasedLoadBalancer',
      `Private link service ${change.id} is not supported for IP based load balancer ${id}.`,
    )
  }
}

const countFits: Check = (change) => {
  const most = change.subscription.quotas.privateLinkServicesPerLoadBalancer
  for (const id of balancersOf(change)) {
    const body = change.subscription.documents.get(id)?.body ?? {}
    const users = partsOf(body, 'frontendIPConfigurations').flatMap(({ name }) => change.subscription.documents.users(`${id}/frontendIPConfigurations/${name}`))
    const others = new Set(users.filter(({ by }) => by.type.path === PATHS.linkService && keyOf(by.id) !== keyOf(change.id)).map(({ by }) => by.id))
    if (others.size >= most)
      throw new Refusal('PrivateLinkServiceCountLimitReached', `Load balancer ${id} has ${others.size} private link services, and may have ${most}.`)
  }
}

/** The first IP configuration is the primary one. */
function assignLinkService({ next, previous, name, id, subscription }: Change): JsonObject {
  const properties = objectAt(next, 'properties')
  const before = objectAt(previous?.body ?? {}, 'properties')
  const ipConfigurations = objectsAt(properties, 'ipConfigurations').map((one, at) => ({
    ...one,
    properties: { ...objectAt(one, 'properties'), primary: objectAt(one, 'properties')['primary'] ?? at === 0 },
  }))
  const network = id.replace(/\/privateLinkServices\/[^/]+$/i, '')
  return {
    ...next,
    properties: {
      ...properties,
      ipConfigurations,
      alias: textAt(before, 'alias') ?? `${name}.${uuid(keyOf(id))}.${subscription.location}.azure.privatelinkservice`,
      networkInterfaces: before['networkInterfaces'] ?? [{ id: `${network}/networkInterfaces/${name}.nic.${uuid(`${keyOf(id)} interface`)}` }],
    },
  }
}

export const PRIVATE_LINK_SERVICES: ResourceType = {
  path: PATHS.linkService,
  action: 'PrivateLinkService',
  namespace: 'Microsoft.Network',
  isWritable: true,
  envelope: envelope({ extendedLocation: any() }),
  fields: {
    fqdns: texts({ or: [] }),
    alias: text({ isReadOnly: true }),
    visibility: object({ subscriptions: texts() }),
    autoApproval: object({ subscriptions: texts() }),
    enableProxyProtocol: flag({ or: false }),
    loadBalancerFrontendIpConfigurations: references([PATHS.frontend]),
    ipConfigurations: children(IP_CONFIGURATION),
    privateEndpointConnections: any({ or: [], isReadOnly: true }),
    networkInterfaces: any({ isReadOnly: true }),
    destinationIPAddress: text(),
    accessMode: text(),
  },
  checks: [hasNoAddressPools, countFits],
  assign: assignLinkService,
  delay: 'privateLinkService',
  retryAfter: { put: 10, delete: 10 },
  whenBusy: 'supersede',
  hasGuid: true,
}
