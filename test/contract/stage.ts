/** Where a scenario plays: a world, its cluster, and short ways to ask who answers. */
import type { Protocol } from '../../src/model/load-balancer.ts'
import { type Family, familyOf, parseAddress } from '../../src/model/address.ts'
import { Cluster } from './cluster.ts'
import { Steward } from './steward.ts'
import type { Connection, Delivery, Packet, World } from './world.ts'

export interface Ways {
  readonly from?: string
  readonly protocol?: Exclude<Protocol, 'SCTP'>
  /** Of the client: it takes the Service's address of its family, or the host name, which may have both. The first place unless said. */
  readonly family?: Family
}

export class Stage {
  readonly world: World
  readonly cluster: Cluster
  readonly steward: Steward

  private constructor(world: World) {
    this.world = world
    this.cluster = new Cluster(world)
    this.steward = new Steward(world, this.cluster)
  }

  static async open(world: World): Promise<Stage> {
    const stage = new Stage(world)
    await stage.steward.boot()
    return stage
  }

  /** The name of the backend that answers, or `dropped`. */
  async ask(name: string, port: number, ways: Ways = {}): Promise<string> {
    const delivery = await this.deliver(name, port, ways)
    return 'backend' in delivery ? delivery.backend : 'dropped'
  }

  async deliver(name: string, port: number, ways: Ways = {}): Promise<Delivery> {
    const packet = this.packet(name, port, ways)
    return packet === undefined ? { dropped: `${name} publishes nothing` } : this.world.deliver(packet)
  }

  /** Who answers a client in several attempts. */
  async askOften(times: number, name: string, port: number, ways: Ways = {}): Promise<ReadonlySet<string>> {
    const answers = new Set<string>()
    for (let i = 0; i < times; i++) answers.add(await this.ask(name, port, ways))
    return answers
  }

  async connect(name: string, port: number, ways: Ways = {}): Promise<Connection | undefined> {
    const packet = this.packet(name, port, ways)
    return packet === undefined ? undefined : this.world.connect?.(packet)
  }

  client(number: number, family: 'IPv4' | 'IPv6' = 'IPv4'): string {
    const found = this.world.clients.filter((address) => familyOf(address) === family)[number]
    if (found === undefined) throw new Error(`this world has no ${family} client number ${number}`)
    return found
  }

  private packet(name: string, port: number, { from, protocol = 'TCP', family }: Ways): Packet | undefined {
    const to = this.steward.places(name).find((place) => family === undefined || isName(place) || familyOf(place) === family)
    return to === undefined ? undefined : { from: from ?? this.client(0, family ?? familyOf(to)), to, port, protocol }
  }
}

function isName(place: string): boolean {
  return parseAddress(place) === undefined
}
