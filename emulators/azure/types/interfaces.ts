/** Network interfaces of machines, and what they have from the machine that they belong to. */
import { Refusal } from '../arm/refusal.ts'
import { type ElementType, type Fields, any, children, flag, oneOf, object, reference, references, since, text, texts, users } from '../schema/field.ts'
import { keyOf } from '../schema/ids.ts'
import { type JsonObject, idAt, idsAt, objectAt, objectsAt, textAt } from '../schema/json.ts'
import { type Document, propertiesOf } from '../store/document.ts'
import type { Change, Check, ResourceType } from '../store/resource-type.ts'
import { type Subscription, uuid } from '../store/subscription.ts'
import { claimAddress, nextAddress } from './addresses.ts'
import { PATHS, envelope, part } from './common.ts'
import { isInternalBalancer, mixed } from './load-balancers/pool-checks.ts'
import { membersOf } from './load-balancers/parts.ts'

/** Of an IP configuration, also in a scale set. */
export const IP_CONFIGURATION_FIELDS: Fields = {
  privateIPAddress: text(),
  privateIPAllocationMethod: oneOf(['Static', 'Dynamic'], { or: 'Dynamic' }),
  publicIPAddress: reference([PATHS.address]),
  subnet: reference([PATHS.subnet]),
  primary: flag(),
  privateIPAddressVersion: oneOf(['IPv4', 'IPv6'], { or: 'IPv4' }),
  loadBalancerBackendAddressPools: references([PATHS.pool]),
  loadBalancerInboundNatRules: references([PATHS.natRule]),
  applicationGatewayBackendAddressPools: any(),
  applicationSecurityGroups: references([]),
  gatewayLoadBalancer: reference([]),
  virtualNetworkTaps: any(),
  privateIPAddressPrefixLength: any(),
  privateLinkConnectionProperties: any({ isReadOnly: true }),
}

const IP_CONFIGURATION: ElementType = part(PATHS.ipConfiguration, 'NetworkInterfaceIPConfiguration', { fields: IP_CONFIGURATION_FIELDS })

const configurationsIn = (body: JsonObject): readonly JsonObject[] => objectsAt(objectAt(body, 'properties'), 'ipConfigurations')

const isConfigured: Check = ({ next, id }) => {
  if (configurationsIn(next).length === 0)
    throw new Refusal('NetworkInterfaceMustHaveIPConfiguration', `Network interface ${id} must have an IP configuration.`)
}

function assignInterface(change: Change): JsonObject {
  const { next, subscription, id } = change
  const properties = objectAt(next, 'properties')
  const taken = new Set<string>()
  const single = configurationsIn(next).length === 1
  const ipConfigurations = configurationsIn(next).map((one) => {
    const assigned = withAddress(change, one, taken)
    taken.add(textAt(assigned, 'privateIPAddress') ?? '')
    return { ...one, properties: { ...assigned, primary: assigned['primary'] ?? single } }
  })
  const dns = objectAt(properties, 'dnsSettings')
  return {
    ...next,
    properties: {
      ...properties,
      ipConfigurations,
      dnsSettings: {
        dnsServers: dns['dnsServers'] ?? [],
        ...dns,
        appliedDnsServers: [],
        internalDomainNameSuffix: `${uuid(subscription.id).replaceAll('-', '').slice(0, 26)}.bx.internal.cloudapp.net`,
      },
      ...ofMachine(subscription, id),
    },
  }
}

/** What an interface has as long as it belongs to a machine. */
export function ofMachine({ documents }: Subscription, id: string): JsonObject {
  const isAttached = documents.users(id).some(({ by }) => by.type.path === PATHS.machine)
  return isAttached ? { macAddress: macOf(id), primary: true } : { macAddress: undefined, primary: undefined }
}

function macOf(id: string): string {
  const hex = uuid(keyOf(id)).replaceAll('-', '').toUpperCase()
  return ['00', '0D', '3A', hex.slice(0, 2), hex.slice(2, 4), hex.slice(4, 6)].join('-')
}

function withAddress({ subscription, id, previous }: Change, one: JsonObject, taken: ReadonlySet<string>): JsonObject {
  const properties = objectAt(one, 'properties')
  const subnet = subscription.documents.element(idAt(properties, 'subnet') ?? '')
  if (subnet === undefined) return properties
  const name = textAt(one, 'name') ?? ''
  const ask = { subnet, version: textAt(properties, 'privateIPAddressVersion') ?? 'IPv4', owner: `${id}/ipConfigurations/${name}`, taken }
  const asked = textAt(properties, 'privateIPAddress')
  if (textAt(properties, 'privateIPAllocationMethod') === 'Static' && asked !== undefined)
    return { ...properties, privateIPAddress: claimAddress(subscription, asked, ask) }
  const held = configurationsIn(previous?.body ?? {}).find((other) => textAt(other, 'name') === name)
  const kept =
    held !== undefined && keyOf(idAt(objectAt(held, 'properties'), 'subnet') ?? '') === keyOf(subnet.id)
      ? textAt(objectAt(held, 'properties'), 'privateIPAddress')
      : undefined
  return { ...properties, privateIPAddress: kept ?? nextAddress(subscription, ask) }
}

/** Pools by address take no interfaces, and an interface is behind one public and one internal load balancer at most. */
const poolsFit: Check = ({ next, subscription }) => {
  const balancers = new Map<string, Document>()
  for (const one of configurationsIn(next)) {
    for (const id of idsAt(objectAt(one, 'properties'), 'loadBalancerBackendAddressPools')) {
      const pool = subscription.documents.element(id)
      if (pool === undefined) continue
      if (membersOf({ name: '', properties: propertiesOf(pool) }).length > 0) throw mixed(pool.id)
      balancers.set(keyOf(pool.document.id), pool.document)
    }
  }
  const internal = [...balancers.values()].filter(isInternalBalancer)
  if (internal.length > 1) {
    throw new Refusal(
      'AnotherInternalLoadBalancerExists',
      `Network interface uses internal load balancer ${internal[1]?.id}, and another internal load balancer ${internal[0]?.id} exists.`,
    )
  }
  if (balancers.size - internal.length > 1) {
    throw new Refusal(
      'NetworkInterfaceUsesMultipleLoadBalancersOfSameType',
      `Network interface uses more than one public load balancer: ${[...balancers.values()].map(({ id }) => id).join(', ')}.`,
    )
  }
}

export const NETWORK_INTERFACES: ResourceType = {
  path: PATHS.interface,
  action: 'NetworkInterface',
  namespace: 'Microsoft.Network',
  isWritable: true,
  envelope: envelope({ extendedLocation: any() }),
  fields: {
    ipConfigurations: children(IP_CONFIGURATION),
    dnsSettings: object(
      {
        dnsServers: texts({ or: [] }),
        appliedDnsServers: texts({ isReadOnly: true }),
        internalDnsNameLabel: text(),
        internalFqdn: text({ isReadOnly: true }),
        internalDomainNameSuffix: text({ isReadOnly: true }),
      },
      { or: {} },
    ),
    macAddress: text({ isReadOnly: true }),
    enableAcceleratedNetworking: flag({ or: false }),
    enableIPForwarding: flag({ or: false }),
    networkSecurityGroup: reference([PATHS.group]),
    primary: flag({ isReadOnly: true }),
    virtualMachine: users([PATHS.machine], { isSingle: true }),
    hostedWorkloads: any({ or: [], isReadOnly: true, isShown: since('2019-01-01') }),
    tapConfigurations: any({ or: [], isReadOnly: true, isShown: since('2019-01-01') }),
    nicType: text({ or: 'Standard', isShown: since('2020-05-01') }),
    disableTcpStateTracking: flag(),
    auxiliaryMode: text(),
    auxiliarySku: text(),
    workloadType: text(),
    migrationPhase: text(),
    privateLinkService: any(),
    vnetEncryptionSupported: flag({ isReadOnly: true }),
  },
  checks: [isConfigured, poolsFit],
  assign: assignInterface,
  delay: 'networkInterface',
  isImmediate: ({ subscription, id }) => !subscription.documents.users(id).some(({ by }) => by.type.path === PATHS.machine),
  retryAfter: { put: 10, delete: 10 },
  whenBusy: 'supersede',
  hasGuid: true,
  inUse: ({ id, parent }, used) => {
    const machine = used.find(({ by }) => by.type.path === PATHS.machine)
    if (parent !== undefined || machine === undefined) return undefined
    return new Refusal(
      'NicInUse',
      `Network Interface ${id} is used by existing resource ${machine.by.id}. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.`,
    )
  },
}
