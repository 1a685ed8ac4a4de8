/** From a write to a Service to the socket that answers: the whole way through the program, with real sockets. */
import { createConnection, createServer } from 'node:net'
import { once } from 'node:events'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import type { ApiServer } from '../../emulators/kubernetes/index.ts'
import { type Benchmark, type Figure, median, percentile } from './benchmark.ts'
import { kubeconfigFile } from './cluster/kubeconfig-file.ts'
import { start } from './cluster/program.ts'
import { NAMESPACE, populate, startServer } from './cluster/populate.ts'

const WRITES = 200
const WARM_UP = 20
const NAME = 'changing'
const FIRST_PORT = 20_000
const SERVICES_PATH = `/api/v1/namespaces/${NAMESPACE}/services`
/** Kubernetes takes no loopback address for a pod; the map says where it is. */
const POD = '10.244.1.2'
const POD_HERE = '127.83.1.2'
const POOL = '127.82.10.0/24'

export const benchmark: Benchmark = {
  name: 'write-to-socket',
  what: `A port is added to a Service with a PATCH: how long until a connection to the new port is accepted by the local balancer, over ${WRITES} writes one after the other.`,
  async run(say) {
    await using stack = new AsyncDisposableStack()
    const pod = createServer((socket) => socket.end())
    pod.listen(0, POD_HERE)
    await once(pod, 'listening')
    stack.defer(() => void pod.close())
    const { port: podPort } = pod.address() as { port: number }
    const server = await startServer()
    stack.defer(() => server.close())
    populate(server.cluster, { provider: 'local', services: 0, nodes: 3 })
    createService(server, podPort)
    const file = stack.use(await kubeconfigFile(server))
    const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
    const flags = ['--providers', 'local', '--address-pool', POOL, '--network-map', `${POD}/32=${POD_HERE}/32`, '--no-leader-elect', '--http', 'off']
    stack.use(start(program, ['run', '--kubeconfig', file.path, ...flags], ({ level, message }) => level === 'error' && say(String(message))))
    const address = await published(server)
    say(`the Service is published at ${address}`)
    const agent = stack.use(closing(new Agent()))
    const watch = await watchServices(server, agent.agent)
    stack.defer(() => watch.close())
    const toEvent: number[] = []
    const toSocket: number[] = []
    for (let i = 0; i < WARM_UP + WRITES; i++) {
      const port = FIRST_PORT + i
      const began = performance.now()
      const heard = watch.until((text) => text.includes(`"port":${port},`)).then(() => performance.now() - began)
      const written = patch(server, agent.agent, portsOf([80, port], podPort))
      await untilAccepted(address, port)
      const taken = performance.now() - began
      await written
      if (i >= WARM_UP) {
        toSocket.push(taken)
        toEvent.push(await heard)
      }
      if ((i + 1) % 50 === 0) say(`${i + 1} of ${WARM_UP + WRITES}: median ${median(toSocket.length === 0 ? [taken] : toSocket).toFixed(1)} ms`)
      // Below the rate at which the program allows itself to write to the API server.
      await sleep(60)
    }
    return { figures: figuresOf(toSocket, toEvent), notes: NOTES }
  },
}

const NOTES = [
  'The program runs from its sources in a process of its own; the emulated API server, the watch beside it and the client that tries to connect share another.',
  'The client tries again as soon as it is refused, so the figures contain up to one such attempt.',
  'Each write takes the port of the write before away, whose socket is closed in the same turn.',
]

function figuresOf(toSocket: readonly number[], toEvent: readonly number[]): readonly Figure[] {
  const name = 'until a plain watch hears of the write'
  return [
    { name: `from the write to the accepted connection, median of ${WRITES}`, value: median(toSocket), unit: 'ms', beside: { name, value: median(toEvent) } },
    { name: 'its 99th percentile', value: percentile(toSocket, 99), unit: 'ms', beside: { name, value: percentile(toEvent, 99) } },
    { name: 'the longest', value: Math.max(...toSocket), unit: 'ms', beside: { name, value: Math.max(...toEvent) } },
  ]
}

function portsOf(ports: readonly number[], targetPort: number): readonly object[] {
  return ports.map((port) => ({ name: `port-${port}`, protocol: 'TCP', port, targetPort }))
}

/** Its slice names no ports: all of the pod's may be reached. */
function createService({ cluster }: ApiServer, podPort: number): void {
  cluster.create('endpointslices', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: NAMESPACE, name: `${NAME}-1`, labels: { 'kubernetes.io/service-name': NAME } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [POD], conditions: { ready: true } }],
    ports: [],
  })
  const spec = { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local', allocateLoadBalancerNodePorts: false, ports: portsOf([80], podPort) }
  const metadata = { namespace: NAMESPACE, name: NAME, annotations: { 'fairlead.dev/health-check-protocol': 'none', 'fairlead.dev/drain-timeout': '1s' } }
  cluster.create('services', { apiVersion: 'v1', kind: 'Service', metadata, spec })
}

interface Published {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] }
}

async function published({ cluster }: ApiServer): Promise<string> {
  for (;;) {
    const { loadBalancer } = (cluster.get('services', NAMESPACE, NAME)?.['status'] ?? {}) as Published
    const ip = loadBalancer?.ingress?.[0]?.ip
    if (ip !== undefined) return ip
    await sleep(20)
  }
}

function closing(agent: Agent): AsyncDisposable & { readonly agent: Agent } {
  return { agent, [Symbol.asyncDispose]: () => agent.destroy() }
}

async function patch({ url }: ApiServer, dispatcher: Agent, ports: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' }
  const answer = await request(`${url}${SERVICES_PATH}/${NAME}`, { method: 'PATCH', dispatcher, headers, body: JSON.stringify({ spec: { ports } }) })
  const text = await answer.body.text()
  if (answer.statusCode !== 200) throw new Error(`the API server refuses the write: ${text}`)
}

interface ServiceWatch {
  until(isMeant: (text: string) => boolean): Promise<void>
  close(): void
}

async function watchServices({ url, revision }: ApiServer, dispatcher: Agent): Promise<ServiceWatch> {
  const { body } = await request(`${url}${SERVICES_PATH}?watch=true&resourceVersion=${revision()}`, { dispatcher, bodyTimeout: 0 })
  const waiting = new Map<(text: string) => boolean, () => void>()
  body.setEncoding('utf8')
  body.on('error', () => {})
  body.on('data', (text: string) => {
    for (const [isMeant, resolve] of waiting) if (isMeant(text) && waiting.delete(isMeant)) resolve()
  })
  return {
    until: (isMeant) => new Promise((resolve) => waiting.set(isMeant, resolve)),
    close: () => void body.destroy(),
  }
}

async function untilAccepted(host: string, port: number): Promise<void> {
  while (!(await isAccepted(host, port))) await turn()
}

function isAccepted(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
