/**
 * Whatever a tenant stores in a Service and its EndpointSlices, the local provider plans it without a throw, settles, and sends traffic to nothing but ports and addresses that
 * may be a pod's; through real sockets nothing ends the process, and nobody outside the source ranges gets in.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { local } from '../../annotations/local.ts'
import type { Counts } from '../../providers/local/balancer/data-plane.ts'
import type { NetworkMap } from '../../providers/local/balancer/network-map.ts'
import { createDataPlane } from '../../providers/local/balancer/plane.ts'
import { capabilities } from '../../providers/local/capabilities.ts'
import { parsePools } from '../../providers/local/config.ts'
import { createPaperPlane } from '../../providers/local/recording-data-plane.ts'
import { localProvider } from '../../providers/local/provider.ts'
import { buildRequest } from '../../src/desired/build.ts'
import type { RequestContext } from '../../src/desired/service-request.ts'
import { Interner } from '../../src/kubernetes/intern.ts'
import { trim } from '../../src/kubernetes/trim.ts'
import type { EndpointSlice, Node, Service, Snapshot } from '../../src/model/cluster.ts'
import { cidrContains } from '../../src/model/address.ts'
import { systemClock } from '../../src/model/clock.ts'
import { specialAddress } from '../../src/model/special-address.ts'
import type { Intent } from '../../src/provider/provider.ts'
import { open } from '../contract/local-client.ts'
import { nodes } from './arbitraries/nodes.ts'
import { portNamesOf, service } from './arbitraries/services.ts'
import { slices } from './arbitraries/slices.ts'
import { fuzz } from './inputs.ts'

interface World {
  readonly service: Service
  readonly slices: readonly EndpointSlice[]
  readonly nodes: readonly Node[]
}

const said = fc.constantFrom<Readonly<Record<string, string>>[]>(
  {},
  {},
  { 'fairlead.dev/targets': 'nodes' },
  { 'fairlead.dev/scheduler': 'sh', 'fairlead.dev/proxy-protocol': 'v2' },
  { 'fairlead.dev/source-ranges': '192.0.2.0/24' },
  { 'fairlead.dev/health-check-protocol': 'http', 'fairlead.dev/health-check-path': '/' },
)

const { signal } = new AbortController()
const strings = new Interner()
const context: RequestContext = {
  provider: { name: 'local', capabilities: capabilities({ reach: 'direct', portOffset: 0 }), annotations: local, defaultTargets: 'pods' },
  defaultClass: false,
  defaultScheme: 'internet-facing',
  sharedKeys: new Set(),
}

function snapshotOf(world: World): Snapshot {
  return {
    service: () => undefined,
    services: () => [],
    servicesIn: () => [],
    namespace: () => undefined,
    slicesOf: () => world.slices.map((slice) => trim('endpointslices', slice, strings)),
    nodes: world.nodes,
    pod: () => undefined,
  }
}

function intentOf(world: World): Intent<never> | undefined {
  const wish = buildRequest(world.service, snapshotOf(world), context)
  if (wish.kind === 'not ours') return undefined
  const { namespace, name, uid } = world.service.metadata
  const owner = { namespace, name, uid }
  return wish.kind === 'wanted' ? { owner, want: wish.desired as never, published: [] } : { owner, follow: wish.backends }
}

type Provider = ReturnType<typeof localProvider>

/** Plans and applies until nothing is left, as a turn does. */
async function settle(provider: Provider, intents: readonly Intent<never>[]): Promise<void> {
  let view = await provider.observe('local', signal)
  for (let round = 0; round < 4; round++) {
    const { stages } = provider.plan(intents, view)
    if (stages.length === 0) return
    for (const step of stages.flat()) {
      const answer = await provider.apply(step, view, undefined, signal)
      view = (typeof answer === 'function' ? answer : answer.fold)(view)
    }
  }
  throw new Error('the plan does not settle')
}

const options = { reach: { kind: 'direct' }, lowestPort: async () => 1, portOffset: 0, kubeProxy: true } as const

function worldsWith(made: fc.Arbitrary<Service>, more: Parameters<typeof slices>[0] = {}): fc.Arbitrary<World> {
  return made.chain((one) => fc.record({ service: fc.constant(one), slices: slices({ portNames: portNamesOf(one), ...more }), nodes }))
}

test('whatever is stored is planned, settles, and leads to nothing but what may be a pod', async () => {
  await fc.assert(
    fc.asyncProperty(worldsWith(service({ annotations: said })), async (world) => {
      const intent = intentOf(world)
      if (intent === undefined) return
      const plane = createPaperPlane()
      const provider = localProvider({ ...options, dataPlane: plane, pools: parsePools(['127.0.10.0/28', 'fd00::/120']) })
      await settle(provider, [intent])
      for (const { frontend } of plane.states())
        for (const { via } of frontend.rule.targets) {
          const { ip, port } = via as Extract<typeof via, { kind: 'address' }>
          expect(specialAddress(ip)).toBeUndefined()
          expect(port >= 1 && port <= 65_535).toBe(true)
        }
    }),
    fuzz('the local provider, planned', { inputs: 3_000 }),
  )
}, 120_000)

/** A loopback network of this test's own, in which pods of 10.244.x.y are found at 127.NET.x.y. */
const NET = 241
const CLIENT = `127.${NET}.254.1`
const POD_PORT = 8_080

test('through real sockets nothing ends the process, and nobody outside the source ranges gets in', async () => {
  const heard: string[] = []
  const pod = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (bytes) => {
      const asked = bytes.toString('latin1')
      // The balancer's own health checks come from inside.
      if (!asked.startsWith('GET ')) heard.push(asked)
      socket.end('pod\n')
    })
  }).listen(0, '0.0.0.0')
  await once(pod, 'listening')
  // A port that is free at every address: others may listen on the pods' own number.
  const found = (pod.address() as AddressInfo).port
  const faults: string[] = []
  const intruders: string[] = []
  const counts: Counts = { fault: (what) => void faults.push(what), refusal: () => undefined }
  const networkMap: NetworkMap = ({ ip, port }) => ({ ip: ip.replace(/^10\.244\./, `127.${NET}.`), port: port === POD_PORT ? found : port })
  try {
    await fc.assert(
      fc.asyncProperty(
        worldsWith(service({ annotations: said, usualPort: fc.constantFrom(20_080, 20_053) }), { usualPort: fc.constant(POD_PORT), maxEndpoints: 4 }),
        async (world) => {
          const intent = intentOf(world)
          if (intent === undefined) return
          const plane = createDataPlane({
            clock: systemClock,
            random: Math.random,
            networkMap,
            counts,
            limits: { connectTimeoutMs: 100, attemptTimeoutMs: 50 },
          })
          try {
            const provider = localProvider({ ...options, dataPlane: plane, pools: parsePools([`127.${NET}.255.0/28`]) })
            await settle(provider, [intent]).catch((error: unknown) => {
              if (!(error instanceof Error && error.name === 'CloudError')) throw error
            })
            for (const { frontend, listening } of plane.states()) {
              if (!listening) continue
              heard.length = 0
              await knock(frontend)
              const ranges = frontend.rule.sourceRanges
              const isOutside = ranges !== undefined && !ranges.some((range) => cidrContains(range, CLIENT))
              if (isOutside) intruders.push(...heard)
            }
          } finally {
            await plane.shutdown()
          }
        },
      ),
      fuzz('the local provider, through real sockets', { inputs: 150, oneIn: 80 }),
    )
    expect([intruders, faults]).toEqual([[], []])
  } finally {
    pod.close()
  }
})

/** A client that asks, and goes soon whether or not it was answered. */
async function knock({ address, port, protocol }: { readonly address: string; readonly port: number; readonly protocol: 'TCP' | 'UDP' }): Promise<void> {
  if (protocol === 'UDP') {
    const socket = createSocket('udp4')
    socket.on('error', () => undefined)
    for (const size of [1, 60_000]) socket.send(Buffer.alloc(size), port, address)
    await new Promise((resolve) => socket.send('last', port, address, resolve))
    socket.close()
    return
  }
  const connection = await open({ from: CLIENT, to: address, port, protocol })
  if (!('ask' in connection)) return
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, 100)
  await Promise.race([connection.ask(), late.promise])
  clearTimeout(timer)
  connection.close()
}
