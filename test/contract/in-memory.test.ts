/** The contract, for the in-memory provider: one document for many Services, leaning on a base. */
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import type { Machines } from './cluster.ts'
import { contract } from './harness.ts'
import type { Delivery, World } from './world.ts'

function inMemoryWorld(targets: 'nodes' | 'pods'): World {
  const cloud = inMemoryCloud()
  let machines: Machines = { pods: [], nodePorts: [], health: [] }
  let turns = 0
  cloud.isHealthy = (node, port) => machines.health.find((one) => one.node.name === node && one.port === port)?.isHealthy ?? true
  return {
    targets,
    nodes: [1, 2, 3].map((number) => ({ name: `node-${number}`, addresses: [`172.30.0.${number}`] })),
    clients: ['192.0.2.5', '198.51.100.6'],
    requestable: ['203.0.113.77', '203.0.113.78'],
    unserved: { addresses: ['198.51.100.200'] },
    async boot(bind) {
      return bind(inMemoryProvider(cloud))
    },
    async run(wanted) {
      machines = wanted
    },
    async deliver(packet) {
      const verdict = cloud.deliver(packet)
      if ('dropped' in verdict) return { dropped: verdict.dropped.startsWith('backends') ? 'refused' : verdict.dropped }
      if ('endpoint' in verdict) return podAt(verdict.endpoint, machines)
      const port = machines.nodePorts.find(
        ({ node, port: number, protocol }) => node.name === verdict.node && number === verdict.nodePort && protocol === packet.protocol,
      )
      const endpoint = port?.to[turns++ % Math.max(1, port.to.length)]
      return endpoint === undefined ? { dropped: 'refused' } : podAt(`${endpoint.ip}:${endpoint.port}`, machines)
    },
    owned: () => texts(cloud.state()),
    foreign: () => Object.entries(cloud.foreign).map(([name, ip]) => `${name} ${ip}`),
    async close() {},
  }
}

function podAt(endpoint: string, { pods }: Machines): Delivery {
  const pod = pods.find(({ ips, ports }) => ips.some((ip) => ports.some((port) => `${ip}:${port}` === endpoint)))
  return pod === undefined ? { dropped: `nothing answers at ${endpoint}` } : { backend: pod.name }
}

/** All but what belongs to somebody else, one thing a line. */
function texts(state: unknown): readonly string[] {
  return Object.entries(state as Readonly<Record<string, unknown>>).flatMap(([kind, things]) => {
    if (kind === 'foreign') return []
    const all = Array.isArray(things) ? things : Object.entries(things as object)
    return all.map((thing) => `${kind} ${JSON.stringify(thing)}`)
  })
}

const LACKS = {
  'affinity-client-ip': 'the in-memory cloud always sends one client to the same backend',
  'health-check': 'the in-memory cloud asks pods for nothing',
} as const

for (const targets of ['nodes', 'pods'] as const) {
  contract({ name: `in memory, ${targets} as targets`, lacks: LACKS, open: async () => inMemoryWorld(targets) })
}
