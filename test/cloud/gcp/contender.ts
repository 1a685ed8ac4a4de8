/** The Google Cloud provider on the emulated cloud: a machine in each of three zones, another owner's load balancer, and another writer at the objects that are ours. */
import { type GcpEmulator, IMMEDIATE, startGcp } from '../../../emulators/gcp/index.ts'
import type { ClusterNode } from '../../../src/model/load-balancer.ts'
import type { Contender, World, WorldOperations } from '../../contract/world.ts'
import { addressesOf } from '../cluster.ts'
import { clockOf } from '../cloud-time.ts'
import { textOf } from '../world.ts'
import { connectTo } from './connect.ts'
import { effectsOf } from './effects.ts'
import { addForeign, isOurs, objectsOf, SEED } from './foreign.ts'
import { addMachines, providerIdOf } from './machines.ts'
import { type Others, othersOf } from './others.ts'

const CLUSTER = 'contract'
const TURN_MS = 1_000
/** The longest that a write takes. */
const OPERATION_MS = 8_000
const BY_OPERATIONS = {
  ...IMMEDIATE,
  address: 2_000,
  forwardingRule: OPERATION_MS,
  backendService: 4_000,
  healthCheck: 3_000,
  firewall: 5_000,
  group: 3_000,
  membership: 4_000,
  deletion: OPERATION_MS,
}

export function gcpContender(kind: 'at once' | 'by operations'): Contender {
  return { name: `gcp, ${kind}`, patienceMs: 900_000, open: () => gcpWorld(kind) }
}

async function gcpWorld(kind: 'at once' | 'by operations'): Promise<World> {
  const gcp = await startGcp({ virtualTime: true, seed: SEED, delays: kind === 'at once' ? IMMEDIATE : BY_OPERATIONS })
  const machines = addMachines(gcp)
  await addForeign(gcp, async (ms) => gcp.advance(ms))
  const nodes = machines.map(({ name, providerId, zone, ...machine }) => ({ name, providerId, addresses: addressesOf(machine), zone }))
  const others = othersOf(gcp, CLUSTER)
  const ofOperations = { operations: operationsOf(gcp, others), othersParts: () => others.parts() }
  return { ...worldOf(gcp, nodes), ...(kind === 'at once' ? {} : ofOperations) }
}

function worldOf(gcp: GcpEmulator, nodes: readonly ClusterNode[]): World {
  const ours = isOurs(CLUSTER)
  return {
    targets: 'nodes',
    nodesReachedBy: 'publishedAddress',
    nodes,
    clients: ['192.0.2.5', '198.51.100.6', '2001:db8:c::5'],
    requestable: ['reserved-1', 'reserved-2'].map((name) => gcp.cloud.addressOf(name) ?? ''),
    refusedBackend: { node: ghostIn(gcp) },
    unserved: { addresses: ['198.51.100.200'] },
    async boot(bind) {
      const { provider } = await connectTo(gcp, { clusterId: CLUSTER, clock: clockOf(gcp) })
      return bind(provider)
    },
    async run(wanted) {
      // Time passes from turn to turn: of two forwarding rules one is older.
      gcp.advance(TURN_MS)
      gcp.setMachines(wanted)
    },
    async deliver(packet) {
      const answer = gcp.deliver(packet)
      return 'backend' in answer ? { backend: answer.backend } : { dropped: answer.dropped }
    },
    requests: () => gcp.journal.calls.length,
    owned: () => effectsOf(objectsOf(gcp).filter(ours)),
    foreign: () =>
      objectsOf(gcp)
        .filter((one) => !ours(one))
        .map(textOf),
    async advance(ms) {
      gcp.advance(ms)
    },
    async close() {
      await gcp.close()
    },
  }
}

/** A Node whose machine does not exist. */
function ghostIn({ cloud }: GcpEmulator): ClusterNode {
  const [zone = ''] = cloud.zones
  return { name: 'ghost', providerId: providerIdOf({ cloud }, zone, 'ghost'), addresses: ['10.0.0.99'], zone }
}

/** Nothing is superseded here: who writes later is refused, or finds at the end that the object is another one. */
function operationsOf(gcp: GcpEmulator, others: Others): WorldOperations {
  const { cloud } = gcp
  const failure = { code: 'INTERNAL_ERROR', message: 'An internal error occurred.', status: 500 }
  const superseded = { code: 'CONDITION_NOT_MET', message: 'Precondition Failed', status: 412 }
  return {
    ms: OPERATION_MS,
    failNext: () => void cloud.failOperations({ failure }),
    failNextHalfway: () => void cloud.failOperations({ failure, afterEffects: 1 }),
    supersedeNext: () => void cloud.failOperations({ failure: superseded }),
    // Its changes have ended, and what we know is old: while one runs, Google takes no other of the object.
    writeByOthers() {
      others.write()
      gcp.advance(OPERATION_MS)
    },
  }
}
