/** Very many Services at once under the request rates that AWS allows an account: how near the work comes to the shortest time that they leave. */
import { loadavg } from 'node:os'
import { LIMITS } from '../../providers/aws/api/calls.ts'
import type { Cloud } from '../../src/provider/cloud.ts'
import type { Clock } from '../../src/model/clock.ts'
import { connectAccount, PROVIDER } from './aws/account.ts'
import { startRemoteWorld } from './aws/remote.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { startControllerOn } from './cluster/controller.ts'
import { JumpingClock } from './cluster/jumping-clock.ts'
import { addNode, addService, populate, startServer, USUAL_NODE_PORTS } from './cluster/populate.ts'
import { untilServed } from './cluster/served.ts'

const TIME_SCALE = 20
const NODES = 3
const AT_ONCE = 1_000
const JOINED = 500
/** What the program takes when nothing is said. */
const DRIFT_INTERVAL_MS = 600_000
/** By how much the limits' own time may be exceeded. */
const ALLOWANCE = 1.3
/** In which all buckets fill up again. */
const REST_MS = 60_000

/** Seconds of the cloud's time. */
interface Taken {
  readonly created: number
  readonly joined: number
  readonly throttled: number
}

export const benchmark: Benchmark = {
  name: 'aws-scale',
  what: `Very many Services on the emulated AWS with the request rates that AWS publishes, as the program keeps to them; both times pass ${TIME_SCALE} times as quickly.`,
  async run(say) {
    const loadBefore = loadavg()[0] ?? 0
    const many = await measure(AT_ONCE, say)
    const few = await measure(JOINED, say)
    const loadAfter = loadavg()[0] ?? 0
    return {
      figures: [
        ...figuresOf(`${AT_ONCE.toLocaleString('en-US')} Services created at once, until all are served`, many.created, creationBound(AT_ONCE)),
        ...figuresOf(`${JOINED} Services created at once, until all are served`, few.created, creationBound(JOINED)),
        ...figuresOf(`a node joins, ${JOINED} Services, until it is behind all of them`, few.joined, joinBound(JOINED)),
        ...figuresOf(`a node joins, ${AT_ONCE.toLocaleString('en-US')} Services`, many.joined, joinBound(AT_ONCE)),
        { name: 'calls that AWS turned away as too many', value: many.throttled + few.throttled, unit: '' },
      ],
      notes: [
        'Seconds are those of the cloud. What the limits leave is reckoned from the buckets, full at the beginning, and from the fewest calls that it takes: for each Service of one port three writes to ELBv2, one registration and two writes to EC2; the family that takes longest decides.',
        "The controller and its API server are one process, the emulated account is another. A call's own time counts as often as time is quicker: twenty milliseconds are four tenths of a second here.",
        'Calls are turned away though none is made without a token: where one arrives sooner after its token than those before it did, it finds the bucket of the account emptier than ours. Such differences count as often as time is quicker too.',
        `The load of the machine was ${loadBefore.toFixed(1)} when it began and ${loadAfter.toFixed(1)} when it ended, on two cores; what waits for a core here makes the figures longer.`,
        'The account takes its time as in the field: load balancers are provisioned for two and a half minutes, and lists and the tag index lag.',
      ],
    }
  },
}

function creationBound(services: number): number {
  const families = { 'elb-write': 3 * services, 'elb-targets': services, 'ec2-write': 2 * services + 2 } as const
  return Math.max(...Object.entries(families).map(([family, calls]) => seconds(family as keyof typeof LIMITS, calls)))
}

function joinBound(services: number): number {
  return seconds('elb-targets', services)
}

/** Until so many calls of a family can have been made. */
function seconds(family: keyof typeof LIMITS, calls: number): number {
  const { burst, perSecond } = LIMITS[family]
  return Math.max(0, calls - burst) / perSecond
}

function figuresOf(name: string, taken: number, bound: number): readonly Figure[] {
  return [
    { name, value: taken, unit: 's', beside: { name: 'what the limits leave, computed', value: bound } },
    { name: '... of what the limits leave', value: taken / bound, unit: 'times', target: { atMost: ALLOWANCE } },
  ]
}

async function measure(services: number, say: (line: string) => void): Promise<Taken> {
  await using world = await startRemoteWorld({ instances: NODES + 1, account: { timeScale: TIME_SCALE, limits: 'published' } })
  const clock = new JumpingClock(TIME_SCALE)
  const server = await startServer(USUAL_NODE_PORTS)
  const population = { provider: PROVIDER, services: 0, nodes: NODES, withNodePorts: services }
  populate(server.cluster, population)
  using account = await connectAccount(world.place, { clock })
  const turns = new Turns()
  const bench = await startControllerOn(server, turns.watch(account.cloud), { clock, driftIntervalMs: DRIFT_INTERVAL_MS })
  const created = await secondsOf(clock, async () => {
    for (let i = 0; i < services; i++) addService(server.cluster, population, i)
    await untilServed(server.cluster, services)
  })
  say(`${services} Services are served after ${created.toFixed(0)} s; the limits leave ${creationBound(services).toFixed(0)} s`)
  await passed(clock, REST_MS)
  const joined = await secondsOf(clock, async () => {
    const all = turns.untilChanged(services)
    addNode(server.cluster, NODES)
    await all
  })
  say(`a node joined after ${joined.toFixed(0)} s; the limits leave ${joinBound(services).toFixed(0)} s`)
  await bench[Symbol.asyncDispose]()
  await server.close()
  const throttled = await throttledCalls(world.place.url)
  say(`${throttled} calls were throttled`)
  return { created, joined, throttled }
}

async function secondsOf(clock: Clock, act: () => Promise<void>): Promise<number> {
  const began = clock.now()
  await act()
  return (clock.now() - began) / 1_000
}

function passed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, ms))
}

/** Notes which Stacks were changed by their turns. */
class Turns {
  #changed = new Set<string>()
  #wanted = Number.POSITIVE_INFINITY
  #resolve = (): void => {}

  watch(cloud: Cloud): Cloud {
    return {
      ...cloud,
      converge: async (request) => {
        const outcome = await cloud.converge(request)
        if (outcome.applied.length > 0) this.#changed.add(request.stack)
        if (this.#changed.size >= this.#wanted) this.#resolve()
        return outcome
      },
    }
  }

  /** Resolves when so many Stacks have been changed, from now on. */
  untilChanged(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#changed = new Set()
    this.#wanted = count
    this.#resolve = resolve
    return promise
  }
}

async function throttledCalls(url: string): Promise<number> {
  const lines = (await (await fetch(`${url}/_fairlead/journal`)).text()).split('\n')
  return lines.filter((line) => /"code":"(Throttling|RequestLimitExceeded)"/.test(line)).length
}
