/** What stays in Azure's own words, because no other cloud has it. */
import type { Definition } from '../define.ts'
import { addresses, anyText, keyValues, list, textLike } from '../parsers.ts'
import { azureBoolean, PREFIX } from './values.ts'

const prefixId = textLike(
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/publicIPPrefixes\/[^/]+$/i,
  'the id of a public IP prefix: `/subscriptions/.../publicIPPrefixes/NAME`',
)

const serviceTag = textLike(/^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/, 'a service tag such as `AzureFrontDoor.Backend`')

export const definitions = {
  resourceGroup: {
    key: `${PREFIX}load-balancer-resource-group`,
    value: textLike(/^[\w.()-]{1,90}$/, 'the name of a resource group'),
    doc: "The resource group of the Service's public addresses, in the subscription of the cluster. The load balancer itself stays where it is.",
    example: 'shop-network',
    default: "the cluster's",
    elsewhere: 'Leave it out; fairlead.dev/address-names names an address of the other cloud.',
  },
  prefix: {
    key: `${PREFIX}pip-prefix-id`,
    value: prefixId,
    doc: 'The range that a new public address is taken from. Another range means another address.',
    example: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.Network/publicIPPrefixes/shop',
    default: 'none',
    elsewhere: 'Name a reserved address in fairlead.dev/address-names.',
  },
  prefixIpv6: {
    key: `${PREFIX}pip-prefix-id-ipv6`,
    value: prefixId,
    doc: 'The range that a new public IPv6 address is taken from.',
    example: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.Network/publicIPPrefixes/shop-v6',
    default: 'none',
    elsewhere: 'Name a reserved address in fairlead.dev/address-names.',
  },
  ipTags: {
    key: `${PREFIX}pip-ip-tags`,
    value: keyValues,
    doc: 'IP tags of the public address that is made for the Service. They are given when it is made: other ones on an address that exists are refused (cloud-provider-azure deletes the address and makes another).',
    example: 'RoutingPreference=Internet',
    default: 'none',
    elsewhere: 'Leave it out; on Google Cloud, cloud.google.com/network-tier chooses how traffic arrives.',
  },
  additionalAddresses: {
    key: `${PREFIX}additional-public-ips`,
    value: addresses,
    doc: 'Addresses that lead to the cluster by another way, for example a global load balancer: they are published and allowed, and nothing is made for them.',
    example: '203.0.113.9',
    default: 'none',
    elsewhere: 'Leave it out, and point the other way in at the new address.',
  },
  disableFloatingIp: {
    key: `${PREFIX}disable-load-balancer-floating-ip`,
    value: azureBoolean,
    doc: '`true`: traffic goes to node ports instead of the published address.',
    example: 'true',
    default: '`false`',
    elsewhere: 'Leave it out.',
  },
  haPorts: {
    key: `${PREFIX}load-balancer-enable-high-availability-ports`,
    value: azureBoolean,
    doc: 'One rule for all ports and protocols, of an internal load balancer alone.',
    example: 'true',
    default: '`false`',
    elsewhere: 'Name the ports in spec.ports.',
  },
  serviceTags: {
    key: `${PREFIX}allowed-service-tags`,
    value: list(serviceTag, { what: 'service tags of Azure' }),
    doc: "Groups of Azure's own addresses that may connect, in addition to the source ranges.",
    example: 'AzureFrontDoor.Backend',
    default: 'none',
    admitsClients: true,
    elsewhere: 'Write the ranges of the tags into spec.loadBalancerSourceRanges.',
    limitsClients: true,
  },
  denyOthers: {
    key: `${PREFIX}deny-all-except-load-balancer-source-ranges`,
    value: azureBoolean,
    doc: '`true`: what is in no source range is denied also where it comes from inside the virtual network.',
    example: 'true',
    default: '`false`',
    elsewhere: 'Leave it out: clients that are in no source range are denied wherever they come from.',
  },
  noSecurityRules: {
    key: `${PREFIX}disable-load-balancer-nsg-rule`,
    value: azureBoolean,
    doc: '`true`: no security rules are made for the Service; the owner of the security group decides which clients may connect.',
    example: 'true',
    default: '`false`',
    elsewhere: 'Write the ranges that your own security rules allow into spec.loadBalancerSourceRanges.',
    limitsClients: true,
  },
  loadBalancers: {
    key: `${PREFIX}load-balancer-configurations`,
    value: list(anyText('a name'), { what: 'names of load balancers from the settings' }),
    doc: 'Which of several load balancers may serve the Service.',
    example: 'shop,shared',
    default: 'all',
    elsewhere: 'Leave it out; fairlead.dev/share chooses which Services share a load balancer.',
  },
} as const satisfies Record<string, Definition<unknown>>
