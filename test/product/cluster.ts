/** A cluster for programs under test: an API server, a namespace, hand-made endpoints that real little servers stand behind, and gates that lead there. */
import { createServer, type Server as HttpServer } from 'node:http'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import type { Service } from '../../src/model/cluster.ts'
import { finalizerOf, READY, stackAnnotationOf } from '../../src/model/names.ts'
import { type Server, type ServerKind, SERVERS } from '../controller/server.ts'
import { eventually, until } from '../until.ts'
import { ownAddresses } from './addresses.ts'
import { listening } from './client.ts'
import { type Gate, openGate } from './gate.ts'
import { type Running, start, startOther } from './program.ts'

export const FINALIZER = finalizerOf('local')
export const STACKS = stackAnnotationOf('local')
/** What every Service here is reached at, and what its pods listen on. */
export const PORT = 8080
const TARGET_PORT = 9000

export interface Program extends Running {
  /** Resolves when Services are served. */
  ready(): Promise<void>
}

export interface Cluster {
  readonly server: Server
  /** Where the Lease is that programs started here try for. */
  readonly lease: string
  /** `fairlead run` through a gate of its own, or one that is there. It is killed at the end of the test if it still runs. */
  run(gate: Gate, ...flags: readonly string[]): Program
  /** The same, started and stopped as the docs say: by npm, at the head of a process group. */
  runByNpm(gate: Gate, ...flags: readonly string[]): Program
  gate(): Promise<Gate>
  /** A Service with one endpoint behind it, which answers with the Service's name, and stays when the Service goes. */
  create(name: string): Promise<void>
  get(name: string): Promise<Service>
  remove(name: string): Promise<void>
  gone(name: string): Promise<void>
  /** Waits until the Service's condition has this reason, and answers the Service. */
  reported(name: string, reason: string): Promise<Service>
  /** `ADDRESS:PORT/PROTOCOL` of every socket on the programs' pool. */
  listening(): readonly string[]
  /** The last that every program printed and every gate passed on, for the report of a test that failed. */
  story(): string
  close(): Promise<void>
}

/** Starting processes is slow where a machine has much else to do. */
const PATIENCE_MS = 120_000

/** Runs the tests against each API server; says which is left out, and why. `cluster` answers the present test's cluster. */
export function againstServers(title: string, tests: (cluster: () => Cluster) => void, servers: readonly ServerKind[] = SERVERS): void {
  for (const { name, absent } of servers) if (absent !== undefined) console.log(`skipped: ${title}, against ${name}: ${absent}`)
  describe.each(servers.filter(({ absent }) => absent === undefined))(`${title}, against $name`, { timeout: PATIENCE_MS }, (kind) => {
    let server: Server | undefined
    let cluster: Cluster | undefined
    beforeAll(async () => {
      server = await kind.start()
    })
    afterAll(async () => {
      await server?.stop()
    })
    beforeEach(async ({ onTestFailed }) => {
      if (server === undefined) return
      const present = await clusterOn(server)
      cluster = present
      onTestFailed(() => console.log(present.story()))
    })
    afterEach(async () => {
      await cluster?.close()
    })
    tests(() => {
      if (cluster === undefined) throw new Error('there is no cluster outside a test')
      return cluster
    })
  })
}

let clusters = 0

async function clusterOn(server: Server): Promise<Cluster> {
  clusters += 1
  const namespace = `product-${clusters}-${Math.random().toString(36).slice(2, 7)}`
  const lease = `fairlead-${namespace}`
  const services = `/api/v1/namespaces/${namespace}/services`
  const [pool, pods] = [ownAddresses(), ownAddresses(1)]
  const [programs, gates, backends] = [new Set<Running>(), new Set<Gate>(), new Map<string, HttpServer>()]
  await server.user('POST', '/api/v1/namespaces', { metadata: { name: namespace } })

  const get = async (name: string): Promise<Service> => (await server.user('GET', `${services}/${name}`)) as Service
  const remove = async (name: string): Promise<void> => void (await server.user('DELETE', `${services}/${name}`))
  const addBackend = async (name: string): Promise<void> => {
    const host = 5 + backends.size
    backends.set(name, await answering(`${pods}${host}`, name))
    await server.user('POST', `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, sliceOf(name, `10.244.7.${host}`))
  }
  const argumentsOf = (gate: Gate, flags: readonly string[]): readonly string[] => {
    const where = ['--kubeconfig', gate.kubeconfigFile, '--address-pool', `${pool}0/24`, '--network-map', `10.244.7.0/24=${pods}0/24`]
    const files = ['--lease-name', lease, '--state-file', `${server.kubeconfigFile}-${namespace}.state`]
    return ['run', ...where, ...files, '--http', 'off', '--log-format', 'json', ...flags]
  }
  const added = (program: Running): Program => {
    programs.add(program)
    return { ...program, ready: () => program.says(/"message":"ready"/).then(() => undefined) }
  }
  const cluster: Cluster = {
    server,
    lease,
    get,
    remove,
    run: (gate, ...flags) => added(start(argumentsOf(gate, flags))),
    runByNpm: (gate, ...flags) => added(startOther('npm', ['run', '--silent', 'fairlead', '--', ...argumentsOf(gate, flags)], { isGroup: true })),
    async gate() {
      const gate = await openGate(server.kubeconfigFile, `${namespace}-${gates.size}`)
      gates.add(gate)
      return gate
    },
    async create(name) {
      if (!backends.has(name)) await addBackend(name)
      const spec = { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/local', allocateLoadBalancerNodePorts: false }
      await server.user('POST', services, { metadata: { name }, spec: { ...spec, ports: [{ port: PORT, targetPort: TARGET_PORT, protocol: 'TCP' }] } })
    },
    gone: (name) =>
      until(() =>
        get(name).then(
          () => false,
          (error: unknown) => String(error).includes('404'),
        ),
      ),
    reported: (name, reason) =>
      eventually(
        () => get(name),
        (service) => readyOf(service)?.reason === reason,
      ),
    listening: () => listening(pool).toSorted(),
    story: () =>
      [
        ...[...programs].flatMap((program) => [`program ${program.pid}:`, ...lastLines(program.out().split('\n')), ...lastLines(program.err().split('\n'))]),
        ...[...gates].flatMap((gate) => [`gate ${gate.url}:`, ...lastLines(gate.passed)]),
        `listening: ${listening(pool).join(' ')}`,
      ].join('\n'),
    async close() {
      await Promise.all([...programs].map((program) => program.end('SIGKILL')))
      await Promise.all([...gates].map((gate) => gate.close()))
      const { items } = (await server.user('GET', services)) as { readonly items: readonly Service[] }
      for (const { metadata } of items) {
        await server.user('PATCH', `${services}/${metadata.name}`, { metadata: { finalizers: null } })
        await remove(metadata.name).catch(() => undefined)
      }
      for (const backend of backends.values()) {
        backend.close()
        backend.closeAllConnections()
      }
    },
  }
  return cluster
}

function lastLines(lines: readonly string[]): readonly string[] {
  return lines.slice(-20).map((line) => line.slice(0, 1000))
}

export function readyOf({ status }: Service): { readonly status: string; readonly reason: string; readonly message: string } | undefined {
  return status.conditions?.find(({ type }) => type === READY)
}

export function addressOf({ status }: Service): string {
  return status.loadBalancer?.ingress?.[0]?.ip ?? 'none'
}

async function answering(address: string, text: string): Promise<HttpServer> {
  const server = createServer((_, response) => void response.end(text))
  await once(server.listen(TARGET_PORT, address), 'listening')
  return server
}

function sliceOf(name: string, ip: string): object {
  return {
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports: [{ name: '', protocol: 'TCP', port: TARGET_PORT }],
  }
}
