/** One process of the product over the emulated AWS: the real controller, the real SDK, and a way to end it as `kill -9` would. */
import type { AwsEmulator } from '../../emulators/aws/index.ts'
import { LIMITS } from '../../providers/aws/api.ts'
import { type AwsConnection, connect as connectToAws } from '../../providers/aws/index.ts'
import type { AwsProvider } from '../../providers/aws/provider.ts'
import { type Controller, type ControllerConfig, startController } from '../../src/controller/controller.ts'
import { type ClusterStore, connect, type Connection, watchCluster } from '../../src/kubernetes/cluster.ts'
import { eventRecorder } from '../../src/kubernetes/events.ts'
import { alone } from '../../src/kubernetes/lease.ts'
import { systemClock } from '../../src/model/clock.ts'
import { type Log, silentLog } from '../../src/model/log.ts'
import { bind } from '../../src/provider/bind.ts'
import type { Limit } from '../../src/provider/budget.ts'
import type { ManualClock } from '../clock.ts'
import { faulty, noFaults } from '../controller/faults.ts'
import type { Server } from '../controller/server.ts'

export const CLUSTER_ID = 'e2e'

export interface Process {
  readonly controller: Controller
  /** Each is a fault of ours. */
  readonly errors: readonly string[]
  readonly isDead: boolean
  /** As SIGTERM. */
  stop(): Promise<void>
  /** As `kill -9`, at once: nothing it began is finished, and nothing of it is heard of again. */
  strike(): void
  /** Ends what is left open of a process that was struck. */
  bury(): Promise<void>
}

export interface ProcessOptions {
  readonly server: Server
  readonly aws: AwsEmulator
  readonly clock: ManualClock
  readonly config?: Partial<ControllerConfig>
}

/** Time stands still while calls are made, so a rate a second would hold them up for ever. */
const UNLIMITED = Object.fromEntries(Object.keys(LIMITS).map((family) => [family, { perSecond: 1e6, burst: 1e6 }])) as Record<keyof typeof LIMITS, Limit>

export async function startProcess({ server, aws, clock, config = {} }: ProcessOptions): Promise<Process> {
  const faults = noFaults()
  const errors: string[] = []
  const log: Log = { ...silentLog, error: (message, fields) => errors.push(`${message} ${JSON.stringify(fields)} ${String(fields?.['error'])}`) }
  const ended = new AbortController()
  const connection: Connection = await connect({
    kubeconfig: server.kubeconfigFile,
    userAgent: 'fairlead-test',
    clock: systemClock,
    log,
    qps: 2000,
    burst: 2000,
  })
  const api = faulty(connection.api, faults, { calls: [], reads: [] })
  const store: ClusterStore = watchCluster(api, { clock: systemClock, signal: ended.signal })
  const events = eventRecorder({ api, clock: systemClock, log, instance: 'test' })
  const account = await connectTo(aws, clock)
  const controller = startController({
    clouds: [bind(mortal(account.provider, faults), { log, budget: account.budget })],
    api,
    store,
    events,
    lease: { ...alone, mayWrite: () => !faults.isDead },
    clock,
    random: () => 0.5,
    log,
    config: {
      defaultScheme: 'internet-facing',
      sharedKeys: new Set(),
      dryRun: false,
      neverDelete: false,
      driftIntervalMs: 3_600_000,
      concurrency: 4,
      ...config,
    },
  })
  const close = async (): Promise<void> => {
    ended.abort()
    await store.stop()
    await connection.close()
    account.close()
  }
  return {
    controller,
    errors,
    get isDead() {
      return faults.isDead
    },
    async stop() {
      await controller.stop()
      await events.stop()
      faults.isDead = true
      await close()
    },
    strike() {
      faults.isDead = true
    },
    async bury() {
      void controller.stop()
      await close()
    },
  }
}

function connectTo({ url, cloud }: AwsEmulator, clock: ManualClock): Promise<AwsConnection> {
  const settings = { clusterId: CLUSTER_ID, clusterName: cloud.ids.cluster, region: cloud.region, vpcId: cloud.ids.vpc, endpoint: url }
  return connectToAws({ settings, clock, version: 'test', limits: UNLIMITED })
}

/** A dead process gets no answer any more, and asks nothing. */
function mortal(provider: AwsProvider, life: { readonly isDead: boolean }): AwsProvider {
  const never = <T>(): Promise<T> => new Promise<T>(() => {})
  const alive = async <T>(call: () => Promise<T>): Promise<T> => {
    if (life.isDead) return never()
    const answer = await call().catch((error: unknown) => (life.isDead ? never<T>() : Promise.reject(error as Error)))
    return life.isDead ? never() : answer
  }
  return {
    ...provider,
    async *inventory(signal) {
      for await (const found of provider.inventory(signal)) {
        if (life.isDead) await never()
        yield found
      }
    },
    observe: (...args) => alive(() => provider.observe(...args)),
    inspect: (...args) => alive(() => provider.inspect(...args)),
    apply: (...args) => alive(() => provider.apply(...args)),
  }
}
