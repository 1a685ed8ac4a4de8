/** How far the address pools are used, from what the data plane holds. */
import { type Family, familyOf } from '../../src/model/address.ts'
import type { PoolUse } from '../../src/provider/load.ts'
import type { FrontendState } from './balancer/data-plane.ts'
import { type Pool, poolHolds, poolServes, poolSize } from './pool.ts'

const FAMILIES: readonly Family[] = ['IPv4', 'IPv6']

/** A row for each pool and family that it has. An address counts once, however many Services share it. */
export function poolUse(pools: readonly Pool[], held: readonly Pick<FrontendState, 'frontend'>[]): readonly PoolUse[] {
  const addresses = [...new Set(held.map(({ frontend }) => frontend.address))]
  return pools.flatMap((pool) =>
    FAMILIES.filter((family) => poolServes(pool, family)).map((family) => {
      const used = addresses.filter((address) => familyOf(address) === family && poolHolds(pool, address))
      return { pool: pool.name, family, used: used.length, total: poolSize(pool, family) }
    }),
  )
}
