/** How the emulated cloud differs from one start to the next, and what it takes when nothing is said. */
import type { CloudOptions } from '../cloud/options.ts'
import type { CloudSeed } from './cloud/seed.ts'

/** How long the cloud takes for what it does behind the API, in milliseconds. */
export interface Delays {
  /** From the creation of a load balancer until it is active and its name resolves. */
  readonly provisioning: number
  /** How long a new load balancer or target group is missing from lists that name none. */
  readonly listing: number
  /** How long a new security group or listener is unknown to calls that use it. In AWS that is rare, so by default it is 0. */
  readonly propagation: number
  /** How far the Resource Groups Tagging API is behind. */
  readonly tagging: number
  /** How long a load balancer's network interfaces stay after it is gone, and with them groups and addresses in use. */
  readonly interfaces: number
  /** How long a target group counts as used after the last listener let go of it. */
  readonly targetGroupUse: number
  /** From a registration until the first verdict on the target. */
  readonly registration: number
  /** From a change of the target's answer until the verdict changes. Left out: the health check's interval times its threshold. */
  readonly healthChange?: number | undefined
  /** How long a target drains. Left out: the target group's `deregistration_delay.timeout_seconds`. */
  readonly draining?: number | undefined
}

/** What a region holds at most. */
export interface Quotas {
  readonly loadBalancers: number
  readonly listenersPerLoadBalancer: number
  readonly targetGroups: number
  readonly targetsPerTargetGroup: number
  readonly targetsPerLoadBalancer: number
  readonly targetsPerZone: number
  readonly certificatesPerLoadBalancer: number
  readonly targetGroupsPerAction: number
  readonly interfacesPerVpc: number
  readonly rulesPerGroup: number
  readonly groupsPerInterface: number
  readonly groupsPerVpc: number
  /** How many objects one call about tags may name. */
  readonly objectsPerTagCall: number
}

export interface AwsOptions extends CloudOptions<Delays, Quotas, CloudSeed> {
  /** Default `eu-west-1`. */
  readonly region?: string
  /** Default `123456789012`. */
  readonly account?: string
  /** Packets get through while the load balancer is still `provisioning`. Default false. */
  readonly answersWhileProvisioning?: boolean
}

/** As seen in the field; provisioning takes two to four minutes, interfaces linger for some seconds to some minutes. */
export const REALISTIC: Delays = {
  provisioning: 150_000,
  listing: 2_000,
  propagation: 0,
  tagging: 30_000,
  interfaces: 90_000,
  targetGroupUse: 5_000,
  registration: 90_000,
}

/** Everything at once: for tests that ask what happens and not when. */
export const IMMEDIATE: Delays = {
  provisioning: 0,
  listing: 0,
  propagation: 0,
  tagging: 0,
  interfaces: 0,
  targetGroupUse: 0,
  registration: 0,
  healthChange: 0,
  draining: 0,
}

/** AWS' defaults: "Quotas for your Network Load Balancers" and "Amazon VPC quotas", 2026. */
export const DEFAULT_QUOTAS: Quotas = {
  loadBalancers: 50,
  listenersPerLoadBalancer: 50,
  targetGroups: 3_000,
  targetsPerTargetGroup: 1_000,
  targetsPerLoadBalancer: 3_000,
  targetsPerZone: 500,
  certificatesPerLoadBalancer: 25,
  targetGroupsPerAction: 5,
  interfacesPerVpc: 1_200,
  rulesPerGroup: 60,
  groupsPerInterface: 5,
  groupsPerVpc: 2_500,
  objectsPerTagCall: 20,
}
