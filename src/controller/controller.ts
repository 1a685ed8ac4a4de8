/** Starts and stops what turns changes in the cluster into converged Stacks and told Services. It leads only while the Lease is held. */
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { ClusterStore } from '../kubernetes/cluster.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import type { Leadership } from '../kubernetes/lease.ts'
import type { Clock } from '../model/clock.ts'
import type { Scheme } from '../model/load-balancer.ts'
import type { Log } from '../model/log.ts'
import type { Cloud, PlanFilter } from '../provider/cloud.ts'
import type { StackId } from '../provider/provider.ts'
import { allOf, dryRun, neverDelete } from '../provider/policy.ts'
import { Control, type ControlOptions } from './control.ts'
import { type Explanation, explainService } from './explain.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { type ControllerMetrics, noMetrics } from './metrics.ts'
import { type Orphan, orphansOf } from './orphans.ts'
import { NO_GATES, Warming } from './warming.ts'

export interface ControllerConfig {
  /** The provider that takes Services without a class; absent: nobody does. */
  readonly defaultClass?: string
  readonly defaultScheme: Scheme
  /** Share keys that all namespaces may use. */
  readonly sharedKeys: ReadonlySet<string>
  /** Nothing is written, neither to a cloud nor to the cluster; what would be done is logged. */
  readonly dryRun: boolean
  /** Nothing in a cloud is deleted. */
  readonly neverDelete: boolean
  /** Readiness gates are opened; without, no pod is read or told. Default true. */
  readonly readinessGates?: boolean
  /** How often the inventory is taken again, within a tenth. */
  readonly driftIntervalMs: number
  /** Within how many milliseconds each Stack is looked at in full, where an inventory does not show everything. Default a day. */
  readonly inspectionMs?: number
  /** How many Stacks of a cloud are worked on side by side. */
  readonly concurrency: number
  /** How long an old address goes on after the new one is published. Default 5 minutes. */
  readonly lingerMs?: number
  /** How often the health of targets is asked while pods wait for it by a readiness gate. Default 10 seconds. */
  readonly targetHealthMs?: number
}

export interface ControllerOptions {
  readonly clouds: readonly Cloud[]
  readonly api: KubernetesApi
  readonly store: ClusterStore
  readonly events: Pick<EventRecorder, 'record'>
  readonly lease: Pick<Leadership, 'elected' | 'mayWrite' | 'leftAt'>
  readonly clock: Clock
  readonly random?: () => number
  readonly log: Log
  readonly metrics?: ControllerMetrics
  readonly config: ControllerConfig
}

export interface Controller {
  /** Resolves when the Lease is held, the cluster is read, and every cloud's inventory was taken or has failed once. Pending for ever when stopped before. */
  readonly ready: Promise<void>
  /** A provider noticed by itself that one of its Stacks is not as it was left: it is looked at again, and what has to be done for it is a repair. */
  noteDrift(provider: string, stack: StackId): void
  /** What is known of a Service. */
  explain(namespace: string, name: string): Explanation
  /** By provider: what belongs to no Service that the cluster shows. */
  orphans(): Readonly<Record<string, readonly Orphan[]>>
  /** Resolves when nothing is due now; what is due later does not count. */
  idle(): Promise<void>
  /** Starts nothing any more, writes nothing any more, and resolves when the calls under way have ended, or were cut off after 20 seconds. The Lease may be released then. */
  stop(): Promise<void>
}

const LINGER_MS = 300_000
const TARGET_HEALTH_MS = 10_000
const GRACE_MS = 20_000
const DAY_MS = 24 * 3_600_000

/** Begins at once with waiting for the Lease. */
export function startController(options: ControllerOptions): Controller {
  const { store, lease, clock } = options
  const abort = new AbortController()
  let isStopping = false
  const mayWrite = (): boolean => !isStopping && lease.mayWrite()
  const shared = sharedOptions(options, abort.signal, mayWrite)
  const { readinessGates = true, targetHealthMs: everyMs = TARGET_HEALTH_MS } = options.config
  const warming = readinessGates ? new Warming({ ...shared, everyMs }) : NO_GATES
  const controls = options.clouds.map((cloud) => new Control(ledgerFor(cloud, options.config), { ...controlOptions(options), ...shared, warming }))
  const ledgers = controls.map(({ ledger }) => ledger)
  const stopped = Promise.withResolvers<void>()
  const unsubscribes: (() => void)[] = []

  const begin = async (): Promise<void> => {
    const isStopped = await Promise.race([Promise.all([lease.elected, store.synced]).then(() => false), stopped.promise.then(() => true)])
    if (isStopped) return new Promise<never>(() => {})
    unsubscribes.push(store.subscribe((change) => controls.forEach((control) => control.hear(change))))
    await Promise.all(controls.map((control) => control.start()))
    await Promise.all(controls.map(({ counted }) => counted))
    return undefined
  }

  return {
    ready: begin(),
    noteDrift: (provider, stack) => controls.filter(({ ledger }) => ledger.cloud.name === provider).forEach((control) => control.noteDrift(stack)),
    explain: (namespace, name) => explainService(ledgers, store.snapshot(), namespace, name),
    orphans: () => Object.fromEntries(ledgers.map(({ cloud }) => [cloud.name, orphansOf(cloud.holdings(), store.snapshot())])),
    async idle() {
      for (const control of controls) await control.idle()
      await warming.idle()
    },
    async stop() {
      isStopping = true
      stopped.resolve()
      for (const unsubscribe of unsubscribes) unsubscribe()
      const grace = clock.setTimeout(() => abort.abort(new Error('stopping')), GRACE_MS)
      await Promise.all([warming.stop(), ...controls.map((control) => control.stop())])
      grace.cancel()
    },
  }
}

type Shared = Pick<ControlOptions, 'api' | 'events' | 'clock' | 'random' | 'log' | 'signal' | 'mayWrite' | 'isDryRun'> & Pick<ControllerOptions, 'store'>

function sharedOptions(options: ControllerOptions, signal: AbortSignal, mayWrite: () => boolean): Shared {
  const { api, store, events, clock, random = Math.random, log, config } = options
  return { api, store, events, clock, random, log, signal, mayWrite, isDryRun: config.dryRun }
}

function controlOptions({ metrics = noMetrics, lease, config }: ControllerOptions): Omit<ControlOptions, keyof Shared | 'warming'> {
  const { driftIntervalMs, concurrency, inspectionMs = DAY_MS } = config
  return { metrics, filter: filterOf(config), concurrency, driftIntervalMs, inspectionMs, leftAt: () => lease.leftAt() }
}

function filterOf(config: ControllerConfig): PlanFilter | undefined {
  const filters = [...(config.dryRun ? [dryRun] : []), ...(config.neverDelete ? [neverDelete] : [])]
  return filters.length === 0 ? undefined : allOf(...filters)
}

function ledgerFor(cloud: Cloud, { defaultClass, defaultScheme, sharedKeys, lingerMs = LINGER_MS }: ControllerConfig): Ledger {
  return openLedger(cloud, { provider: cloud, defaultClass: defaultClass === cloud.name, defaultScheme, sharedKeys }, lingerMs)
}
