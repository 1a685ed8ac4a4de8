/** Refusals of the real Azure that were recorded about types of resources which are emulated, and how to come by each. */
import type { JsonObject } from '../../../../emulators/azure/index.ts'

export interface RecordedRefusal {
  readonly status: number
  /** Of the first detail, where there is one. */
  readonly code: string
  readonly when: string
}

/** A request that has to be refused, in a subscription with what `given()` makes. */
export interface Attempt extends RecordedRefusal {
  readonly method: string
  /** Within `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network`; one that begins with `/` stands alone. */
  readonly path: string
  readonly body?: JsonObject
  readonly ifMatch?: string
  /** Requests before it, whose operations are not waited for. */
  readonly after?: readonly (readonly [path: string, body: JsonObject])[]
}

const probe = (properties: JsonObject): JsonObject => balancer({ probes: [{ name: 'p', properties }] })

function balancer(properties: JsonObject): JsonObject {
  return {
    location: 'westeurope',
    sku: { name: 'Standard' },
    properties: { frontendIPConfigurations: [{ name: 'f', properties: { publicIPAddress: { id: '{group}/publicIPAddresses/reserved-1' } } }], ...properties },
  }
}

const forwarding = (properties: JsonObject): JsonObject => ({
  frontendIPConfiguration: { id: '{group}/loadBalancers/lb/frontendIPConfigurations/f' },
  protocol: 'Tcp',
  backendPort: 80,
  ...properties,
})

function rule(properties: JsonObject): JsonObject {
  return {
    properties: {
      protocol: 'Tcp',
      access: 'Allow',
      direction: 'Inbound',
      priority: 200,
      sourceAddressPrefix: '*',
      sourcePortRange: '*',
      destinationAddressPrefix: '*',
      destinationPortRange: '80',
      ...properties,
    },
  }
}

const ADDRESS: JsonObject = { location: 'westeurope', sku: { name: 'Standard' }, properties: { publicIPAllocationMethod: 'Static' } }
const NETWORK: JsonObject = { location: 'westeurope', properties: { addressSpace: { addressPrefixes: ['10.9.0.0/16'] } } }
const RULE_PATH = 'networkSecurityGroups/fairlead-nsg/securityRules/r'
const SUBNET_PATH = 'virtualNetworks/fairlead-vnet/subnets'

export const ATTEMPTS: readonly Attempt[] = [
  {
    status: 404,
    code: 'ResourceGroupNotFound',
    when: 'a list in a group that is not there',
    method: 'GET',
    path: '/subscriptions/{subscription}/resourceGroups/none/providers/Microsoft.Network/loadBalancers',
  },
  { status: 404, code: 'ResourceNotFound', when: 'a resource that is not there', method: 'GET', path: 'loadBalancers/none' },
  {
    status: 404,
    code: 'ResourceNotFound',
    when: 'deleting a part of a resource that is not there',
    method: 'DELETE',
    path: 'networkSecurityGroups/none/securityRules/r',
  },
  { status: 404, code: 'NotFound', when: 'a part that is not there', method: 'GET', path: `${SUBNET_PATH}/none` },
  {
    status: 404,
    code: 'NotFound',
    when: 'an address whose prefix is not there',
    method: 'PUT',
    path: 'publicIPAddresses/a',
    body: { ...ADDRESS, properties: { publicIPAllocationMethod: 'Static', publicIPPrefix: { id: '{group}/publicIPPrefixes/none' } } },
  },
  {
    status: 412,
    code: 'PreconditionFailedEtagMismatch',
    when: 'a write based on another version',
    method: 'PUT',
    path: 'publicIPAddresses/reserved-1',
    body: ADDRESS,
    ifMatch: 'invalid',
  },
  {
    status: 429,
    code: 'ReferencedResourceNotProvisioned',
    when: 'a load balancer whose address is being written',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: balancer({ frontendIPConfigurations: [{ name: 'f', properties: { publicIPAddress: { id: '{group}/publicIPAddresses/a' } } }] }),
    after: [['publicIPAddresses/a', ADDRESS]],
  },
  {
    status: 429,
    code: 'RetryableErrorDueToAnotherOperation',
    when: 'a subnet while another one of the network is being written',
    method: 'PUT',
    path: `${SUBNET_PATH}/b`,
    body: { properties: { addressPrefix: '10.0.129.0/24' } },
    after: [[`${SUBNET_PATH}/a`, { properties: { addressPrefix: '10.0.128.0/24' } }]],
  },
  {
    status: 409,
    code: 'AnotherOperationInProgress',
    when: 'a subnet that is being written',
    method: 'PUT',
    path: `${SUBNET_PATH}/a`,
    body: { properties: { addressPrefix: '10.0.129.0/24' } },
    after: [[`${SUBNET_PATH}/a`, { properties: { addressPrefix: '10.0.128.0/24' } }]],
  },
  {
    status: 400,
    code: 'NotFound',
    when: 'a load balancer whose address is not there (the code above it is `InvalidResourceReference`)',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: balancer({ frontendIPConfigurations: [{ name: 'f', properties: { publicIPAddress: { id: '{group}/publicIPAddresses/none' } } }] }),
  },
  {
    status: 400,
    code: 'InvalidResourceReference',
    when: 'an interface whose subnet is not there',
    method: 'PUT',
    path: 'networkInterfaces/n',
    body: {
      location: 'westeurope',
      properties: { ipConfigurations: [{ name: 'c', properties: { subnet: { id: '{group}/virtualNetworks/fairlead-vnet/subnets/none' } } }] },
    },
  },
  { status: 400, code: 'PublicIPAddressCannotBeDeleted', when: 'deleting an address that is in use', method: 'DELETE', path: 'publicIPAddresses/reserved-2' },
  {
    status: 400,
    code: 'InUseNetworkSecurityGroupCannotBeDeleted',
    when: 'deleting a security group that is in use',
    method: 'DELETE',
    path: 'networkSecurityGroups/fairlead-nsg',
  },
  {
    status: 400,
    code: 'InUseSubnetCannotBeDeleted',
    when: 'deleting a network with a subnet that is in use',
    method: 'DELETE',
    path: 'virtualNetworks/fairlead-vnet',
  },
  { status: 400, code: 'NicInUse', when: 'deleting the interface of a machine', method: 'DELETE', path: 'networkInterfaces/node-1-nic' },
  {
    status: 400,
    code: 'InvalidAddressPrefixFormat',
    when: 'a network without a prefix length',
    method: 'PUT',
    path: 'virtualNetworks/v',
    body: { location: 'westeurope', properties: { addressSpace: { addressPrefixes: ['10.10.10.10'] } } },
  },
  {
    status: 400,
    code: 'NetcfgInvalidSubnet',
    when: 'a subnet outside its network',
    method: 'PUT',
    path: `${SUBNET_PATH}/far`,
    body: { properties: { addressPrefix: '172.16.0.0/24' } },
  },
  {
    status: 400,
    code: 'InvalidDomainNameLabel',
    when: 'a DNS label with a sign that it must not have',
    method: 'PUT',
    path: 'publicIPAddresses/a',
    body: { ...ADDRESS, properties: { publicIPAllocationMethod: 'Static', dnsSettings: { domainNameLabel: 'l-a_b-1-e' } } },
  },
  {
    status: 400,
    code: 'PublicIPIdleTimeoutIsOutOfRange',
    when: 'an address with an idle timeout over 30 minutes',
    method: 'PUT',
    path: 'publicIPAddresses/a',
    body: { ...ADDRESS, properties: { publicIPAllocationMethod: 'Static', idleTimeoutInMinutes: 31 } },
  },
  {
    status: 400,
    code: 'InvalidPrivateIPAddressFormat',
    when: 'a private address that is not one',
    method: 'PUT',
    path: 'networkInterfaces/n',
    body: {
      location: 'westeurope',
      properties: {
        ipConfigurations: [
          {
            name: 'c',
            properties: {
              privateIPAllocationMethod: 'Static',
              privateIPAddress: '10.11.12.13.14',
              subnet: { id: '{group}/virtualNetworks/fairlead-vnet/subnets/nodes' },
            },
          },
        ],
      },
    },
  },
  {
    status: 400,
    code: 'PrivateIPAddressNotInAnySubnet',
    when: 'asking whether an address is free that is in no subnet',
    method: 'GET',
    path: 'virtualNetworks/fairlead-vnet/CheckIPAddressAvailability?ipAddress=10.1.0.4',
  },
  {
    status: 400,
    code: 'InvalidJson',
    when: 'a probe with a number that is too large, or a member that does not exist (the code above it is `InvalidRequestFormat`)',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: probe({ protocol: 'Tcp', port: 80, intervalInSeconds: 2_147_483_650 }),
  },
  {
    status: 400,
    code: 'ProbeIntervalIsOutOfRange',
    when: 'a probe more often than every 5 seconds',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: probe({ protocol: 'Tcp', port: 80, intervalInSeconds: 4 }),
  },
  {
    status: 400,
    code: 'NumberOfProbesIsOutOfRange',
    when: 'a probe with a threshold that takes too long',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: probe({ protocol: 'Tcp', port: 80, intervalInSeconds: 15, numberOfProbes: 143_165_577 }),
  },
  {
    status: 400,
    code: 'ProbeRequestPathIsNotNull',
    when: 'a TCP probe with a path',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: probe({ protocol: 'Tcp', port: 80, requestPath: '/' }),
  },
  {
    status: 400,
    code: 'PortValueIsOutOfRange',
    when: 'a backend port over 65535',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: balancer({ inboundNatPools: [{ name: 'n', properties: forwarding({ frontendPortRangeStart: 1, frontendPortRangeEnd: 2, backendPort: 65_536 }) }] }),
  },
  {
    status: 400,
    code: 'RuleIdleTimeoutIsOutOfRange',
    when: 'a rule with an idle timeout that is too long',
    method: 'PUT',
    path: 'loadBalancers/lb',
    body: balancer({ inboundNatRules: [{ name: 'n', properties: forwarding({ frontendPort: 80, idleTimeoutInMinutes: 101 }) }] }),
  },
  {
    status: 400,
    code: 'SecurityRuleDescriptionTooLong',
    when: 'a security rule with a description over 140 characters',
    method: 'PUT',
    path: RULE_PATH,
    body: rule({ description: 'x'.repeat(141) }),
  },
  {
    status: 400,
    code: 'SecurityRuleInvalidAddressPrefix',
    when: 'a security rule for 10.0.0.0/42',
    method: 'PUT',
    path: RULE_PATH,
    body: rule({ destinationAddressPrefix: '10.0.0.0/42' }),
  },
  {
    status: 400,
    code: 'SecurityRuleInvalidPortRange',
    when: 'a security rule for port 66600',
    method: 'PUT',
    path: RULE_PATH,
    body: rule({ destinationPortRange: '66600' }),
  },
  {
    status: 400,
    code: 'SecurityRuleInvalidPriority',
    when: 'a security rule with the priority 4097',
    method: 'PUT',
    path: RULE_PATH,
    body: rule({ priority: 4_097 }),
  },
  {
    status: 400,
    code: 'InvalidCIDRNotation',
    when: 'a network with host bits (recorded of a route)',
    method: 'PUT',
    path: 'virtualNetworks/v',
    body: { ...NETWORK, properties: { addressSpace: { addressPrefixes: ['10.11.12.13/8'] } } },
  },
]

/** Recorded, and not brought about by a request alone. */
const OTHERS: readonly RecordedRefusal[] = [
  { status: 500, code: 'InternalServerError', when: 'a write that failed; comes as the fault `500`' },
  { status: 503, code: 'ServerTimeout', when: 'a write that took too long; comes as the fault `503`' },
  { status: 400, code: 'NicMustBeAttachedToRunningVmToGetEffectiveRoutes', when: 'the routes of an interface without a machine' },
  { status: 400, code: 'NicMustBeAttachedToRunningVmToGetEffectiveSecurityGroups', when: 'the security rules of an interface without a machine' },
  { status: 400, code: 'SubscriptionNotRegisteredForFeature', when: 'a rule for all ports, in 2017' },
]

export const RECORDED_REFUSALS: readonly RecordedRefusal[] = [...ATTEMPTS, ...OTHERS]

/** Codes that the emulator gives. */
export const ANSWERED: ReadonlySet<string> = new Set([...ATTEMPTS.map(({ code }) => code), 'InternalServerError', 'ServerTimeout'])
