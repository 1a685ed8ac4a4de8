/** Which recordings are replayed, what must have been there before a request, and what happened beside the recorded ones. */
import { type JsonObject, objectAt, objectsAt } from '../../../../emulators/cloud/json.ts'
import type { Step } from './lines.ts'

/** Histories, request by request. */
export const FOLLOWED = ['instance-group', 'lb-forwarding-rule-and-backend', 'network-patch', 'regional-backend-service', 'subnetworks-and-network-in-use']

/** Requests that were sent while the one before was still being done: their answers show it. */
export const AT_ONCE: Readonly<Record<string, readonly number[]>> = { 'subnetworks-and-network-in-use': [59, 60] }

/** The project's default network: it has a subnetwork in each region of the world. */
export const LEFT_OUT: Readonly<Record<string, readonly number[]>> = { 'instance-group': [0] }

/** A firewall rule in the network that came and went. */
const BESIDE: Readonly<Record<string, readonly (readonly [n: number, step: DistributiveOmit<Step, 'scenario'>])[]>> = {
  'subnetworks-and-network-in-use': [
    [
      58,
      {
        step: 'given',
        path: 'global/firewalls',
        body: { name: 'beside', network: 'projects/project/global/networks/network-1', allowed: [{ IPProtocol: 'tcp' }] },
      },
    ],
    [79, { step: 'gone', path: 'global/firewalls/beside' }],
  ],
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

export function stepsBefore(scenario: string, n: number): readonly Step[] {
  return (BESIDE[scenario] ?? []).filter(([at]) => at === n).map(([, step]) => ({ scenario, ...step }))
}

interface Given {
  readonly path: string
  readonly body: JsonObject
  readonly labels?: JsonObject
}

/** An answer whose request was not kept. */
export interface Single {
  readonly source: string
  readonly n: number
  readonly given: (answer: JsonObject) => readonly Given[]
  /** What was sent, as far as the answer shows it. */
  readonly body?: JsonObject
  /** Where the recording has none. */
  readonly path?: string
}

const FIREWALLS = 'global/firewalls'
const ADDRESSES = 'regions/us-central1/addresses'
const RULES = 'regions/us-central1/forwardingRules'
const DEFAULT_NETWORK: Given = { path: 'global/networks', body: { name: 'default', autoCreateSubnetworks: true } }
const FIREWALL: Given = {
  path: FIREWALLS,
  body: { name: 'test', network: 'projects/project/global/networks/default', allowed: [{ IPProtocol: 'tcp', ports: ['22'] }] },
}

/** Without what the cloud chooses. */
function itself(path: string, answer: JsonObject): Given {
  const { address: _address, IPAddress: _ipAddress, ...body } = answer
  return { path, body, labels: objectAt(answer, 'labels') }
}

const INTERNAL: readonly Given[] = [
  DEFAULT_NETWORK,
  {
    path: 'regions/us-central1/subnetworks',
    body: { name: 'default', network: 'projects/project/global/networks/default', ipCidrRange: '10.128.0.0/20' },
  },
  { path: 'regions/us-central1/backendServices', body: { name: 'custodian-load-balancer-tcp', protocol: 'TCP', loadBalancingScheme: 'INTERNAL' } },
]

const LABELS: JsonObject = { labels: { env: 'not-the-default' }, labelFingerprint: '{labelFingerprint}' }

export const SINGLES: readonly Single[] = [
  { source: 'c7n-firewall', n: 0, given: (answer) => [DEFAULT_NETWORK, itself(FIREWALLS, answer)] },
  { source: 'c7n-firewall', n: 1, given: (answer) => [DEFAULT_NETWORK, ...objectsAt(answer, 'items').map((one) => itself(FIREWALLS, one))] },
  { source: 'c7n-firewall', n: 2, given: () => [DEFAULT_NETWORK, FIREWALL], body: { priority: 500 } },
  { source: 'c7n-firewall', n: 3, given: () => [DEFAULT_NETWORK, FIREWALL] },
  { source: 'c7n-firewall', n: 4, given: () => [], path: '/compute/v1/projects/project/global/firewalls/test' },
  { source: 'c7n-firewall', n: 5, given: (answer) => [DEFAULT_NETWORK, ...objectsAt(answer, 'items').map((one) => itself(FIREWALLS, one))] },
  { source: 'c7n-addresses', n: 0, given: (answer) => [itself(ADDRESSES, answer)] },
  { source: 'c7n-addresses', n: 4, given: (answer) => [itself(ADDRESSES, answer)] },
  { source: 'c7n-addresses', n: 5, given: () => [{ path: ADDRESSES, body: { name: 'c7n-address-default-59ea' } }], body: LABELS },
  { source: 'c7n-forwarding-rules', n: 0, given: (answer) => [...INTERNAL, itself(RULES, answer)] },
  { source: 'c7n-forwarding-rules', n: 3, given: (answer) => [itself(RULES, answer)] },
  {
    source: 'c7n-forwarding-rules',
    n: 4,
    given: () => [
      {
        path: RULES,
        body: {
          name: 'c7n-forwarding-rule-default-d536',
          portRange: '80',
          target: 'projects/project/regions/us-central1/targetPools/c7n-target-pool-default-d536',
        },
      },
    ],
    body: LABELS,
  },
  { source: 'c7n-backend-service-and-health-check', n: 1, given: (answer) => [itself('global/healthChecks', answer)] },
]
