/** The controller in this process, put together as the program does it: with the in-memory cloud, or with any other. */
import { type Controller, startController } from '../../../src/controller/controller.ts'
import { connect, type ClusterStore, watchCluster } from '../../../src/kubernetes/cluster.ts'
import { eventRecorder } from '../../../src/kubernetes/events.ts'
import { alone, type Leadership } from '../../../src/kubernetes/lease.ts'
import { type Clock, systemClock } from '../../../src/model/clock.ts'
import { type Log, silentLog } from '../../../src/model/log.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Cloud } from '../../../src/provider/cloud.ts'
import { type InMemoryCloud, inMemoryCloud, inMemoryProvider } from '../../in-memory/index.ts'
import { kubeconfigFile } from './kubeconfig-file.ts'

export const PROVIDER = 'memory'
export const USER_AGENT = 'fairlead-bench'
/** Nothing is due by time alone unless a clock is moved. */
export const DRIFT_INTERVAL_MS = 86_400_000

export interface BenchController extends AsyncDisposable {
  readonly controller: Controller
  readonly store: ClusterStore
}

export interface ControllerOptions {
  /** The controller's; connections keep the real one. */
  readonly clock?: Clock
  /** Requests a second to the API server; absent: what the program allows itself. */
  readonly qps?: number
  /** Default: `DRIFT_INTERVAL_MS`. */
  readonly driftIntervalMs?: number
  /** When a process before this one gave its last sign of life, as a Lease tells it; absent: nobody knows. */
  readonly leftAt?: number
}

export interface BenchControllerOptions extends ControllerOptions {
  readonly cloud: InMemoryCloud
  /** Around the bound cloud, to watch what is asked of it. */
  readonly wrap?: (cloud: Cloud) => Cloud
}

/** Keeps no past states: they are for tests of listings that lag, and cost more than the cloud itself. */
export function benchCloud(): InMemoryCloud {
  const cloud = inMemoryCloud()
  cloud.journal.onWritten = () => {}
  return cloud
}

/** An error that is ours ends the process. */
export const log: Log = { ...silentLog, error: (message, fields) => fail(message, fields) }

/** Resolves when the inventory was taken. */
export function startBenchController(server: { readonly url: string }, options: BenchControllerOptions): Promise<BenchController> {
  const { cloud, wrap = (bound) => bound, ...others } = options
  // The provider of the tests plans everything twice to prove that it can; here it is to be fast.
  return startControllerOn(server, wrap(bind(inMemoryProvider(cloud, { plansTwice: false }), { log })), others)
}

/** Resolves when the inventory was taken. */
export async function startControllerOn(server: { readonly url: string }, cloud: Cloud, options: ControllerOptions): Promise<BenchController> {
  const { clock = systemClock, qps, driftIntervalMs = DRIFT_INTERVAL_MS, leftAt } = options
  const lease: Leadership = { ...alone, leftAt: () => leftAt }
  const stack = new AsyncDisposableStack()
  const limits = qps === undefined ? {} : { qps, burst: qps }
  const file = stack.use(await kubeconfigFile(server))
  const connection = await connect({ kubeconfig: file.path, userAgent: USER_AGENT, clock: systemClock, log, ...limits })
  stack.defer(() => connection.close())
  const store = watchCluster(connection.api, { clock: systemClock, signal: new AbortController().signal })
  stack.defer(() => store.stop())
  const events = eventRecorder({ api: connection.api, clock: systemClock, log, instance: 'bench' })
  stack.defer(() => events.stop())
  const config = {
    defaultScheme: 'internet-facing',
    sharedKeys: new Set<string>(),
    dryRun: false,
    neverDelete: false,
    driftIntervalMs,
    concurrency: 8,
  } as const
  const controller = startController({ clouds: [cloud], api: connection.api, store, events, lease, clock, log, config })
  stack.defer(() => controller.stop())
  await controller.ready
  return { controller, store, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

function fail(message: string, fields: unknown): never {
  console.error(message, fields)
  process.exit(1)
}
