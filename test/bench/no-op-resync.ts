/** What a controller at rest asks of the cloud and of the API server when everything is looked at again and nothing has changed. */
import type { ApiServer } from '../../emulators/kubernetes/index.ts'
import type { InMemoryCloud } from '../in-memory/index.ts'
import { type Benchmark, cpuMs, type Figure } from './benchmark.ts'
import { benchCloud, DRIFT_INTERVAL_MS, PROVIDER, startBenchController, USER_AGENT } from './cluster/controller.ts'
import { JumpingClock } from './cluster/jumping-clock.ts'
import { NAMESPACE, populate, serviceName, startServer } from './cluster/populate.ts'
import { untilQuiet } from './cluster/quiet.ts'
import { untilServed } from './cluster/served.ts'

const SERVICES = 5000
const NODES = 1000
const WITH_NODE_PORTS = 2500
/** Calls for each Service at each resync of the AWS Load Balancer Controller. */
const CALLS_WITHOUT_MIRROR = 15

interface Calls {
  readonly cloudWrites: number
  readonly cloudReads: number
  readonly clusterWrites: number
  /** Beside lists and watches. */
  readonly clusterReads: number
  readonly lists: number
  readonly cpu: number
}

export const benchmark: Benchmark = {
  name: 'no-op-resync',
  what: `${SERVICES.toLocaleString('en-US')} Services and ${NODES.toLocaleString('en-US')} Nodes at rest, on the emulated API server and the in-memory cloud: the calls that are made when all of them are looked at again.`,
  async run(say) {
    const server = await startServer()
    populate(server.cluster, { provider: PROVIDER, services: SERVICES, nodes: NODES, withNodePorts: WITH_NODE_PORTS })
    const cloud = benchCloud()
    const clock = new JumpingClock()
    const bench = await startBenchController(server, { cloud, clock, qps: 5_000 })
    await untilServed(server.cluster, SERVICES)
    await untilQuiet(server)
    say(`all are served, with ${cloud.journal.writes.length} writes to the cloud`)
    const counted = async (what: string, act: () => Promise<void> | void): Promise<Calls> => {
      const calls = await callsOf({ server, cloud }, act)
      say(`${what}: ${JSON.stringify(calls)}`)
      return calls
    }
    const touched = await counted('every Service was touched', async () => {
      const seen = Promise.withResolvers<void>()
      const last = serviceName(SERVICES - 1)
      const unsubscribe = bench.store.subscribe((change) => {
        if (change.resource === 'services' && change.name === last) seen.resolve()
      })
      for (let i = 0; i < SERVICES; i++) touch(server, i)
      await seen.promise
      unsubscribe()
      await bench.controller.idle()
    })
    const relisted = await counted('every watch had to list again', () => server.watches.fail(410))
    const drift = await counted('the inventory was due', () => clock.jump(DRIFT_INTERVAL_MS * 1.2))
    await bench[Symbol.asyncDispose]()
    const restart = await counted('a new process began', async () => {
      const second = await startBenchController(server, { cloud, qps: 5_000 })
      await untilQuiet(server)
      await second.controller.idle()
      await second[Symbol.asyncDispose]()
    })
    await server.close()
    return {
      figures: [
        ...figuresOf('every Service touched in what no balancer cares for, so that all are planned again', touched, 0),
        ...figuresOf('every watch expired (410), so that all is listed again', relisted, 0),
        ...figuresOf('the drift interval passed', drift, 1),
        ...figuresOf('the process was started anew', restart, 1),
      ],
      notes: [
        `Half of the Services go by node ports and lean on a shared group of nodes, half go to their pods; ${SERVICES} addresses, one document.`,
        'Reads of the cluster are those beside the lists and watches that keep the store.',
        'To find drift something has to be read: the one bulk inventory, whatever the number of Services. A start takes it too.',
        `Beside it, computed: ${CALLS_WITHOUT_MIRROR} calls for each Service, as a controller makes that asks the cloud about each of them.`,
      ],
    }
  },
}

/** Selectors are the endpoints controller's business; the slices stay. */
function touch({ cluster }: ApiServer, number: number): void {
  cluster.patch('services', { namespace: NAMESPACE, name: serviceName(number) }, { spec: { selector: { touched: 'yes' } } })
}

async function callsOf({ server, cloud }: { readonly server: ApiServer; readonly cloud: InMemoryCloud }, act: () => Promise<void> | void): Promise<Calls> {
  const { writes, reads } = cloud.journal
  const before = { writes: writes.length, reads: reads.length, requests: server.journal.entries.length, cpu: cpuMs() }
  await act()
  await untilQuiet(server)
  const requests = server.journal.entries.slice(before.requests).filter(({ userAgent }) => userAgent.includes(USER_AGENT))
  const isWrite = ({ method }: (typeof requests)[number]): boolean => method !== 'GET'
  return {
    cloudWrites: writes.length - before.writes,
    cloudReads: reads.length - before.reads,
    clusterWrites: requests.filter(isWrite).length,
    clusterReads: requests.filter((request) => !isWrite(request) && request.verb !== 'list' && request.verb !== 'watch').length,
    lists: requests.filter(({ verb }) => verb === 'list').length,
    cpu: cpuMs() - before.cpu,
  }
}

function figuresOf(what: string, { cloudWrites, cloudReads, clusterWrites, clusterReads, lists, cpu }: Calls, readsAllowed: number): readonly Figure[] {
  const beside = { name: 'without a mirror, computed', value: SERVICES * CALLS_WITHOUT_MIRROR }
  return [
    { name: `${what}: writes, to the cloud and the cluster`, value: cloudWrites + clusterWrites, unit: '', target: { atMost: 0 } },
    { name: '... reads of the cloud', value: cloudReads, unit: '', target: { atMost: readsAllowed }, beside },
    { name: '... reads of the cluster beside lists and watches', value: clusterReads, unit: '', target: { atMost: 0 } },
    { name: '... pages listed', value: lists, unit: '' },
    { name: '... processor time, with the API server and the cloud in the same process', value: cpu, unit: 'ms' },
  ]
}
