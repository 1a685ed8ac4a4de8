/** How the emulated cloud differs from one start to the next, and what it takes when nothing is said. */
import type { CloudOptions } from '../cloud/options.ts'
import type { CloudSeed } from './cloud/seed.ts'

/** How long the cloud takes, in milliseconds of its time. 0: a write is over before it is answered. */
export interface Delays {
  readonly address: number
  readonly forwardingRule: number
  readonly backendService: number
  readonly healthCheck: number
  readonly firewall: number
  /** A write of an instance group or an endpoint group, except of its members. */
  readonly group: number
  readonly membership: number
  /** A write of a network or a subnetwork. */
  readonly network: number
  /** A deletion of any type. */
  readonly deletion: number
  /** How long a new resource is missing from lists. */
  readonly listing: number
  /** From a membership of a backend until the first verdict on it. */
  readonly registration: number
  /** From a change of a backend's answer until the verdict changes. Left out: the check's interval times its threshold. */
  readonly healthChange?: number | undefined
}

/** What a project holds at most. */
export interface Quotas {
  /** External ones, in a region. */
  readonly forwardingRules: number
  /** Internal ones, in a network. */
  readonly internalForwardingRules: number
  readonly forwardingRulesPerInternalAddress: number
  /** Reserved external ones, in a region. */
  readonly addresses: number
  readonly internalAddresses: number
  readonly backendServices: number
  readonly backendsPerService: number
  /** Behind an internal backend service. */
  readonly instancesPerInternalService: number
  readonly healthChecks: number
  readonly firewalls: number
  readonly instanceGroups: number
  readonly instancesPerGroup: number
  readonly endpointGroups: number
  readonly endpointsPerCall: number
}

export interface GcpOptions extends CloudOptions<Delays, Quotas, CloudSeed> {
  /** Default `fairlead`. */
  readonly project?: string
  /** The project of the network, as in a shared VPC. Default: `project`. */
  readonly networkProject?: string
  /** Default `us-central1`. */
  readonly region?: string
  /** Default: `a`, `b` and `c` of the region. */
  readonly zones?: readonly string[]
}

/** No source shows them; they are as users report. */
export const REALISTIC: Delays = {
  address: 2_000,
  forwardingRule: 8_000,
  backendService: 4_000,
  healthCheck: 3_000,
  firewall: 5_000,
  group: 3_000,
  membership: 4_000,
  network: 10_000,
  deletion: 8_000,
  listing: 0,
  registration: 5_000,
}

/** Everything at once: for tests that ask what happens and not when. */
export const IMMEDIATE: Delays = {
  address: 0,
  forwardingRule: 0,
  backendService: 0,
  healthCheck: 0,
  firewall: 0,
  group: 0,
  membership: 0,
  network: 0,
  deletion: 0,
  listing: 0,
  registration: 0,
  healthChange: 0,
}

/** "Cloud Load Balancing quotas and limits" and "VPC quotas"; those of a project vary, and are in `regions.get` and `projects.get`. */
export const DEFAULT_QUOTAS: Quotas = {
  forwardingRules: 2_000,
  internalForwardingRules: 2_000,
  forwardingRulesPerInternalAddress: 10,
  addresses: 2_000,
  internalAddresses: 2_000,
  backendServices: 5_000,
  backendsPerService: 50,
  instancesPerInternalService: 250,
  healthChecks: 5_000,
  firewalls: 5_000,
  instanceGroups: 500,
  instancesPerGroup: 1_000,
  endpointGroups: 10_000,
  endpointsPerCall: 500,
}
