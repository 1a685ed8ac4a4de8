/** The emulated Kubernetes API server: it listens on loopback, lets requests in, and brings trouble when asked to. What requests mean is decided behind it. */
import { randomUUID } from 'node:crypto'
import { type IncomingHttpHeaders, type ServerOptions, createServer } from 'node:http'
import type { Socket } from 'node:net'
import { close, listen } from '../cloud/http/serve.ts'
import { accessTo } from './access.ts'
import { Faults } from './faults.ts'
import { collectGarbage } from './garbage.ts'
import { type Control, Controls } from './http/controls.ts'
import { Execs } from './http/exec.ts'
import { FrontDoor } from './http/front-door.ts'
import { NO_PODS, type PodAccess } from './http/pod-access.ts'
import { PortForwards } from './http/port-forward.ts'
import type { User } from './http/system-handler.ts'
import { Watches } from './http/watches.ts'
import { Journal } from './journal.ts'
import { type Machine, clusterOf } from './machine.ts'
import { Registry } from './registry.ts'
import type { ClusterAccess, ResourceDefinition } from './resource.ts'
import { seed } from './resources/seed.ts'
import { type Backup, Store } from './store/store.ts'

export interface ApiServerOptions {
  readonly resources: readonly ResourceDefinition[]
  /** A loopback address. Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: a free one. */
  readonly port?: number
  /** Why a request is refused by what its headers say of where it was sent and from where; the answer is 421 then. Default: none is. */
  readonly hostRefusal?: (headers: IncomingHttpHeaders) => string | undefined
  readonly now?: () => Date
  /** At least 0, less than 1: generated names and watch time-outs. */
  readonly random?: () => number
  /** Runs something later; answers how to cancel it. */
  readonly setTimer?: (run: () => void, ms: number) => () => void
  /** Default 60 s, as the real server has it. */
  readonly bookmarkIntervalMs?: number
  /** Bearer tokens and whose they are. With tokens only these are accepted; without, everyone is. */
  readonly tokens?: Readonly<Record<string, string>>
  /** How many changes of a resource are kept for watches and pages. Default 20,000. */
  readonly history?: number
  /** Makes the namespaces and the Service every cluster has. Default true, where these kinds are there. */
  readonly seed?: boolean
  /** Default true. */
  readonly garbageCollection?: boolean
}

export interface ApiServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  readonly cluster: ClusterAccess
  readonly faults: Faults
  readonly watches: Watches
  readonly journal: Journal
  /** The latest version that was given out. */
  readonly revision: () => number
  /** All older versions are expired from now on: watches from there and pages get 410. */
  compact(): void
  /** Port-forwards, commands and logs lead to pods by this way from now on; before, they are refused. */
  reachPods(access: Partial<PodAccess>): void
  /** Answers at `/_fairlead/NAME` from now on. */
  addControl(name: string, control: Control): void
  backup(): Backup
  /** State and version as they were. Watches go on and hear nothing of it; close them for a server that was started anew. */
  restore(backup: Backup): void
  close(): Promise<void>
}

const EVERYBODY: User = { name: 'system:admin', groups: ['system:masters', 'system:authenticated'] }

export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { hostRefusal = () => undefined, host = '127.0.0.1', now = () => new Date(), random = Math.random, setTimer = realTimer } = options
  const store = new Store({ history: options.history ?? 20_000 })
  const registry = new Registry(options.resources, store)
  const machine: Machine = { store, registry, cluster: clusterOf(registry, now), now, random, uid: randomUUID }
  const watches = new Watches(machine, { setTimer, random, bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000 })
  const [faults, journal, cluster] = [new Faults(), new Journal(), accessTo(machine)]
  const stopCollecting = options.garbageCollection === false ? (): void => undefined : collectGarbage(machine)
  const [controls, toPods] = [new Controls(), waysToPods()]
  const door = new FrontDoor({ machine, watches, faults, journal, controls, ...toPods, hostRefusal, userOf: (token) => userOf(token, options.tokens) })
  const settings: ServerOptions = { keepAliveTimeout: 120_000, requestTimeout: 0, shouldUpgradeCallback: (request) => FrontDoor.mayUpgrade(request) }
  const http = createServer(settings, (request, response) => void door.handle(request, response))
  http.on('upgrade', (request, socket: Socket, head: Buffer) => door.upgrade(request, socket, head))
  const port = await listen(http, { host, port: options.port ?? 0 })
  const isSeeded = options.seed !== false && registry.find('v1', 'namespaces') !== undefined && registry.find('v1', 'services') !== undefined
  if (isSeeded) seed(cluster, { port })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    cluster,
    faults,
    watches,
    journal,
    revision: () => store.revision,
    compact: () => store.compact(),
    reachPods: toPods.lead,
    addControl: (name, control) => controls.add(name, control),
    backup: () => store.backup(),
    restore: (backup) => store.restore(backup),
    close: async () => {
      stopCollecting()
      watches.close()
      toPods.close()
      await close(http)
    },
  }
}

/** What is led to pods, by ways that are named once they run. */
function waysToPods() {
  let pods = NO_PODS
  const portForwards = new PortForwards((pod, number) => pods.dial(pod, number))
  const execs = new Execs((execution) => pods.exec(execution))
  return {
    portForwards,
    execs,
    logOf: (...of: Parameters<PodAccess['logOf']>) => pods.logOf(...of),
    lead: (access: Partial<PodAccess>): void => void (pods = { ...NO_PODS, ...access }),
    close(): void {
      portForwards.close()
      execs.close()
    },
  }
}

function userOf(token: string | undefined, tokens: Readonly<Record<string, string>> | undefined): User | undefined {
  if (tokens === undefined) return EVERYBODY
  const name = token === undefined ? undefined : tokens[token]
  return name === undefined ? undefined : { name, groups: ['system:masters', 'system:authenticated'] }
}

function realTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms)
  timer.unref()
  return () => clearTimeout(timer)
}
