/** Which backends of an internal load balancer a client reaches that is a machine of a zone itself. */
import { expect, test } from 'vitest'
import type { JsonObject } from '../../../../emulators/gcp/index.ts'
import { check, firewall, type Given, given, internal, PATHS, rule, service } from './given.ts'

/** In this order they get the addresses from 10.0.0.2 on. The clients have no pods. */
const PLACES = { 'node-1': 'a', 'node-2': 'a', 'node-3': 'b', 'client-a': 'a', 'client-c': 'c' } as const
type Name = keyof typeof PLACES
const NAMES = Object.keys(PLACES) as Name[]
const NODES = ['node-1', 'node-2', 'node-3'] as const

const zoneOf = (name: Name): string => `us-central1-${PLACES[name]}`
const ipOf = (name: Name): string => `10.0.0.${NAMES.indexOf(name) + 2}`
const node = (name: Name) => ({ name, providerId: `gce://fairlead/${zoneOf(name)}/${name}`, addresses: [] })

/** The nodes behind an address in one group for each zone, and the address. */
async function world(zonalAffinity: JsonObject): Promise<Given & { readonly address: string }> {
  const g = await given({ seed: { machines: NAMES.map((name) => ({ name, zone: zoneOf(name) })) } })
  await g.make(PATHS.check, check())
  const groups = [...new Set(NODES.map(zoneOf))].map((zone) => `zones/${zone}/instanceGroups`)
  for (const path of groups) await g.make(path, { name: 'nodes' })
  for (const name of NODES) {
    const instance = g.link(`zones/${zoneOf(name)}/instances/${name}`)
    await g.send('POST', `zones/${zoneOf(name)}/instanceGroups/nodes/addInstances`, { instances: [{ instance }] })
  }
  const backends = groups.map((path) => ({ group: g.link(`${path}/nodes`) }))
  await g.make(PATHS.service, service(g, { loadBalancingScheme: 'INTERNAL', backends, networkPassThroughLbTrafficPolicy: { zonalAffinity } }))
  const { IPAddress } = await g.make(PATHS.rule, rule(g, internal(g)))
  const address = IPAddress as string
  await g.make(PATHS.firewall, firewall(g, { destinationRanges: [address], allowed: [{ IPProtocol: 'all' }] }))
  return { ...g, address }
}

/** The nodes that answer one of a few packets. */
function reached({ gcp, address }: Given & { readonly address: string }, from: string, unhealthy: readonly Name[]): readonly Name[] {
  const to = [{ ip: '10.244.0.2', port: 8080 }]
  gcp.setMachines({
    pods: [{ name: 'web-1', ips: ['10.244.0.2'], ports: [8080] }],
    nodePorts: [],
    published: NODES.map((name) => ({ node: node(name), address, port: 80, protocol: 'TCP', to })),
    health: unhealthy.map((name) => ({ node: node(name), port: 10_256, isHealthy: false })),
  })
  const ways = NODES.flatMap(() => [1, 2]).map(() => gcp.deliver({ from, to: address, port: 80, protocol: 'TCP' }))
  return NODES.filter((name) => ways.some((way) => 'via' in way && way.via[1] === `${ipOf(name)}:80`))
}

const OFF = { spillover: 'ZONAL_AFFINITY_DISABLED' }
const SPILL = { spillover: 'ZONAL_AFFINITY_SPILL_CROSS_ZONE' }
const STAY = { spillover: 'ZONAL_AFFINITY_STAY_WITHIN_ZONE' }

test.each<readonly [string, JsonObject, from: string, unhealthy: readonly Name[], readonly Name[]]>([
  ['off: all zones', OFF, ipOf('client-a'), [], ['node-1', 'node-2', 'node-3']],
  ["the client's zone", SPILL, ipOf('client-a'), [], ['node-1', 'node-2']],
  ['its zone while one there is healthy', SPILL, ipOf('client-a'), ['node-1'], ['node-2']],
  ['other zones where none there is', SPILL, ipOf('client-a'), ['node-1', 'node-2'], ['node-3']],
  ['all zones below the share that is asked for', { ...SPILL, spilloverRatio: 0.6 }, ipOf('client-a'), ['node-1'], ['node-2', 'node-3']],
  ['its zone with just that share', { ...SPILL, spilloverRatio: 0.5 }, ipOf('client-a'), ['node-1'], ['node-2']],
  ['never another zone, though none is healthy', STAY, ipOf('client-a'), ['node-1', 'node-2'], ['node-1', 'node-2']],
  ['all zones for a client whose own has none', SPILL, ipOf('client-c'), [], ['node-1', 'node-2', 'node-3']],
  ['all zones for a client that is no machine', SPILL, '10.9.9.9', [], ['node-1', 'node-2', 'node-3']],
])('%s', async (_, affinity, from, unhealthy, expected) => {
  expect(reached(await world(affinity), from, unhealthy)).toEqual(expected)
})
