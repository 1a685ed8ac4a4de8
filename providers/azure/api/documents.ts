/**
 * Azure's documents as they are on the wire (api-version 2026-01-01), as far as we read or write them. They are never rebuilt from these types: what Azure
 * answered is copied and changed, so that members that we do not know are sent back as they came.
 */

/** A reference to another object. */
export interface Reference {
  readonly id: string
}

export type ProvisioningState = 'Succeeded' | 'Updating' | 'Creating' | 'Deleting' | 'Failed' | 'Canceled'

/** A child in a list of its parent. */
export interface Child<Properties> {
  readonly id?: string
  readonly name?: string
  readonly etag?: string
  readonly zones?: readonly string[]
  readonly properties?: Properties & { readonly provisioningState?: ProvisioningState }
}

/** A separate object, with an etag for all of it. */
export interface Document<Properties = object> extends Child<Properties> {
  readonly type?: string
  readonly location?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly sku?: { readonly name?: string; readonly tier?: string }
}

export interface Frontend {
  readonly publicIPAddress?: Reference
  readonly subnet?: Reference
  readonly privateIPAllocationMethod?: 'Static' | 'Dynamic'
  readonly privateIPAddress?: string
  readonly privateIPAddressVersion?: 'IPv4' | 'IPv6'
  /** Back-references, only in answers. */
  readonly loadBalancingRules?: readonly Reference[]
  readonly outboundRules?: readonly Reference[]
  readonly inboundNatRules?: readonly Reference[]
  readonly inboundNatPools?: readonly Reference[]
}

export interface PoolMember {
  readonly name?: string
  readonly properties?: {
    readonly ipAddress?: string
    readonly virtualNetwork?: Reference
    readonly subnet?: Reference
    readonly adminState?: 'None' | 'Up' | 'Down'
  }
}

export interface Pool {
  readonly virtualNetwork?: Reference
  readonly loadBalancerBackendAddresses?: readonly PoolMember[]
  readonly drainPeriodInSeconds?: number
}

export interface Rule {
  readonly frontendIPConfiguration?: Reference
  readonly backendAddressPool?: Reference
  /** The same in newer versions of the API: to be kept in step with the one above. */
  readonly backendAddressPools?: readonly Reference[]
  readonly probe?: Reference
  readonly protocol?: 'Tcp' | 'Udp' | 'All' | 'Quic'
  /** From 0 (all ports) to 65534. */
  readonly frontendPort?: number
  /** From 0 (all ports) to 65535. */
  readonly backendPort?: number
  readonly enableFloatingIP?: boolean
  readonly enableTcpReset?: boolean
  readonly disableOutboundSnat?: boolean
  /** Minutes, from 4 to 100. */
  readonly idleTimeoutInMinutes?: number
  readonly loadDistribution?: 'Default' | 'SourceIP' | 'SourceIPProtocol'
}

export interface Probe {
  readonly protocol?: 'Tcp' | 'Http' | 'Https'
  readonly port?: number
  /** Seconds, 5 or more. */
  readonly intervalInSeconds?: number
  /** Failures, or successes, until the member's state changes. */
  readonly probeThreshold?: number
  readonly requestPath?: string
}

/** All seven lists are in every answer of a Standard load balancer; a list that a PUT leaves out is emptied. */
export interface LoadBalancer {
  readonly frontendIPConfigurations?: readonly Child<Frontend>[]
  readonly backendAddressPools?: readonly Child<Pool>[]
  readonly loadBalancingRules?: readonly Child<Rule>[]
  readonly probes?: readonly Child<Probe>[]
  readonly inboundNatRules?: readonly Child<object>[]
  readonly inboundNatPools?: readonly Child<object>[]
  readonly outboundRules?: readonly Child<object>[]
}

export interface PublicAddress {
  readonly publicIPAllocationMethod?: 'Static' | 'Dynamic'
  readonly publicIPAddressVersion?: 'IPv4' | 'IPv6'
  /** Absent while the address is being made. */
  readonly ipAddress?: string
  readonly idleTimeoutInMinutes?: number
  readonly dnsSettings?: { readonly domainNameLabel?: string; readonly fqdn?: string }
  readonly ipTags?: readonly { readonly ipTagType?: string; readonly tag?: string }[]
  readonly publicIPPrefix?: Reference
  /** Who uses it. Only in answers. */
  readonly ipConfiguration?: Reference
}

export interface SecurityRule {
  readonly protocol?: 'Tcp' | 'Udp' | 'Icmp' | 'Esp' | 'Ah' | '*'
  readonly access?: 'Allow' | 'Deny'
  readonly direction?: 'Inbound' | 'Outbound'
  /** From 100 to 4096, lower first, unique in its direction. */
  readonly priority?: number
  readonly description?: string
  /** Azure answers the single form beside an empty list, and the list without the single form. */
  readonly sourceAddressPrefix?: string
  readonly sourceAddressPrefixes?: readonly string[]
  readonly sourcePortRange?: string
  readonly sourcePortRanges?: readonly string[]
  readonly destinationAddressPrefix?: string
  readonly destinationAddressPrefixes?: readonly string[]
  readonly destinationPortRange?: string
  readonly destinationPortRanges?: readonly string[]
}

export interface SecurityGroup {
  readonly securityRules?: readonly Child<SecurityRule>[]
  readonly defaultSecurityRules?: readonly Child<SecurityRule>[]
  readonly subnets?: readonly Reference[]
}

export type LoadBalancerDocument = Document<LoadBalancer>
export type PublicAddressDocument = Document<PublicAddress>
export type SecurityGroupDocument = Document<SecurityGroup>
