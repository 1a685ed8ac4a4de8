/** Where packets go: the frontend, its rule, health, firewall, and what runs on the machine. */
import { describe, expect, test } from 'vitest'
import type { AzureOptions, Delivery, JsonObject, Machines } from '../../../../emulators/azure/index.ts'
import { type Given, given, listOf, members, propertiesOf, ruleOf, securityRule, textOf } from './given.ts'

const CLIENT = '192.0.2.1'
const NODES = ['10.0.0.4', '10.0.0.5'] as const
const node = (address: string) => ({ name: `node-${address}`, addresses: [address] })
const to = [{ ip: '10.244.0.2', port: 8080 }]
const pods: Machines['pods'] = [{ name: 'web-1', ips: ['10.244.0.2'], ports: [8080] }]

/** Two machines behind a public load balancer with floating IP; kube-proxy has opened its address on both, and the security group lets port 80 in. */
async function world(
  options: AzureOptions = {},
  { rule = {}, balancer = {} }: { readonly rule?: JsonObject; readonly balancer?: JsonObject } = {},
): Promise<Given & { readonly address: string }> {
  const g = await given({ ...options, seed: { machines: NODES.map((privateIp, at) => ({ name: `node-${at + 1}`, privateIp })), ...options.seed } })
  await g.put(
    'loadBalancers/lb',
    g.balancer({
      backendAddressPools: [{ name: 'nodes', ...members(g, ...NODES) }],
      loadBalancingRules: [ruleOf(`${g.base}/loadBalancers/lb`, { name: 'web-80', ...rule })],
      ...balancer,
    }),
  )
  const address = g.azure.cloud.addressOf(g.azure.cloud.ids.addresses[0]!)!
  await g.put('networkSecurityGroups/fairlead-nsg/securityRules/web', securityRule())
  g.azure.setMachines(machines(address))
  return { ...g, address }
}

function machines(address: string, changed: Partial<Machines> = {}): Machines {
  return {
    pods,
    nodePorts: NODES.map((one) => ({ node: node(one), port: 30_080, protocol: 'TCP', to })),
    published: NODES.map((one) => ({ node: node(one), address, port: 80, protocol: 'TCP', to })),
    health: [],
    ...changed,
  }
}

const send = (
  { azure }: Given,
  target: string,
  changed: { readonly from?: string; readonly port?: number; readonly protocol?: 'TCP' | 'UDP' } = {},
): Delivery => azure.deliver({ from: CLIENT, to: target, port: 80, protocol: 'TCP', ...changed })
const at = (delivery: Delivery): string => ('dropped' in delivery ? delivery.at : delivery.backend)

describe('a packet', () => {
  test('reaches a pod through the machines in turns', async () => {
    const w = await world()
    expect([send(w, w.address), send(w, w.address)]).toEqual(NODES.map((one) => ({ backend: 'web-1', via: [`${w.base}/loadBalancers/lb`, `${one}:80`] })))
  })

  test('finds the load balancer by its DNS name', async () => {
    const w = await world()
    await w.send('PUT', 'publicIPAddresses/reserved-1', {
      location: 'westeurope',
      sku: { name: 'Standard' },
      properties: { publicIPAllocationMethod: 'Static', dnsSettings: { domainNameLabel: 'shop' } },
    })
    expect([at(send(w, 'shop.westeurope.cloudapp.azure.com')), at(send(w, 'other.westeurope.cloudapp.azure.com'))]).toEqual(['web-1', 'dns'])
  })

  test.each([
    ['for an address that is not in use', '203.0.113.200', {}, 'route'],
    ['for a port without a rule', undefined, { port: 81 }, 'listener'],
    ['of a protocol without a rule', undefined, { protocol: 'UDP' }, 'listener'],
  ] as const)('%s is dropped', async (_, target, changed, expected) => {
    const w = await world()
    expect(at(send(w, target ?? w.address, changed))).toBe(expected)
  })

  test('with floating IP needs a machine that knows the address', async () => {
    const w = await world()
    w.azure.setMachines(machines(w.address, { published: [] }))
    expect(at(send(w, w.address))).toBe('target')
  })

  test('without floating IP goes to the node port', async () => {
    const w = await world({}, { rule: { enableFloatingIP: false, backendPort: 30_080 } })
    await w.put('networkSecurityGroups/fairlead-nsg/securityRules/nodes', securityRule({ priority: 501, destinationPortRange: '30080' }))
    w.azure.setMachines(machines(w.address, { published: [] }))
    expect(at(send(w, w.address))).toBe('web-1')
  })

  test('of a client sticks to one machine where the rule says so', async () => {
    const w = await world({}, { rule: { loadDistribution: 'SourceIP' } })
    const targets = Array.from({ length: 4 }, () => send(w, w.address)).map((one) => ('via' in one ? one.via[1] : ''))
    expect(new Set(targets).size).toBe(1)
  })

  test('for an internal load balancer comes from inside', async () => {
    const g = await given({ seed: { machines: NODES.map((privateIp, index) => ({ name: `node-${index + 1}`, privateIp })) } })
    const frontend = { name: 'web', properties: { subnet: { id: g.azure.cloud.ids.subnets['internal'] } } }
    const { body } = await g.put(
      'loadBalancers/lb',
      g.balancer({ frontendIPConfigurations: [frontend], backendAddressPools: [{ name: 'nodes', ...members(g, ...NODES) }] }),
    )
    const address = textOf(propertiesOf(listOf(body, 'frontendIPConfigurations')[0]!), 'privateIPAddress')
    g.azure.setMachines(machines(address))
    expect([at(send(g, address)), at(send(g, address, { from: '10.0.0.99' }))]).toEqual(['route', 'web-1'])
    // A machine that comes back to itself sees its own address as the source.
    expect([send(g, address, { from: NODES[0] }), send(g, address, { from: NODES[0] })].map(at).toSorted()).toEqual(['target', 'web-1'])
  })

  test('goes to any port where the rule is for all', async () => {
    const g = await given({ seed: { machines: NODES.map((privateIp, index) => ({ name: `node-${index + 1}`, privateIp })) } })
    const frontend = { name: 'web', properties: { subnet: { id: g.azure.cloud.ids.subnets['internal'] } } }
    const all = ruleOf(`${g.base}/loadBalancers/lb`, { name: 'all', protocol: 'All', frontendPort: 0, backendPort: 0 })
    const { body } = await g.put(
      'loadBalancers/lb',
      g.balancer({ frontendIPConfigurations: [frontend], backendAddressPools: [{ name: 'nodes', ...members(g, ...NODES) }], loadBalancingRules: [all] }),
    )
    const address = textOf(propertiesOf(listOf(body, 'frontendIPConfigurations')[0]!), 'privateIPAddress')
    g.azure.setMachines(machines(address, { published: NODES.map((one) => ({ node: node(one), address, port: 9000, protocol: 'UDP', to })) }))
    expect(at(send(g, address, { from: '10.0.0.99', port: 9000, protocol: 'UDP' }))).toBe('web-1')
  })
})

describe('the firewall', () => {
  const NSG = 'networkSecurityGroups/fairlead-nsg/securityRules'

  test('is closed to the Internet without a rule', async () => {
    const w = await world()
    await w.send('DELETE', `${NSG}/web`)
    expect(send(w, w.address)).toMatchObject({ at: 'target firewall', dropped: expect.stringContaining('fairlead-nsg/DenyAllInBound') })
  })

  test.each([
    ['the network of the client', { sourceAddressPrefix: '192.0.2.0/24' }, 'web-1'],
    ['another network', { sourceAddressPrefix: '198.51.100.0/24' }, 'target firewall'],
    ['the Internet', { sourceAddressPrefix: 'Internet' }, 'web-1'],
    ['the virtual network', { sourceAddressPrefix: 'VirtualNetwork' }, 'target firewall'],
    ['a service tag that has the client', { sourceAddressPrefix: 'AzureCloud' }, 'web-1'],
    ['a service tag that is not known', { sourceAddressPrefix: 'Sql' }, 'target firewall'],
    ['a range of ports', { destinationPortRange: '79-81' }, 'web-1'],
    ['another protocol', { protocol: 'Udp' }, 'target firewall'],
    ['the address of a machine, where the packet has that of the load balancer', { destinationAddressPrefix: '10.0.0.0/8' }, 'target firewall'],
  ])('lets in by %s', async (_, changed, expected) => {
    const w = await world()
    await w.put(`${NSG}/web`, securityRule(changed))
    expect(at(send(w, w.address))).toBe(expected)
  })

  test('goes by the address of the load balancer with floating IP', async () => {
    const w = await world()
    await w.put(`${NSG}/web`, securityRule({ destinationAddressPrefix: w.address }))
    expect(at(send(w, w.address))).toBe('web-1')
  })

  test('takes the rule with the lowest number', async () => {
    const w = await world()
    await w.put(`${NSG}/no`, securityRule({ access: 'Deny', priority: 499 }))
    expect(send(w, w.address)).toMatchObject({ at: 'target firewall', dropped: expect.stringContaining('fairlead-nsg/no') })
    await w.put(`${NSG}/no`, securityRule({ access: 'Deny', priority: 501 }))
    expect(at(send(w, w.address))).toBe('web-1')
  })

  test('that stops probes takes the machines down', async () => {
    const w = await world()
    await w.put(`${NSG}/no-probes`, securityRule({ access: 'Deny', priority: 400, sourceAddressPrefix: 'AzureLoadBalancer', destinationPortRange: '*' }))
    expect(at(send(w, w.address))).toBe('health')
  })
})

describe('health', () => {
  const check = (address: string, ...healthy: readonly boolean[]): Machines =>
    machines(address, { health: NODES.map((one, index) => ({ node: node(one), port: 10_256, isHealthy: healthy[index] ?? true })) })
  const via = (delivery: Delivery): string => ('via' in delivery ? delivery.via[1]! : delivery.at)

  test('leaves out a machine whose probe fails, after as many failures as the probe says', async () => {
    const w = await world({ delays: { healthChange: undefined } })
    send(w, w.address)
    w.azure.setMachines(check(w.address, false, true))
    const targets = (): ReadonlySet<string> => new Set([send(w, w.address), send(w, w.address)].map(via))
    expect(targets().size).toBe(2)
    w.azure.advance(10_000)
    expect([...targets()]).toEqual(['10.0.0.5:80'])
  })

  test('drops new flows when no machine is healthy, unless the probe says otherwise', async () => {
    const w = await world()
    w.azure.setMachines(check(w.address, false, false))
    expect(at(send(w, w.address))).toBe('health')
    const open = { name: 'kube-proxy', properties: { protocol: 'Http', port: 10_256, requestPath: '/healthz', noHealthyBackendsBehavior: 'AllProbedUp' } }
    await w.put('loadBalancers/lb', w.balancer({ backendAddressPools: [{ name: 'nodes', ...members(w, ...NODES) }], probes: [open] }))
    expect(at(send(w, w.address))).toBe('web-1')
  })

  test('waits for the first verdict on a new member', async () => {
    const w = await world({ delays: { registration: 5_000 } })
    expect(at(send(w, w.address))).toBe('health')
    w.azure.advance(5_000)
    expect(at(send(w, w.address))).toBe('web-1')
  })

  test('is not asked for without a probe', async () => {
    const w = await world({}, { rule: { probe: undefined } })
    w.azure.setMachines(check(w.address, false, false))
    expect(at(send(w, w.address))).toBe('web-1')
  })

  test('of a member may be decided by its owner', async () => {
    const w = await world()
    const body = members(w, ...NODES)
    const [first, second] = listOf(body, 'loadBalancerBackendAddresses')
    const decided = { ...first, properties: { ...propertiesOf(first!), adminState: 'Down' } }
    await w.put('loadBalancers/lb/backendAddressPools/nodes', { properties: { ...propertiesOf(body), loadBalancerBackendAddresses: [decided, second!] } })
    expect(new Set([send(w, w.address), send(w, w.address)].map(via))).toEqual(new Set(['10.0.0.5:80']))
  })
})
