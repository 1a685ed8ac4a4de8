/** A cluster and a cloud for one test, and controllers that come and go. Everything a test says is said as a user of kubectl would, or asked of the cloud in packets. */
import { expect } from 'vitest'
import { type ControllerConfig, type Controller, startController } from '../../src/controller/controller.ts'
import { type ClusterStore, connect, type Connection, watchCluster } from '../../src/kubernetes/cluster.ts'
import { type EventRecorder, eventRecorder } from '../../src/kubernetes/events.ts'
import { alone } from '../../src/kubernetes/lease.ts'
import { type Clock, systemClock } from '../../src/model/clock.ts'
import type { Condition, Service } from '../../src/model/cluster.ts'
import { type Log, silentLog } from '../../src/model/log.ts'
import { usesLabels } from '../../src/policy/policy.ts'
import { noMetrics } from '../../src/controller/metrics.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import type { Cloud } from '../../src/provider/cloud.ts'
import { type InMemoryCloud, inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { eventually, until } from '../until.ts'
import { faulty, type Faults, noFaults } from './faults.ts'
import type { Server } from './server.ts'

export const PROVIDER = 'memory'
export const CLASS = `fairlead.dev/${PROVIDER}`
export const FINALIZER = `fairlead.dev/load-balancer-${PROVIDER}`
export const STACKS = `fairlead.dev/stack-${PROVIDER}`
const CLIENT = '203.0.113.9'

export interface Process {
  readonly controller: Controller
  readonly faults: Faults
  /** Calls of this process to the API server, but for gets. */
  readonly calls: string[]
  /** Its gets: `getPod`. */
  readonly reads: string[]
  /** What is reported to the operator. */
  readonly reported: string[]
  /** Of that, the states of Services: `web Ready`. */
  readonly outcomes: readonly string[]
  /** Warnings in the log. */
  readonly warnings: string[]
  /** Of that, the errors: each is a fault of ours. */
  readonly errors: string[]
  /** The gauge of orphans. */
  orphanGauge(): number
  /** As SIGTERM. */
  stop(): Promise<void>
  /** As kill -9: nothing it began is finished, and nothing of it is heard of again. */
  kill(): Promise<void>
}

export interface StartOptions {
  readonly faults?: Partial<Faults>
  readonly clouds?: (bound: Cloud) => readonly Cloud[]
  /** Of the controller; its connection to the API server is in real time. */
  readonly clock?: Clock
}

export interface World {
  readonly namespace: string
  readonly cloud: InMemoryCloud
  readonly server: Server
  start(config?: Partial<ControllerConfig>, options?: StartOptions): Promise<Process>
  create(name: string, service?: { readonly metadata?: object; readonly spec?: object }): Promise<Service>
  get(name: string): Promise<Service>
  patch(name: string, body: object): Promise<Service>
  remove(name: string): Promise<void>
  endpoints(name: string, ips: readonly string[], port?: number): Promise<void>
  /** The reasons of Fairlead's events on it. The API server reports some of its own, such as `ClusterIPNotAllocated`. */
  events(name: string): Promise<readonly string[]>
  /** What those events say. */
  eventMessages(name: string): Promise<readonly string[]>
  /** Waits until the Service's condition has this reason; answers the Service. */
  reported(name: string, reason: string): Promise<Service>
  gone(name: string): Promise<void>
  /** Who answers a client at the address that the Service publishes: `node` of a node, or where it is dropped. */
  reach(name: string, port?: number): Promise<string>
  close(): Promise<void>
}

let worlds = 0

export async function createWorld(server: Server, cloud = inMemoryCloud()): Promise<World> {
  worlds += 1
  const namespace = `world-${worlds}-${Math.random().toString(36).slice(2, 7)}`
  const running = new Set<Process>()
  const services = `/api/v1/namespaces/${namespace}/services`
  await server.user('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  for (const [name, ip] of [
    ['node-a', '10.0.0.1'],
    ['node-b', '10.0.0.2'],
  ])
    await addNode(server, String(name), String(ip))

  const user = async (...request: Parameters<Server['user']>): Promise<Service> => (await server.user(...request)) as Service
  const get = (name: string): Promise<Service> => user('GET', `${services}/${name}`)
  const isThere = (name: string): Promise<boolean> =>
    get(name).then(
      () => true,
      () => false,
    )
  const eventsOf = async (name: string): Promise<readonly Reported[]> => {
    const { items } = (await server.user('GET', `/apis/events.k8s.io/v1/namespaces/${namespace}/events`)) as List<Reported>
    return items.filter(({ regarding, reportingController }) => regarding.name === name && reportingController === 'fairlead.dev/controller')
  }
  const world: World = {
    namespace,
    cloud,
    server,
    async start(config = {}, options = {}) {
      const process = await startProcess(server, cloud, config, options)
      running.add(process)
      return process
    },
    create: (name, { metadata = {}, spec = {} } = {}) =>
      user('POST', services, {
        metadata: { name, ...metadata },
        spec: { type: 'LoadBalancer', loadBalancerClass: CLASS, selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }], ...spec },
      }),
    get,
    patch: (name, body) => user('PATCH', `${services}/${name}`, body),
    async remove(name) {
      await server.user('DELETE', `${services}/${name}`)
    },
    async endpoints(name, ips, port = 8080) {
      const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
      const slice = {
        metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        endpoints: ips.map((ip, i) => ({ addresses: [ip], nodeName: `node-${'ab'[i % 2]}`, conditions: { ready: true, serving: true, terminating: false } })),
        ports: [{ name: '', protocol: 'TCP', port }],
      }
      await server.user('POST', slices, slice).catch(() => server.user('PATCH', `${slices}/${name}-1`, { endpoints: slice.endpoints }))
    },
    events: async (name) => (await eventsOf(name)).map(({ reason }) => reason),
    eventMessages: async (name) => (await eventsOf(name)).map(({ note }) => note),
    reported: (name, reason) =>
      eventually(
        () => get(name),
        (service) => readyOf(service)?.reason === reason,
      ),
    async gone(name) {
      await until(async () => !(await isThere(name)))
    },
    async reach(name, port = 80) {
      const to = addressOf(await get(name))
      if (to === undefined) return 'no address'
      const verdict = cloud.deliver({ from: CLIENT, to, port, protocol: 'TCP' })
      if ('dropped' in verdict) return verdict.dropped
      return 'node' in verdict ? 'node' : verdict.endpoint
    },
    async close() {
      for (const process of running) await process.kill()
      const { items } = (await server.user('GET', services)) as List<Service>
      for (const { metadata } of items) {
        await server.user('PATCH', `${services}/${metadata.name}`, { metadata: { finalizers: null } }).catch(() => undefined)
        await server.user('DELETE', `${services}/${metadata.name}`).catch(() => undefined)
      }
    },
  }
  return world
}

interface Reported {
  readonly reportingController: string
  readonly reason: string
  readonly note: string
  readonly regarding: { readonly name: string }
}

interface List<T> {
  readonly items: readonly T[]
}

export function readyOf({ status }: Service): Condition | undefined {
  return status.conditions?.find(({ type }) => type === 'fairlead.dev/Ready')
}

export function addressOf({ status }: Service): string | undefined {
  return status.loadBalancer?.ingress?.[0]?.ip
}

export function finalizersOf({ metadata }: Service): readonly string[] {
  return metadata.finalizers ?? []
}

async function addNode(server: Server, name: string, ip: string): Promise<void> {
  const there = await server.user('GET', `/api/v1/nodes/${name}`).then(
    () => true,
    () => false,
  )
  if (there) return
  await server.user('POST', '/api/v1/nodes', { metadata: { name } })
  await server.user('PATCH', `/api/v1/nodes/${name}/status`, { status: { addresses: [{ type: 'InternalIP', address: ip }] } })
}

async function startProcess(
  server: Server,
  cloud: InMemoryCloud,
  config: Partial<ControllerConfig>,
  { faults: wanted = {}, clouds = (bound) => [bound], clock: ours = systemClock }: StartOptions,
): Promise<Process> {
  const clock = systemClock
  const faults = { ...noFaults(), ...wanted }
  const calls: string[] = []
  const reads: string[] = []
  const errors: string[] = []
  const warnings: string[] = []
  let gauge = -1
  const reported: string[] = []
  const outcomes: string[] = []
  const info: Log['info'] = (message, fields = {}) => {
    reported.push(message)
    const { service, reason = message } = fields as { readonly service?: string; readonly reason?: string }
    if (service !== undefined) outcomes.push(`${service.split('/')[1]} ${reason}`)
  }
  const log: Log = {
    ...silentLog,
    info,
    warn: (message) => warnings.push(message),
    error: (message, fields) => errors.push(`${message} ${String(fields?.['error'])}`),
  }
  cloud.journal.revive()
  const ended = new AbortController()
  const connection: Connection = await connect({ kubeconfig: server.kubeconfigFile, userAgent: 'fairlead-test', clock, log, qps: 2000, burst: 2000 })
  const api = faulty(connection.api, faults, { calls, reads, pending: 0 })
  const store: ClusterStore = watchCluster(api, { clock, signal: ended.signal })
  if (config.policy !== undefined && usesLabels(config.policy)) await store.watchNamespaces()
  const events: EventRecorder = eventRecorder({ api, clock, log, instance: 'test' })
  const controller = startController({
    clouds: clouds(mortal(bind(inMemoryProvider(cloud), { log }), faults)),
    api,
    store,
    events,
    lease: { ...alone, mayWrite: () => !faults.isDead },
    clock: ours,
    random: () => 0.5,
    log,
    metrics: { ...noMetrics, set: (name, value) => void (gauge = name === 'fairlead_orphans' ? value : gauge) },
    config: {
      defaultScheme: 'internet-facing',
      sharedKeys: new Set(),
      dryRun: false,
      neverDelete: false,
      driftIntervalMs: 3_600_000,
      concurrency: 4,
      lingerMs: 50,
      ...config,
    },
  })
  await controller.ready
  const close = async (): Promise<void> => {
    ended.abort()
    await store.stop()
    await connection.close()
  }
  return {
    controller,
    faults,
    calls,
    reads,
    reported,
    outcomes,
    warnings,
    errors,
    orphanGauge: () => gauge,
    async stop() {
      await controller.stop()
      await events.stop()
      await close()
      expect(errors).toEqual([])
    },
    async kill() {
      faults.isDead = true
      void controller.stop()
      await close()
    },
  }
}

/** A killed process makes no call to the cloud any more, whatever it is in the middle of. */
function mortal(cloud: Cloud, faults: Faults): Cloud {
  const dead = (): Promise<never> => new Promise<never>(() => {})
  return {
    ...cloud,
    converge: (request) => (faults.isDead ? dead() : cloud.converge(request)),
    convergeBase: (request) => (faults.isDead ? dead() : cloud.convergeBase(request)),
    learn: (signal) => (faults.isDead ? dead() : cloud.learn(signal)),
  }
}
