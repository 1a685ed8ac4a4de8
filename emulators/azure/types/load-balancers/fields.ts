/** The members of a load balancer and of its parts. Those marked with a version are from that version's own answers or its API description. */
import {
  type ElementType,
  type Fields,
  type Place,
  any,
  children,
  flag,
  number,
  oneOf,
  reference,
  references,
  since,
  text,
  texts,
  users,
} from '../../schema/field.ts'
import { textAt } from '../../schema/json.ts'
import { PATHS, isStandard, part } from '../common.ts'

/** A public frontend is not shown with a version of addresses since 2022. */
const isVersionShown = ({ properties, version }: Place): boolean => properties['subnet'] !== undefined || version < '2021-02-01'

const FRONTEND: ElementType = part(PATHS.frontend, 'LoadBalancerFrontendIPConfiguration', {
  envelope: { zones: texts() },
  fields: {
    privateIPAddress: text(),
    privateIPAllocationMethod: oneOf(['Static', 'Dynamic'], { or: 'Dynamic' }),
    subnet: reference([PATHS.subnet], { whileUpdating: 'wait' }),
    publicIPAddress: reference([PATHS.address]),
    publicIPPrefix: reference([PATHS.prefix]),
    gatewayLoadBalancer: reference([]),
    ddosSettings: any(),
    enableConnectionTracking: flag(),
    loadBalancingRules: users([PATHS.rule]),
    inboundNatRules: users([PATHS.natRule]),
    outboundRules: users([PATHS.outboundRule]),
    inboundNatPools: users([PATHS.natPool]),
    privateLinkServices: users([PATHS.linkService], { isShown: () => false }),
    privateIPAddressVersion: oneOf(['IPv4', 'IPv6'], { or: 'IPv4', isShown: isVersionShown }),
  },
})

const MEMBER: ElementType = part(`${PATHS.pool}/loadBalancerBackendAddresses`, 'LoadBalancerBackendAddress', {
  fields: {
    ipAddress: text(),
    virtualNetwork: reference([PATHS.network], { whileUpdating: 'accept' }),
    subnet: reference([PATHS.subnet], { whileUpdating: 'accept' }),
    adminState: oneOf(['None', 'Up', 'Down', 'Drain'], { isShown: since('2022-01-01') }),
    loadBalancerFrontendIPConfiguration: reference([]),
    networkInterfaceIPConfiguration: any({ isReadOnly: true }),
    inboundNatRulesPortMapping: any({ isReadOnly: true }),
  },
})

const POOL: ElementType = part(PATHS.pool, 'LoadBalancerBackendAddressPool', {
  isWritable: true,
  fields: {
    location: text(),
    loadBalancerBackendAddresses: children(MEMBER, { isShown: ({ version, ...place }) => version >= '2020-04-01' && isStandard(place) }),
    backendIPConfigurations: users([PATHS.ipConfiguration, PATHS.scaleSetIpConfiguration]),
    loadBalancingRules: users([PATHS.rule]),
    outboundRules: users([PATHS.outboundRule]),
    inboundNatRules: users([PATHS.natRule]),
    outboundRule: any({ isReadOnly: true }),
    virtualNetwork: reference([PATHS.network], { whileUpdating: 'accept' }),
    tunnelInterfaces: any(),
    drainPeriodInSeconds: number(),
    syncMode: oneOf(['Automatic', 'Manual']),
  },
})

/** The last two are in every answer, and clients send them back. */
const FORWARDING: Fields = {
  frontendIPConfiguration: reference([PATHS.frontend]),
  frontendPort: number(),
  backendPort: number(),
  enableFloatingIP: flag({ or: false }),
  idleTimeoutInMinutes: number({ or: 4 }),
  protocol: oneOf(['Udp', 'Tcp', 'All', 'Quic'], { or: 'Tcp' }),
  enableDestinationServiceEndpoint: flag({ or: false }),
  enableTcpReset: flag({ or: false }),
  allowBackendPortConflict: flag({ or: false }),
}

const RULE: ElementType = part(PATHS.rule, 'LoadBalancerLoadBalancingRule', {
  fields: {
    ...FORWARDING,
    loadDistribution: oneOf(['Default', 'SourceIP', 'SourceIPProtocol'], { or: 'Default' }),
    disableOutboundSnat: flag({ or: false, isShown: isStandard }),
    enableConnectionTracking: flag(),
    backendAddressPool: reference([PATHS.pool]),
    backendAddressPools: references([PATHS.pool], { isShown: since('2021-02-01') }),
    probe: reference([PATHS.probe]),
  },
})

const isHttp = ({ properties }: Place): boolean => textAt(properties, 'protocol') !== 'Tcp'

/** What a probe says of thresholds is from templates that were exported with these versions. */
const PROBE: ElementType = part(PATHS.probe, 'LoadBalancerProbe', {
  fields: {
    protocol: oneOf(['Http', 'Tcp', 'Https']),
    port: number(),
    requestPath: text({ isShown: isHttp }),
    intervalInSeconds: number({ or: 15 }),
    numberOfProbes: number({ or: 2 }),
    probeThreshold: number({ or: 1, isShown: since('2022-05-01') }),
    noHealthyBackendsBehavior: oneOf(['AllProbedDown', 'AllProbedUp']),
    loadBalancingRules: users([PATHS.rule]),
  },
})

const NAT_RULE: ElementType = part(PATHS.natRule, 'LoadBalancerInboundNatRule', {
  isWritable: true,
  fields: {
    ...FORWARDING,
    frontendPortRangeStart: number(),
    frontendPortRangeEnd: number(),
    backendAddressPool: reference([PATHS.pool]),
    backendIPConfiguration: users([PATHS.ipConfiguration], { isSingle: true }),
  },
})

const NAT_POOL: ElementType = part(PATHS.natPool, 'LoadBalancerInboundNatPool', {
  fields: { ...FORWARDING, frontendPort: number({ isReadOnly: true }), frontendPortRangeStart: number(), frontendPortRangeEnd: number() },
})

const OUTBOUND_RULE: ElementType = part(PATHS.outboundRule, 'LoadBalancerOutboundRule', {
  fields: {
    allocatedOutboundPorts: number({ or: 1024 }),
    protocol: oneOf(['Udp', 'Tcp', 'All', 'Quic']),
    enableTcpReset: flag({ or: false }),
    idleTimeoutInMinutes: number({ or: 4 }),
    backendAddressPool: reference([PATHS.pool]),
    frontendIPConfigurations: references([PATHS.frontend]),
  },
})

export const LOAD_BALANCER_FIELDS: Fields = {
  frontendIPConfigurations: children(FRONTEND),
  backendAddressPools: children(POOL),
  loadBalancingRules: children(RULE),
  probes: children(PROBE),
  inboundNatRules: children(NAT_RULE),
  outboundRules: children(OUTBOUND_RULE, { isShown: isStandard }),
  inboundNatPools: children(NAT_POOL),
  scope: oneOf(['Public', 'Private']),
  mode: text(),
}
