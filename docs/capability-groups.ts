/** The capabilities in the order and the parts in which docs/capabilities.md shows them. Each is in one part: a test compares them with the list of features. */
import type { Feature } from '../src/provider/capabilities.ts'

export const CAPABILITY_GROUPS: Readonly<Record<string, readonly Feature[]>> = {
  'Ports and protocols': ['tcp', 'udp', 'sctp', 'mixed-protocols', 'same-port-two-protocols', 'idle-timeout', 'tcp-reset'],
  'IP families': ['ipv4', 'ipv6', 'dual-stack'],
  Scheme: ['internal', 'internet-facing', 'scheme-change', 'global-access'],
  'Addresses and names': ['addresses', 'address-names', 'address-pool', 'subnets', 'share', 'name', 'dns-label'],
  Backends: ['targets-nodes', 'targets-pods', 'node-selector', 'weighted', 'scheduler', 'zero-backends-refuse'],
  'Traffic policy and zones': ['local-traffic-policy', 'cross-zone', 'zonal-affinity'],
  'Who may connect': ['source-ranges', 'source-ranges-per-port', 'security-groups'],
  'The client': ['preserve-client-ip', 'proxy-protocol-v1', 'proxy-protocol-v2', 'affinity-client-ip', 'affinity-timeout'],
  'Health and draining': ['health-check', 'health-check-per-port', 'health-check-none', 'drain-timeout'],
  TLS: ['tls', 'backend-tls'],
  'Objects in the cloud': ['tags', 'deletion-protection', 'adopt'],
}

/** The few rows of the README, for those who decide whether to read on: each with its page of docs/tasks. */
export const FIRST_LOOK: Readonly<Partial<Record<Feature, string>>> = {
  'same-port-two-protocols': 'tcp-and-udp',
  'dual-stack': 'dual-stack',
  internal: 'internal',
  'address-names': 'fixed-address',
  'targets-pods': 'roll-out',
  'source-ranges-per-port': 'source-ranges',
  'local-traffic-policy': 'client-address',
  'proxy-protocol-v2': 'proxy-protocol',
  'health-check': 'health-checks',
  tls: 'tls',
  adopt: 'move',
}
