/** A cluster with machines for the tests of this folder: pods `a`, `b` and `c` on three nodes, Services, and clients that stand where they are asked to. */
import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { startControllers } from '../../../../emulators/kubernetes/controllers/index.ts'
import { type ApiServer, startApiServer } from '../../../../emulators/kubernetes/index.ts'
import { RESOURCES } from '../../../../emulators/kubernetes/resources/index.ts'
import { controlsOf } from '../../../../emulators/machines/controls.ts'
import { type Machines, startMachines } from '../../../../emulators/machines/index.ts'
import { until } from '../../../until.ts'

export interface Cluster {
  readonly server: ApiServer
  readonly machines: Machines
  readonly complaints: readonly string[]
  /** Lets pods that are deleted go; they linger until then. */
  readonly letGo: () => void
  close(): Promise<void>
}

/** Without controllers there are no pods but those that are asked for. */
export async function startCluster(): Promise<Cluster> {
  const complaints: string[] = []
  const onError = (error: unknown): void => void complaints.push(String(error))
  const server = await startApiServer({ resources: RESOURCES })
  const machines = await startMachines({ cluster: server.cluster, nodes: 3, random: () => 0, onError })
  for (const [name, each] of Object.entries(controlsOf(machines.proxy))) server.addControl(name, each)
  const going = new Set<() => void>()
  const linger = (_pod: unknown, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      going.add(resolve)
      signal.addEventListener('abort', () => resolve())
    })
  const controllers = startControllers(server, { runner: machines.pods, linger, onError })
  return {
    server,
    machines,
    complaints,
    letGo: () => going.forEach((go) => go()),
    async close() {
      await controllers.stop()
      await machines.close()
      await server.close()
    },
  }
}

/** On these nodes in turn; resolves when all are ready. */
export async function runPods(
  { server }: Cluster,
  pods: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>> = {},
  app = 'web',
): Promise<void> {
  for (const [name, nodeName] of Object.entries(pods)) {
    const containers = [{ name: 'web', image: 'web' }]
    const metadata = { name, namespace: 'default', labels: { app }, annotations }
    server.cluster.create('pods', { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName, containers } })
  }
  await until(() => Object.keys(pods).every((name) => podIps(server, name).length > 0))
}

export function podIps(server: ApiServer, name: string): readonly string[] {
  const { podIPs = [] }: { readonly podIPs?: readonly { readonly ip: string }[] } = server.cluster.get('pods', 'default', name)?.['status'] ?? {}
  return podIPs.map(({ ip }) => ip)
}

export interface Exposed {
  readonly clusterIPs: readonly string[]
  readonly nodePort: number
}

/** A Service for the pods, with the number of endpoints that it waits for in each of its slices. */
export async function expose({ server }: Cluster, name: string, spec: object, endpoints = 3): Promise<Exposed> {
  const ports = [{ port: 80, protocol: 'TCP' }]
  const metadata = { name, namespace: 'default' }
  const created = server.cluster.create('services', { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: 'web' }, ports, ...spec } })
  await until(() => {
    const slices = server.cluster.indexed('endpointslices', 'service', `default/${name}`)
    return slices.length > 0 && slices.every((slice) => ((slice['endpoints'] ?? []) as readonly unknown[]).length === endpoints)
  })
  const { clusterIPs = [], ports: given = [] } = created['spec'] as {
    readonly clusterIPs?: readonly string[]
    readonly ports?: readonly { readonly nodePort?: number }[]
  }
  return { clusterIPs, nodePort: given[0]?.nodePort ?? 0 }
}

/** Where an address of the cluster is found here, by what the machines say of it themselves. */
export function found({ networkMap, clusterIpMap }: Machines, address: string): string {
  for (const route of [...networkMap, ...clusterIpMap]) {
    const [from = '', to = ''] = route
      .replace(/\+\d+$/, '')
      .split('=')
      .map(prefixOf)
    const rest = address.slice(from.length)
    const number = Number.parseInt(rest, 16)
    if (address.startsWith(from)) return `${to}${from.includes(':') ? `${number >> 8}.${number & 0xff}` : rest}`
  }
  return address
}

/** `172.18.0.` of 172.18.0.0/24, `fd00:244::` of fd00:244::/112, `::ffff:127.64.` of ::ffff:127.64.0.0/112. */
function prefixOf(range: string): string {
  const [network = '', bits = ''] = range.split('/')
  if (network.includes(':')) return network.replace(/0\.0$/, '')
  const parts = network.split('.').slice(0, Number(bits) / 8)
  return `${parts.join('.')}.`
}

/** The line that `port` of an address here answers with, or how that failed; the connection is over then. `from`: an address here. */
export async function ask(address: string, port = 64_080, from?: string): Promise<string> {
  const { socket, answer } = hold(address, port, from)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const line = await answer
  socket.end()
  await closed
  return line
}

/** The same over a connection that stays open. */
export function hold(address: string, port = 64_080, from?: string): { readonly socket: Socket; readonly answer: Promise<string> } {
  const socket = connect({ host: address, port, ...(from === undefined ? {} : { localAddress: from }) }, () => socket.write('hello\n'))
  const answer = new Promise<string>((resolve) => {
    socket.once('data', (data) => resolve(data.toString().trim()))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? String(error)))
    socket.once('close', () => resolve('closed'))
  })
  return { socket, answer }
}

export interface UdpClient {
  /** The answer to a text that it did not send before. */
  ask(text: string): Promise<string>
  close(): void
}

/** As datagrams may be lost, one that is not answered is sent again. */
const SENT_AGAIN_AFTER_MS = 100

/** All its datagrams are from one port. `from`: an address here. */
export async function udpClient(address: string, port = 64_053, from?: string): Promise<UdpClient> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const timers = new Set<NodeJS.Timeout>()
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.bind(0, from, resolve))
  return {
    ask(text) {
      const send = (): void => socket.send(text, port, address)
      const timer = setInterval(send, SENT_AGAIN_AFTER_MS)
      timers.add(timer)
      send()
      return new Promise((resolve) => {
        const read = (message: Buffer): void => {
          const answer = message.toString().trim()
          if (!answer.endsWith(`: ${text}`)) return
          socket.off('message', read)
          clearInterval(timer)
          resolve(answer)
        }
        socket.on('message', read)
      })
    },
    close() {
      for (const timer of timers) clearInterval(timer)
      socket.close()
    },
  }
}

/** The answers to datagrams from one socket, one for each of `texts`. */
export async function askUdp(address: string, texts: readonly string[], from?: string): Promise<readonly string[]> {
  const client = await udpClient(address, undefined, from)
  const answers: string[] = []
  for (const text of texts) answers.push(await client.ask(text))
  client.close()
  return answers
}

/** Which pod answered. */
export const podOf = (answer: string): string => answer.split(' ')[0] ?? ''

/** What a control of the API server answers. */
export async function control({ server }: Cluster, method: string, name: string, body?: unknown): Promise<readonly [status: number, answer: unknown]> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(`${server.url}/_fairlead/${name}`, { method, ...(text === undefined ? {} : { body: text }) })
  const read = (await answer.json()) as { readonly message?: string }
  return [answer.status, read.message ?? read]
}
