/** What a node that comes or goes costs the controller when very many listeners lean on the nodes. */
import { isDeepStrictEqual } from 'node:util'
import type { Node } from '../../src/model/cluster.ts'
import type { Cloud } from '../../src/provider/cloud.ts'
import { type Benchmark, cpuMs, median } from './benchmark.ts'
import { benchCloud, PROVIDER, startBenchController } from './cluster/controller.ts'
import { addNode, populate, removeNode, startServer } from './cluster/populate.ts'
import { untilQuiet } from './cluster/quiet.ts'
import { untilServed } from './cluster/served.ts'

const SERVICES = 1000
const PORTS = 20
const NODES = 1000
const EVENTS = 21
/** Until the code is compiled, as in a process that has run for a while. */
const WARM_UP = 6
/** Of all Services; the naive way is too slow for more. */
const NAIVE_SERVICES = 20

export const benchmark: Benchmark = {
  name: 'node-event',
  what: `A node joins or leaves ${NODES.toLocaleString('en-US')} others that ${SERVICES.toLocaleString('en-US')} Services of ${PORTS} ports use by their node ports: processor time from the change in the store to the finished plan, garbage collection and other threads included.`,
  async run(say) {
    const server = await startServer()
    populate(server.cluster, { provider: PROVIDER, services: SERVICES, nodes: NODES, ports: PORTS, pods: 3, withNodePorts: SERVICES })
    const cloud = benchCloud()
    const turns = new Turns()
    const bench = await startBenchController(server, { cloud, qps: 5_000, wrap: (bound) => turns.watch(bound) })
    await untilServed(server.cluster, SERVICES)
    await untilQuiet(server)
    say(`${SERVICES} Services with ${cloud.rules.length} rules are served`)
    let beganAt = 0
    bench.store.subscribe(({ resource }) => {
      if (resource === 'nodes') beganAt = cpuMs()
    })
    const documentsBefore = cloud.journal.writes.filter((write) => write.includes('document')).length
    const taken: number[] = []
    for (let event = 0; event < WARM_UP + EVENTS; event++) {
      const planned = turns.next()
      if (event % 2 === 0) addNode(server.cluster, NODES)
      else removeNode(server.cluster, NODES)
      await planned
      const ms = cpuMs() - beganAt
      say(`event ${event + 1} of ${WARM_UP + EVENTS}: ${ms.toFixed(1)} ms`)
      if (event >= WARM_UP) taken.push(ms)
      await bench.controller.idle()
    }
    const documents = cloud.journal.writes.filter((write) => write.includes('document')).length - documentsBefore
    const naive = naiveMs(bench.store.snapshot().nodes)
    say(`the naive way: ${Math.round(naive)} ms for ${NAIVE_SERVICES} Services`)
    await bench[Symbol.asyncDispose]()
    await server.close()
    return {
      figures: [
        {
          name: `processor time of one event (median of ${EVENTS} after ${WARM_UP} to warm up)`,
          value: median(taken),
          unit: 'ms',
          target: { under: 50 },
          beside: { name: `every Service's targets built anew and compared, from ${NAIVE_SERVICES} Services`, value: (naive / NAIVE_SERVICES) * SERVICES },
        },
        { name: 'the slowest of them', value: Math.max(...taken), unit: 'ms' },
        { name: 'writes of the document of all listeners, which no event changes', value: documents, unit: '', target: { atMost: 0 } },
      ],
      notes: [
        'Counted is the whole process, with the emulated API server and the in-memory cloud in it: the write of the group of nodes is a part of it.',
        'The plan is made by the in-memory provider, without the second plan by which its tests prove that it is deterministic.',
        'The naive way filters and sorts the nodes for each port, makes a target of each, and compares deeply with those before.',
      ],
    }
  },
}

/** Notes the end of turns: one of the base, and after it one of the Stack that leans on it. */
class Turns {
  #base = Promise.withResolvers<void>()
  #leaning = Promise.withResolvers<void>()

  watch(cloud: Cloud): Cloud {
    return {
      ...cloud,
      convergeBase: async (request) => {
        const outcome = await cloud.convergeBase(request)
        this.#base.resolve()
        return outcome
      },
      converge: async (request) => {
        const outcome = await cloud.converge(request)
        this.#leaning.resolve()
        return outcome
      },
    }
  }

  async next(): Promise<void> {
    this.#base = Promise.withResolvers()
    this.#leaning = Promise.withResolvers()
    await Promise.all([this.#base.promise, this.#leaning.promise])
  }
}

interface Target {
  readonly id: string
  readonly ip: string
  readonly port: number
}

function naiveMs(nodes: readonly Node[]): number {
  const targets = (port: number, of: readonly Node[]): readonly Target[] =>
    of
      .filter(({ metadata }) => metadata.labels?.['node.kubernetes.io/exclude-from-external-load-balancers'] === undefined)
      .map(({ metadata, status }) => ({ id: metadata.name, ip: status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '', port }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const ports = Array.from({ length: NAIVE_SERVICES * PORTS }, (_, i) => 10_000 + i)
  const before = ports.map((port) => targets(port, nodes))
  const began = cpuMs()
  let same = 0
  for (const [i, port] of ports.entries()) if (isDeepStrictEqual(before[i], targets(port, [...nodes]))) same += 1
  if (same !== ports.length) throw new Error('the targets of the same nodes differ')
  return cpuMs() - began
}
