/**
 * Sockets of the pools that other programs on this machine have, as far as they were in the way: found by trying, since no system says it to a plain user. What is
 * known is tried again at each look, so that it is forgotten when the other program has ended.
 */
import { familyOf } from '../../src/model/address.ts'
import type { Clock } from '../../src/model/clock.ts'
import type { DataPlane } from './balancer/data-plane.ts'
import { type Machine, type Part, socketOf } from './parts.ts'
import { addressesOf, isEverybodys, type Pool, poolHolds } from './pool.ts'

/** A socket that another program has. */
export type Held = Pick<Part, 'address' | 'listener' | 'port' | 'protocol'>

export interface InUseOptions {
  readonly dataPlane: Pick<DataPlane, 'isInUse'>
  readonly portOffset: number
  readonly pools: readonly Pool[]
  readonly clock: Clock
  readonly held: () => Iterable<Part>
}

/** Addresses that are tried when one was in use: another playground has its first ones, and a plan is made only a dozen times a turn. */
const MOST_TRIED = 256

/** A refusal this long ago has nothing to do with the one now. */
const FORGOTTEN_AFTER_MS = 30_000

export class InUse {
  readonly #options: InUseOptions
  readonly #known = new Map<string, Held>()
  readonly #refusals = new Map<string, { readonly first: number; readonly last: number }>()
  /** By port, protocol and pool: what is being tried, once for all who ask meanwhile. */
  readonly #searches = new Map<string, Promise<readonly Held[]>>()

  constructor(options: InUseOptions) {
    this.#options = options
  }

  /** What is still in use of what was. */
  async now(): Promise<Machine['inUse']> {
    const own = new Set([...this.#options.held()].map(socketOf))
    const known = [...this.#known.values()].filter((socket) => !own.has(socketOf(socket)))
    const still = await this.#inUse(known)
    this.#known.clear()
    for (const socket of still) this.#known.set(socketOf(socket), socket)
    return byAddress(still)
  }

  /** The part's own socket, and those of its port in its pool that are in use as well; undefined while less than `waitMs` went by since its first refusal. */
  async beside({ address, listener, port, protocol }: Part, waitMs: number): Promise<readonly Held[] | undefined> {
    const own: Held = { address, listener, port, protocol }
    if (!this.#isOver(socketOf(own), waitMs)) return undefined
    this.#refusals.delete(socketOf(own))
    if (this.#known.has(socketOf(own))) return [...this.#known.values()]
    const pool = this.#options.pools.find((one) => poolHolds(one, address))
    const name = `${listener} ${familyOf(address)} ${pool?.name ?? ''}`
    const search = this.#searches.get(name) ?? this.#search(own, pool).finally(() => this.#searches.delete(name))
    this.#searches.set(name, search)
    const found = [own, ...(await search)]
    for (const socket of found) this.#known.set(socketOf(socket), socket)
    return found
  }

  #isOver(socket: string, waitMs: number): boolean {
    const now = this.#options.clock.now()
    const before = this.#refusals.get(socket)
    const first = before === undefined || now - before.last > FORGOTTEN_AFTER_MS ? now : before.first
    this.#refusals.set(socket, { first, last: now })
    return now - first >= waitMs
  }

  #search({ address, listener, port, protocol }: Held, pool: Pool | undefined): Promise<readonly Held[]> {
    const own = new Set([...this.#options.held()].map((part) => part.address))
    const candidates: Held[] = []
    for (const candidate of pool === undefined ? [] : addressesOf(pool, familyOf(address))) {
      if (candidates.length >= MOST_TRIED) break
      const socket: Held = { address: candidate, listener, port, protocol }
      if (candidate !== address && !own.has(candidate) && !isEverybodys(candidate) && !this.#known.has(socketOf(socket))) candidates.push(socket)
    }
    return this.#inUse(candidates)
  }

  async #inUse(sockets: readonly Held[]): Promise<readonly Held[]> {
    const { dataPlane, portOffset } = this.#options
    const answers = await Promise.all(sockets.map(({ address, port, protocol }) => dataPlane.isInUse({ address, port: port + portOffset, protocol })))
    return sockets.filter((_, i) => answers[i] === true)
  }
}

function byAddress(sockets: readonly Held[]): Machine['inUse'] {
  const found = new Map<string, Set<Held['listener']>>()
  for (const { address, listener } of sockets) found.set(address, (found.get(address) ?? new Set()).add(listener))
  return found
}
