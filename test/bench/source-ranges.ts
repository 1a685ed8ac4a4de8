/** What many source ranges on many ports cost the local provider: from the Service to listening sockets, and for each client that comes. */
import { connect } from 'node:net'
import { once } from 'node:events'
import { local } from '../../annotations/local.ts'
import { createDataPlane } from '../../providers/local/balancer/plane.ts'
import { capabilities } from '../../providers/local/capabilities.ts'
import { parsePools } from '../../providers/local/config.ts'
import { localProvider } from '../../providers/local/provider.ts'
import { buildRequest } from '../../src/desired/build.ts'
import type { RequestContext } from '../../src/desired/service-request.ts'
import type { Service } from '../../src/model/cluster.ts'
import { systemClock } from '../../src/model/clock.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import { service, slice, snapshot } from '../unit/desired/given.ts'
import { type Benchmark, cpuMs } from './benchmark.ts'
import { residentOf } from './memory/resident.ts'

const PORTS = 200
const RANGES = 5_000
const CLIENTS = 1_000
const FIRST_PORT = 20_000

const context: RequestContext = {
  provider: { name: 'local', capabilities: capabilities({ reach: 'direct', portOffset: 0 }), annotations: local, defaultTargets: 'pods' },
  defaultClass: false,
  defaultScheme: 'internet-facing',
  sharedKeys: new Set(),
}

/** Of the ranges the last one alone holds the loopback addresses, so that every client is looked up in the whole list. */
function wide(ports: number, ranges: number): Service {
  return service({
    loadBalancerClass: 'fairlead.dev/local',
    ports: Array.from({ length: ports }, (_, i) => ({ name: `p${i}`, port: FIRST_PORT + i, protocol: 'TCP', targetPort: 8080 })),
    loadBalancerSourceRanges: [...Array.from({ length: ranges - 1 }, (_, i) => `10.${i >> 8}.${i & 255}.0/25`), '127.0.0.0/8'],
  })
}

interface Cost {
  readonly cpu: number
  readonly mib: number
  readonly perClient: number
}

async function costOf(ports: number, ranges: number): Promise<Cost> {
  const plane = createDataPlane({ clock: systemClock, random: Math.random, networkMap: ({ port }) => ({ ip: '127.0.249.250', port }) })
  const options = { reach: { kind: 'direct' }, lowestPort: async () => 1, portOffset: 0, kubeProxy: true } as const
  const cloud = bind(localProvider({ ...options, dataPlane: plane, pools: parsePools(['127.0.249.0/28']) }))
  try {
    const given = wide(ports, ranges)
    const { signal } = new AbortController()
    await cloud.learn(signal)
    globalThis.gc?.()
    const [cpu, mib] = [cpuMs(), residentOf(process.pid).now]
    const wish = buildRequest(
      given,
      snapshot({ slices: [slice([{ addresses: ['10.244.1.7'], conditions: { ready: true } }], { ports: portsOf(given) })] }),
      context,
    )
    if (wish.kind !== 'wanted') throw new Error(`the Service is ${wish.kind}`)
    const owner = { namespace: 'shop', name: 'web', uid: 'uid-1' }
    const stack = cloud.stackOf(owner, wish.desired)
    const intent = { owner, want: wish.desired, published: [] }
    const { served } = await cloud.converge({ stack, intents: [intent], now: systemClock.now(), signal, mayWrite: () => true })
    if (!served.has(owner.uid) || plane.states().filter(({ listening }) => listening).length !== ports) throw new Error('the ports are not served')
    const cost = { cpu: cpuMs() - cpu, mib: residentOf(process.pid).now - mib }
    const address = cloud.status(stack, owner).places[0]
    if (address === undefined || !('ip' in address)) throw new Error('there is no address')
    const before = cpuMs()
    for (let i = 0; i < CLIENTS; i++) {
      const socket = connect({ host: address.ip, port: FIRST_PORT + (i % ports), localAddress: '127.0.0.1' })
      await once(socket, 'connect')
      socket.destroy()
    }
    return { ...cost, perClient: (cpuMs() - before) / CLIENTS }
  } finally {
    await plane.shutdown()
  }
}

function portsOf(given: Service): { name: string; protocol: 'TCP'; port: number }[] {
  return (given.spec.ports ?? []).map(({ name = '' }) => ({ name, protocol: 'TCP', port: 8080 }))
}

export const benchmark: Benchmark = {
  name: 'source-ranges',
  what: `One Service of ${PORTS} ports with ${RANGES} source ranges on the local provider: from the Service to ${PORTS} listening sockets.`,
  async run(say) {
    await costOf(1, 1)
    const few = await costOf(PORTS, 1)
    say(`${PORTS} ports of one range: ${Math.round(few.cpu)} ms, ${few.mib.toFixed(1)} MiB`)
    const many = await costOf(PORTS, RANGES)
    say(`${PORTS} ports of ${RANGES} ranges: ${Math.round(many.cpu)} ms, ${many.mib.toFixed(1)} MiB`)
    const beside = `${PORTS} ports of one range`
    return {
      figures: [
        { name: 'processor time', value: many.cpu, unit: 'ms', target: { under: 1_000 }, beside: { name: beside, value: few.cpu } },
        { name: 'resident memory, more than before', value: many.mib, unit: 'MiB', target: { under: 30 }, beside: { name: beside, value: few.mib } },
        {
          name: 'processor time for a client that connects, on both sides together',
          value: many.perClient,
          unit: 'ms',
          beside: { name: beside, value: few.perClient },
        },
      ],
      notes: [
        'Real sockets on loopback, one process; the client is in the same process. The backend does not exist, so a connection ends after its source was judged.',
      ],
    }
  },
}
