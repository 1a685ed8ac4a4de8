/** The Azure provider on the emulated cloud: three machines behind the cluster's load balancers, and parts of another writer in all documents that it shares. */
import { type AzureEmulator, IMMEDIATE, startAzure } from '../../../emulators/azure/index.ts'
import type { ClusterNode } from '../../../src/model/load-balancer.ts'
import type { Contender, World, WorldOperations } from '../../contract/world.ts'
import { addressesOf } from '../cluster.ts'
import { clockOf } from '../cloud-time.ts'
import { connectTo } from './connect.ts'
import { addForeign, isOurs, SEED, textOf } from './foreign.ts'
import { addMachines } from './machines.ts'
import { addOthers, type Others } from './others.ts'

const CLUSTER = 'contract'
const OPERATION_MS = 15_000
const BY_OPERATIONS = { ...IMMEDIATE, address: 2_000, securityGroup: 2_000, loadBalancer: OPERATION_MS, deletion: 10_000 }
/** A Node that is not in the virtual network. */
const GHOST: ClusterNode = { name: 'ghost', addresses: ['192.168.7.9'] }

export function azureContender(kind: 'at once' | 'by operations'): Contender {
  return { name: `azure, ${kind}`, patienceMs: 900_000, open: () => azureWorld(kind) }
}

async function azureWorld(kind: 'at once' | 'by operations'): Promise<World> {
  const azure = await startAzure({ virtualTime: true, tls: false, seed: SEED, delays: kind === 'at once' ? IMMEDIATE : BY_OPERATIONS })
  const machines = addMachines(azure)
  addForeign(azure)
  const others = kind === 'at once' ? undefined : addOthers(azure, CLUSTER)
  azure.advance(OPERATION_MS)
  const ours = isOurs(CLUSTER)
  return {
    targets: 'nodes',
    nodesReachedBy: 'publishedAddress',
    addressesAreShared: true,
    nodes: machines.map(({ name, providerId, zone, ...machine }) => ({ name, providerId, addresses: addressesOf(machine), zone })),
    clients: ['192.0.2.5', '198.51.100.6', '2001:db8:c::5'],
    requestable: azure.cloud.ids.addresses.slice(0, 2).map((id) => azure.cloud.addressOf(id) ?? ''),
    refusedBackend: { node: GHOST },
    unserved: { addresses: ['198.51.100.200'] },
    async boot(bind) {
      const { provider } = await connectTo(azure, { clusterId: CLUSTER, clock: clockOf(azure) })
      return bind(provider)
    },
    async run(wanted) {
      azure.setMachines(wanted)
    },
    async deliver(packet) {
      const answer = azure.deliver(packet)
      return 'backend' in answer ? { backend: answer.backend } : { dropped: answer.dropped }
    },
    requests: () => azure.journal.calls.length,
    owned: () => azure.cloud.objects().filter(ours).map(textOf),
    foreign: () =>
      azure.cloud
        .objects()
        .filter((one) => !ours(one))
        .map(textOf),
    ...(others === undefined ? {} : { operations: operationsOf(azure, others), othersParts: () => others.parts() }),
    async advance(ms) {
      azure.advance(ms)
    },
    async close() {
      await azure.close()
    },
  }
}

function operationsOf({ cloud }: AzureEmulator, others: Others): WorldOperations {
  const failure = { code: 'InternalServerError', message: 'An error occurred.' }
  const superseded = { code: 'CanceledAndSupersededDueToAnotherOperation', message: 'Operation was canceled and superseded by another operation.' }
  return {
    ms: OPERATION_MS,
    failNext: () => void cloud.failOperations({ failure }),
    failNextHalfway: () => void cloud.failOperations({ failure, afterEffects: 1 }),
    supersedeNext: () => void cloud.failOperations({ failure: superseded, as: 'canceled' }),
    writeByOthers: () => others.write(),
  }
}
