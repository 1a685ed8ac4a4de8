/** Very many Services at once, then a node that joins: how long each takes on a cloud with the request rates that it publishes, in seconds of its time. */
import type { Call } from '../../../emulators/cloud/journal.ts'
import type { Clock } from '../../../src/model/clock.ts'
import type { Cloud, Outcome } from '../../../src/provider/cloud.ts'
import { startControllerOn } from './controller.ts'
import { type CloudAt, journalOf } from './journal.ts'
import { JumpingClock } from './jumping-clock.ts'
import { addNode, addService, populate, startServer, USUAL_NODE_PORTS } from './populate.ts'
import type { RemoteWorld } from './remote-world.ts'
import { untilServed } from './served.ts'
import type { ConnectedAccount } from './stand.ts'

export const NODES = 3
/** What the program takes when nothing is said. */
const DRIFT_INTERVAL_MS = 600_000
/** In which all buckets fill up again. */
const REST_MS = 60_000

export interface ScaledCloud<Place extends CloudAt> {
  readonly provider: string
  /** How many times as quickly time passes. */
  readonly timeScale: number
  readonly start: (machines: number) => Promise<RemoteWorld<Place>>
  readonly connect: (place: Place, options: { readonly clock: Clock }) => Promise<ConnectedAccount>
  /** Whether a turn shows that a node which joined is behind the load balancer of its Stack. */
  readonly hasJoined: (outcome: Outcome) => boolean
  /** In how many Stacks that has to be seen. */
  readonly stacksOf: (services: number) => number
}

export interface AtOnce {
  readonly created: number
  readonly joined: number
  /** Until all Services were served. */
  readonly creation: readonly Call[]
  /** In all. */
  readonly calls: readonly Call[]
}

export async function measureAtOnce<Place extends CloudAt>(scaled: ScaledCloud<Place>, services: number): Promise<AtOnce> {
  const { provider, timeScale } = scaled
  await using world = await scaled.start(NODES + 1)
  const clock = new JumpingClock(timeScale)
  const server = await startServer(USUAL_NODE_PORTS)
  const population = { provider, services: 0, nodes: NODES, withNodePorts: services }
  populate(server.cluster, population)
  using account = await scaled.connect(world.place, { clock })
  const turns = new Turns(scaled.hasJoined)
  const bench = await startControllerOn(server, turns.watch(account.cloud), { clock, driftIntervalMs: DRIFT_INTERVAL_MS })
  const created = await secondsOf(clock, async () => {
    for (let i = 0; i < services; i++) addService(server.cluster, population, i)
    await untilServed(server.cluster, services)
  })
  const creation = await journalOf(world.place)
  await bench.controller.idle()
  await passed(clock, REST_MS)
  const joined = await secondsOf(clock, async () => {
    const all = turns.untilSeen(scaled.stacksOf(services))
    addNode(server.cluster, NODES, provider)
    await all
  })
  await bench[Symbol.asyncDispose]()
  await server.close()
  return { created, joined, creation, calls: await journalOf(world.place) }
}

/** How many seconds of its time something takes. */
export async function secondsOf(clock: Clock, act: () => Promise<void>): Promise<number> {
  const began = clock.now()
  await act()
  return (clock.now() - began) / 1_000
}

function passed(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, ms))
}

/** Notes in which Stacks a turn has shown what is waited for. */
class Turns {
  readonly #shows: (outcome: Outcome) => boolean
  #seen = new Set<string>()
  #wanted = Number.POSITIVE_INFINITY
  #resolve = (): void => {}

  constructor(shows: (outcome: Outcome) => boolean) {
    this.#shows = shows
  }

  watch(cloud: Cloud): Cloud {
    const noted = (stack: string, outcome: Outcome): Outcome => {
      if (this.#shows(outcome)) this.#seen.add(stack)
      if (this.#seen.size >= this.#wanted) this.#resolve()
      return outcome
    }
    return {
      ...cloud,
      converge: async (request) => noted(request.stack, await cloud.converge(request)),
      convergeBase: async (request) => noted(cloud.baseStack ?? '', await cloud.convergeBase(request)),
    }
  }

  /** Resolves when it was seen in so many Stacks, from now on. */
  untilSeen(stacks: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#seen = new Set()
    this.#wanted = stacks
    this.#resolve = resolve
    return promise
  }
}
