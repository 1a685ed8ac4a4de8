/** Group commit: many Services at once in one document, beside Services that come one after the other. */
import { type Benchmark, median } from './benchmark.ts'
import { benchCloud, PROVIDER, startBenchController } from './cluster/controller.ts'
import { addService, NAMESPACE, populate, serviceName, startServer } from './cluster/populate.ts'
import { untilServed } from './cluster/served.ts'

const SERVICES = 500
const ONE_BY_ONE = 50
const RUNS = 3

interface Counted {
  readonly writes: number
  readonly ms: number
}

export const benchmark: Benchmark = {
  name: 'shared-document',
  what: `${SERVICES} Services of one in-memory balancer, whose listeners are one document, created at once against the emulated API server: how often the document is written.`,
  async run(say) {
    const atOnce: Counted[] = []
    for (let run = 1; run <= RUNS; run++) {
      const counted = await measure(SERVICES, 'at once')
      say(`run ${run} of ${RUNS}: ${counted.writes} writes in ${Math.round(counted.ms)} ms`)
      atOnce.push(counted)
    }
    const oneByOne = await measure(ONE_BY_ONE, 'one by one')
    say(`${ONE_BY_ONE} one by one: ${oneByOne.writes} writes in ${Math.round(oneByOne.ms)} ms`)
    const writes = Math.max(...atOnce.map((counted) => counted.writes))
    const perService = oneByOne.writes / ONE_BY_ONE
    return {
      figures: [
        {
          name: `writes of the document for ${SERVICES} Services created at once (most of ${RUNS} runs)`,
          value: writes,
          unit: '',
          target: { atMost: 4 },
          beside: { name: 'a write for each Service, as they take when they come one by one', value: perService * SERVICES },
        },
        {
          name: `until all ${SERVICES} are ready in the cluster (median of ${RUNS} runs)`,
          value: median(atOnce.map(({ ms }) => ms)),
          unit: 'ms',
          beside: { name: `one by one, from ${ONE_BY_ONE}`, value: (oneByOne.ms / ONE_BY_ONE) * SERVICES },
        },
      ],
      notes: [
        'Everything through HTTP: list and watch, a patch of each Service before its first step, another with its address.',
        `One by one was measured with ${ONE_BY_ONE} Services, each created when the one before was ready, and is scaled to ${SERVICES}.`,
      ],
    }
  },
}

async function measure(services: number, how: 'at once' | 'one by one'): Promise<Counted> {
  const server = await startServer()
  const cloud = benchCloud()
  const population = { provider: PROVIDER, services: 0, nodes: 10 }
  populate(server.cluster, population)
  const controller = await startBenchController(server, { cloud })
  const began = performance.now()
  if (how === 'at once') {
    for (let i = 0; i < services; i++) addService(server.cluster, population, i)
    await untilServed(server.cluster, services)
  } else {
    for (let i = 0; i < services; i++) {
      addService(server.cluster, population, i)
      await untilServed(server.cluster, i + 1)
    }
  }
  const ms = performance.now() - began
  await controller[Symbol.asyncDispose]()
  if (server.cluster.get('services', NAMESPACE, serviceName(services - 1)) === undefined) throw new Error('a Service went away')
  await server.close()
  return { writes: cloud.journal.writes.filter((write) => write.startsWith('update document')).length, ms }
}
