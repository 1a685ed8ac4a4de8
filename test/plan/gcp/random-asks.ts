/** Requests by chance: everything that Google Cloud can be asked for, as far as it belongs together. */
import * as fc from 'fast-check'
import type { GcpOptions } from '../../../annotations/gcp.ts'
import type { Backends, HealthCheck, ListenerKey, NodeSet } from '../../../src/model/load-balancer.ts'
import type { Desired } from '../../../src/provider/provider.ts'
import { listenerKeys, maybe, NEUTRAL_SETTINGS } from '../../cloud/random-asks.ts'
import { type Ask, backends, listener, wish } from '../../contract/wish.ts'

export interface GcpAsk extends Omit<Ask, 'backends' | 'listeners'> {
  readonly listeners: readonly ReturnType<typeof listener>[]
  readonly options: GcpOptions
  readonly on: NodeSet
}

const ZONES = ['us-central1-a', 'us-central1-b', 'us-central1-c']

/** As the emulated cloud has them: one in each zone. */
const node = (number: number) => {
  const zone = ZONES[number - 1] ?? ''
  return { name: `node-${number}`, providerId: `gce://fairlead/${zone}/node-${number}`, addresses: [`10.0.0.1${number}`], zone }
}

export function nodes(...numbers: readonly number[]): NodeSet {
  return { nodes: numbers.map(node) }
}

/** What Kubernetes writes where nothing is said. */
const ANY_TIME = 10_800
const HEALTH_CHECK_NODE_PORT = 32_000

export function backendsOf(keys: readonly ListenerKey[], on: NodeSet, policy: Ask['externalTrafficPolicy'] = 'Cluster'): Backends {
  const found = backends(Object.fromEntries(keys.map((key) => [key, ['10.244.0.1:8080']])), {}, on)
  return policy === 'Local' ? { ...found, healthCheckNodePort: HEALTH_CHECK_NODE_PORT } : found
}

export function want({ on, options, ...ask }: GcpAsk): Desired<GcpOptions> {
  const keys = ask.listeners.map(({ key }) => key)
  return { ...wish({ ...ask, targets: 'nodes', backends: backendsOf(keys, on, ask.externalTrafficPolicy) }), options }
}

const KUBE_PROXY: HealthCheck = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' }
const OF_LOCAL: HealthCheck = { protocol: 'http', port: HEALTH_CHECK_NODE_PORT, path: '/healthz', from: 'healthCheckNodePort' }
const CHECKS: readonly HealthCheck[] = [KUBE_PROXY, KUBE_PROXY, { ...KUBE_PROXY, intervalSeconds: 10 }, { protocol: 'tcp', port: 8_080, from: 'annotation' }]

const tcp = (...ports: readonly number[]): ListenerKey[] => ports.map((port): ListenerKey => `${port}/TCP`)
/** Beside a few ports: more than a rule lists, and a range. */
const MANY: readonly ListenerKey[][] = [
  tcp(80, 90, 443, 8_080, 9_000, 9_090),
  tcp(8_000, 8_001, 8_002, 8_003, 8_004, 8_005, 8_006),
  [...tcp(80), '53/UDP', ...tcp(8_001)],
]

type Families = Pick<Ask, 'families' | 'needsAllFamilies'>
/** `needsAllFamilies`: false, where IPv6 is not had, IPv4 alone will do. */
const FAMILIES: readonly Families[] = [{}, {}, { families: ['IPv4', 'IPv6'] }, { families: ['IPv4', 'IPv6'], needsAllFamilies: false }, { families: ['IPv6'] }]

/** Names of addresses that nothing uses: `reserved-1`, `reserved-2`, as the emulated cloud is seeded. */
export const asks: fc.Arbitrary<GcpAsk> = fc
  .record({
    keys: fc.oneof({ weight: 3, arbitrary: listenerKeys }, { weight: 1, arbitrary: fc.constantFrom(...MANY) }),
    on: fc.constantFrom(nodes(1), nodes(1, 2), nodes(2, 3)),
    scheme: NEUTRAL_SETTINGS.scheme,
    sourceRanges: fc.oneof(NEUTRAL_SETTINGS.sourceRanges, fc.constantFrom(['192.0.2.0/24', '2001:db8::/32'])),
    drainTimeoutSeconds: NEUTRAL_SETTINGS.drainTimeoutSeconds,
    zonalAffinity: NEUTRAL_SETTINGS.zonalAffinity,
    families: fc.constantFrom<Families>(...FAMILIES),
    ownRanges: fc.constantFrom(undefined, undefined, ['198.51.100.0/24'], ['198.51.100.0/24', '2001:db8:1::/48']),
    addressNames: fc.constantFrom([], [], ['reserved-1'], ['reserved-2']),
    subnets: fc.constantFrom([], ['internal']),
    check: fc.constantFrom(...CHECKS),
    policy: fc.constantFrom<'Cluster' | 'Local'>('Cluster', 'Cluster', 'Local'),
    affinity: fc.constantFrom<'none' | 'client-ip' | 'strong'>('none', 'client-ip', 'strong'),
    weighted: maybe(fc.boolean()),
    globalAccess: maybe(fc.boolean()),
    tier: fc.constantFrom<GcpOptions['networkTier']>(undefined, undefined, 'Premium', 'Standard'),
    logging: fc.constantFrom<GcpOptions>({}, {}, { logging: true }, { logging: true, logSampleRate: 0.25, logFields: ['serverInstance'] }),
  })
  .map((drawn): GcpAsk => {
    const { keys, on, scheme, sourceRanges, drainTimeoutSeconds, zonalAffinity, ownRanges, policy, affinity, weighted, globalAccess, logging } = drawn
    const isInternal = scheme === 'internal'
    const isLocal = policy === 'Local'
    const isStandard = drawn.tier === 'Standard' && !isInternal
    const listeners = keys.map((key) =>
      listener(key, { healthCheck: isLocal ? OF_LOCAL : drawn.check, ...(key === '80/TCP' && ownRanges !== undefined ? { sourceRanges: ownRanges } : {}) }),
    )
    // IPv6 is of the premium tier, and in a subnet that has it for this scheme; the seeded addresses are of the premium tier.
    const hasSix = !isStandard && (!isInternal || drawn.subnets.length > 0)
    const families = hasSix || drawn.families.needsAllFamilies === false ? drawn.families : {}
    const isStrong = affinity === 'strong' && !isInternal
    return {
      on,
      affinity: affinity === 'none' ? { kind: 'none' } : { kind: 'client-ip', timeoutSeconds: isStrong ? 600 : ANY_TIME },
      listeners,
      externalTrafficPolicy: policy,
      zonalAffinity,
      ...families,
      ...(scheme === undefined ? {} : { scheme, schemeIsExplicit: true }),
      ...(sourceRanges === undefined ? {} : { sourceRanges }),
      ...(drainTimeoutSeconds === undefined ? {} : { drainTimeoutSeconds }),
      ...(isInternal ? { subnets: drawn.subnets } : isStandard ? {} : { addressNames: drawn.addressNames }),
      ...(isLocal && weighted !== undefined ? { weighted } : {}),
      ...(isInternal && globalAccess !== undefined ? { globalAccess } : {}),
      options: { ...logging, ...(isStandard ? { networkTier: 'Standard' as const } : {}), ...(isStrong ? { strongAffinity: true as const } : {}) },
    }
  })
