/** Runs the controller on one cluster until it is told to stop, and takes everything down in the right order. What `run` and `playground` share. */
import { hostname } from 'node:os'
import { SettingError, type Settings } from '../config.ts'
import { startController } from '../controller/controller.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import { clusterId } from '../kubernetes/cluster-id.ts'
import { type ClusterStore, type Connection, watchCluster } from '../kubernetes/cluster.ts'
import { eventRecorder } from '../kubernetes/events.ts'
import { alone, campaign, type Leadership } from '../kubernetes/lease.ts'
import { missingRights, neededRights, type Needs, rightText } from '../kubernetes/rights.ts'
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import { createMetrics, type Metrics } from '../observability/metrics.ts'
import { serveProbes } from '../observability/server.ts'
import { countWrites } from './call-metrics.ts'
import type { LoadCloud, LoadedCloud } from './clouds.ts'
import { countServices } from './service-counts.ts'

export interface ServeOptions {
  readonly connection: Connection
  readonly settings: Settings
  readonly networkMap?: readonly string[]
  readonly loadCloud: LoadCloud
  /** The clouds are emulated ones on this machine. */
  readonly isEmulated?: boolean
  readonly clock: Clock
  readonly log: Log
  /** A uuid, for who we are among several processes. */
  readonly unique: string
  readonly signal: AbortSignal
  /** Called once, when Services are served. */
  readonly onReady?: (where: { readonly http: string | undefined }) => void
}

const DEFAULT_HTTP = '127.0.0.1:9440'

/** Resolves after a clean stop. Throws when it cannot go on: no API server, another cluster's Lease, a lost Lease. */
export async function serve(options: ServeOptions): Promise<void> {
  const { connection, settings, clock, log, signal } = options
  const metrics = createMetrics()
  const api = countWrites(connection.api, metrics)
  const stack = new AsyncDisposableStack()
  await using _ = stack
  const identity = `${hostname()}_${options.unique}`
  const id = await unlessStopped(clusterId(api, settings['cluster-id'], signal), signal)
  if (id === undefined) return
  // Before the Lease, so that a provider that cannot be had takes it from nobody; closed before it, so that no two processes serve.
  const open = new AsyncDisposableStack()
  const clouds = await loadClouds(options, { metrics, clusterId: id }, open)
  const leaseName = leaseNameOf(options)
  const lease = leaseName === undefined ? alone : campaign({ api, clock, log, ...leaseName, identity, clusterId: id })
  stack.defer(() => lease.release())
  const store = watchCluster(api, {
    clock,
    signal,
    onError: (error, resource) => log.warn('a list or watch failed; it is tried again', { resource, error }),
  })
  stack.defer(() => store.stop())
  const events = eventRecorder({ api, clock, log, instance: hostname() })
  stack.defer(() => events.stop())
  stack.use(open)
  let isReady = false
  const probes = await openProbes({ settings, metrics, store, lease, isReady: () => isReady })
  if (probes !== undefined) stack.defer(() => probes.close())
  const controller = startController({
    clouds: clouds.map(({ cloud }) => cloud),
    api,
    store,
    events,
    lease,
    clock,
    log,
    metrics,
    config: controllerConfig(settings),
  })
  stack.defer(() => controller.stop())
  for (const loaded of clouds) {
    const unsubscribe = loaded.onDrift?.((drifted) => controller.noteDrift(loaded.cloud.name, drifted))
    if (unsubscribe !== undefined) stack.defer(unsubscribe)
  }
  const needs = { ...(leaseName === undefined ? {} : { lease: leaseName }), readinessGates: settings['readiness-gates'] }
  void tellMissingRights(api, needs, log, signal)
  log.info('started', { cluster: id, server: connection.server, providers: clouds.map(({ cloud }) => cloud.name), http: probes?.url })
  const stopped = whenAborted(signal)
  const lost = lease.lost.then(() => Promise.reject(new Error('the Lease was lost to another process: this one ends, so that it can start anew')))
  await Promise.race([controller.ready, stopped, lost, lease.elected.then(() => stopped)])
  if (!signal.aborted) {
    isReady = true
    options.onReady?.({ http: probes?.url })
  }
  await Promise.race([stopped, lost])
  log.info('stopping')
}

/** Undefined when `signal` came first: a call that it cut short has not failed. */
async function unlessStopped<T>(call: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

function leaseNameOf({ settings, connection }: ServeOptions): { readonly namespace: string; readonly name: string } | undefined {
  if (!settings['leader-elect']) return undefined
  return { namespace: settings['lease-namespace'] ?? connection.podNamespace ?? 'kube-system', name: settings['lease-name'] ?? 'fairlead' }
}

/** A missing right is told at the start, where it is cheap to mend, and not only by the call that is refused some day. */
async function tellMissingRights(api: KubernetesApi, needs: Needs, log: Log, signal: AbortSignal): Promise<void> {
  try {
    for (const right of await missingRights(api, neededRights(needs), signal))
      log.warn('a right is missing: grant it to the account', { right: rightText(right) })
  } catch (error) {
    log.debug('the API server did not say which rights there are', { error })
  }
}

/** Throws what a provider says against its settings, and closes those that were loaded before it. */
async function loadClouds(
  options: ServeOptions,
  { metrics, clusterId: id }: { readonly metrics: Metrics; readonly clusterId: string },
  open: AsyncDisposableStack,
): Promise<readonly LoadedCloud[]> {
  const { settings, clock, log, loadCloud, networkMap = [], connection, isEmulated = false } = options
  const common = { isEmulated, settings, clusterId: id, networkMap, clock, log, metrics, portForward: connection.portForward }
  const clouds: LoadedCloud[] = []
  try {
    for (const name of settings.providers) {
      const loaded = await loadCloud(name, { ...common, purpose: 'act' })
      open.defer(() => loaded.close())
      clouds.push(loaded)
    }
    return clouds
  } catch (error) {
    await open.disposeAsync()
    throw error
  }
}

/** What of the settings is the controller's business. */
export function controllerConfig(settings: Settings): Parameters<typeof startController>[0]['config'] {
  const defaultClass = settings['default-class']
  return {
    ...(defaultClass === undefined ? {} : { defaultClass }),
    defaultScheme: settings['default-scheme'],
    sharedKeys: new Set(settings['share-across-namespaces']),
    dryRun: settings['dry-run'],
    neverDelete: settings['never-delete'],
    readinessGates: settings['readiness-gates'],
    driftIntervalMs: settings['drift-interval'] === 0 ? NEVER_MS : settings['drift-interval'] * 1000,
    concurrency: settings.concurrency,
  }
}

/** A hundred years. */
const NEVER_MS = 3_155_760_000_000

interface ProbeParts {
  readonly settings: Settings
  readonly metrics: Metrics
  readonly store: ClusterStore
  readonly lease: Leadership
  readonly isReady: () => boolean
}

function openProbes({ settings, metrics, store, lease, isReady }: ProbeParts): ReturnType<typeof serveProbes> | Promise<undefined> {
  const address = settings.http ?? DEFAULT_HTTP
  if (address === 'off') return Promise.resolve(undefined)
  const probes = {
    healthy: () => undefined,
    // A copy that waits for the Lease is ready too: it has read the cluster and can take over.
    ready: () => (!store.isSynced() ? 'the cluster is not read yet' : !lease.isLeader() || isReady() ? undefined : 'the inventory is not taken yet'),
    metrics() {
      countServices(metrics, store.snapshot(), settings.providers)
      metrics.set('fairlead_leader', lease.isLeader() ? 1 : 0)
      return metrics.text()
    },
  }
  return serveProbes(address, probes).catch((error: unknown) => {
    throw new SettingError(`--http is ${JSON.stringify(address)}, where nobody can listen: ${messageOf(error)}; allowed: another ADDRESS:PORT, or off`, {
      cause: error,
    })
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
