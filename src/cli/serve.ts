/** Runs the controller on one cluster until it is asked to stop, and takes everything down in the right order. What `run` and `playground` share. */
import { present } from '../model/present.ts'
import { hostname } from 'node:os'
import type { AnnotationSet } from '../../annotations/define.ts'
import { SettingError, type Settings } from '../config.ts'
import { type Activity, createActivity } from '../controller/activity.ts'
import { type Controller, startController } from '../controller/controller.ts'
import { type CallCounts, countCalls } from '../dashboard/call-counts.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import { clusterId } from '../kubernetes/cluster-id.ts'
import { type ClusterStore, type Connection, watchCluster } from '../kubernetes/cluster.ts'
import { type EventRecorder, eventRecorder } from '../kubernetes/events.ts'
import { alone, campaign, type Leadership } from '../kubernetes/lease.ts'
import { missingRights, neededRights, type Needs, rightText } from '../kubernetes/rights.ts'
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import { serveProbes } from '../observability/server.ts'
import { type Policy, usesLabels } from '../policy/policy.ts'
import { countWrites } from './call-metrics.ts'
import type { Call } from '../provider/kit/instrument.ts'
import type { LoadedCloud } from '../provider/load.ts'
import type { CloudContext, LoadCloud } from './clouds.ts'
import { type LeasePlace, leasePlaceOf, settingsPlaceOf } from './controller-settings.ts'
import { openDashboard, requireGate } from './dashboard.ts'
import { followPolicy, type PolicyFile, policyIn } from './policy-file.ts'
import { withProgress } from './progress.ts'
import { publishWhileServing } from './publishing.ts'
import { followReleases } from './release-requests.ts'
import { countReserves } from './reserve-counts.ts'
import { countServices } from './service-counts.ts'
import { countTargets } from './target-counts.ts'
import { whenAborted } from './when-aborted.ts'

export interface ServeOptions {
  readonly connection: Connection
  readonly settings: Settings
  /** All that may be read of a Service. */
  readonly annotations: readonly AnnotationSet<unknown>[]
  /** The names of all providers that there are. */
  readonly allProviders: readonly string[]
  readonly metrics: Metrics
  readonly loadCloud: LoadCloud
  /** The clouds are emulated ones on this machine. */
  readonly isEmulated?: boolean
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** A uuid, for who we are among several processes. */
  readonly unique: string
  readonly signal: AbortSignal
  /** Called once, when Services are served. */
  readonly onReady?: (where: Where) => void
}

/** URLs of the servers; undefined: off. */
export interface Where {
  readonly http: string | undefined
  readonly dashboard: string | undefined
}

const DEFAULT_HTTP = '127.0.0.1:9440'

/** Resolves after a clean stop. Throws when it cannot go on: no API server, another cluster's Lease, a lost Lease. */
export async function serve(options: ServeOptions): Promise<void> {
  const { connection, settings, annotations, metrics, clock, log, signal } = options
  const policyFile = policyIn(settings, annotations)
  const api = countWrites(connection.api, metrics)
  const stack = new AsyncDisposableStack()
  await using _ = stack
  const readiness: Readiness = { reason: () => 'starting', count: () => Promise.resolve() }
  // Before anything is asked of the cluster: an address that is taken is a mistake in the settings.
  requireGate(settings)
  const probes = await openProbes(settings, metrics, readiness)
  if (probes !== undefined) stack.defer(() => probes.close())
  const progress = { clock, log }
  const identified = withProgress(clusterId(api, settings['cluster-id'], signal), 'waiting for the answer of the API server', progress)
  const id = await unlessStopped(identified, signal)
  if (id === undefined) return
  // Before the Lease, so that a provider that cannot start takes it from no process; closed before it, so that no two processes serve.
  const open = new AsyncDisposableStack()
  const { activity, calls, onCall } = keepRecord(clock)
  const clouds = await loadClouds({ ...options, onCall }, id, open)
  const cluster = joinCluster(options, { api, id }, stack)
  stack.use(open)
  const serving: Serving = { ...cluster, events: noting(cluster.events, activity), api, clouds, policyFile, activity }
  const state = { isReady: false }
  answerProbes(readiness, serving, { options, state })
  const controller = startServing(serving, options, stack)
  void tellMissingRights(api, needsOf(serving, settings), log, signal)
  const dashboard = await openDashboard({ ...serving, clouds: clouds.map(({ cloud }) => cloud), controller, calls, clusterId: id }, options)
  if (dashboard !== undefined) stack.defer(() => dashboard.close())
  const where: Where = { http: probes?.url, dashboard: dashboard?.url }
  log.info('started', { cluster: id, server: connection.server, providers: clouds.map(({ cloud }) => cloud.name), ...where })
  const stopped = whenAborted(signal)
  const lost = cluster.lease.lost.then(() => Promise.reject(new Error('the Lease was lost to another process: this one ends, so that it can start anew')))
  await untilReady({ ...cluster, controller }, [stopped, lost], progress)
  if (!signal.aborted) {
    state.isReady = true
    options.onReady?.(where)
  }
  await Promise.race([stopped, lost])
  log.info('stopping')
}

/** Resolves when Services are served, or when one of `ends` came first. */
async function untilReady(
  { store, lease, controller }: Pick<Joined, 'store' | 'lease'> & { readonly controller: Controller },
  ends: readonly Promise<void>[],
  progress: Parameters<typeof withProgress>[2],
): Promise<void> {
  const synced = withProgress(Promise.race([store.synced, ...ends]), "reading the cluster's objects", progress)
  await Promise.all([synced, Promise.race([lease.elected, ...ends])])
  await withProgress(Promise.race([controller.ready, ...ends]), 'reading what the providers hold', progress)
}

/** What the dashboard shows of the past. */
function keepRecord(clock: Clock): { readonly activity: Activity; readonly calls: CallCounts; readonly onCall: (call: Call) => void } {
  const [activity, calls] = [createActivity(clock), countCalls()]
  const onCall = (call: Call): void => {
    activity.noteCall(call)
    calls.note(call)
  }
  return { activity, calls, onCall }
}

/** What stands between the cluster and the controller. */
interface Joined {
  readonly lease: Leadership
  readonly leasePlace: LeasePlace
  readonly store: ClusterStore
  readonly events: EventRecorder
}

interface Serving extends Joined {
  readonly api: KubernetesApi
  readonly clouds: readonly LoadedCloud[]
  readonly policyFile: PolicyFile | undefined
  readonly activity: Activity
}

/** The same recorder; what is recorded of Services is also kept for the dashboard. */
function noting(events: EventRecorder, activity: Activity): EventRecorder {
  const record: EventRecorder['record'] = (service, event) => {
    activity.noteEvent(service, event)
    events.record(service, event)
  }
  return { record, recordOn: (subject, event) => events.recordOn(subject, event), flush: () => events.flush(), stop: () => events.stop() }
}

function joinCluster(options: ServeOptions, { api, id }: { readonly api: KubernetesApi; readonly id: string }, stack: AsyncDisposableStack): Joined {
  const { connection, settings, clock, log, signal } = options
  const leasePlace = leasePlaceOf(settings, connection)
  const identity = `${hostname()}_${options.unique}`
  const lease = settings['leader-elect'] ? campaign({ api, clock, log, ...leasePlace, identity, clusterId: id }) : alone
  stack.defer(() => lease.release())
  const store = watchCluster(api, {
    clock,
    signal,
    onError: (error, resource) => log.warn('a list or watch failed; it is tried again', { resource, error }),
  })
  stack.defer(() => store.stop())
  const events = eventRecorder({ api, clock, log, instance: hostname() })
  stack.defer(() => events.stop())
  return { lease, leasePlace, store, events }
}

interface Answering {
  readonly options: Pick<ServeOptions, 'metrics' | 'settings' | 'clock' | 'signal'>
  readonly state: { readonly isReady: boolean }
}

function answerProbes(readiness: Readiness, { store, lease, clouds }: Serving, { options: { metrics, settings, clock, signal }, state }: Answering): void {
  // A copy that waits for the Lease is ready too: it has read the cluster and can take over.
  readiness.reason = () =>
    !store.isSynced() ? 'the cluster is not read yet' : !lease.isLeader() || state.isReady ? undefined : 'the inventory is not taken yet'
  // Every copy sees every Service: if all of them reported, a sum over the copies would count each Service as often.
  readiness.count = async () => {
    if (lease.isLeader()) {
      countServices(metrics, store.snapshot(), { providers: settings.providers, now: clock.date() })
      countReserves(metrics, clouds)
      await countTargets(metrics, clouds, signal)
    }
    metrics.set('fairlead_leader', lease.isLeader() ? 1 : 0)
  }
}

function startServing(serving: Serving, options: ServeOptions, stack: AsyncDisposableStack): Controller {
  const { api, clouds, store, lease, leasePlace, events, policyFile, activity } = serving
  const { settings, annotations, allProviders, metrics, clock, log } = options
  const policy = policyFile?.policy
  const namespaces = policy !== undefined && usesLabels(policy) ? store.watchNamespaces() : Promise.resolve()
  const releases = Promise.withResolvers<void>()
  const controller = startController({
    clouds: clouds.map(({ cloud }) => cloud),
    api,
    store: { ...store, synced: Promise.all([store.synced, namespaces, releases.promise]).then(() => undefined) },
    events,
    lease,
    clock,
    log,
    metrics,
    activity,
    config: { ...controllerConfig(settings), allProviders, ...present({ policy }) },
  })
  stack.defer(() => controller.stop())
  const place = settingsPlaceOf(leasePlace)
  void followReleases({ api, place, release: (uids) => controller.release(uids), elected: lease.elected, clock, log, signal: options.signal }).then(
    releases.resolve,
  )
  const publishing = publishWhileServing({ ...serving, ...options, controller })
  if (policyFile !== undefined) {
    const change = async (next: Policy, text: string): Promise<void> => {
      if (usesLabels(next)) await store.watchNamespaces()
      controller.setPolicy(next)
      publishing.policyChanged(text)
    }
    stack.defer(followPolicy({ file: policyFile, annotations, clock, log, metrics, change }))
  }
  for (const loaded of clouds) {
    const unsubscribe = loaded.onDrift?.((drifted) => controller.noteDrift(loaded.cloud.name, drifted))
    if (unsubscribe !== undefined) stack.defer(unsubscribe)
  }
  publishing.begin()
  return controller
}

function needsOf({ leasePlace, policyFile }: Serving, settings: Settings): Needs {
  return {
    ...(settings['leader-elect'] ? { lease: leasePlace } : {}),
    settings: settingsPlaceOf(leasePlace),
    readinessGates: settings['readiness-gates'],
    reviews: settings['dashboard-token-review'],
    namespaceLabels: policyFile !== undefined && usesLabels(policyFile.policy),
  }
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

/** A missing permission is logged at the start, where it is cheap to grant, and not only by the call that is refused some day. */
async function tellMissingRights(api: KubernetesApi, needs: Needs, log: Log, signal: AbortSignal): Promise<void> {
  try {
    for (const right of await missingRights(api, neededRights(needs), signal))
      log.warn('a right is missing: grant it to the account', { right: rightText(right) })
  } catch (error) {
    log.debug('the API server did not say which rights there are', { error })
  }
}

/** Throws what a provider says against its settings, and closes those that were loaded before it. */
async function loadClouds(options: ServeOptions & Pick<CloudContext, 'onCall'>, id: string, open: AsyncDisposableStack): Promise<readonly LoadedCloud[]> {
  const { settings, metrics, clock, log, loadCloud, connection, onCall, isEmulated = false } = options
  const common = { ...present({ onCall }), isEmulated, settings, clusterId: id, clock, log, metrics, portForward: connection.portForward }
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
    ...present({ defaultClass }),
    defaultScheme: settings['default-scheme'],
    sharedKeys: new Set(settings['share-across-namespaces']),
    dryRun: settings['dry-run'],
    neverDelete: settings['never-delete'],
    upstreamFinalizer: settings['upstream-finalizer'],
    readinessGates: settings['readiness-gates'],
    orphanGraceMs: settings['orphan-grace'] * 1000,
    driftIntervalMs: settings['drift-interval'] === 0 ? NEVER_MS : settings['drift-interval'] * 1000,
    concurrency: settings.concurrency,
  }
}

/** A hundred years. */
const NEVER_MS = 3_155_760_000_000

/** What the probes and the metrics answer; filled in as the start goes on. */
interface Readiness {
  /** Undefined: ready. */
  reason: () => string | undefined
  count: () => Promise<void>
}

function openProbes(settings: Settings, metrics: Metrics, readiness: Readiness): ReturnType<typeof serveProbes> | Promise<undefined> {
  const address = settings.http ?? DEFAULT_HTTP
  if (address === 'off') return Promise.resolve(undefined)
  const probes = {
    healthy: () => undefined,
    ready: () => readiness.reason(),
    async metrics() {
      await readiness.count()
      return metrics.text()
    },
  }
  return serveProbes(address, probes, settings['allowed-hosts']).catch((error: unknown) => {
    throw new SettingError(
      `--http is ${JSON.stringify(address)}, where the program cannot listen: ${messageOf(error)}; allowed: another ADDRESS:PORT, or off`,
      {
        cause: error,
      },
    )
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
