/**
 * A cluster, a cloud and processes that come and go. One clock rules the cloud and the controller, and it stands still until the test lets time pass; the API
 * server and the calls take the time they take.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Trouble } from '../../emulators/cloud/faults.ts'
import type { Call } from '../../emulators/cloud/journal.ts'
import type { ControllerConfig } from '../../src/controller/controller.ts'
import type { Service } from '../../src/model/cluster.ts'
import { present } from '../../src/model/present.ts'
import type { AnyView, Step } from '../../src/provider/provider.ts'
import { type ManualClock, settle } from '../clock.ts'
import type { Server } from '../controller/server.ts'
import { Cluster, hostOf, readyOf } from './cluster.ts'
import { type Process, startProcess } from './process.ts'
import type { CloudObject, CloudUnderTest, Emulator } from './under-test.ts'

/** With what one cloud's tests need beside it: its emulator with its own face. */
export type World<Own extends object = object> = BaseWorld & Own

export const CLIENT = '203.0.113.9'

/** What every cloud's world has. */
export interface BaseWorld {
  readonly server: Server
  readonly emulator: Emulator
  readonly cluster: Cluster
  readonly clock: ManualClock
  /** After each write that the cloud was asked for; what it throws fails the next wait. */
  onWrite: (call: Call) => void
  /** The trouble that a write meets; asked before it is carried out. */
  befalls: (action: string) => Trouble | undefined
  start(config?: Partial<ControllerConfig>): Promise<Process>
  /** Waits until it holds; time passes meanwhile. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>
  /** Lets time pass, in steps, with everything done that becomes due. */
  pass(ms: number): Promise<void>
  /** Until nothing is due now. */
  rest(): Promise<void>
  /** Waits until the Service's condition has this reason; answers the Service. */
  untilReason(name: string, reason: string): Promise<Service>
  hasReason(name: string, reason: string): Promise<boolean>
  gone(name: string): Promise<void>
  /** Processes that run. */
  alive(): readonly Process[]
  /** Whose pod answers a client, or where the packet is dropped. */
  reach(name: string, port?: number, from?: string, protocol?: 'TCP' | 'UDP'): Promise<string>
  /** The same of a name that was published. */
  send(host: string, port?: number, from?: string, protocol?: 'TCP' | 'UDP'): string
  /** What the cluster owns, as text: equal worlds read equal. */
  owned(): readonly string[]
  ownedObjects(): readonly CloudObject[]
  foreign(): readonly string[]
  close(): Promise<void>
}

/** With a process, and the Service `web` that it serves. */
export async function servingWeb<W extends BaseWorld>(opened: Promise<W>): Promise<W> {
  const world = await opened
  await world.start()
  await world.cluster.create('web')
  await world.untilReason('web', 'Ready')
  return world
}

const STEP_MS = 1_000
const LONGEST_STEP_MS = 15_000
const MOST_STEPS = 1_500
let worlds = 0

export interface WorldProps<Own extends object, Options, View extends AnyView, S extends Step> {
  readonly server: Server
  /** The one that the emulator goes by too. */
  readonly clock: ManualClock
  readonly cloud: CloudUnderTest<Options, View, S>
  readonly own: Own
}

export async function createWorld<Own extends object, Options, View extends AnyView, S extends Step>(
  props: WorldProps<Own, Options, View, S>,
): Promise<World<Own>> {
  const { server, clock, cloud, own } = props
  const { emulator, className, machines, nodesReachedBy } = cloud
  worlds += 1
  const facts = { emulator, className, machines, ...present({ nodesReachedBy }) }
  const cluster = new Cluster({ server, ...facts, namespace: `${cloud.name}-${worlds}-${Math.random().toString(36).slice(2, 7)}` })
  await cluster.open()
  const running = new Set<Process>()
  const failures: unknown[] = []
  let isClosed = false
  watchWrites(emulator, (call) => {
    if (call.kind !== 'write') return
    try {
      world.onWrite(call)
    } catch (error) {
      failures.push(error)
    }
  })
  troubleWrites(emulator, (action) => world.befalls(action))
  const alive = (): readonly Process[] => [...running].filter(({ isDead }) => !isDead)
  const judge = (): void => {
    if (failures.length > 0) throw failures[0]
    for (const { errors } of alive()) expect(errors).toEqual([])
  }
  const rest = async (): Promise<void> => {
    await Promise.race([Promise.all(alive().map(({ controller }) => controller.idle())), untilOnlyTimeIsMissing(emulator, alive)])
    judge()
  }
  const world: BaseWorld & Own = Object.assign(own, {
    server,
    emulator,
    cluster,
    clock,
    onWrite: () => {},
    befalls: () => undefined,
    async start(config = {}) {
      const process = await startProcess({ server, connect: (ruling) => cloud.connect(ruling), clock, config })
      running.add(process)
      await waitFor(process.controller.ready, () => clock.advance(STEP_MS))
      return process
    },
    async until(what, condition) {
      for (let step = 0; step < MOST_STEPS; step++) {
        await rest()
        if (await condition()) return
        // The API server's watch is not ruled by this clock: some turns are only for it.
        await (step % 3 === 2 ? clock.advance(Math.min(Math.max(clock.next ?? STEP_MS, 1), LONGEST_STEP_MS)) : sleep(2))
      }
      throw new Error(`${MOST_STEPS} steps, and still not so: ${what}. Conditions: ${await conditions(cluster)}`)
    },
    async pass(ms) {
      await sleep(5)
      await rest()
      const end = clock.now() + ms
      while (clock.now() < end) {
        await clock.advance(Math.min(end - clock.now(), Math.max(clock.next ?? ms, 1)))
        await rest()
      }
      await sleep(5)
      await rest()
    },
    async rest() {
      await sleep(5)
      await Promise.all(alive().map(({ controller }) => controller.idle()))
      judge()
    },
    async untilReason(name, reason) {
      await world.until(`${name} has the reason ${reason}`, async () => readyOf(await cluster.get(name))?.reason === reason)
      return cluster.get(name)
    },
    hasReason: async (name, reason) => readyOf(await cluster.get(name))?.reason === reason,
    alive,
    gone: (name) => world.until(`${name} is gone`, async () => !(await cluster.isThere(name))),
    async reach(name, port, from, protocol) {
      const host = hostOf(await cluster.get(name))
      return host === undefined ? 'no address' : world.send(host, port, from, protocol)
    },
    send(host, port = 80, from = CLIENT, protocol = 'TCP') {
      const answer = emulator.deliver({ from, to: host, port, protocol })
      return 'backend' in answer ? answer.backend : answer.dropped
    },
    owned: () => world.ownedObjects().map(cloud.textOf ?? textOf),
    ownedObjects: () => emulator.cloud.objects().filter(cloud.isOurs()),
    foreign: () =>
      emulator.cloud
        .objects()
        .filter((one) => !cloud.isByproduct(one) && !cloud.isOurs()(one))
        .map(cloud.textOf ?? textOf),
    async close() {
      if (isClosed) return
      isClosed = true
      world.onWrite = () => {}
      world.befalls = () => undefined
      for (const process of running) {
        process.strike()
        await process.release()
      }
      await cluster.close()
      await emulator.close()
    },
  } satisfies BaseWorld)
  return world
}

async function waitFor(event: Promise<void>, meanwhile: () => Promise<void>): Promise<void> {
  const over = event.then(() => true)
  while (!(await Promise.race([over, sleep(100, false)]))) await meanwhile()
}

async function conditions(cluster: Cluster): Promise<string> {
  return JSON.stringify((await cluster.list()).map((service) => [service.metadata.name, readyOf(service)]))
}

/** A turn that waits for time to pass is never idle: it goes on when no call is under way, and none follows. */
async function untilOnlyTimeIsMissing({ journal }: Emulator, alive: () => readonly Process[]): Promise<void> {
  for (;;) {
    const { mark } = journal
    // The emulated cloud is called in process, where an answer takes one turn of the event loop.
    await settle()
    if (alive().some(({ pendingCalls }) => pendingCalls > 0)) await sleep(1)
    else if (journal.mark === mark) return
  }
}

/** The journal has each call after it was carried out and before it is answered. */
function watchWrites({ journal }: Emulator, heard: (call: Call) => void): void {
  const add = journal.add.bind(journal)
  journal.add = (call) => {
    add(call)
    heard(call)
  }
}

/** The trouble of a write is decided by the test first, then by the faults that were injected. */
function troubleWrites({ faults }: Emulator, asked: (action: string) => Trouble | undefined): void {
  const troubleFor = faults.troubleFor.bind(faults)
  faults.troubleFor = (call) => (call.kind === 'read' ? undefined : asked(call.action)) ?? troubleFor(call)
}

export function textOf({ kind, name, tags, settings }: CloudObject): string {
  return `${kind} ${name} ${JSON.stringify(tags)} ${JSON.stringify(settings)}`
}
