/** The knobs of AWS' own that no neutral word covers, as the planner takes them. */
import type { PerPort } from '../../annotations/define.ts'

type Attributes = Readonly<Record<string, string>>

export interface AwsOptions {
  readonly ipAddressType?: 'ipv4' | 'dualstack'
  /** One for each subnet, of an internal load balancer. */
  readonly privateIpv4Addresses?: readonly string[]
  /** One for each subnet, of a dual-stack load balancer. */
  readonly ipv6Addresses?: readonly string[]
  readonly ipv6SourceNat?: boolean
  readonly loadBalancerAttributes?: Attributes
  readonly targetGroupAttributes?: PerPort<Attributes>
  readonly listenerAttributes?: PerPort<Attributes>
  readonly prefixLists?: readonly string[]
  /** With security groups of one's own: whether the cluster's back-end group is attached beside them. */
  readonly manageBackendRules?: boolean
  readonly privateLinkRules?: boolean
  readonly icmpPathMtu?: boolean
  readonly noSecurityGroups?: boolean
  readonly capacityUnits?: number
  readonly accessLogEnabled?: boolean
  readonly accessLogBucket?: string
  readonly accessLogPrefix?: string
  readonly sslCertificates?: readonly string[]
  /** Numbers or names of the ports that end TLS, or `*`. */
  readonly sslPorts?: readonly string[]
}
