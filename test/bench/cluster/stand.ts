/** An API server, an emulated cloud and a controller between them, and the calls to the cloud that an event causes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Journal } from '../../../emulators/cloud/journal.ts'
import type { ApiServer } from '../../../emulators/kubernetes/index.ts'
import type { Clock } from '../../../src/model/clock.ts'
import type { Cloud } from '../../../src/provider/cloud.ts'
import { type BenchController, startControllerOn } from './controller.ts'
import { JumpingClock } from './jumping-clock.ts'
import { addNode, NAMESPACE, startServer, USUAL_NODE_PORTS } from './populate.ts'
import { untilQuiet } from './quiet.ts'

const LOOK_MS = 20
/** In which nothing happens before another controller starts: it takes what changed in the last minute for changed since. */
const PAUSE_MS = 120_000

export interface Calls {
  readonly reads: number
  readonly writes: number
  /** How often each action was called. */
  readonly actions: Readonly<Record<string, number>>
}

/** Takes the calls of an event, and returns them. */
export type Say = (what: string, calls: Calls) => Calls

/** Reports each event as a line of progress. */
export function sayTo(say: (line: string) => void): Say {
  return (what, calls) => {
    say(`${what}: ${calls.writes} writes, ${calls.reads} reads: ${JSON.stringify(calls.actions)}`)
    return calls
  }
}

export interface ConnectedAccount extends Disposable {
  readonly cloud: Cloud
}

/** An emulated cloud. */
export interface Emulated {
  readonly provider: string
  readonly journal: Journal
  /** The machine behind a node of the benchmarks' clusters. */
  addMachine(number: number): void
  /** `isLimited`: whether calls wait for the limits that the program keeps to. */
  connect(options: { readonly clock: Clock; readonly isLimited: boolean }): Promise<ConnectedAccount>
  close(): Promise<void>
}

export interface ControllerKind {
  /** Default: false. */
  readonly isLimited?: boolean
  /** Around the bound cloud. Default: `withoutRounds`. */
  readonly wrap?: (cloud: Cloud) => Cloud
  readonly driftIntervalMs?: number
  /** Whether a Lease shows that a process led until now. Default: true. */
  readonly hasLease?: boolean
}

export interface StandOptions {
  readonly nodes: number
  /** How many times as quickly as the real one the time of cloud and controllers passes. Default: 1. */
  readonly timeScale?: number
  readonly start: (clock: Clock) => Promise<Emulated>
}

export class Stand {
  readonly server: ApiServer
  readonly emulated: Emulated
  /** The cloud's and the controllers'. */
  readonly clock: JumpingClock
  #last = 0
  #controller: (AsyncDisposable & { readonly bench: BenchController }) | undefined

  private constructor(parts: Pick<Stand, 'server' | 'emulated' | 'clock'>) {
    this.server = parts.server
    this.emulated = parts.emulated
    this.clock = parts.clock
  }

  static async open({ nodes, timeScale = 1, start }: StandOptions): Promise<Stand> {
    const clock = new JumpingClock(timeScale)
    const stand = new Stand({ clock, server: await startServer(USUAL_NODE_PORTS), emulated: await start(clock) })
    stand.server.cluster.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    for (let i = 0; i < nodes; i++) stand.addNode(i)
    return stand
  }

  addNode(number: number): void {
    this.emulated.addMachine(number)
    addNode(this.server.cluster, number, this.emulated.provider)
  }

  /** Resolves when there is nothing left to do. */
  async start(kind: ControllerKind = {}): Promise<void> {
    await this.begin(kind)
    await this.untilQuiet()
  }

  /** Resolves when the inventory was taken. */
  async begin({ isLimited = false, wrap = withoutRounds, hasLease = true, ...others }: ControllerKind = {}): Promise<void> {
    const { clock, server, emulated } = this
    const account = await emulated.connect({ clock, isLimited })
    const bench = await startControllerOn(server, wrap(account.cloud), { clock, qps: 5_000, ...(hasLease ? { leftAt: clock.now() } : {}), ...others })
    this.#controller = {
      bench,
      async [Symbol.asyncDispose]() {
        await bench[Symbol.asyncDispose]()
        account[Symbol.dispose]()
      },
    }
  }

  async stop(): Promise<void> {
    await this.#controller?.[Symbol.asyncDispose]()
    this.#controller = undefined
    this.clock.jump(PAUSE_MS)
  }

  /** The calls of a change in the cluster and of all that follows from it. `least`: so many surely come, however busy the machine is. */
  async callsOf(act: () => Promise<unknown> | void, least = 0): Promise<Calls> {
    return this.callsWithin(async () => {
      const { mark } = this.emulated.journal
      await act()
      await this.#heard()
      while (this.emulated.journal.mark < mark + least) await sleep(LOOK_MS)
    })
  }

  /** The calls until what was done has come to rest. */
  async callsWithin(act: () => Promise<unknown>): Promise<Calls> {
    const { mark } = this.emulated.journal
    await act()
    await this.untilQuiet()
    return callsSince(this.emulated, mark)
  }

  /** Resolves when the controller has heard of all changes of Services so far: a Service that no load balancer is for comes after them. */
  #heard(): Promise<void> {
    this.#last += 1
    const name = `last-${this.#last}`
    const { promise, resolve } = Promise.withResolvers<void>()
    const unsubscribe = this.#controller?.bench.store.subscribe((change) => {
      if (change.resource === 'services' && change.name === name) resolve()
    })
    this.server.cluster.create('services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: NAMESPACE, name },
      spec: { ports: [{ protocol: 'TCP', port: 80 }] },
    })
    return promise.then(() => unsubscribe?.())
  }

  async untilQuiet(): Promise<void> {
    const { journal } = this.emulated
    for (let mark = -1; mark !== journal.mark;) {
      mark = journal.mark
      await this.#controller?.bench.controller.idle()
      await untilQuiet(this.server)
    }
  }

  /** In steps, so that what is due in between is done in between. */
  async pass(ms: number): Promise<void> {
    const STEPS = 12
    for (let step = 0; step < STEPS; step++) {
      this.clock.jump(ms / STEPS)
      await this.untilQuiet()
    }
  }

  async close(): Promise<void> {
    await this.stop()
    await this.server.close()
    await this.emulated.close()
  }
}

export function callsSince({ journal }: Pick<Emulated, 'journal'>, mark: number): Calls {
  const calls = journal.since(mark)
  const reads = calls.filter(({ kind }) => kind === 'read').length
  return { reads, writes: calls.length - reads, actions: journal.counts(mark) }
}

/** No Stack is looked at in full in the background: what that costs is counted separately. */
export function withoutRounds(cloud: Cloud): Cloud {
  return Object.fromEntries(Object.entries(cloud).filter(([name]) => name !== 'inspect')) as unknown as Cloud
}
