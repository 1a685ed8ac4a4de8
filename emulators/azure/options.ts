/** How the emulated cloud differs from one start to the next, and what it takes when nothing is said. */
import type { CloudOptions } from '../cloud/options.ts'
import type { CloudSeed } from './cloud/seed.ts'

/** How long the cloud takes, in milliseconds of its time. 0: a write is over before it is answered. */
export interface Delays {
  /** A write of a public address. */
  readonly address: number
  readonly prefix: number
  /** A write of a security group or of one of its rules. */
  readonly securityGroup: number
  /** A write of a virtual network or a subnet. */
  readonly network: number
  /** A write of a load balancer with members, or of one of its pools. Without members it takes no time. */
  readonly loadBalancer: number
  readonly networkInterface: number
  readonly privateLinkService: number
  /** Machines and scale sets: they are only read. */
  readonly compute: number
  readonly deletion: number
  /** How long a new resource is missing from lists. */
  readonly listing: number
  /** How long a new resource is unknown to a GET. */
  readonly propagation: number
  /** From a membership in a pool until the first verdict on the member. */
  readonly registration: number
  /** From a change of a member's answer until the verdict changes. Left out: the probe's interval times its threshold. */
  readonly healthChange?: number | undefined
}

/** What a subscription holds at most in its region. */
export interface Quotas {
  readonly publicAddresses: number
  readonly loadBalancers: number
  readonly securityGroups: number
  readonly frontendsPerLoadBalancer: number
  readonly rulesPerLoadBalancer: number
  readonly outboundRulesPerLoadBalancer: number
  readonly membersPerPool: number
  /** Over all load balancers that a member is behind. */
  readonly rulesPerMember: number
  readonly rulesPerSecurityGroup: number
  /** Sources and destinations are counted apart. */
  readonly prefixesPerSecurityGroup: number
  readonly privateLinkServicesPerLoadBalancer: number
  readonly tagsPerResource: number
}

/** What no source shows, so that a client may be tried with both. */
export interface Unproven {
  /** Members by address that stand in the PUT of a load balancer. Default `taken`. */
  readonly inlineMembers?: 'taken' | 'ignored'
  /** Members by address that a PUT of a load balancer leaves out of a pool that has some. Default `removed`. */
  readonly omittedMembers?: 'removed' | 'kept'
}

export interface AzureOptions extends CloudOptions<Delays, Quotas, CloudSeed> {
  /** Default true: HTTPS, with an authority made at start. */
  readonly tls?: boolean
  /** Default `westeurope`. */
  readonly location?: string
  readonly subscription?: string
  readonly tenant?: string
  /** How many resources a page of a list holds. Default 100. */
  readonly pageSize?: number
  readonly unproven?: Unproven
}

/** As recorded; what no recording shows is as users report it. */
export const REALISTIC: Delays = {
  address: 2_000,
  prefix: 4_000,
  securityGroup: 2_000,
  network: 4_000,
  loadBalancer: 15_000,
  networkInterface: 10_000,
  privateLinkService: 15_000,
  compute: 0,
  deletion: 10_000,
  listing: 0,
  propagation: 0,
  registration: 10_000,
}

/** Everything at once: for tests that ask what happens and not when. */
export const IMMEDIATE: Delays = {
  address: 0,
  prefix: 0,
  securityGroup: 0,
  network: 0,
  loadBalancer: 0,
  networkInterface: 0,
  privateLinkService: 0,
  compute: 0,
  deletion: 0,
  listing: 0,
  propagation: 0,
  registration: 0,
  healthChange: 0,
}

/** Azure's limits for the Standard SKU: "Azure subscription and service limits", networking, 2024. */
export const DEFAULT_QUOTAS: Quotas = {
  publicAddresses: 1_000,
  loadBalancers: 1_000,
  securityGroups: 5_000,
  frontendsPerLoadBalancer: 600,
  rulesPerLoadBalancer: 1_500,
  outboundRulesPerLoadBalancer: 600,
  membersPerPool: 5_000,
  rulesPerMember: 300,
  rulesPerSecurityGroup: 1_000,
  prefixesPerSecurityGroup: 4_000,
  privateLinkServicesPerLoadBalancer: 8,
  tagsPerResource: 50,
}
