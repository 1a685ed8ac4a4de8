/** The local provider on a data plane of paper: no sockets, packets are reckoned from the frontends. Shows in milliseconds what the planner does; sockets are another world's. */
import { cidrContains } from '../../src/model/address.ts'
import { localProvider } from '../../providers/local/provider.ts'
import { parsePools } from '../../providers/local/config.ts'
import type { Frontend } from '../../providers/local/balancer/data-plane.ts'
import { FakeDataPlane } from '../unit/local/fake-data-plane.ts'
import { FakeMemory } from '../unit/local/fake-memory.ts'
import type { Machines } from '../../emulators/cloud/machines.ts'
import { ownedFrontends } from './frontends.ts'
import type { Delivery, Packet, World } from './world.ts'

export function paperWorld(): World {
  let plane = new FakeDataPlane()
  const memory = new FakeMemory()
  let machines: Machines = { pods: [], nodePorts: [], health: [] }
  let turns = 0
  return {
    targets: 'pods',
    nodes: [1, 2, 3].map((number) => ({ name: `node-${number}`, addresses: [`172.30.0.${number}`] })),
    clients: ['192.0.2.5', '198.51.100.6', 'fd00:c::5'],
    requestable: ['10.9.9.9', '10.9.9.10'],
    unserved: { addresses: ['192.0.2.1'] },
    async boot(bind) {
      await memory.flush()
      plane = new FakeDataPlane()
      const pools = parsePools(['10.9.9.0/28', 'fd00:9::/120'])
      return bind(localProvider({ dataPlane: plane, reach: { kind: 'direct' }, pools, lowestPort: async () => 1, portOffset: 0, kubeProxy: true, memory }))
    },
    async run(wanted) {
      machines = wanted
    },
    async deliver(packet) {
      const frontend = [...plane.frontends.values()].find((one) => one.address === packet.to && one.port === packet.port && one.protocol === packet.protocol)
      return frontend === undefined ? { dropped: 'refused' } : through(frontend, packet, machines, turns++)
    },
    owned: () => ownedFrontends([...plane.frontends.values()]),
    foreign: () => [],
    async close() {},
  }
}

function through({ rule }: Frontend, { from }: Packet, { pods }: Machines, turn: number): Delivery {
  if (rule.sourceRanges?.some((range) => cidrContains(range, from)) === false) return { dropped: 'source ranges' }
  const names = rule.targets.flatMap(({ via }) =>
    via.kind === 'stream' ? [] : pods.filter(({ ips, ports }) => ips.includes(via.ip) && ports.includes(via.port)).map(({ name }) => name),
  )
  const backend = names[rule.affinity.kind === 'client-ip' ? 0 : turn % Math.max(1, names.length)]
  return backend === undefined ? { dropped: 'refused' } : { backend }
}
