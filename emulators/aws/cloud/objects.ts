/** The objects of a region, as the cloud keeps them. What clients see of them is written elsewhere. */
import type { Verdict } from '../../cloud/verdict.ts'

export type Tags = Map<string, string>

export interface Zone {
  readonly name: string
  readonly id: string
}

export interface Vpc {
  readonly id: string
  readonly cidrs: readonly string[]
  readonly ipv6Cidrs: readonly string[]
  readonly internetGateway?: string
  readonly tags: Tags
}

export interface Subnet {
  readonly id: string
  readonly vpcId: string
  readonly zone: string
  readonly cidr: string
  readonly ipv6Cidr?: string
  readonly tags: Tags
  /** Number of the last address that was given out. */
  lastHost: number
}

export interface RouteTable {
  readonly id: string
  readonly vpcId: string
  readonly isMain: boolean
  readonly subnets: readonly string[]
  readonly routes: readonly { readonly to: string; readonly gateway: string }[]
  readonly tags: Tags
}

export type Source =
  | { readonly kind: 'ipv4'; readonly cidr: string }
  | { readonly kind: 'ipv6'; readonly cidr: string }
  | { readonly kind: 'prefix-list'; readonly id: string }
  | { readonly kind: 'group'; readonly id: string }

export interface Rule {
  readonly id: string
  /** `tcp`, `udp`, `icmp`, `icmpv6`, another protocol's number, or `-1` for all. */
  readonly protocol: string
  readonly from?: number
  readonly to?: number
  readonly source: Source
  readonly description?: string
}

export interface SecurityGroup {
  readonly id: string
  readonly vpcId: string
  readonly name: string
  readonly description: string
  readonly createdAt: number
  /** Inbound rules, by what makes them one and the same: protocol, ports, source. */
  readonly rules: Map<string, Rule>
  readonly tags: Tags
}

export interface PrefixList {
  readonly id: string
  readonly name: string
  readonly family: 'IPv4' | 'IPv6'
  readonly maxEntries: number
  readonly entries: readonly string[]
  readonly tags: Tags
}

export interface NetworkInterface {
  readonly id: string
  readonly subnetId: string
  readonly description: string
  readonly kind: 'interface' | 'network_load_balancer'
  readonly instanceId?: string
  readonly privateIp: string
  publicIp?: string
  allocationId?: string
  ipv6?: string
  /** Further addresses, of either family: those of the pods on an instance, as Amazon's VPC CNI gives them. */
  secondaryIps: readonly string[]
  groups: readonly string[]
  readonly tags: Tags
  /** When it goes; until then it is in use. */
  goneAt?: number
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated'

export interface Instance {
  readonly id: string
  readonly name: string
  readonly vpcId: string
  readonly subnetId: string
  readonly zone: string
  readonly privateIp: string
  readonly ipv6?: string
  readonly interfaceId: string
  /** Secondary addresses of its interface that it keeps whatever runs on it. */
  readonly seededIps: readonly string[]
  readonly tags: Tags
  state: InstanceState
}

/** An elastic address. The interfaces say what uses it. */
export interface ElasticAddress {
  readonly allocationId: string
  readonly publicIp: string
  readonly tags: Tags
}

/** An issued certificate of AWS Certificate Manager. */
export interface Certificate {
  readonly arn: string
  readonly domainName: string
  readonly createdAt: number
}

/** A load balancer in one zone. */
export interface Attachment {
  readonly zone: string
  readonly subnetId: string
  readonly interfaceId: string
  /** Its private address was asked for. */
  readonly hasChosenIp: boolean
  sourceNatPrefix?: string
}

export interface LoadBalancer {
  readonly arn: string
  readonly name: string
  /** The 16 hexadecimal digits in its ARN and DNS name. */
  readonly suffix: string
  readonly dnsName: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  readonly createdAt: number
  readonly activeAt: number
  /** Groups can be changed only on one that was created with some. */
  readonly hasGroups: boolean
  ipAddressType: 'ipv4' | 'dualstack'
  sourceNat: 'on' | 'off'
  groups: readonly string[]
  privateLinkEnforcement: 'on' | 'off'
  attachments: readonly Attachment[]
  capacityUnits?: number
  capacityChangedAt?: number
  failure?: string
  readonly listeners: Set<Listener>
  /** Only those that were set. */
  readonly attributes: Map<string, string>
  readonly tags: Tags
}

export type Protocol = 'TCP' | 'TLS' | 'UDP' | 'TCP_UDP' | 'QUIC' | 'TCP_QUIC'

export interface HealthCheck {
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  /** `traffic-port` or a number. */
  readonly port: string
  readonly path?: string
  readonly matcher?: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

export interface Target {
  readonly id: string
  readonly port: number
  /** As given: only targets outside the VPC name one. */
  readonly zone?: string
  registeredAt: number
  /** Since when it drains. */
  leftAt?: number
  /** Absent: it was not judged yet. */
  verdict?: Verdict
}

export interface TargetGroup {
  readonly arn: string
  readonly name: string
  readonly suffix: string
  readonly protocol: Protocol
  readonly port: number
  readonly vpcId: string
  readonly targetType: 'instance' | 'ip'
  readonly ipAddressType: 'ipv4' | 'ipv6'
  readonly createdAt: number
  health: HealthCheck
  /** By id, port and zone. */
  readonly targets: Map<string, Target>
  /** Listeners that forward to it. */
  readonly users: Set<Listener>
  readonly attributes: Map<string, string>
  readonly tags: Tags
  /** Since when a listener uses it. */
  usedSince?: number
  /** When the last listener let go of it. */
  unusedSince?: number
}

export interface WeightedGroup {
  readonly arn: string
  /** From 0 to 999. */
  readonly weight: number
}

export interface Listener {
  readonly arn: string
  readonly balancerArn: string
  readonly createdAt: number
  port: number
  protocol: Protocol
  groups: readonly WeightedGroup[]
  isSticky: boolean
  certificate?: string
  readonly extraCertificates: Set<string>
  sslPolicy?: string
  alpn?: string
  /** Of its default rule, the only rule that a listener of a network load balancer has. */
  readonly ruleTags: Tags
  readonly attributes: Map<string, string>
  readonly tags: Tags
}
