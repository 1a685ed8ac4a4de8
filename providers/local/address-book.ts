/** Who holds which address, within one plan. Begins with what is held already and is written on as the plan gives addresses away; it takes nothing back. */
import { type Family, familyOf } from '../../src/model/address.ts'
import type { Owner } from '../../src/model/owner.ts'
import { addressesOf, isEverybodys, type Pool } from './pool.ts'

export interface Holder {
  readonly owner: Owner
  readonly share: string | undefined
  /** The holder has another address by now, and gives this one up soon. */
  readonly lingers: boolean
}

interface Cursor {
  readonly rest: Generator<string, undefined>
  next: string | undefined
}

export class AddressBook {
  readonly #holders = new Map<string, Holder[]>()
  readonly #groups = new Map<string, string>()
  readonly #cursors = new Map<string, Cursor>()
  readonly #inUse: ReadonlyMap<string, unknown>
  /** Passed over because another program is there. */
  readonly #passed = new Map<string, string[]>()

  /** `inUse`: by address, where another program was found. */
  constructor(inUse: ReadonlyMap<string, unknown>) {
    this.#inUse = inUse
  }

  hold(address: string, holder: Holder): void {
    const holders = this.#holders.get(address)
    if (holders === undefined) this.#holders.set(address, [holder])
    // There no owner blocks another: that there are several is all that matters.
    else if (holders.length < 2 || !isEverybodys(address))
      this.#holders.set(address, [...holders.filter(({ owner }) => owner.uid !== holder.owner.uid), holder])
  }

  /** The owner that blocks this one at an address: another holder who does not share with it. */
  obstacle(address: string, owner: Owner, share: string | undefined): Holder | undefined {
    if (isEverybodys(address)) return undefined
    for (const holder of this.#holders.get(address) ?? []) {
      if (holder.owner.uid !== owner.uid && (share === undefined || holder.share !== share)) return holder
    }
    return undefined
  }

  /** Whether more than one Service is there, so that ports may collide. */
  isShared(address: string): boolean {
    return (this.#holders.get(address)?.length ?? 0) > 1
  }

  /** The address that Services with this share key have in common. */
  groupAddress(share: string, family: Family): string | undefined {
    return this.#groups.get(`${family} ${share}`)
  }

  /** The first to settle decides for all who share with it. */
  settleGroup(share: string, address: string): void {
    const group = `${familyOf(address)} ${share}`
    if (!this.#groups.has(group)) this.#groups.set(group, address)
  }

  /**
   * The first address without a holder, one where another program was found only if there is no other. Since nothing is given back within a plan, the search goes
   * on where it ended.
   */
  firstFree(pools: readonly Pool[], family: Family): { readonly address: string; readonly isInUse: boolean } | undefined {
    for (const pool of pools) {
      const cursor = this.#cursor(pool, family)
      while (cursor.next !== undefined && this.#isTaken(pool, family, cursor.next)) cursor.next = cursor.rest.next().value
      if (cursor.next !== undefined) return { address: cursor.next, isInUse: false }
    }
    const passed = pools.flatMap((pool) => this.#passed.get(`${family} ${pool.name}`) ?? []).find((address) => !this.#holders.has(address))
    return passed === undefined ? undefined : { address: passed, isInUse: true }
  }

  #isTaken(pool: Pool, family: Family, address: string): boolean {
    if (isEverybodys(address)) return false
    if (this.#holders.has(address)) return true
    if (!this.#inUse.has(address)) return false
    const name = `${family} ${pool.name}`
    this.#passed.set(name, [...(this.#passed.get(name) ?? []), address])
    return true
  }

  #cursor(pool: Pool, family: Family): Cursor {
    const name = `${family} ${pool.name}`
    const known = this.#cursors.get(name)
    if (known !== undefined) return known
    const rest = addressesOf(pool, family)
    const cursor = { rest, next: rest.next().value }
    this.#cursors.set(name, cursor)
    return cursor
  }
}
