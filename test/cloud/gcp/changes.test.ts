/** Changes of a Service that is served on Google Cloud: its address stays, and so does what flows. */
import { expect } from 'vitest'
import type { GcpEmulator } from '../../../emulators/gcp/index.ts'
import { ALWAYS, type Change, liveChanges, noted, ports } from '../live-changes.ts'
import { onServer } from './frame.ts'
import { partsOf, rulesOf, serviceOf } from './look.ts'
import type { World } from './world.ts'

const GKE = 'networking.gke.io/'
const INSIDE = '10.0.200.9'
const INTERNAL = noted({ 'fairlead.dev/scheme': 'internal' })
const POD_OF_BOTH = ['10.244.1.1', 'fd00:244::1']
const FOR_TEN_MINUTES = { sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } } }
const LOCAL = { externalTrafficPolicy: 'Local' }
const internalWith = (more: Readonly<Record<string, string>>) => noted({ 'fairlead.dev/scheme': 'internal', ...more })

const checkOf = (world: World): unknown => serviceOf(world, 'web')['healthChecks']

const CHANGES: readonly Change<World, GcpEmulator>[] = [
  {
    what: 'a port comes',
    after: () => ports(80, 82),
    keeps: ALWAYS,
    opens: [[82]],
    check: (world) => expect(rulesOf(world, 'web')).toEqual(['TCP 80', 'TCP 82']),
  },
  { what: 'a port goes', before: () => ports(80, 81), after: () => ports(80), keeps: ALWAYS, shuts: [[81]] },
  {
    what: 'an internal Service is closed to others of its network',
    before: () => INTERNAL,
    after: () => ({ spec: { loadBalancerSourceRanges: ['10.0.200.0/24'] } }),
    keeps: [[80, INSIDE]],
    shuts: [[80, '10.0.201.9']],
  },
  {
    what: 'an internal Service is open to its network again',
    before: () => ({ ...INTERNAL, spec: { loadBalancerSourceRanges: ['10.0.200.0/24'] } }),
    after: () => ({ spec: { loadBalancerSourceRanges: null } }),
    keeps: [[80, INSIDE]],
    opens: [[80, '10.0.201.9']],
  },
  {
    what: 'affinity',
    after: () => ({ spec: { sessionAffinity: 'ClientIP' } }),
    keeps: ALWAYS,
    check: (world) => expect(serviceOf(world, 'web')['sessionAffinity']).toBe('CLIENT_IP'),
  },
  {
    what: 'strong affinity',
    before: () => ({ spec: { sessionAffinity: 'ClientIP' } }),
    after: () => ({ ...noted({ [`${GKE}l4-strong-session-affinity`]: 'enabled' }), spec: FOR_TEN_MINUTES }),
    keeps: ALWAYS,
    check: (world) =>
      expect(serviceOf(world, 'web')).toMatchObject({
        sessionAffinity: 'CLIENT_IP',
        connectionTrackingPolicy: { trackingMode: 'PER_SESSION', enableStrongAffinity: true, idleTimeoutSec: 600 },
      }),
  },
  {
    what: 'strong affinity is not asked for any more',
    before: () => ({
      ...noted({ [`${GKE}l4-strong-session-affinity`]: 'enabled' }),
      spec: { sessionAffinity: 'ClientIP', ...FOR_TEN_MINUTES },
    }),
    after: () => ({ ...noted({ [`${GKE}l4-strong-session-affinity`]: null }), spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } }),
    keeps: ALWAYS,
    check: (world) => expect(JSON.stringify(serviceOf(world, 'web'))).not.toMatch(/"enableStrongAffinity":true|"idleTimeoutSec"/),
  },
  {
    what: 'nodes get traffic by the number of their pods',
    before: () => ({ spec: LOCAL }),
    after: () => noted({ [`${GKE}weighted-load-balancing`]: 'pods-per-node' }),
    keeps: ALWAYS,
    check: (world) => expect(serviceOf(world, 'web')['localityLbPolicy']).toBe('WEIGHTED_MAGLEV'),
  },
  {
    what: 'nodes get traffic alike again',
    before: () => ({ ...noted({ [`${GKE}weighted-load-balancing`]: 'pods-per-node' }), spec: LOCAL }),
    after: () => noted({ [`${GKE}weighted-load-balancing`]: null }),
    keeps: ALWAYS,
    check: (world) => expect(['MAGLEV', '', undefined]).toContain(serviceOf(world, 'web')['localityLbPolicy']),
  },
  {
    what: 'connections are logged',
    after: () => noted({ 'gcp.fairlead.dev/logging': 'true', 'gcp.fairlead.dev/log-sample-rate': '0.25' }),
    keeps: ALWAYS,
    check: (world) => expect(serviceOf(world, 'web')['logConfig']).toMatchObject({ enable: true, sampleRate: 0.25 }),
  },
  {
    what: 'which fields are logged',
    before: () => noted({ 'gcp.fairlead.dev/logging': 'true' }),
    after: () => noted({ 'gcp.fairlead.dev/log-fields': 'serverInstance' }),
    keeps: ALWAYS,
    check: (world) => expect(serviceOf(world, 'web')['logConfig']).toMatchObject({ enable: true, optionalMode: 'CUSTOM', optionalFields: ['serverInstance'] }),
  },
  {
    what: 'connections are not logged any more',
    before: () => noted({ 'gcp.fairlead.dev/logging': 'true', 'gcp.fairlead.dev/log-fields': 'serverInstance' }),
    after: () => noted({ 'gcp.fairlead.dev/logging': null, 'gcp.fairlead.dev/log-fields': null }),
    keeps: ALWAYS,
    check: (world) => expect(JSON.stringify(serviceOf(world, 'web'))).not.toContain('"enable":true'),
  },
  {
    what: 'connections drain for longer',
    after: () => noted({ 'fairlead.dev/drain-timeout': '2m' }),
    keeps: ALWAYS,
    check: (world) => expect(serviceOf(world, 'web')['connectionDraining']).toEqual({ drainingTimeoutSec: 120 }),
  },
  {
    what: 'clients of other regions may come to an internal Service',
    before: () => INTERNAL,
    after: () => noted({ 'fairlead.dev/global-access': 'true' }),
    keeps: [[80, INSIDE]],
    check: (world) => expect(partsOf(world, 'web', 'forwardingRules').map(({ settings }) => settings['allowGlobalAccess'])).toEqual([true]),
  },
  {
    what: 'clients of other regions may not come any more',
    before: () => internalWith({ 'fairlead.dev/global-access': 'true' }),
    after: () => noted({ 'fairlead.dev/global-access': null }),
    keeps: [[80, INSIDE]],
    check: (world) => expect(partsOf(world, 'web', 'forwardingRules').map(({ settings }) => settings['allowGlobalAccess'] ?? false)).toEqual([false]),
  },
  {
    what: 'a health check of its own',
    after: () => noted({ 'fairlead.dev/health-check-interval': '30s' }),
    keeps: ALWAYS,
    check(world) {
      expect(partsOf(world, 'web', 'healthChecks').map(({ settings }) => settings['checkIntervalSec'])).toEqual([30])
      expect(String(checkOf(world))).toContain('-web-')
    },
  },
  {
    what: 'the health check of all Services again',
    before: () => noted({ 'fairlead.dev/health-check-interval': '30s' }),
    after: () => noted({ 'fairlead.dev/health-check-interval': null }),
    keeps: ALWAYS,
    check(world) {
      expect(partsOf(world, 'web', 'healthChecks')).toEqual([])
      expect(checkOf(world)).toEqual(serviceOf(world, 'neighbour')['healthChecks'])
    },
  },
  {
    what: 'policy Local',
    after: () => ({ spec: LOCAL }),
    keeps: [],
    check(world) {
      expect(partsOf(world, 'web', 'healthChecks').map(({ settings }) => settings['httpHealthCheck'])).toEqual([
        expect.objectContaining({ requestPath: '/healthz' }),
      ])
      expect(checkOf(world)).not.toEqual(serviceOf(world, 'neighbour')['healthChecks'])
    },
  },
  {
    what: 'policy Cluster again',
    before: () => ({ spec: LOCAL }),
    after: () => ({ spec: { externalTrafficPolicy: 'Cluster' } }),
    keeps: ALWAYS,
    check(world) {
      expect(partsOf(world, 'web', 'healthChecks')).toEqual([])
      expect(checkOf(world)).toEqual(serviceOf(world, 'neighbour')['healthChecks'])
    },
  },
  {
    what: 'IPv6 comes',
    pods: POD_OF_BOTH,
    after: () => ({ spec: { ipFamilyPolicy: 'RequireDualStack' } }),
    keeps: ALWAYS,
    check: (world) => expect(partsOf(world, 'web', 'forwardingRules').filter(({ settings }) => settings['ipVersion'] === 'IPV6')).toHaveLength(1),
  },
  {
    what: 'IPv6 goes',
    pods: POD_OF_BOTH,
    before: () => ({ spec: { ipFamilyPolicy: 'RequireDualStack' } }),
    after: () => ({ spec: { ipFamilyPolicy: 'SingleStack' } }),
    keeps: ALWAYS,
    check: (world) => expect(partsOf(world, 'web', 'forwardingRules')).toHaveLength(1),
  },
]

liveChanges({ open: onServer(), cloudOf: ({ gcp }: World) => gcp }, CHANGES)
