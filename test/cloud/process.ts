/** One process of the product over an emulated cloud: the real controller, the real adapter, and a way to end it as `kill -9` would. */
import { type Controller, type ControllerConfig, startController } from '../../src/controller/controller.ts'
import { type ClusterStore, connect, type Connection, watchCluster } from '../../src/kubernetes/cluster.ts'
import { eventRecorder } from '../../src/kubernetes/events.ts'
import { alone } from '../../src/kubernetes/lease.ts'
import { type Clock, systemClock, type Timer } from '../../src/model/clock.ts'
import { type Log, silentLog } from '../../src/model/log.ts'
import { bind } from '../../src/provider/engine/bind.ts'
import type { AnyView, Provider, Step } from '../../src/provider/provider.ts'
import { type CallJournal, faulty, noFaults } from '../controller/faults.ts'
import type { Server } from '../controller/server.ts'
import type { Account } from './under-test.ts'

export interface Process {
  readonly controller: Controller
  /** Each is a fault of ours. */
  readonly errors: readonly string[]
  readonly isDead: boolean
  /** Calls to the API server that are not answered yet. */
  readonly pendingCalls: number
  /** As SIGTERM. */
  stop(): Promise<void>
  /** As `kill -9`, at once: nothing it began is finished, and nothing of it is heard of again. */
  strike(): void
  /** Ends what is left open of a process that was struck. */
  release(): Promise<void>
}

export interface ProcessOptions<Options, View extends AnyView, S extends Step> {
  readonly server: Server
  readonly connect: (clock: Clock) => Promise<Account<Options, View, S>>
  readonly clock: Clock
  readonly config?: Partial<ControllerConfig>
}

export async function startProcess<Options, View extends AnyView, S extends Step>({
  server,
  connect: connectCloud,
  clock,
  config = {},
}: ProcessOptions<Options, View, S>): Promise<Process> {
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
  const journal: CallJournal = { calls: [], reads: [], pending: 0 }
  const api = faulty(connection.api, faults, journal)
  const store: ClusterStore = watchCluster(api, { clock: systemClock, signal: ended.signal })
  const events = eventRecorder({ api, clock: systemClock, log, instance: 'test' })
  const own = new MortalClock(clock)
  const account = await connectCloud(own)
  const controller = startController({
    clouds: [bind(mortal(account.provider, faults), { log, budget: account.budget })],
    api,
    store,
    events,
    lease: { ...alone, mayWrite: () => !faults.isDead },
    clock: own,
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
    get pendingCalls() {
      return journal.pending
    },
    async stop() {
      await controller.stop()
      await events.stop()
      faults.isDead = true
      await close()
    },
    strike() {
      faults.isDead = true
      own.stop()
    },
    async release() {
      void controller.stop()
      await close()
    },
  }
}

/** A dead process's timers are gone: they would only divide the time that others wait for. */
class MortalClock implements Clock {
  readonly #clock: Clock
  readonly #timers = new Set<Timer>()
  #isStopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  date(): Date {
    return this.#clock.date()
  }

  setTimeout(fn: () => void, ms: number): Timer {
    if (this.#isStopped) return { cancel: () => {} }
    const due = (): void => {
      this.#timers.delete(timer)
      fn()
    }
    const timer = this.#clock.setTimeout(due, ms)
    this.#timers.add(timer)
    return {
      cancel: () => {
        this.#timers.delete(timer)
        timer.cancel()
      },
    }
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}

/** A dead process gets no answer any more, and asks nothing. */
function mortal<Options, View extends AnyView, S extends Step>(
  provider: Provider<Options, View, S>,
  life: { readonly isDead: boolean },
): Provider<Options, View, S> {
  const { depth } = provider
  const inspect = depth?.inspect
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
    ...(depth === undefined || inspect === undefined
      ? {}
      : {
          depth: {
            ...depth,
            async *inspect(...args) {
              for await (const found of inspect(...args)) {
                if (life.isDead) await never()
                yield found
              }
            },
          },
        }),
    apply: (...args) => alive(() => provider.apply(...args)),
  }
}
