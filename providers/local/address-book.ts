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

  hold(address: string, holder: Holder): void {
    const holders = this.#holders.get(address)
    if (holders === undefined) this.#holders.set(address, [holder])
    // There nobody is in anybody's way: that there are several is all one has to know.
    else if (holders.length < 2 || !isEverybodys(address))
      this.#holders.set(address, [...holders.filter(({ owner }) => owner.uid !== holder.owner.uid), holder])
  }

  /** Whoever is in the way of this owner at an address: another holder who does not share with it. */
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

  /** The first address that nobody holds. Since nothing is given back within a plan, the search goes on where it ended. */
  firstFree(pools: readonly Pool[], family: Family): string | undefined {
    for (const pool of pools) {
      const cursor = this.#cursor(pool, family)
      while (cursor.next !== undefined && !isEverybodys(cursor.next) && this.#holders.has(cursor.next)) cursor.next = cursor.rest.next().value
      if (cursor.next !== undefined) return cursor.next
    }
    return undefined
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
