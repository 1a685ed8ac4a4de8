/** Starts and stops the loops of all providers (`loop.ts`). They work only while the Lease is held. */
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { Change, ClusterStore } from '../kubernetes/cluster.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import type { Leadership } from '../kubernetes/lease.ts'
import type { Clock } from '../model/clock.ts'
import type { Service } from '../model/cluster.ts'
import type { Scheme } from '../model/load-balancer.ts'
import type { Log } from '../model/log.ts'
import type { Policy } from '../policy/policy.ts'
import type { Cloud, PlanFilter } from '../provider/cloud.ts'
import type { StackId } from '../provider/provider.ts'
import { allOf, dryRun, neverDelete } from '../provider/engine/plan-filters.ts'
import { type Activity, noActivity } from './activity.ts'
import type { ProviderLook, ServiceLook } from './look.ts'
import { Loop, type LoopOptions } from './loop.ts'
import { newProviderState, type ProviderState } from './provider-state.ts'
import { type ControllerMetrics, noMetrics } from './metrics.ts'
import { classEventOf } from './class-events.ts'
import { nodeEventOf } from './node-events.ts'
import { type ListedOrphan, listOrphans } from './stacks/orphan-list.ts'
import { ORPHAN_GRACE_MS } from './stacks/orphans.ts'
import { LINGER_MS } from './services/published.ts'
import { NO_GATES, Warming } from './gates/readiness-gates.ts'

export interface ControllerConfig {
  /** The provider that takes Services without a class; absent: none does. */
  readonly defaultClass?: string
  readonly defaultScheme: Scheme
  /** Share keys that all namespaces may use. */
  readonly sharedKeys: ReadonlySet<string>
  /** What the operator allows; absent: everything. `setPolicy` changes it. */
  readonly policy?: Policy
  /** Nothing is written, neither to a cloud nor to the cluster; what would be done is logged. */
  readonly dryRun: boolean
  /** Nothing in a cloud is deleted. */
  readonly neverDelete: boolean
  /** Services also carry the finalizer `service.kubernetes.io/load-balancer-cleanup`. Default false. */
  readonly upstreamFinalizer?: boolean
  /** Readiness gates are opened; without, no pod is read or updated. Default true. */
  readonly readinessGates?: boolean
  /** How often the inventory is taken again, within a tenth. */
  readonly driftIntervalMs: number
  /** Within how many milliseconds each Stack is read in full, where an inventory does not show everything. Default a day. */
  readonly inspectionMs?: number
  /** How many Stacks of a cloud are worked on side by side. */
  readonly concurrency: number
  /** The names of all providers that Fairlead has; absent: those of this controller. */
  readonly allProviders?: readonly string[]
  /** How long an old address is still served after the new one is published. Default 5 minutes. */
  readonly lingerMs?: number
  /** How long the load balancer of a Service is kept that the cluster does not have and this process never saw; Infinity: always. Default an hour. */
  readonly orphanGraceMs?: number
  /** How often the health of targets is asked while pods wait for it by a readiness gate. Default 10 seconds. */
  readonly targetHealthMs?: number
}

export interface ControllerOptions {
  readonly clouds: readonly Cloud[]
  readonly api: KubernetesApi
  readonly store: ClusterStore
  readonly events: Pick<EventRecorder, 'record' | 'recordOn'>
  readonly lease: Pick<Leadership, 'elected' | 'mayWrite' | 'term' | 'leftAt'>
  readonly clock: Clock
  readonly random?: () => number
  readonly log: Log
  readonly metrics?: ControllerMetrics
  /** Keeps what happened; absent: nothing is kept. */
  readonly activity?: Pick<Activity, 'noteOutcome'>
  readonly config: ControllerConfig
}

export interface Controller {
  /** Resolves when the Lease is held, the cluster is read, and every cloud's inventory was taken or has failed once. Never settles when stopped before. */
  readonly ready: Promise<void>
  /** A provider noticed that one of its Stacks was changed from outside: the Stack is reconciled, and what changes then is a repair. */
  noteDrift(provider: string, stack: StackId): void
  /** The operator's policy is another one now; all Services are judged by it. */
  setPolicy(policy: Policy): void
  /** What the clouds hold for Services that do not exist, sorted; undefined: not every inventory was taken yet. */
  orphans(): readonly ListedOrphan[] | undefined
  /** Orphans with these uids are not kept any longer. A uid that is not an orphan's is ignored. */
  deleteOrphans(uids: readonly string[]): void
  /** The operator has released the Services with these uids, and no other: they are treated as if they did not ask for a load balancer. */
  release(uids: ReadonlySet<string>): void
  /** What is known of a Service, for each provider that it has to do with. It makes no call. */
  look(service: Service): readonly ServiceLook[]
  /** How the providers stand, in their order. */
  providers(): readonly ProviderLook[]
  /** Resolves when nothing is due now; what is due later does not count. */
  idle(): Promise<void>
  /** Starts nothing any more, writes nothing any more, and resolves when the calls under way have ended, or were cut off after 20 seconds. The Lease may be released then. */
  stop(): Promise<void>
}

const TARGET_HEALTH_MS = 10_000
const GRACE_MS = 20_000
const DAY_MS = 24 * 3_600_000

/** Begins at once with waiting for the Lease. */
export function startController(options: ControllerOptions): Controller {
  const { lease, clock } = options
  const abort = new AbortController()
  let isStopping = false
  const mayWrite = (): boolean => !isStopping && lease.mayWrite()
  const shared = sharedOptions(options, abort.signal, mayWrite)
  const { readinessGates = true, targetHealthMs: everyMs = TARGET_HEALTH_MS } = options.config
  const warming = readinessGates ? new Warming({ ...shared, everyMs }) : NO_GATES
  const loops = options.clouds.map((cloud) => new Loop(stateFor(cloud, options.config), { ...loopOptions(options), ...shared, warming }))
  const states = loops.map(({ state }) => state)
  const stopped = Promise.withResolvers<void>()
  const unsubscribes: (() => void)[] = []

  return {
    ready: begin(loops, { options, stopped: stopped.promise, unsubscribes }),
    noteDrift: (provider, stack) => loops.filter(({ state }) => state.cloud.name === provider).forEach((loop) => loop.noteDrift(stack)),
    setPolicy: (policy) => loops.forEach((loop) => loop.setPolicy(policy)),
    orphans: () => listOrphans(states, { clock, neverDelete: options.config.neverDelete }),
    release: (uids) => loops.forEach((loop) => loop.release(uids)),
    deleteOrphans: (uids) => loops.forEach((loop) => loop.deleteOrphans(uids)),
    look: (service) => loops.flatMap((loop) => loop.look(service) ?? []),
    providers: () => loops.map((loop) => loop.lookAtProvider()),
    async idle() {
      for (const loop of loops) await loop.idle()
      await warming.idle()
    },
    async stop() {
      isStopping = true
      stopped.resolve()
      for (const unsubscribe of unsubscribes) unsubscribe()
      const grace = clock.setTimeout(() => abort.abort(new Error('stopping')), GRACE_MS)
      await Promise.all([warming.stop(), ...loops.map((loop) => loop.stop())])
      grace.cancel()
    },
  }
}

interface Beginning {
  readonly options: ControllerOptions
  readonly stopped: Promise<void>
  /** Takes what ends the subscriptions. */
  readonly unsubscribes: (() => void)[]
}

/** Never settles when stopped before. */
async function begin(loops: readonly Loop[], { options, stopped, unsubscribes }: Beginning): Promise<void> {
  const { store, lease, config } = options
  const isStopped = await Promise.race([Promise.all([lease.elected, store.synced]).then(() => false), stopped.then(() => true)])
  if (isStopped) return new Promise<never>(() => {})
  unsubscribes.push(store.subscribe((change) => loops.forEach((loop) => loop.handle(change))))
  if (!config.dryRun) unsubscribes.push(...recordOthers(options))
  await Promise.all(loops.map((loop) => loop.start()))
  await Promise.all(loops.map(({ inventoryTried }) => inventoryTried))
  return undefined
}

/** Events on Nodes, and on Services that no provider serves. Answers what ends them. */
function recordOthers({ events, store, clouds, config }: ControllerOptions): readonly (() => void)[] {
  const running = clouds.map(({ name }) => name)
  const names = { running, all: config.allProviders ?? running }
  const noteClass = (after: Service | undefined, before?: Service): void => {
    const event = classEventOf(after, before, names)
    if (after !== undefined && event !== undefined) events.record(after, event)
  }
  for (const service of store.snapshot().services()) noteClass(service)
  return [
    store.subscribe((change) => recordNodeEvent({ events }, change)),
    store.subscribe((change) => {
      if (change.resource === 'services') noteClass(change.after, change.before)
    }),
  ]
}

function recordNodeEvent({ events }: Pick<ControllerOptions, 'events'>, change: Change): void {
  const found = nodeEventOf(change)
  if (found !== undefined) events.recordOn(found.subject, found.event)
}

type Shared = Pick<LoopOptions, 'api' | 'events' | 'clock' | 'random' | 'log' | 'signal' | 'term' | 'mayWrite' | 'isDryRun'> & Pick<ControllerOptions, 'store'>

function sharedOptions(options: ControllerOptions, signal: AbortSignal, mayWrite: () => boolean): Shared {
  const { api, store, events, clock, random = Math.random, log, lease, config } = options
  return { api, store, events, clock, random, log, signal, term: () => lease.term(), mayWrite, isDryRun: config.dryRun }
}

function loopOptions({ metrics = noMetrics, activity = noActivity, lease, config }: ControllerOptions): Omit<LoopOptions, keyof Shared | 'warming'> {
  const { driftIntervalMs, concurrency, inspectionMs = DAY_MS } = config
  return { metrics, activity, filter: filterOf(config), concurrency, driftIntervalMs, inspectionMs, leftAt: () => lease.leftAt() }
}

function filterOf(config: ControllerConfig): PlanFilter | undefined {
  const filters = [...(config.dryRun ? [dryRun] : []), ...(config.neverDelete ? [neverDelete] : [])]
  return filters.length === 0 ? undefined : allOf(...filters)
}

function stateFor(cloud: Cloud, config: ControllerConfig): ProviderState {
  const { defaultClass, defaultScheme, sharedKeys, policy, lingerMs = LINGER_MS, upstreamFinalizer = false, orphanGraceMs = ORPHAN_GRACE_MS } = config
  const context = { provider: cloud, defaultClass: defaultClass === cloud.name, defaultScheme, sharedKeys }
  return newProviderState(cloud, context, { lingerMs, policy, upstreamFinalizer, orphanGraceMs })
}
