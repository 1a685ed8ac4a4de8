/** Virtual networks with their subnets. */
import { canonicalCidr, isWithin } from '../../../cloud/networks.ts'
import { Refusal } from '../../arm/refusal.ts'
import { type ElementType, any, children, flag, number, object, oneOf, reference, since, text, texts, users } from '../../schema/field.ts'
import { type JsonObject, objectAt, objectsAt, textAt, textsAt } from '../../schema/json.ts'
import type { Check, ResourceType } from '../../store/resource-type.ts'
import { PATHS, envelope, part } from '../common.ts'

const DELEGATION: ElementType = part(`${PATHS.subnet}/delegations`, 'Delegation', {
  isSteady: true,
  fields: { serviceName: text(), actions: texts({ or: ['Microsoft.Network/virtualNetworks/subnets/join/action'], isReadOnly: true }) },
})

const SUBNET: ElementType = part(PATHS.subnet, 'Subnet', {
  isWritable: true,
  fields: {
    addressPrefix: text(),
    addressPrefixes: texts(),
    networkSecurityGroup: reference([PATHS.group]),
    routeTable: reference([]),
    natGateway: reference([]),
    serviceGateway: reference([]),
    ipConfigurations: users([PATHS.frontend, PATHS.ipConfiguration, PATHS.scaleSetIpConfiguration], { upperCaseFrom: [PATHS.frontend] }),
    serviceEndpoints: any(),
    serviceEndpointPolicies: any(),
    delegations: children(DELEGATION),
    privateEndpoints: any({ isReadOnly: true }),
    privateEndpointNetworkPolicies: oneOf(['Enabled', 'Disabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'], { or: 'Disabled' }),
    privateLinkServiceNetworkPolicies: oneOf(['Enabled', 'Disabled'], { or: 'Enabled' }),
    ipConfigurationProfiles: any({ isReadOnly: true }),
    resourceNavigationLinks: any({ isReadOnly: true }),
    serviceAssociationLinks: any({ isReadOnly: true }),
    applicationGatewayIPConfigurations: any({ isReadOnly: true }),
    ipAllocations: any(),
    ipamPoolPrefixAllocations: any(),
    sharingScope: text(),
    defaultOutboundAccess: flag(),
    purpose: text({ isReadOnly: true }),
  },
})

const prefixesIn = (properties: JsonObject): readonly string[] => {
  const [one, many] = [textAt(properties, 'addressPrefix'), textsAt(properties, 'addressPrefixes')]
  return many.length > 0 ? many : one === undefined ? [] : [one]
}

function checkPrefix(prefix: string, resource: string): void {
  const canonical = canonicalCidr(prefix, prefix.includes(':') ? 'ipv6' : 'ipv4')
  if (canonical === undefined) {
    throw new Refusal(
      'InvalidAddressPrefixFormat',
      `Address prefix ${prefix} of resource ${resource} is not formatted correctly. It should follow CIDR notation, for example 10.0.0.0/24.`,
    )
  }
  if (canonical.split('/')[0] !== prefix.toLowerCase().split('/')[0] && !prefix.includes(':')) {
    throw new Refusal(
      'InvalidCIDRNotation',
      `The address prefix ${prefix} in resource ${resource} has an invalid CIDR notation. For the given prefix length, the address prefix should be ${canonical}.`,
    )
  }
}

const prefixesFit: Check = ({ next, id, name }) => {
  const properties = objectAt(next, 'properties')
  const space = textsAt(objectAt(properties, 'addressSpace'), 'addressPrefixes')
  for (const prefix of space) checkPrefix(prefix, id)
  const seen: string[] = []
  for (const subnet of objectsAt(properties, 'subnets')) {
    const own = textAt(subnet, 'name') ?? ''
    for (const prefix of prefixesIn(objectAt(subnet, 'properties'))) {
      checkPrefix(prefix, `${id}/subnets/${own}`)
      if (!space.some((one) => covers(one, prefix))) throw new Refusal('NetcfgInvalidSubnet', `Subnet '${own}' is not valid in virtual network '${name}'.`)
      if (seen.some((one) => covers(one, prefix) || covers(prefix, one)))
        throw new Refusal(
          'NetcfgSubnetRangesOverlap',
          `Subnet '${own}' is not valid because its IP address range overlaps with that of an existing subnet in virtual network '${name}'.`,
        )
      seen.push(prefix)
    }
  }
}

function covers(outer: string, inner: string): boolean {
  const [address = '', length = ''] = inner.split('/')
  return isWithin(address, outer) && Number(length) >= Number(outer.split('/')[1])
}

/** A subnet that is in use must not be left out. */
const keepsUsedSubnets: Check = ({ next, previous, id, subscription }) => {
  const kept = new Set(objectsAt(objectAt(next, 'properties'), 'subnets').map((one) => textAt(one, 'name')?.toLowerCase()))
  for (const subnet of objectsAt(objectAt(previous?.body ?? {}, 'properties'), 'subnets')) {
    const name = textAt(subnet, 'name') ?? ''
    const user = kept.has(name.toLowerCase()) ? undefined : subscription.documents.users(`${id}/subnets/${name}`)[0]
    if (user !== undefined) throw subnetInUse(name, user.by.id)
  }
}

const subnetInUse = (name: string, user: string): Refusal =>
  new Refusal(
    'InUseSubnetCannotBeDeleted',
    `Subnet ${name} is in use by ${user} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.`,
  )

export const VIRTUAL_NETWORKS: ResourceType = {
  path: PATHS.network,
  action: 'VirtualNetwork',
  namespace: 'Microsoft.Network',
  isWritable: true,
  envelope: envelope({ extendedLocation: any() }),
  fields: {
    summarizedGatewayPrefixes: any(),
    addressSpace: object({ addressPrefixes: texts(), ipamPoolPrefixAllocations: any() }),
    dhcpOptions: object({ dnsServers: texts({ or: [] }) }, { isShown: ({ properties }) => properties['dhcpOptions'] !== undefined }),
    privateEndpointVNetPolicies: oneOf(['Disabled', 'Basic'], { or: 'Disabled', isShown: since('2023-09-01') }),
    subnets: children(SUBNET),
    virtualNetworkPeerings: any({ or: [] }),
    enableDdosProtection: flag({ or: false }),
    enableVmProtection: flag({ or: false, isShown: ({ version }) => version < '2020-11-01' }),
    ddosProtectionPlan: reference([]),
    flowTimeoutInMinutes: number(),
    bgpCommunities: any(),
    encryption: any(),
    ipAllocations: any(),
  },
  checks: [prefixesFit, keepsUsedSubnets],
  delay: 'network',
  retryAfter: { put: 3, delete: 10 },
  whenBusy: 'refuse',
  // As recorded.
  unchangedStatus: 201,
  hasGuid: true,
  inUse: (element, used) => {
    const user = used.find(({ by }) => by.type.path !== 'loadBalancers/backendAddressPools')
    if (element.type.path === PATHS.subnet) return subnetInUse(textAt(element.body, 'name') ?? '', used[0]?.by.id ?? '')
    return user === undefined ? undefined : new Refusal('InUseVirtualNetworkCannotBeDeleted', `Virtual network ${element.id} is in use by ${user.by.id}.`)
  },
}
