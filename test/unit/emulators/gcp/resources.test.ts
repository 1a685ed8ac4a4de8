/** Backend services, health checks, firewall rules, addresses, groups of instances and of endpoints. */
import { describe, expect, test } from 'vitest'
import type { GcpOptions, JsonObject } from '../../../../emulators/gcp/index.ts'
import { type Given, type Rule, PATHS, check, firewall, given, internal, outcome, rule, rules, service } from './given.ts'

const NODES: GcpOptions = { seed: { machines: ['node-1', 'node-2', 'node-3'].map((name) => ({ name, zone: 'us-central1-a' })) } }
const instance = (g: Given, name: string): JsonObject => ({ instance: g.link(`zones/Z/instances/${name}`) })
const backends = (g: Given, ...names: readonly string[]): JsonObject => ({
  backends: names.map((name) => ({ group: g.link(`zones/Z/instanceGroups/${name}`) })),
})
const zonal = (spillover: string): JsonObject => ({ networkPassThroughLbTrafficPolicy: { zonalAffinity: { spillover } } })
const inserting =
  (path: string, base: (g: Given) => JsonObject) =>
  (title: string, changed: JsonObject | ((g: Given) => JsonObject), expected: string): Rule => [
    title,
    (g) => g.send('POST', path, { ...base(g), name: 'another', ...(typeof changed === 'function' ? changed(g) : changed) }),
    expected,
  ]

const aService = inserting(PATHS.service, (g) => service(g))

rules('backend services', [
  aService('a plain one', {}, '200 DONE'),
  aService('its name is taken', { name: 'web' }, '409 alreadyExists'),
  aService('its health check is not there', (g) => ({ healthChecks: [g.link('regions/R/healthChecks/none')] }), '404 notFound'),
  [
    'two health checks',
    async (g) => {
      await g.make(PATHS.check, check({ name: 'b' }))
      const names = ['kube-proxy', 'b']
      return g.send('POST', PATHS.service, service(g, { name: 'another', healthChecks: names.map((name) => g.link(`regions/R/healthChecks/${name}`)) }))
    },
    '400 invalid',
  ],
  aService('a protocol that is none', { protocol: 'tcp' }, '400 invalid'),
  aService('HTTP inside', { protocol: 'HTTP', loadBalancingScheme: 'INTERNAL' }, '400 invalid'),
  aService('a network outside', (g) => ({ network: g.gcp.cloud.ids.network }), '400 invalid'),
  aService('a group that is not there', (g) => backends(g, 'none'), '404 notFound'),
  aService('a group that is named by a word', { backends: [{ group: 'nodes' }] }, '400 invalid'),
  aService('draining for too long', { connectionDraining: { drainingTimeoutSec: 3_601 } }, '400 invalid'),
  aService('an idle time-out with 5 fields', { connectionTrackingPolicy: { trackingMode: 'PER_SESSION', idleTimeoutSec: 60 } }, '400 invalid'),
  aService(
    'strong affinity outside',
    { sessionAffinity: 'CLIENT_IP', connectionTrackingPolicy: { trackingMode: 'PER_SESSION', idleTimeoutSec: 60, enableStrongAffinity: true } },
    '200 DONE',
  ),
  aService(
    'strong affinity inside',
    { loadBalancingScheme: 'INTERNAL', sessionAffinity: 'CLIENT_IP', connectionTrackingPolicy: { enableStrongAffinity: true } },
    '400 invalid',
  ),
  aService('zonal affinity inside', { loadBalancingScheme: 'INTERNAL', ...zonal('ZONAL_AFFINITY_SPILL_CROSS_ZONE') }, '200 DONE'),
  aService('zonal affinity outside', zonal('ZONAL_AFFINITY_SPILL_CROSS_ZONE'), '400 invalid'),
  aService('zonal affinity of a kind that there is not', { loadBalancingScheme: 'INTERNAL', ...zonal('NEAREST') }, '400 invalid'),
  aService(
    'zonal affinity with a part of the backends',
    { loadBalancingScheme: 'INTERNAL', ...zonal('ZONAL_AFFINITY_STAY_WITHIN_ZONE'), subsetting: { policy: 'CONSISTENT_HASH_SUBSETTING' } },
    '400 invalid',
  ),
  [
    'a global health check outside',
    async (g) => {
      await g.make('global/healthChecks', check())
      return g.send('POST', PATHS.service, service(g, { name: 'b', healthChecks: [g.link('global/healthChecks/kube-proxy')] }))
    },
    '400 invalid',
  ],
  [
    'a global health check inside',
    async (g) => {
      await g.make('global/healthChecks', check())
      return g.send('POST', PATHS.service, service(g, { name: 'b', loadBalancingScheme: 'INTERNAL', healthChecks: [g.link('global/healthChecks/kube-proxy')] }))
    },
    '200 DONE',
  ],
  [
    'another scheme',
    async (g) => {
      const { fingerprint } = await g.get(`${PATHS.service}/web`)
      return g.send('PATCH', `${PATHS.service}/web`, { fingerprint: fingerprint!, loadBalancingScheme: 'INTERNAL' })
    },
    '400 invalid',
  ],
])

const aCheck = inserting(PATHS.check, () => check())

rules('health checks', [
  aCheck('a plain one', {}, '200 DONE'),
  aCheck('no type', { type: null }, '400 required'),
  aCheck('settings of another type', { type: 'TCP' }, '400 invalid'),
  aCheck('no port', { httpHealthCheck: {} }, '400 required'),
  aCheck('a time-out longer than the interval', { checkIntervalSec: 1, timeoutSec: 2 }, '400 invalid'),
  aCheck('a threshold of 11', { unhealthyThreshold: 11 }, '400 invalid'),
])

const aFirewall = inserting(PATHS.firewall, (g) => firewall(g))

rules('firewall rules', [
  aFirewall('a plain one', {}, '200 DONE'),
  aFirewall('allowed and denied', { denied: [{ IPProtocol: 'all' }] }, '400 invalid'),
  aFirewall('neither', { allowed: null }, '400 required'),
  aFirewall('ports of a protocol without ports', { allowed: [{ IPProtocol: 'icmp', ports: ['1'] }] }, '400 invalid'),
  aFirewall('a range of ports from high to low', { allowed: [{ IPProtocol: 'tcp', ports: ['9-1'] }] }, '400 invalid'),
  aFirewall('a source that is no network', { sourceRanges: ['10.0.0.0/33'] }, '400 invalid'),
  aFirewall('both families at once', { sourceRanges: ['10.0.0.0/8', '::/0'] }, '400 invalid'),
  aFirewall('tags and accounts at once', { targetTags: ['a'], targetServiceAccounts: ['a@b'] }, '400 invalid'),
  aFirewall('71 tags', { targetTags: Array.from({ length: 71 }, (_, at) => `t${at}`) }, '400 invalid'),
  aFirewall('a priority over 65535', { priority: 65_536 }, '400 invalid'),
  aFirewall('no network', { network: null }, '400 required'),
  [
    'another direction',
    async (g) => {
      await g.make(PATHS.firewall, firewall(g))
      return g.send('PATCH', `${PATHS.firewall}/web`, { direction: 'EGRESS' })
    },
    '400 invalid',
  ],
])

const anAddress = inserting(PATHS.address, () => ({}))

rules('addresses', [
  anAddress('an external one', {}, '200 DONE'),
  anAddress('an internal one without a subnetwork', { addressType: 'INTERNAL' }, '400 required'),
  anAddress('an internal one', (g) => ({ addressType: 'INTERNAL', subnetwork: g.gcp.cloud.ids.subnetworks['nodes'] }), '200 DONE'),
  anAddress(
    'an internal one outside its subnetwork',
    (g) => ({ addressType: 'INTERNAL', subnetwork: g.gcp.cloud.ids.subnetworks['nodes'], address: '10.1.0.1' }),
    '400 invalid',
  ),
  anAddress('an external one that nothing uses', { address: '198.18.0.200' }, '400 invalid'),
  anAddress('one that is reserved', (g) => ({ address: g.gcp.cloud.addressOf('reserved-1') }), '400 badRequest'),
  anAddress('a purpose outside', { purpose: 'SHARED_LOADBALANCER_VIP' }, '400 invalid'),
  anAddress('external IPv6', (g) => ({ ipVersion: 'IPV6', ipv6EndpointType: 'NETLB', subnetwork: g.gcp.cloud.ids.subnetworks['nodes'] }), '200 DONE'),
  [
    'an internal one that is reserved',
    async (g) => {
      const subnetwork = g.gcp.cloud.ids.subnetworks['nodes']!
      await g.make(PATHS.address, { name: 'a', addressType: 'INTERNAL', subnetwork, address: '10.0.0.9' })
      return g.send('POST', PATHS.address, { name: 'b', addressType: 'INTERNAL', subnetwork, address: '10.0.0.9' })
    },
    '409 ipInUseByAnotherResource',
  ],
  [
    'one in use of another tier',
    async (g) => {
      const { IPAddress: address } = await g.make(PATHS.rule, rule(g))
      return g.send('POST', PATHS.address, { name: 'held', address: address!, networkTier: 'STANDARD' })
    },
    '400 badRequest',
  ],
])

async function group(g: Given, ...names: readonly string[]): Promise<void> {
  await g.make(PATHS.group, { name: 'nodes' })
  if (names.length > 0) await g.send('POST', `${PATHS.group}/nodes/addInstances`, { instances: names.map((name) => instance(g, name)) })
}

const adding =
  (...names: readonly string[]) =>
  async (g: Given) => {
    await group(g, 'node-1')
    return g.send('POST', `${PATHS.group}/nodes/addInstances`, { instances: names.map((name) => instance(g, name)) })
  }

rules(
  'members of instance groups',
  [
    ['an instance', adding('node-2'), '200 DONE'],
    ['a member', adding('node-2', 'node-1'), '400 memberAlreadyExists'],
    ['one that is not there', adding('none'), '404 notFound'],
    ['too many', adding('node-2', 'node-3'), '400 limitExceeded'],
    [
      'one of another zone',
      async (g) => {
        await group(g)
        return g.send('POST', `${PATHS.group}/nodes/addInstances`, { instances: [{ instance: g.link('zones/us-central1-b/instances/node-1') }] })
      },
      '400 invalid',
    ],
    [
      'removing one that is no member',
      async (g) => {
        await group(g, 'node-1')
        return g.send('POST', `${PATHS.group}/nodes/removeInstances`, { instances: [instance(g, 'node-2')] })
      },
      '404 memberNotFound',
    ],
    [
      'deleting one in use',
      async (g) => {
        await group(g)
        await g.make(PATHS.service, service(g, { name: 'b', ...backends(g, 'nodes') }))
        return g.send('DELETE', `${PATHS.group}/nodes`)
      },
      '400 resourceInUseByAnotherResource',
    ],
    [
      'a second load-balanced group of one instance',
      async (g) => {
        await group(g, 'node-1')
        await g.make(PATHS.group, { name: 'others' })
        await g.send('POST', `${PATHS.group}/others/addInstances`, { instances: [instance(g, 'node-1')] })
        await g.make(PATHS.service, service(g, { name: 'a', ...backends(g, 'nodes') }))
        return g.send('POST', PATHS.service, service(g, { name: 'b', ...backends(g, 'others') }))
      },
      'operation INSTANCE_IN_MULTIPLE_LOAD_BALANCED_IGS',
    ],
    [
      'an instance of another load-balanced group',
      async (g) => {
        await group(g, 'node-1')
        await g.make(PATHS.group, { name: 'others' })
        await g.make(PATHS.service, service(g, { name: 'a', ...backends(g, 'nodes', 'others') }))
        return g.send('POST', `${PATHS.group}/others/addInstances`, { instances: [instance(g, 'node-1')] })
      },
      'operation INSTANCE_IN_MULTIPLE_LOAD_BALANCED_IGS',
    ],
    [
      'more instances than an internal service has',
      async (g) => {
        await group(g, 'node-1', 'node-2')
        return g.send('POST', PATHS.service, service(g, { name: 'b', loadBalancingScheme: 'INTERNAL', ...backends(g, 'nodes') }))
      },
      'operation LIMIT_EXCEEDED',
    ],
  ],
  { options: { ...NODES, quotas: { instancesPerGroup: 2, instancesPerInternalService: 1 } } },
)

const attaching =
  (...endpoints: readonly JsonObject[]) =>
  async (g: Given) => {
    await g.make(PATHS.endpointGroup, { name: 'nodes', subnetwork: g.gcp.cloud.ids.subnetworks['nodes'] })
    return g.send('POST', `${PATHS.endpointGroup}/nodes/attachNetworkEndpoints`, { networkEndpoints: endpoints })
  }

rules(
  'endpoint groups',
  [
    ['an instance', attaching({ instance: 'node-1' }), '200 DONE'],
    ['with its address', attaching({ instance: 'node-1', ipAddress: '10.0.0.2' }), '200 DONE'],
    ['with another address', attaching({ instance: 'node-1', ipAddress: '10.0.0.99' }), '400 invalid'],
    ['with a port', attaching({ instance: 'node-1', port: 80 }), '400 invalid'],
    ['one that is not there', attaching({ instance: 'none' }), '404 notFound'],
    ['none', attaching(), '400 required'],
    ['too many in one call', attaching({ instance: 'node-1' }, { instance: 'node-2' }, { instance: 'node-3' }), '400 invalid'],
    ['a group without a network', (g) => g.send('POST', PATHS.endpointGroup, { name: 'nodes' }), '400 required'],
    [
      'detaching one that is not in it',
      async (g) => {
        await attaching({ instance: 'node-1' })(g)
        return g.send('POST', `${PATHS.endpointGroup}/nodes/detachNetworkEndpoints`, { networkEndpoints: [{ instance: 'node-2' }] })
      },
      '400 invalid',
    ],
    [
      'as a backend beside an instance group',
      async (g) => {
        await attaching({ instance: 'node-1' })(g)
        await group(g)
        const mixed = { backends: [{ group: g.link('zones/Z/networkEndpointGroups/nodes') }, { group: g.link('zones/Z/instanceGroups/nodes') }] }
        return g.send('POST', PATHS.service, service(g, { name: 'b', ...mixed }))
      },
      '400 invalid',
    ],
  ],
  { options: { ...NODES, quotas: { endpointsPerCall: 2 } } },
)

describe('a resource', () => {
  test('shows what is filled in', async () => {
    const g = await given()
    expect(await g.make(PATHS.check, { name: 'kube-proxy', type: 'HTTP', httpHealthCheck: { port: 80 } })).toMatchObject({
      checkIntervalSec: 5,
      timeoutSec: 5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      httpHealthCheck: { port: 80, proxyHeader: 'NONE', requestPath: '/' },
    })
    expect(await g.make(PATHS.service, service(g))).toMatchObject({
      sessionAffinity: 'NONE',
      connectionDraining: { drainingTimeoutSec: 0 },
      timeoutSec: 30,
      affinityCookieTtlSec: 0,
      description: '',
    })
    expect(await g.make(PATHS.firewall, firewall(g, { sourceRanges: [], allowed: [{ IPProtocol: 'TCP', ports: [80] }] }))).toMatchObject({
      priority: 1_000,
      direction: 'INGRESS',
      disabled: false,
      logConfig: { enable: false },
      sourceRanges: ['0.0.0.0/0'],
      allowed: [{ IPProtocol: 'tcp', ports: ['80'] }],
    })
    expect(await g.make(PATHS.address, { name: 'a' })).toMatchObject({ addressType: 'EXTERNAL', networkTier: 'PREMIUM', status: 'RESERVED' })
  })

  test('of the network is in the project of the network', async () => {
    const g = await given({ networkProject: 'host' })
    expect(g.gcp.cloud.ids.network).toBe('projects/host/global/networks/fairlead')
    await g.make(PATHS.check, check())
    await g.make(PATHS.service, service(g, { loadBalancingScheme: 'INTERNAL' }))
    expect((await g.make(PATHS.rule, rule(g, internal(g))))['network']).toContain('projects/host/global/networks/fairlead')
  })
})

describe('an instance group', () => {
  test('has members, and takes its network from the first', async () => {
    const g = await given(NODES)
    await group(g, 'node-1', 'node-2')
    expect(await g.get(`${PATHS.group}/nodes`)).toMatchObject({ size: 2, network: expect.stringContaining('/networks/fairlead') })
    await g.send('POST', `${PATHS.group}/nodes/setNamedPorts`, { namedPorts: [{ name: 'http', port: 80 }] })
    await g.send('POST', `${PATHS.group}/nodes/removeInstances`, { instances: [instance(g, 'node-1')] })
    const { body } = await g.send('POST', `${PATHS.group}/nodes/listInstances`, { instanceState: 'ALL' })
    expect(body['items']).toEqual([
      { instance: `${g.gcp.url}/compute/v1/${g.link('zones/Z/instances/node-2')}`, status: 'RUNNING', namedPorts: [{ name: 'http', port: 80 }] },
    ])
  })

  test('loses an instance that is deleted', async () => {
    const g = await given(NODES)
    await group(g, 'node-1')
    g.gcp.cloud.removeMachine('node-1')
    expect(await g.get(`${PATHS.group}/nodes`)).toMatchObject({ size: 0 })
    expect(() => g.gcp.cloud.removeMachine('node-1')).toThrow('there is no machine node-1')
  })
})

test('an endpoint group lists its endpoints', async () => {
  const g = await given(NODES)
  await attaching({ instance: 'node-1' }, { instance: g.link('zones/Z/instances/node-2') })(g)
  const list = async () => (await g.send('POST', `${PATHS.endpointGroup}/nodes/listNetworkEndpoints`)).body['items']
  expect(await list()).toEqual([
    { networkEndpoint: { instance: 'node-1', ipAddress: '10.0.0.2' } },
    { networkEndpoint: { instance: 'node-2', ipAddress: '10.0.0.3' } },
  ])
  expect(outcome(await g.send('POST', `${PATHS.endpointGroup}/nodes/detachNetworkEndpoints`, { networkEndpoints: [{ instance: 'node-1' }] }))).toBe('200 DONE')
  expect(await list()).toHaveLength(1)
})
