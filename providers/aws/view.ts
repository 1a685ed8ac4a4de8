/**
 * What an account holds for a cluster, in AWS' words: the view of one Stack (an NLB with all that belongs to it), or of the base (the back-end group, and
 * the network that NLBs stand in). What stands on no page of the inventory is absent until it is read: absent is "not known", never "not there".
 */
import type { NamedOwner } from '../../src/model/owner.ts'

export interface AwsView {
  /** By name. More than one while a replacement stands beside the old one. */
  readonly loadBalancers: ReadonlyMap<string, LoadBalancerPart>
  /** By name. */
  readonly targetGroups: ReadonlyMap<string, TargetGroupPart>
  /** By ARN. */
  readonly listeners: ReadonlyMap<string, ListenerPart>
  /** Ours, by id. */
  readonly securityGroups: ReadonlyMap<string, SecurityGroupPart>
  /** Load balancers that a Service names to be adopted, checked and found fit, by ARN: their DNS names. Until one of them is taken over, or the Stack is observed. */
  readonly candidates?: ReadonlyMap<string, string>
  /** Elastic IP addresses that a Service names and that no load balancer here has, by allocation id, as they were when they were looked for. */
  readonly lookedFor?: ReadonlyMap<string, LookedFor>
  /** In the base alone. */
  readonly network?: Network
}

/** What our tags say of an object. The call that creates it writes them. */
export interface Mark {
  readonly stack: string
  /** Absent on what serves several owners: its users are read from the parts that refer to it. */
  readonly owner?: NamedOwner
  /** Of target groups and listeners: the port as the Service names it, `53/TCP`, `53/UDP`, or `53/TCP_UDP` where both go one way. */
  readonly listener?: string
  /** Fingerprint of the settings that stand on no page; absent: they are what a new object has. */
  readonly settings?: string
  /** Of a load balancer with security groups of the user's: the cluster's back-end group is attached beside them. */
  readonly backend?: true
  /** Of a load balancer: another one is published in its place, and it serves those alone who still know it. */
  readonly lingers?: true
  /** Taken over: it was not made by us, has its own name, and may carry tags of others, which stay. */
  readonly adopted?: true
}

interface Part {
  readonly mark: Mark
  /** Tags that are not our marks. */
  readonly tags: Readonly<Record<string, string>>
}

export interface LoadBalancerPart extends Part {
  readonly name: string
  readonly arn: string
  /** Lower case. */
  readonly dnsName: string
  readonly scheme: 'internal' | 'internet-facing'
  readonly state: 'provisioning' | 'active' | 'active_impaired' | 'failed'
  readonly ipAddressType: 'ipv4' | 'dualstack'
  readonly vpcId: string
  readonly securityGroups: readonly string[]
  /** Sorted by zone. */
  readonly zones: readonly ZoneMapping[]
  readonly sourceNat: boolean
  /** Whether traffic through PrivateLink has to pass the security groups too; absent on an NLB without groups. */
  readonly privateLinkRules?: boolean
  /** All of them, by AWS' keys. */
  readonly attributes?: Readonly<Record<string, string>>
  /** Reserved capacity units; 0: none. */
  readonly capacityUnits?: number
}

export interface ZoneMapping {
  readonly zone: string
  readonly subnetId: string
  readonly allocationId?: string
  readonly privateIpv4?: string
  readonly ipv6?: string
}

export type TargetGroupProtocol = 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS'

export interface TargetGroupPart extends Part {
  readonly name: string
  readonly arn: string
  readonly protocol: TargetGroupProtocol
  readonly port: number
  readonly targetType: 'instance' | 'ip'
  readonly ipAddressType: 'ipv4' | 'ipv6'
  readonly healthCheck: GroupHealthCheck
  readonly loadBalancerArns: readonly string[]
  readonly attributes?: Readonly<Record<string, string>>
  readonly targets?: TargetSet
}

/** As the API has it; path and codes only with HTTP and HTTPS. */
export interface GroupHealthCheck {
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  /** `traffic-port`, or a number as text. */
  readonly port: string
  readonly path?: string
  readonly successCodes?: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

/**
 * What is registered, without what drains. `trusted`: it was not read since the process began; it is taken to be what was wanted when the Stack was first
 * planned, so that a start costs no call per group. It is read in the background, and before the first target is taken out. `unread`: the Stack was observed
 * because something about it was not clear, so that nothing may be trusted.
 */
export interface TargetSet {
  readonly source: 'known' | 'trusted' | 'unread'
  /** Sorted by id and port. */
  readonly targets: readonly Target[]
}

export const UNREAD: TargetSet = { source: 'unread', targets: [] }

export interface Target {
  /** Of an instance, or an IP address. */
  readonly id: string
  readonly port: number
  /** `all` for an address outside the VPC; else absent, whatever zone AWS found. */
  readonly zone?: string
}

export type ListenerProtocol = 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS'

export interface ListenerPart extends Part {
  readonly arn: string
  readonly loadBalancerArn: string
  /** From the mark. */
  readonly port: number
  readonly details?: ListenerDetails
  /** All of them, by AWS' keys; the API has none for TLS and UDP. */
  readonly attributes?: Readonly<Record<string, string>>
}

export interface ListenerDetails {
  readonly protocol: ListenerProtocol
  readonly targetGroupArn: string
  /** The default one first; those after it are sorted. */
  readonly certificates: readonly string[]
  readonly policy?: string
  /** Absent: none, which AWS also calls `None`. */
  readonly alpn?: string
}

export interface SecurityGroupPart extends Part {
  readonly id: string
  readonly name: string
  readonly rules: readonly GroupRule[]
}

/** One source of one inbound rule: what counts as a rule, and what can be given and taken alone. */
export interface GroupRule {
  /** `tcp`, `udp`, `icmp`, `icmpv6`; what another program put there may also be a protocol's number, or `-1` for all of them, without ports (-1). */
  readonly protocol: string
  /** Ports; for ICMP the type. */
  readonly from: number
  /** Ports; for ICMP the code. */
  readonly to: number
  /** A canonical CIDR, the id of a prefix list (`pl-`), or of a security group (`sg-`). */
  readonly source: string
  /** No part of a rule's identity. */
  readonly description?: string
}

/** Where NLBs stand: read with the inventory, by its pages. */
export interface Network {
  readonly vpcId: string
  readonly cidrs: readonly string[]
  /** Sorted by id. */
  readonly subnets: readonly Subnet[]
  /** Elastic IP addresses of the account and region; `denied`: they may not be read; absent: they have not been read. */
  readonly addresses?: readonly ElasticAddress[] | 'denied'
  /** Running instances of the VPC, by id. */
  readonly instances: ReadonlyMap<string, Instance>
  /** Groups of the instances, by id; their rules are those alone that have our back-end group as source. */
  readonly instanceGroups: ReadonlyMap<string, InstanceGroup>
  /** All security groups of the VPC, by id: what a Service may name. */
  readonly securityGroups: ReadonlyMap<string, NamedGroup>
}

export interface NamedGroup {
  /** The tag `Name`. */
  readonly name?: string
  /** Fairlead made it, for this or another cluster. */
  readonly isOfFairlead?: true
}

export interface Subnet {
  readonly id: string
  readonly name?: string
  readonly zone: string
  readonly zoneType: string
  readonly cidr: string
  /** Associated ones. */
  readonly ipv6Cidrs: readonly string[]
  readonly freeAddresses: number
  readonly tags: Readonly<Record<string, string>>
  /** Whether a route leads to an internet gateway; absent: not asked, because there are subnets with each role tag. */
  readonly isPublic?: boolean
}

export interface ElasticAddress {
  readonly allocationId: string
  readonly tags: Readonly<Record<string, string>>
  /** It is associated with something, a load balancer of ours included. */
  readonly isInUse: boolean
}

/** `subnets`: as the network showed them then. They are others once the network is read again, which is a reason to look again. */
export interface LookedFor {
  readonly answer: 'free' | 'missing' | 'unknown' | AddressUser
  readonly subnets: Network['subnets'] | undefined
}

/** What uses an Elastic IP address. A network interface may be that of a load balancer that is deleted: AWS frees its addresses some minutes later. */
export type AddressUser =
  | { readonly kind: 'load balancer'; readonly name: string; readonly owner?: NamedOwner }
  | { readonly kind: 'network interface' | 'instance'; readonly id: string }

export interface Instance {
  readonly id: string
  readonly zone: string
  readonly groups: readonly string[]
}

export interface InstanceGroup {
  readonly id: string
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  readonly rules: readonly GroupRule[]
}

export const EMPTY_VIEW: AwsView = { loadBalancers: new Map(), targetGroups: new Map(), listeners: new Map(), securityGroups: new Map() }
