/** Load balancers: what is filled in, what is shown, what is refused. */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../emulators/azure/index.ts'
import { type Given, type Rule, address, given, listOf, members, outcome, propertiesOf, ruleOf, rules } from './given.ts'

const put = (g: Given, properties: JsonObject = {}) => g.put('loadBalancers/lb', g.balancer(properties))
const withRules = (g: Given, ...all: readonly (JsonObject & { readonly name: string })[]) =>
  put(g, { loadBalancingRules: all.map((one) => ruleOf(`${g.base}/loadBalancers/lb`, one)) })
const internal = (g: Given, properties: JsonObject = {}): JsonObject => ({
  name: 'web',
  properties: { subnet: { id: g.azure.cloud.ids.subnets['internal'] }, ...properties },
})
const withProbe = (g: Given, properties: JsonObject) => put(g, { probes: [{ name: 'kube-proxy', properties }] })

async function made(properties: (g: Given) => JsonObject = () => ({})): Promise<{ readonly g: Given; readonly body: JsonObject }> {
  const g = await given()
  const { status, body } = await put(g, properties(g))
  expect([status, body]).toMatchObject([201, {}])
  return { g, body }
}

describe('a load balancer shows', () => {
  test('all lists, also empty ones, and defaults', async () => {
    const { body } = await made()
    expect(Object.keys(propertiesOf(body))).toEqual([
      'provisioningState',
      'resourceGuid',
      'frontendIPConfigurations',
      'backendAddressPools',
      'loadBalancingRules',
      'probes',
      'inboundNatRules',
      'outboundRules',
      'inboundNatPools',
    ])
    expect(propertiesOf(listOf(body, 'loadBalancingRules')[0]!)).toMatchObject({
      idleTimeoutInMinutes: 4,
      loadDistribution: 'Default',
      enableTcpReset: false,
      enableDestinationServiceEndpoint: false,
      allowBackendPortConflict: false,
    })
    expect(body['sku']).toEqual({ name: 'Standard', tier: 'Regional' })
  })

  test('who uses each part', async () => {
    const { g, body } = await made()
    const rule = [g.part('lb/loadBalancingRules/web-80')]
    for (const list of ['frontendIPConfigurations', 'backendAddressPools', 'probes'])
      expect(propertiesOf(listOf(body, list)[0]!)['loadBalancingRules']).toEqual(rule)
    expect(propertiesOf(await g.get('publicIPAddresses/reserved-1'))['ipConfiguration']).toEqual(g.part('lb/frontendIPConfigurations/web'))
  })

  test('the pools of a rule in both forms, whichever was sent', async () => {
    const { g, body } = await made()
    const pool = g.part('lb/backendAddressPools/nodes')
    expect(propertiesOf(listOf(body, 'loadBalancingRules')[0]!)).toMatchObject({ backendAddressPool: pool, backendAddressPools: [pool] })
    const pools = { backendAddressPools: [{ name: 'nodes' }, { name: 'others' }] }
    const sent = ruleOf(`${g.base}/loadBalancers/lb`, {
      name: 'web-80',
      backendAddressPools: [pool],
      backendAddressPool: g.part('lb/backendAddressPools/others'),
    })
    const { body: after } = await put(g, { ...pools, loadBalancingRules: [sent] })
    expect(propertiesOf(listOf(after, 'loadBalancingRules')[0]!)['backendAddressPools']).toEqual([g.part('lb/backendAddressPools/others')])
  })

  test('less to older api-versions', async () => {
    const { g } = await made()
    const { body } = await g.send('GET', 'loadBalancers/lb?api-version=2020-07-01')
    expect(propertiesOf(listOf(body, 'loadBalancingRules')[0]!)).not.toHaveProperty('backendAddressPools')
    expect(propertiesOf(listOf(body, 'probes')[0]!)).not.toHaveProperty('probeThreshold')
  })

  test('the address that an internal frontend got, and keeps it', async () => {
    const { g, body } = await made((one) => ({ frontendIPConfigurations: [internal(one)] }))
    expect(propertiesOf(listOf(body, 'frontendIPConfigurations')[0]!)['privateIPAddress']).toBe('10.0.16.4')
    const { body: after } = await put(g, { frontendIPConfigurations: [internal(g), { ...internal(g), name: 'second' }] })
    expect(listOf(after, 'frontendIPConfigurations').map((one) => propertiesOf(one)['privateIPAddress'])).toEqual(['10.0.16.4', '10.0.16.5'])
  })
})

describe('a PUT of a load balancer', () => {
  test('replaces: a list that is left out is empty then', async () => {
    const { g } = await made()
    await put(g, { loadBalancingRules: [], probes: [] })
    const body = await g.get('loadBalancers/lb')
    expect([listOf(body, 'loadBalancingRules'), listOf(body, 'probes')]).toEqual([[], []])
  })

  test('takes read-only members back as they were shown', async () => {
    const { g, body } = await made()
    expect((await g.put('loadBalancers/lb', body)).body['etag']).toBe(body['etag'])
  })

  test('takes members by address, and without them empties the pool', async () => {
    const { g } = await made((one) => ({ backendAddressPools: [{ name: 'nodes', ...members(one, '10.0.0.4', '10.0.0.5') }] }))
    expect(listOf(await g.get('loadBalancers/lb/backendAddressPools/nodes'), 'loadBalancerBackendAddresses')).toHaveLength(2)
    await put(g)
    expect(listOf(await g.get('loadBalancers/lb/backendAddressPools/nodes'), 'loadBalancerBackendAddresses')).toHaveLength(0)
  })

  test('can be made to ignore members by address, and to keep those that it leaves out', async () => {
    const g = await given({ unproven: { inlineMembers: 'ignored', omittedMembers: 'kept' } })
    await put(g, { backendAddressPools: [{ name: 'nodes', ...members(g, '10.0.0.4') }] })
    expect(listOf(await g.get('loadBalancers/lb/backendAddressPools/nodes'), 'loadBalancerBackendAddresses')).toHaveLength(0)
    await g.put('loadBalancers/lb/backendAddressPools/nodes', members(g, '10.0.0.5'))
    await put(g)
    expect(listOf(await g.get('loadBalancers/lb/backendAddressPools/nodes'), 'loadBalancerBackendAddresses')).toHaveLength(1)
  })

  test('knows its own parts in any case', async () => {
    const g = await given()
    const upper = (text: string): string =>
      text.replace('/frontendIPConfigurations/web', '/FRONTENDIPCONFIGURATIONS/WEB').replace('/resourceGroups/fairlead', '/resourceGroups/FAIRLEAD')
    const body = JSON.parse(upper(JSON.stringify(g.balancer()))) as JsonObject
    expect((await g.put('loadBalancers/lb', body)).status).toBe(201)
    expect((await g.send('GET', `${g.base.toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions')}/LOADBALANCERS/LB`)).status).toBe(200)
  })
})

const frontends: readonly Rule[] = [
  [
    'a frontend with neither address nor subnet',
    (g) => put(g, { frontendIPConfigurations: [{ name: 'web', properties: {} }] }),
    'FrontendIPConfigHasNoSubnetOrPublicIP',
  ],
  [
    'a frontend with both',
    (g) => put(g, { frontendIPConfigurations: [internal(g, { publicIPAddress: { id: g.azure.cloud.ids.addresses[0] } })] }),
    'FrontendIPConfigHasBothSubnetAndPublicIP',
  ],
  [
    'children without a frontend',
    (g) => put(g, { frontendIPConfigurations: [], loadBalancingRules: [] }),
    'LoadBalancerWithoutFrontendIPCantHaveChildResources',
  ],
  ['nothing at all', (g) => put(g, { frontendIPConfigurations: [], loadBalancingRules: [], probes: [], backendAddressPools: [] }), '201'],
  [
    'IPv6 alone',
    (g) => put(g, { frontendIPConfigurations: [internal(g, { privateIPAddressVersion: 'IPv6' })] }),
    'AtleastOneIpV4RequiredForIpV6LbFrontendIpConfiguration',
  ],
  ['IPv6 beside IPv4', (g) => put(g, { frontendIPConfigurations: [internal(g), { ...internal(g, { privateIPAddressVersion: 'IPv6' }), name: 'v6' }] }), '201'],
  [
    'an address of the Basic SKU',
    async (g) => {
      await g.put('publicIPAddresses/basic', { ...address(), sku: { name: 'Basic' } })
      return put(g, { frontendIPConfigurations: [{ name: 'web', properties: { publicIPAddress: { id: `${g.base}/publicIPAddresses/basic` } } }] })
    },
    'DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed',
  ],
  [
    'an address that another load balancer has',
    async (g) => {
      await g.put('loadBalancers/first', g.balancer({}, 'first'))
      return put(g)
    },
    'PublicIPAddressInUse',
  ],
  [
    'one address for two frontends',
    (g) =>
      put(g, {
        frontendIPConfigurations: ['web', 'second'].map((name) => ({ name, properties: { publicIPAddress: { id: g.azure.cloud.ids.addresses[0] } } })),
      }),
    'PublicIPReferencedByMultipleIPConfigs',
  ],
  [
    'an address that is not there',
    (g) => put(g, { frontendIPConfigurations: [{ name: 'web', properties: { publicIPAddress: { id: `${g.base}/publicIPAddresses/none` } } }] }),
    'NotFound',
  ],
  [
    'a chosen private address',
    (g) => put(g, { frontendIPConfigurations: [internal(g, { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.16.77' })] }),
    '201',
  ],
  [
    'a private address outside the subnet',
    (g) => put(g, { frontendIPConfigurations: [internal(g, { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.0.77' })] }),
    'PrivateIPAddressNotInSubnet',
  ],
  [
    'a private address that Azure keeps',
    (g) => put(g, { frontendIPConfigurations: [internal(g, { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.16.3' })] }),
    'PrivateIPAddressInReservedRange',
  ],
  [
    'a private address that is taken',
    async (g) => {
      await g.put('loadBalancers/first', g.balancer({ frontendIPConfigurations: [internal(g)] }, 'first'))
      return put(g, { frontendIPConfigurations: [internal(g, { privateIPAllocationMethod: 'Static', privateIPAddress: '10.0.16.4' })] })
    },
    'PrivateIPAddressIsAllocated',
  ],
  ['a second frontend of one name', (g) => put(g, { frontendIPConfigurations: [internal(g), internal(g)] }), 'DuplicateResourceName'],
  ['a name with a sign that is not allowed', (g) => g.put('loadBalancers/l%20b', g.balancer()), 'InvalidResourceName'],
  ['no location', (g) => g.put('loadBalancers/lb', { ...g.balancer(), location: null }), 'LocationRequired'],
  [
    'another location than before',
    async (g) => {
      await put(g)
      return g.put('loadBalancers/lb', { ...g.balancer(), location: 'eastus' })
    },
    'InvalidResourceLocation',
  ],
  ['a member that does not exist', (g) => put(g, { probes: [{ name: 'kube-proxy', properties: { protocol: 'Tcp', port: 1, colour: 'red' } }] }), 'InvalidJson'],
  ['a protocol that does not exist', (g) => withRules(g, { name: 'web-80', protocol: 'Sctp' }), 'InvalidJson'],
  ['a protocol in another case', (g) => withRules(g, { name: 'web-80', protocol: 'TCP' }), '201'],
]

rules('frontends and forms', frontends)

rules('load-balancing rules', [
  ['two ports', (g) => withRules(g, { name: 'a' }, { name: 'b', frontendPort: 81, backendPort: 81 }), '201'],
  ['TCP and UDP on one port', (g) => withRules(g, { name: 'a' }, { name: 'b', protocol: 'Udp' }), '201'],
  [
    'one port twice, with floating IP',
    (g) => withRules(g, { name: 'a' }, { name: 'b' }),
    'RulesUseSameBackendPortProtocolAndPoolAndFrontendIPWithFloatingIPEnabled',
  ],
  [
    'one backend port twice, without floating IP',
    (g) => withRules(g, { name: 'a', enableFloatingIP: false }, { name: 'b', enableFloatingIP: false, frontendPort: 81 }),
    'RulesUseSameBackendPortProtocolAndPool',
  ],
  [
    'one frontend port for two pools',
    (g) =>
      put(g, {
        backendAddressPools: [{ name: 'nodes' }, { name: 'others' }],
        loadBalancingRules: ['nodes', 'others'].map((pool) =>
          ruleOf(`${g.base}/loadBalancers/lb`, { name: pool, backendAddressPool: g.part(`lb/backendAddressPools/${pool}`) }),
        ),
      }),
    'RulesUseSameFrontendPortAndProtocol',
  ],
  ['a pool that is not there', (g) => withRules(g, { name: 'a', backendAddressPool: g.part('lb/backendAddressPools/none') }), 'InvalidResourceReference'],
  [
    'a frontend of another load balancer',
    async (g) => {
      await g.put('loadBalancers/first', g.balancer({ frontendIPConfigurations: [internal(g)] }, 'first'))
      return withRules(g, { name: 'a', frontendIPConfiguration: g.part('second/frontendIPConfigurations/web') })
    },
    'InvalidResourceReference',
  ],
  ['an idle timeout of 100 minutes', (g) => withRules(g, { name: 'a', idleTimeoutInMinutes: 100 }), '201'],
  ['an idle timeout of 3 minutes', (g) => withRules(g, { name: 'a', idleTimeoutInMinutes: 3 }), 'RuleIdleTimeoutIsOutOfRange'],
  ['the frontend port 0', (g) => withRules(g, { name: 'a', frontendPort: 0 }), 'PortValueIsOutOfRange'],
  [
    'all ports of an internal frontend',
    (g) =>
      put(g, {
        frontendIPConfigurations: [internal(g)],
        loadBalancingRules: [ruleOf(`${g.base}/loadBalancers/lb`, { name: 'all', protocol: 'All', frontendPort: 0, backendPort: 0 })],
      }),
    '201',
  ],
  [
    'all ports of a public frontend',
    (g) => withRules(g, { name: 'a', protocol: 'All', frontendPort: 0, backendPort: 0 }),
    'LoadBalancingRuleWithAllPortsNotSupportedForPublicFrontend',
  ],
  ['all protocols with a port', (g) => withRules(g, { name: 'a', protocol: 'All' }), 'LoadBalancingRuleWithAllProtocolMustUseAllPorts'],
  [
    'a NAT rule on the port of a rule',
    (g) =>
      put(g, {
        inboundNatRules: [
          {
            name: 'ssh',
            properties: { frontendIPConfiguration: g.part('lb/frontendIPConfigurations/web'), protocol: 'Tcp', frontendPort: 80, backendPort: 22 },
          },
        ],
      }),
    'RulesUseSameFrontendPortAndProtocol',
  ],
  [
    'an outbound rule on the frontend of a rule that has outbound traffic',
    (g) =>
      put(g, {
        outboundRules: [
          {
            name: 'out',
            properties: {
              protocol: 'All',
              frontendIPConfigurations: [g.part('lb/frontendIPConfigurations/web')],
              backendAddressPool: g.part('lb/backendAddressPools/nodes'),
            },
          },
        ],
      }),
    'LoadBalancingRuleMustDisableSNATSinceSameFrontendIPConfigurationIsReferencedByOutboundRule',
  ],
])

rules('probes', [
  ['HTTPS', (g) => withProbe(g, { protocol: 'Https', port: 443, requestPath: '/' }), '201'],
  ['more often than every 5 seconds', (g) => withProbe(g, { protocol: 'Tcp', port: 80, intervalInSeconds: 4 }), 'ProbeIntervalIsOutOfRange'],
  ['a path with TCP', (g) => withProbe(g, { protocol: 'Tcp', port: 80, requestPath: '/' }), 'ProbeRequestPathIsNotNull'],
  ['no port', (g) => withProbe(g, { protocol: 'Tcp' }), 'PortValueIsOutOfRange'],
])

describe('limits', () => {
  test('of frontends, rules and load balancers', async () => {
    const g = await given({ quotas: { frontendsPerLoadBalancer: 1, rulesPerLoadBalancer: 1, loadBalancers: 1 } })
    expect(outcome(await withRules(g, { name: 'a' }, { name: 'b', frontendPort: 81, backendPort: 81 }))).toBe('LoadBalancerRuleCountLimitReached')
    expect(outcome(await put(g, { frontendIPConfigurations: [internal(g), { ...internal(g), name: 'second' }] }))).toBe(
      'LoadBalancerFrontendIPConfigurationCountLimitReached',
    )
    expect((await put(g)).status).toBe(201)
    expect(outcome(await g.put('loadBalancers/second', g.balancer({ frontendIPConfigurations: [internal(g)] }, 'second')))).toBe(
      'LoadBalancerCountLimitReached',
    )
  })

  test('of rules for each member, over all load balancers that it is behind', async () => {
    const g = await given({ quotas: { rulesPerMember: 1 } })
    await put(g)
    expect((await g.put('loadBalancers/lb/backendAddressPools/nodes', members(g, '10.0.0.4'))).status).toBe(200)
    const second = g.balancer({ frontendIPConfigurations: [internal(g)], backendAddressPools: [{ name: 'nodes', ...members(g, '10.0.0.4') }] }, 'second')
    expect(outcome(await g.put('loadBalancers/second', second))).toBe('LoadBalancerRuleCountLimitReachedForNic')
  })
})

describe('a deletion', () => {
  test('frees the address', async () => {
    const { g } = await made()
    expect(outcome(await g.send('DELETE', 'publicIPAddresses/reserved-1'))).toBe('PublicIPAddressCannotBeDeleted')
    expect((await g.send('DELETE', 'loadBalancers/lb')).status).toBe(202)
    expect((await g.send('DELETE', 'publicIPAddresses/reserved-1')).status).toBe(202)
  })

  test('of what is not there is no error', async () => {
    const g = await given()
    expect((await g.send('DELETE', 'loadBalancers/none')).status).toBe(204)
  })

  test('of a pool that a rule uses is refused', async () => {
    const { g } = await made()
    expect(outcome(await g.send('DELETE', 'loadBalancers/lb/backendAddressPools/nodes'))).toBe('InUseBackendAddressPoolCannotBeDeleted')
  })

  test('takes the load balancer out of the interfaces behind it', async () => {
    const { g } = await made()
    g.azure.cloud.addMachine({ name: 'node-1' })
    const [configuration] = listOf(await g.get('networkInterfaces/node-1-nic'), 'ipConfigurations')
    const joined = {
      ...configuration,
      properties: { ...propertiesOf(configuration!), loadBalancerBackendAddressPools: [g.part('lb/backendAddressPools/nodes')] },
    }
    await g.put('networkInterfaces/node-1-nic', { location: 'westeurope', properties: { ipConfigurations: [joined] } })
    expect(listOf(await g.get('loadBalancers/lb/backendAddressPools/nodes'), 'backendIPConfigurations')).toHaveLength(1)
    await g.send('DELETE', 'loadBalancers/lb')
    expect(propertiesOf(listOf(await g.get('networkInterfaces/node-1-nic'), 'ipConfigurations')[0]!)).not.toHaveProperty('loadBalancerBackendAddressPools')
  })
})
