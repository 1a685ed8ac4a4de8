/**
 * A cluster, an account and processes that come and go. One clock rules the cloud and the controller, and it stands still until the test lets time pass; the API
 * server and the calls take the time they take.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import { type AwsEmulator, type AwsOptions, type Call, type CloudObject, IMMEDIATE, startAws, type Trouble } from '../../emulators/aws/index.ts'
import { CLUSTER_TAG } from '../../providers/aws/marks.ts'
import type { ControllerConfig } from '../../src/controller/controller.ts'
import type { Service } from '../../src/model/cluster.ts'
import { ManualClock } from '../clock.ts'
import type { Server } from '../controller/server.ts'
import { Cluster, hostOf, readyOf } from './cluster.ts'
import { type Process, startProcess } from './process.ts'

export const CLIENT = '203.0.113.9'

export interface World {
  readonly server: Server
  readonly aws: AwsEmulator
  readonly cluster: Cluster
  readonly clock: ManualClock
  /** After each write that the cloud was asked for; what it throws is told by the next wait. */
  onWrite: (call: Call) => void
  /** Asked what befalls a write, before it is carried out. */
  befalls: (action: string) => Trouble | undefined
  start(config?: Partial<ControllerConfig>): Promise<Process>
  /** Waits until it holds; time passes meanwhile. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>
  /** Lets time pass, in steps, with everything done that becomes due. */
  pass(ms: number): Promise<void>
  /** Until nothing is due now. */
  rest(): Promise<void>
  /** Waits until the Service's condition has this reason; answers the Service. */
  told(name: string, reason: string): Promise<Service>
  isTold(name: string, reason: string): Promise<boolean>
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

const STEP_MS = 1_000
const LONGEST_STEP_MS = 15_000
const STUCK_MS = 250
/** Longer than a call is repeated in real time. */
const PAUSE_MS = 1_500
const MOST_STEPS = 1_500
let worlds = 0

export async function createWorld(server: Server, options: AwsOptions = {}): Promise<World> {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  worlds += 1
  const clock = new ManualClock()
  const aws = await startAws({ delays: IMMEDIATE, ...options, now: () => clock.now() })
  const cluster = new Cluster(server, aws, `aws-${worlds}-${Math.random().toString(36).slice(2, 7)}`)
  await cluster.open()
  addForeign(aws)
  const running = new Set<Process>()
  const failures: unknown[] = []
  let isClosed = false
  watchWrites(aws, (call) => {
    if (call.kind !== 'write') return
    try {
      world.onWrite(call)
    } catch (error) {
      failures.push(error)
    }
  })
  troubleWrites(aws, (action) => world.befalls(action))
  const alive = (): readonly Process[] => [...running].filter(({ isDead }) => !isDead)
  const judge = (): void => {
    if (failures.length > 0) throw failures[0]
    for (const { errors } of alive()) expect(errors).toEqual([])
  }
  const rest = async (patienceMs = STUCK_MS): Promise<void> => {
    // A turn that waits for time to pass is never idle.
    await Promise.race([Promise.all(alive().map(({ controller }) => controller.idle())), sleep(patienceMs)])
    judge()
  }
  const world: World = {
    server,
    aws,
    cluster,
    clock,
    onWrite: () => {},
    befalls: () => undefined,
    async start(config = {}) {
      const process = await startProcess({ server, aws, clock, config })
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
      await rest(PAUSE_MS)
      const end = clock.now() + ms
      while (clock.now() < end) {
        await clock.advance(Math.min(end - clock.now(), Math.max(clock.next ?? ms, 1)))
        await rest(PAUSE_MS)
      }
      await sleep(5)
      await rest()
    },
    async rest() {
      await sleep(5)
      await Promise.all(alive().map(({ controller }) => controller.idle()))
      judge()
    },
    async told(name, reason) {
      await world.until(`${name} is told ${reason}`, async () => readyOf(await cluster.get(name))?.reason === reason)
      return cluster.get(name)
    },
    isTold: async (name, reason) => readyOf(await cluster.get(name))?.reason === reason,
    alive,
    gone: (name) => world.until(`${name} is gone`, async () => !(await cluster.isThere(name))),
    async reach(name, port, from, protocol) {
      const host = hostOf(await cluster.get(name))
      return host === undefined ? 'no address' : world.send(host, port, from, protocol)
    },
    send(host, port = 80, from = CLIENT, protocol = 'TCP') {
      const answer = aws.deliver({ from, to: host, port, protocol })
      return 'backend' in answer ? answer.backend : answer.dropped
    },
    owned: () => world.ownedObjects().map(textOf),
    ownedObjects: () => aws.cloud.objects().filter(isOurs(aws)),
    foreign: () =>
      aws.cloud
        .objects()
        .filter((one) => one.kind !== 'network interface' && !isOurs(aws)(one))
        .map(textOf),
    async close() {
      if (isClosed) return
      isClosed = true
      world.onWrite = () => {}
      world.befalls = () => undefined
      for (const process of running) {
        process.strike()
        await process.bury()
      }
      await cluster.close()
      await aws.close()
    },
  }
  return world
}

async function waitFor(event: Promise<void>, meanwhile: () => Promise<void>): Promise<void> {
  const over = event.then(() => true)
  while (!(await Promise.race([over, sleep(100, false)]))) await meanwhile()
}

async function conditions(cluster: Cluster): Promise<string> {
  return JSON.stringify((await cluster.list()).map((service) => [service.metadata.name, readyOf(service)]))
}

/** The journal is told of each call after it was carried out and before it is answered. */
function watchWrites({ journal }: AwsEmulator, heard: (call: Call) => void): void {
  const add = journal.add.bind(journal)
  journal.add = (call) => {
    add(call)
    heard(call)
  }
}

/** What befalls a write is asked of the test first, then of the faults that were injected. */
function troubleWrites({ faults }: AwsEmulator, asked: (action: string) => Trouble | undefined): void {
  const befalls = faults.befalls.bind(faults)
  faults.befalls = (call) => (/^(Describe|Get)/.test(call.action) ? undefined : asked(call.action)) ?? befalls(call)
}

/** Somebody else's, in the same VPC, without our marks. */
function addForeign({ cloud }: AwsEmulator): void {
  cloud.call('elb', 'CreateLoadBalancer', { Name: 'foreign', Type: 'network', Scheme: 'internal', Subnets: [cloud.ids.privateSubnets[0]] })
  cloud.call('elb', 'CreateTargetGroup', { Name: 'foreign', Protocol: 'TCP', Port: 80, VpcId: cloud.ids.vpc, TargetType: 'instance' })
}

/** What bears our mark, rules that stand in a group of ours or let one of ours in, and what lingers of a balancer of ours. */
function isOurs({ cloud }: AwsEmulator): (object: CloudObject) => boolean {
  const groups = cloud.objects().flatMap(({ kind, name, tags }) => (kind === 'security group' && CLUSTER_TAG in tags ? [name] : []))
  return ({ kind, tags, settings }) =>
    kind === 'rule' ? groups.some((name) => settings['group'] === name || String(settings['rule']).includes(name)) : CLUSTER_TAG in tags
}

function textOf({ kind, name, tags, settings }: CloudObject): string {
  return `${kind} ${name} ${JSON.stringify(tags)} ${JSON.stringify(settings)}`
}
