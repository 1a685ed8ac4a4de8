/** Where packets go: the forwarding rule, health, the VPC firewall, and what runs on the machine. */
import { describe, expect, test } from 'vitest'
import type { Delivery, GcpOptions, JsonObject, Machines } from '../../../../emulators/gcp/index.ts'
import { type Given, PATHS, check, firewall, given, internal, rule, service } from './given.ts'

const CLIENT = '192.0.2.1'
const NODES = ['node-1', 'node-2'] as const
const to = [{ ip: '10.244.0.2', port: 8080 }]
const pods: Machines['pods'] = [{ name: 'web-1', ips: ['10.244.0.2'], ports: [8080] }]
const node = (name: string) => ({ name, providerId: `gce://fairlead/us-central1-a/${name}`, addresses: [] })
const PROBES = ['35.191.0.0/16', '130.211.0.0/22', '2600:1901:8001::/48']

interface World extends Given {
  readonly address: string
}

interface Asked {
  readonly options?: GcpOptions
  readonly rule?: (g: Given) => JsonObject
  readonly service?: JsonObject
  readonly firewall?: JsonObject
  readonly endpoints?: true
}

/** Two machines behind a forwarding rule; kube-proxy has opened its address on both, and the firewall lets port 80 and probes in. */
async function world({ options = {}, endpoints, ...asked }: Asked = {}): Promise<World> {
  const g = await given({ ...options, seed: { machines: NODES.map((name) => ({ name, zone: 'us-central1-a', serviceAccount: 'nodes@fairlead' })) } })
  await g.make(PATHS.check, check())
  const kind = endpoints ? 'endpointGroup' : 'group'
  await g.make(PATHS[kind], { name: 'nodes', ...(endpoints ? { subnetwork: g.gcp.cloud.ids.subnetworks['nodes'] } : {}) })
  if (endpoints) await g.send('POST', `${PATHS.endpointGroup}/nodes/attachNetworkEndpoints`, { networkEndpoints: NODES.map((instance) => ({ instance })) })
  else await g.send('POST', `${PATHS.group}/nodes/addInstances`, { instances: NODES.map((name) => ({ instance: g.link(`zones/Z/instances/${name}`) })) })
  await g.make(PATHS.service, service(g, { backends: [{ group: g.link(`${PATHS[kind]}/nodes`) }], ...asked.service }))
  const { IPAddress } = await g.make(PATHS.rule, rule(g, asked.rule?.(g)))
  const address = (IPAddress as string).split('/')[0]!
  await g.make(PATHS.firewall, firewall(g, { destinationRanges: [address], ...asked.firewall }))
  await g.make(PATHS.firewall, firewall(g, { name: 'probes', allowed: [{ IPProtocol: 'tcp', ports: ['10256'] }], sourceRanges: PROBES.slice(0, 2) }))
  await g.make(PATHS.firewall, firewall(g, { name: 'probes6', allowed: [{ IPProtocol: 'tcp', ports: ['10256'] }], sourceRanges: PROBES.slice(2) }))
  g.gcp.setMachines(machines(address))
  return { ...g, address }
}

function machines(address: string, changed: Partial<Machines> = {}): Machines {
  const published = (port: number, protocol: 'TCP' | 'UDP') => NODES.map((one) => ({ node: node(one), address, port, protocol, to }))
  return { pods, nodePorts: [], published: [...published(80, 'TCP'), ...published(443, 'TCP'), ...published(53, 'UDP')], health: [], ...changed }
}

type Changed = { readonly from?: string; readonly port?: number; readonly protocol?: 'TCP' | 'UDP'; readonly to?: string }
const send = ({ gcp, address }: World, changed: Changed = {}): Delivery => gcp.deliver({ from: CLIENT, to: address, port: 80, protocol: 'TCP', ...changed })
const at = (delivery: Delivery): string => ('dropped' in delivery ? delivery.at : delivery.backend)

describe('a packet', () => {
  test.each([undefined, true] as const)('reaches a pod through the machines in turns (endpoint group: %s)', async (endpoints) => {
    const w = await world(endpoints === undefined ? {} : { endpoints })
    const via = (ip: string) => ({ backend: 'web-1', via: [w.link('regions/R/forwardingRules/web'), `${ip}:80`] })
    expect([send(w), send(w)]).toEqual([via('10.0.0.2'), via('10.0.0.3')])
  })

  test.each<readonly [string, Changed, string]>([
    ['for an address that is not in use', { to: '198.18.9.9' }, 'route'],
    ['for a port without a rule', { port: 81 }, 'listener'],
    ['for another protocol', { protocol: 'UDP' }, 'listener'],
    ['for a name', { to: 'web.example' }, 'dns'],
  ])('%s', async (_, changed, expected) => {
    expect(at(send(await world(), changed))).toBe(expected)
  })

  test.each<readonly [string, JsonObject, readonly [number, 'TCP' | 'UDP', string][]]>([
    [
      'discrete ports',
      { ports: ['80', '443'] },
      [
        [80, 'TCP', 'web-1'],
        [443, 'TCP', 'web-1'],
        [81, 'TCP', 'listener'],
      ],
    ],
    [
      'a range opens what lies between',
      { ports: [], portRange: '80-443' },
      [
        [443, 'TCP', 'web-1'],
        [81, 'TCP', 'target'],
        [79, 'TCP', 'listener'],
      ],
    ],
    [
      'all ports of a protocol',
      { ports: [], allPorts: true },
      [
        [443, 'TCP', 'web-1'],
        [53, 'UDP', 'listener'],
      ],
    ],
    [
      'L3_DEFAULT: all protocols',
      { ports: [], allPorts: true, IPProtocol: 'L3_DEFAULT' },
      [
        [443, 'TCP', 'web-1'],
        [53, 'UDP', 'web-1'],
      ],
    ],
  ])('%s', async (_, ports, expected) => {
    const protocol = ports['IPProtocol'] === 'L3_DEFAULT' ? 'UNSPECIFIED' : 'TCP'
    const w = await world({ rule: () => ports, service: { protocol }, firewall: { allowed: [{ IPProtocol: 'all' }] } })
    expect(expected.map(([port, one]) => at(send(w, { port, protocol: one })))).toEqual(expected.map(([, , end]) => end))
  })

  test('to an internal address comes from inside alone', async () => {
    const w = await world({ rule: internal, service: { loadBalancingScheme: 'INTERNAL' } })
    expect([at(send(w)), at(send(w, { from: '10.0.0.200' }))]).toEqual(['route', 'web-1'])
  })

  test('over IPv6 reaches the first address of the rule', async () => {
    const w = await world({
      rule: (g) => ({ ipVersion: 'IPV6', subnetwork: g.gcp.cloud.ids.subnetworks['nodes'] }),
      firewall: { sourceRanges: ['::/0'] },
    })
    expect(at(send(w, { from: '2001:db8:ffff::1' }))).toBe('web-1')
  })

  test('needs kube-proxy to know the address: node ports do not matter', async () => {
    const w = await world()
    w.gcp.setMachines(machines(w.address, { published: [], nodePorts: NODES.map((one) => ({ node: node(one), port: 80, protocol: 'TCP', to })) }))
    expect(at(send(w))).toBe('target')
  })

  test('of one client goes to one machine, with session affinity', async () => {
    const w = await world({ service: { sessionAffinity: 'CLIENT_IP' } })
    const ends = Array.from({ length: 4 }, () => JSON.stringify(send(w)))
    expect(new Set(ends).size).toBe(1)
  })

  test('of a backend to its own load balancer is answered on itself', async () => {
    const w = await world()
    expect([send(w, { from: '10.0.0.3' }), send(w, { from: '10.0.0.3' })]).toEqual(
      Array.from({ length: 2 }, () => ({ backend: 'web-1', via: [w.link('regions/R/forwardingRules/web'), '10.0.0.3:80'] })),
    )
  })

  test('finds nothing until the forwarding rule is made, and none once it is gone', async () => {
    const w = await world({ options: { delays: { deletion: 1_000 } } })
    await w.send('DELETE', `${PATHS.rule}/web`)
    const before = at(send(w))
    w.gcp.advance(1_000)
    expect([before, at(send(w))]).toEqual(['web-1', 'route'])
    const slow = await given({ delays: { forwardingRule: 1_000 } })
    await slow.make(PATHS.check, check())
    await slow.make(PATHS.service, service(slow))
    await slow.send('POST', PATHS.rule, rule(slow, { IPAddress: 'reserved-1' }))
    const address = slow.gcp.cloud.addressOf('reserved-1')!
    const early = at(send({ ...slow, address }))
    slow.gcp.advance(1_000)
    expect([early, at(send({ ...slow, address }))]).toEqual(['route', 'health'])
  })
})

describe('the firewall', () => {
  const rules: readonly (readonly [string, JsonObject, string])[] = [
    ['of another source', { sourceRanges: ['198.51.100.0/24'] }, 'target firewall'],
    ['of the source', { sourceRanges: ['192.0.2.1'] }, 'web-1'],
    ['of another port', { allowed: [{ IPProtocol: 'tcp', ports: ['443'] }] }, 'target firewall'],
    ['of a range of ports', { allowed: [{ IPProtocol: '6', ports: ['79-81'] }] }, 'web-1'],
    ['of another destination', { destinationRanges: ['198.18.7.7'] }, 'target firewall'],
    ['of the tag of the machines', { targetTags: ['fairlead-node'] }, 'web-1'],
    ['of another tag', { targetTags: ['other'] }, 'target firewall'],
    ['of their service account', { targetServiceAccounts: ['nodes@fairlead'] }, 'web-1'],
    ['of another account', { targetServiceAccounts: ['other@fairlead'] }, 'target firewall'],
    ['that is disabled', { disabled: true }, 'target firewall'],
    ['that is for what leaves', { direction: 'EGRESS' }, 'target firewall'],
  ]
  test.each(rules)('a rule %s', async (_, changed, expected) => {
    expect(at(send(await world({ firewall: changed })))).toBe(expected)
  })

  test.each([
    [999, 'target firewall'],
    [1_000, 'target firewall'],
    [1_001, 'web-1'],
  ])('a denial with the priority %i against an allowance with 1000', async (priority, expected) => {
    const w = await world()
    await w.make(PATHS.firewall, firewall(w, { name: 'deny', allowed: null, denied: [{ IPProtocol: 'all' }], priority }))
    expect(at(send(w))).toBe(expected)
  })
})

describe('health', () => {
  const unhealthy = (w: World, ...names: readonly string[]) =>
    w.gcp.setMachines(machines(w.address, { health: names.map((name) => ({ node: node(name), port: 10_256, isHealthy: false })) }))

  test('keeps packets from a machine that does not answer its check', async () => {
    const w = await world()
    unhealthy(w, 'node-1')
    expect([send(w), send(w)].map((one) => ('via' in one ? one.via[1] : one.at))).toEqual(['10.0.0.3:80', '10.0.0.3:80'])
  })

  test('of none: all are taken, unless the service drops', async () => {
    const w = await world()
    unhealthy(w, ...NODES)
    expect(at(send(w))).toBe('web-1')
    const dropping = await world({ service: { failoverPolicy: { dropTrafficIfUnhealthy: true } } })
    unhealthy(dropping, ...NODES)
    expect(at(send(dropping))).toBe('health')
  })

  test('needs the firewall to let probes in', async () => {
    const w = await world()
    await w.send('DELETE', `${PATHS.firewall}/probes`)
    const { body } = await w.send('POST', `${PATHS.service}/web/getHealth`, { group: w.link('zones/Z/instanceGroups/nodes') })
    expect((body['healthStatus'] as readonly JsonObject[]).map((one) => one['healthState'])).toEqual(['UNHEALTHY', 'UNHEALTHY'])
  })

  test('changes after the interval times the threshold', async () => {
    const w = await world({ options: { delays: { healthChange: undefined } } })
    send(w)
    unhealthy(w, 'node-1')
    const states = async () => {
      const { body } = await w.send('POST', `${PATHS.service}/web/getHealth`, { group: w.link('zones/Z/instanceGroups/nodes') })
      return (body['healthStatus'] as readonly JsonObject[]).map((one) => one['healthState'])
    }
    const before = await states()
    w.gcp.advance(24_000)
    expect([before, await states()]).toEqual([
      ['HEALTHY', 'HEALTHY'],
      ['UNHEALTHY', 'HEALTHY'],
    ])
  })
})
