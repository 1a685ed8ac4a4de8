/** An API server, an account and a controller between them, and the calls to the account that an event causes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type AwsEmulator, type Delays, IMMEDIATE } from '../../../emulators/aws/index.ts'
import type { ApiServer } from '../../../emulators/kubernetes/index.ts'
import type { Family } from '../../../providers/aws/api/calls.ts'
import type { Limit } from '../../../src/provider/kit/budget.ts'
import type { Cloud } from '../../../src/provider/cloud.ts'
import { type BenchController, startControllerOn } from '../cluster/controller.ts'
import { JumpingClock } from '../cluster/jumping-clock.ts'
import { addNode, NAMESPACE, startServer, USUAL_NODE_PORTS } from '../cluster/populate.ts'
import { untilQuiet } from '../cluster/quiet.ts'
import { addInstance, connectAccount, placeOf, startAccount, UNLIMITED } from './account.ts'

const LOOK_MS = 20
/** In which nothing happens before another controller starts: it takes what changed in the last minute for changed since. */
const PAUSE_MS = 120_000

export interface Calls {
  readonly reads: number
  readonly writes: number
  /** How often each action was called. */
  readonly actions: Readonly<Record<string, number>>
}

export interface ControllerKind {
  /** Default: none. */
  readonly limits?: Readonly<Record<Family, Limit>>
  /** Around the bound cloud. Default: `withoutRounds`. */
  readonly wrap?: (cloud: Cloud) => Cloud
  readonly driftIntervalMs?: number
  /** Whether a Lease shows that a process led until now. Default: true. */
  readonly hasLease?: boolean
}

export class Stand {
  readonly server: ApiServer
  readonly aws: AwsEmulator
  /** The account's and the controllers'. */
  readonly clock: JumpingClock
  #last = 0
  #controller: (AsyncDisposable & { readonly bench: BenchController }) | undefined

  private constructor(parts: { readonly server: ApiServer; readonly aws: AwsEmulator; readonly clock: JumpingClock }) {
    this.server = parts.server
    this.aws = parts.aws
    this.clock = parts.clock
  }

  /** Everything in the account happens at once, as where the peers were measured, but for these waits. */
  static async open(nodes: number, delays: Partial<Delays> = {}): Promise<Stand> {
    const clock = new JumpingClock()
    const stand = new Stand({
      clock,
      server: await startServer(USUAL_NODE_PORTS),
      aws: await startAccount({ delays: { ...IMMEDIATE, ...delays }, now: () => clock.now() }),
    })
    stand.server.cluster.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
    for (let i = 0; i < nodes; i++) stand.addNode(i)
    return stand
  }

  addNode(number: number): void {
    addInstance(this.aws, number)
    addNode(this.server.cluster, number)
  }

  /** Resolves when there is nothing left to do. */
  async start(kind: ControllerKind = {}): Promise<void> {
    await this.begin(kind)
    await this.untilQuiet()
  }

  /** Resolves when the inventory was taken. */
  async begin({ limits = UNLIMITED, wrap = withoutRounds, hasLease = true, ...others }: ControllerKind = {}): Promise<void> {
    const { clock, server, aws } = this
    const account = await connectAccount(placeOf(aws), { clock, limits })
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
      const { mark } = this.aws.journal
      await act()
      await this.#heard()
      while (this.aws.journal.mark < mark + least) await sleep(LOOK_MS)
    })
  }

  /** The calls until what was done has come to rest. */
  async callsWithin(act: () => Promise<unknown>): Promise<Calls> {
    const { mark } = this.aws.journal
    await act()
    await this.untilQuiet()
    return callsSince(this.aws, mark)
  }

  /** Resolves when the controller has heard of all changes of Services so far: a Service that is nobody's comes after them. */
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
    for (let mark = -1; mark !== this.aws.journal.mark;) {
      mark = this.aws.journal.mark
      await this.#controller?.bench.controller.idle()
      await untilQuiet(this.server)
    }
  }

  async close(): Promise<void> {
    await this.stop()
    await this.server.close()
    await this.aws.close()
  }
}

export function callsSince({ journal }: AwsEmulator, mark: number): Calls {
  const calls = journal.since(mark)
  const reads = calls.filter(({ kind }) => kind === 'read').length
  return { reads, writes: calls.length - reads, actions: journal.counts(mark) }
}

/** No Stack is looked at in full in the background: what that costs is counted by itself. */
export function withoutRounds(cloud: Cloud): Cloud {
  return Object.fromEntries(Object.entries(cloud).filter(([name]) => name !== 'inspect')) as unknown as Cloud
}
