/** The contract, for the in-memory provider: one document for many Services, leaning on a base. */
import { inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import type { Machines } from '../../emulators/cloud/machines.ts'
import { contract } from './harness.ts'
import type { NodesReachedBy } from '../../src/provider/provider.ts'
import type { Delivery, Packet, World } from './world.ts'

const REFUSED_POD = '10.244.99.9'

const OPERATION_MS = 10_000
const STACKS = ['balancer-internet-facing', 'balancer-internal']

interface Kind {
  readonly targets: 'nodes' | 'pods'
  /** Documents are changed by operations, addresses are provisioned for a while, and another writer keeps something in each document. */
  readonly hasOperations: boolean
  /** What the cloud can write of an owner. */
  readonly ownersBy?: 'name' | 'uid'
  readonly nodesReachedBy?: NodesReachedBy
}

function inMemoryWorld({ targets, hasOperations, ownersBy = 'name', nodesReachedBy = 'nodePort' }: Kind): World {
  let now = 0
  const operations = { ms: OPERATION_MS, clock: { now: () => now } }
  const cloud = inMemoryCloud({ ownersBy, ...(hasOperations ? { operations, provisioningReads: 2 } : {}) })
  const writeByOthers = (): void => STACKS.forEach((stack) => cloud.writeByOthers(stack))
  if (hasOperations) writeByOthers()
  let machines: Machines = { pods: [], nodePorts: [], health: [] }
  let turns = 0
  cloud.refuseTarget = (target) => (target.startsWith(`${REFUSED_POD}:`) ? 'the pod is in no network of this account' : undefined)
  cloud.isHealthy = (node, port) => machines.health.find((one) => one.node.name === node && one.port === port)?.isHealthy ?? true
  return {
    targets,
    nodesReachedBy,
    nodes: [1, 2, 3].map((number) => ({ name: `node-${number}`, addresses: [`172.30.0.${number}`] })),
    clients: ['192.0.2.5', '198.51.100.6'],
    requestable: ['203.0.113.77', '203.0.113.78'],
    unserved: { addresses: ['198.51.100.200'] },
    ...(targets === 'pods' ? { refusedBackend: { pod: REFUSED_POD } } : {}),

    async boot(bind) {
      return bind(inMemoryProvider(cloud, { nodesReachedBy }))
    },
    async run(wanted) {
      machines = wanted
    },
    async deliver(packet) {
      const verdict = cloud.deliver(packet)
      if ('dropped' in verdict) return { dropped: verdict.dropped.startsWith('backends') ? 'refused' : verdict.dropped }
      if ('endpoint' in verdict) return podAt(verdict.endpoint, machines)
      const door = doorOf(verdict, packet, machines)
      const endpoint = door?.to[turns++ % Math.max(1, door.to.length)]
      return endpoint === undefined ? { dropped: 'refused' } : podAt(`${endpoint.ip}:${endpoint.port}`, machines)
    },
    requests: () => cloud.journal.reads.length + cloud.journal.writes.length,
    owned: () => texts(cloud.state()),
    foreign: () => Object.entries(cloud.foreign).map(([name, ip]) => `${name} ${ip}`),
    ...(hasOperations
      ? {
          operations: {
            ms: OPERATION_MS,
            failNext: () => cloud.decideNext('fails'),
            failNextHalfway: () => cloud.decideNext('fails halfway'),
            supersedeNext: () => cloud.decideNext('superseded'),
            writeByOthers,
          },
          othersParts: () => cloud.othersParts(),
        }
      : {}),
    async advance(ms) {
      now += ms
    },
    async close() {},
  }
}

/** What the node has open for the packet as it arrives: a node port, or the address that it was sent to. */
function doorOf({ node: name, nodePort }: { readonly node: string; readonly nodePort?: number }, { to, port, protocol }: Packet, machines: Machines) {
  return nodePort === undefined
    ? machines.published?.find((one) => one.node.name === name && one.address === to && one.port === port && one.protocol === protocol)
    : machines.nodePorts.find((one) => one.node.name === name && one.port === nodePort && one.protocol === protocol)
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
  contract({ name: `in memory, ${targets} as targets`, lacks: LACKS, open: async () => inMemoryWorld({ targets, hasOperations: false }) })
  contract({ name: `in memory, ${targets} as targets, by operations`, lacks: LACKS, open: async () => inMemoryWorld({ targets, hasOperations: true }) })
}

contract({
  name: 'in memory, nodes as targets, owners by uid',
  lacks: LACKS,
  open: async () => inMemoryWorld({ targets: 'nodes', hasOperations: true, ownersBy: 'uid' }),
})

contract({
  name: 'in memory, nodes reached at the published address',
  lacks: { ...LACKS, share: 'it refuses a contested port alone, which nodes that are reached by the published address would open all the same' },
  open: async () => inMemoryWorld({ targets: 'nodes', hasOperations: false, nodesReachedBy: 'publishedAddress' }),
})
