/** Changes of a Service that is served on Azure: its address stays, and so does what flows. */
import { expect } from 'vitest'
import type { AzureEmulator } from '../../../emulators/azure/index.ts'
import { ALWAYS, type Change, liveChanges, noted, ports } from '../live-changes.ts'
import { onServer } from './frame.ts'
import type { World } from './world.ts'

const AZURE = 'service.beta.kubernetes.io/azure-'
const INSIDE = '10.0.200.9'

/** What our parts of this kind have of a member. */
const settingsOf = (world: World, kind: string, member: string): ReadonlySet<unknown> =>
  new Set(world.ownedObjects().flatMap((one) => (one.kind === kind ? [one.settings[member]] : [])))
const rules = (world: World, member: string): ReadonlySet<unknown> => settingsOf(world, 'loadBalancers/loadBalancingRules', member)
const probes = (world: World, member: string): ReadonlySet<unknown> => settingsOf(world, 'loadBalancers/probes', member)

const CHANGES: readonly Change<World, AzureEmulator>[] = [
  {
    what: "Azure's own addresses may come too",
    before: () => ({ spec: { loadBalancerSourceRanges: ['203.0.113.0/24'] } }),
    after: () => noted({ [`${AZURE}allowed-service-tags`]: 'AzureFrontDoor.Backend' }),
    keeps: ALWAYS,
    opens: [[80, '192.0.2.130']],
  },
  {
    what: 'an internal Service is closed to others of its network',
    before: () => noted({ 'fairlead.dev/scheme': 'internal' }),
    after: () => ({ spec: { loadBalancerSourceRanges: ['10.0.200.0/24'] } }),
    keeps: [[80, INSIDE]],
    shuts: [[80, '10.0.201.9']],
  },
  {
    what: 'an internal Service is open to its network again',
    before: () => ({ ...noted({ 'fairlead.dev/scheme': 'internal' }), spec: { loadBalancerSourceRanges: ['10.0.200.0/24'] } }),
    after: () => ({ spec: { loadBalancerSourceRanges: null } }),
    keeps: [[80, INSIDE]],
    opens: [[80, '10.0.201.9']],
  },
  {
    what: 'affinity',
    after: () => ({ spec: { sessionAffinity: 'ClientIP' } }),
    keeps: ALWAYS,
    check: (world) => expect(rules(world, 'loadDistribution')).toEqual(new Set(['SourceIP', 'Default'])),
  },
  {
    what: 'idle time-out and resets',
    after: () => noted({ 'fairlead.dev/idle-timeout': '10m', 'fairlead.dev/tcp-reset': 'false' }),
    keeps: ALWAYS,
    check(world) {
      expect(rules(world, 'idleTimeoutInMinutes')).toEqual(new Set([10, 4]))
      expect(rules(world, 'enableTcpReset')).toEqual(new Set([false, true]))
    },
  },
  {
    what: 'idle time-out and resets are not asked for any more',
    before: () => noted({ 'fairlead.dev/idle-timeout': '10m', 'fairlead.dev/tcp-reset': 'false' }),
    after: () => noted({ 'fairlead.dev/idle-timeout': null, 'fairlead.dev/tcp-reset': null }),
    keeps: ALWAYS,
    check: (world) => expect([rules(world, 'idleTimeoutInMinutes'), rules(world, 'enableTcpReset')]).toEqual([new Set([4]), new Set([true])]),
  },
  {
    what: 'a health check of one port',
    before: () => ports(80, 81),
    after: () => noted({ 'fairlead.dev/health-check-interval.81': '30s' }),
    keeps: [[80], [81]],
    check: (world) => expect(probes(world, 'intervalInSeconds')).toEqual(new Set([5, 30])),
  },
  {
    what: 'nodes are asked at the node port',
    after: () => noted({ 'fairlead.dev/health-check-protocol': 'tcp' }),
    keeps: ALWAYS,
    check: (world) => expect(probes(world, 'protocol')).toEqual(new Set(['Tcp', 'Http'])),
  },
  {
    what: 'policy Local',
    after: () => ({ spec: { externalTrafficPolicy: 'Local' } }),
    keeps: [],
    check: (world) => expect(probes(world, 'requestPath')).toEqual(new Set(['/healthz'])),
  },
  {
    what: 'traffic goes to node ports',
    after: () => noted({ [`${AZURE}disable-load-balancer-floating-ip`]: 'true' }),
    keeps: ALWAYS,
    check: (world) => expect(rules(world, 'enableFloatingIP')).toEqual(new Set([false, true])),
  },
  {
    what: 'traffic goes to the published address again',
    before: () => noted({ [`${AZURE}disable-load-balancer-floating-ip`]: 'true' }),
    after: () => noted({ [`${AZURE}disable-load-balancer-floating-ip`]: null }),
    keeps: ALWAYS,
    check: (world) => expect(rules(world, 'enableFloatingIP')).toEqual(new Set([true])),
  },
  {
    what: 'an internal Service is reached on all ports',
    before: () => noted({ 'fairlead.dev/scheme': 'internal' }),
    after: () => noted({ [`${AZURE}load-balancer-enable-high-availability-ports`]: 'true' }),
    keeps: [[80, INSIDE]],
    check: (world) => expect(rules(world, 'protocol')).toEqual(new Set(['All', 'Tcp'])),
  },
  {
    what: 'a DNS label',
    after: () => noted({ 'fairlead.dev/dns-label': 'shop' }),
    keeps: ALWAYS,
    check: (world) => expect(world.send('shop.westeurope.cloudapp.azure.com')).toBe('web'),
  },
  {
    what: 'tags',
    before: () => noted({ 'fairlead.dev/tags': 'team=shop,stage=live' }),
    after: () => noted({ 'fairlead.dev/tags': 'team=mail' }),
    keeps: ALWAYS,
    check(world) {
      const teams = world.ownedObjects().flatMap(({ kind, tags }) => (kind === 'publicIPAddresses' ? [`${tags['team']} ${tags['stage']}`] : []))
      expect(teams.toSorted()).toEqual(['mail undefined', 'undefined undefined'])
    },
  },
  {
    what: 'IPv6 comes',
    pods: ['10.244.1.1', 'fd00:244::1'],
    after: () => ({ spec: { ipFamilyPolicy: 'RequireDualStack' } }),
    keeps: ALWAYS,
    check(world) {
      const addresses = world.ownedObjects().filter(({ kind }) => kind === 'publicIPAddresses')
      expect(addresses).toHaveLength(3)
    },
  },
  {
    what: 'IPv6 goes',
    pods: ['10.244.1.1', 'fd00:244::1'],
    before: () => ({ spec: { ipFamilyPolicy: 'RequireDualStack' } }),
    after: () => ({ spec: { ipFamilyPolicy: 'SingleStack' } }),
    keeps: ALWAYS,
    check: (world) => expect(world.ownedObjects().filter(({ kind }) => kind === 'publicIPAddresses')).toHaveLength(2),
  },
]

liveChanges({ open: onServer(), cloudOf: ({ azure }: World) => azure }, CHANGES)
