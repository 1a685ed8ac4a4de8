/** Virtual networks, interfaces of machines, pools and private link services. */
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../emulators/azure/index.ts'
import { type Given, given, listOf, members, outcome, propertiesOf, rules } from './given.ts'

const subnet = (g: Given, name: string, prefix: string) => g.put(`virtualNetworks/fairlead-vnet/subnets/${name}`, { properties: { addressPrefix: prefix } })
const pool = (g: Given, body: JsonObject) => g.put('loadBalancers/lb/backendAddressPools/nodes', body)
const internal = (g: Given, name = 'lb') =>
  g.put(
    `loadBalancers/${name}`,
    g.balancer({ frontendIPConfigurations: [{ name: 'web', properties: { subnet: { id: g.azure.cloud.ids.subnets['internal'] } } }] }, name),
  )

/** The interface of `node-1` in these pools. */
async function join(g: Given, ...pools: readonly string[]) {
  const [configuration] = listOf(await g.get('networkInterfaces/node-1-nic'), 'ipConfigurations')
  const joined = { ...configuration, properties: { ...propertiesOf(configuration!), loadBalancerBackendAddressPools: pools.map((path) => g.part(path)) } }
  return g.put('networkInterfaces/node-1-nic', { location: 'westeurope', properties: { ipConfigurations: [joined] } })
}

describe('a subnet', () => {
  test('stands in its network, and shows what is in it', async () => {
    const g = await given()
    expect((await subnet(g, 'new', '10.0.64.0/24')).status).toBe(201)
    expect(listOf(await g.get('virtualNetworks/fairlead-vnet'), 'subnets').map(({ name }) => name)).toEqual(['nodes', 'internal', 'new'])
    await internal(g)
    const shown = propertiesOf(await g.get('virtualNetworks/fairlead-vnet/subnets/internal'))['ipConfigurations'] as readonly { readonly id: string }[]
    expect(shown.map(({ id }) => id.split('/').slice(-4))).toEqual([['loadBalancers', 'LB', 'frontendIPConfigurations', 'WEB']])
  })

  test('says whether an address in it is free', async () => {
    const g = await given()
    await internal(g)
    const check = (address: string) => g.get(`virtualNetworks/fairlead-vnet/CheckIPAddressAvailability?ipAddress=${address}`)
    expect(await check('10.0.16.4')).toMatchObject({
      available: false,
      availableIPAddresses: ['10.0.16.5', '10.0.16.6', '10.0.16.7', '10.0.16.8', '10.0.16.9'],
      isPlatformReserved: false,
    })
    expect(await check('10.0.16.1')).toMatchObject({ available: false, isPlatformReserved: true })
    expect(await check('10.0.16.99')).toEqual({ available: true, isPlatformReserved: false })
  })
})

rules('networks', [
  ['a subnet outside its network', (g) => subnet(g, 'far', '172.16.0.0/24'), 'NetcfgInvalidSubnet'],
  ['a subnet that overlaps with another', (g) => subnet(g, 'twin', '10.0.1.0/24'), 'NetcfgSubnetRangesOverlap'],
  ['a subnet with host bits', (g) => subnet(g, 'odd', '10.0.64.1/24'), 'InvalidCIDRNotation'],
  [
    'a network that leaves out a subnet in use',
    async (g) => {
      await internal(g)
      return g.put('virtualNetworks/fairlead-vnet', { location: 'westeurope', properties: { addressSpace: { addressPrefixes: ['10.0.0.0/16'] }, subnets: [] } })
    },
    'InUseSubnetCannotBeDeleted',
  ],
  [
    'a subnet that is full',
    async (g) => {
      await subnet(g, 'small', '10.0.64.0/29')
      const frontends = ['a', 'b', 'c', 'd'].map((name) => ({ name, properties: { subnet: { id: `${g.azure.cloud.ids.virtualNetwork}/subnets/small` } } }))
      return g.put('loadBalancers/lb', g.balancer({ frontendIPConfigurations: frontends, loadBalancingRules: [] }))
    },
    'SubnetIsFull',
  ],
])

const one = async (g: Given, play: () => Promise<unknown>): Promise<void> => {
  await g.put('loadBalancers/lb', g.balancer())
  await play()
}

rules('pools', [
  [
    'members by address',
    async (g) => {
      await one(g, async () => {})
      return pool(g, members(g, '10.0.0.4', 'fd00:db8:1234::4'))
    },
    '200',
  ],
  [
    'a member outside the network',
    async (g) => {
      await one(g, async () => {})
      return pool(g, members(g, '192.0.2.1'))
    },
    'BackendAddressNotInVirtualNetwork',
  ],
  [
    'a member without a network',
    async (g) => {
      await one(g, async () => {})
      return pool(g, { properties: { loadBalancerBackendAddresses: [{ name: 'a', properties: { ipAddress: '10.0.0.4' } }] } })
    },
    'VirtualNetworkOrSubnetRequiredForBackendAddress',
  ],
  [
    'a member that is not an address',
    async (g) => {
      await one(g, async () => {})
      return pool(g, members(g, '10.0.0'))
    },
    'InvalidIPAddressFormat',
  ],
  [
    'two members of one name',
    async (g) => {
      await one(g, async () => {})
      return pool(g, members(g, '10.0.0.4', '10.0.0.4'))
    },
    'DuplicateBackendAddressName',
  ],
  [
    'addresses beside interfaces',
    async (g) => {
      g.azure.cloud.addMachine({ name: 'node-1' })
      await one(g, () => join(g, 'lb/backendAddressPools/nodes'))
      return pool(g, members(g, '10.0.0.9'))
    },
    'CannotMixIPBasedAddressesAndIPConfigurationsOnLoadBalancerBackendAddressPool',
  ],
  [
    'an interface beside addresses',
    async (g) => {
      g.azure.cloud.addMachine({ name: 'node-1' })
      await one(g, () => pool(g, members(g, '10.0.0.9')))
      return join(g, 'lb/backendAddressPools/nodes')
    },
    'CannotMixIPBasedAddressesAndIPConfigurationsOnLoadBalancerBackendAddressPool',
  ],
  [
    'an interface behind a public and an internal load balancer',
    async (g) => {
      g.azure.cloud.addMachine({ name: 'node-1' })
      await one(g, () => internal(g, 'inside'))
      return join(g, 'lb/backendAddressPools/nodes', 'inside/backendAddressPools/nodes')
    },
    '200',
  ],
  [
    'an interface behind two internal load balancers',
    async (g) => {
      g.azure.cloud.addMachine({ name: 'node-1' })
      await internal(g, 'first')
      await internal(g, 'second')
      return join(g, 'first/backendAddressPools/nodes', 'second/backendAddressPools/nodes')
    },
    'AnotherInternalLoadBalancerExists',
  ],
])

test('pools of interfaces become pools of addresses', async () => {
  const g = await given()
  const address = g.azure.cloud.addMachine({ name: 'node-1' })
  await one(g, () => join(g, 'lb/backendAddressPools/nodes'))
  const { status, body } = await g.send('POST', 'loadBalancers/lb/migrateToIpBased', { pools: ['nodes'] })
  expect([status, body]).toEqual([200, { migratedPools: { migratedPools: ['nodes'] } }])
  const shown = await g.get('loadBalancers/lb/backendAddressPools/nodes')
  expect(listOf(shown, 'loadBalancerBackendAddresses').map((member) => propertiesOf(member)['ipAddress'])).toEqual([address])
  expect(propertiesOf(shown)).not.toHaveProperty('backendIPConfigurations')
})

describe('a private link service', () => {
  const service = (g: Given): JsonObject => ({
    location: 'westeurope',
    properties: {
      loadBalancerFrontendIpConfigurations: [g.part('lb/frontendIPConfigurations/web')],
      ipConfigurations: [{ name: 'nat', properties: { subnet: { id: g.azure.cloud.ids.subnets['internal'] } } }],
    },
  })

  test('holds on to its load balancer', async () => {
    const g = await given()
    await internal(g)
    expect(propertiesOf((await g.put('privateLinkServices/pls', service(g))).body)).toMatchObject({
      alias: expect.stringMatching(/^pls\./),
      ipConfigurations: [{ properties: { primary: true } }],
    })
    expect(outcome(await g.send('DELETE', 'loadBalancers/lb'))).toBe('LoadBalancerInUseByPrivateLinkService')
    await g.send('DELETE', 'privateLinkServices/pls')
    expect((await g.send('DELETE', 'loadBalancers/lb')).status).toBe(202)
  })

  test('does not stand in front of members by address', async () => {
    const g = await given()
    await internal(g)
    await pool(g, members(g, '10.0.0.4'))
    expect(outcome(await g.put('privateLinkServices/pls', service(g)))).toBe('PrivateLinkServiceIsNotSupportedForIPBasedLoadBalancer')
  })
})

test('a machine has its interface, and the interface its machine', async () => {
  const g = await given()
  g.azure.cloud.addMachine({ name: 'node-1', privateIp: '10.0.0.44', ipv6: 'fd00:db8:1234::44', zone: '2' })
  const nic = await g.get('networkInterfaces/node-1-nic')
  expect(listOf(nic, 'ipConfigurations').map((ip) => propertiesOf(ip)['privateIPAddress'])).toEqual(['10.0.0.44', 'fd00:db8:1234::44'])
  const path = `/subscriptions/${g.azure.cloud.subscription}/resourceGroups/fairlead/providers/Microsoft.Compute/virtualMachines`
  expect(propertiesOf(nic)['virtualMachine']).toEqual({ id: `${path}/node-1` })
  expect(await g.get(path)).toMatchObject({
    value: [{ name: 'node-1', zones: ['2'], properties: { networkProfile: { networkInterfaces: [{ id: `${g.base}/networkInterfaces/node-1-nic` }] } } }],
  })
  g.azure.cloud.removeMachine('node-1')
  expect(outcome(await g.send('GET', 'networkInterfaces/node-1-nic'))).toBe('ResourceNotFound')
})
