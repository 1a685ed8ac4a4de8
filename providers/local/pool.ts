/** Address pools: which addresses may be given away, and in which order. Knows no Service and holds nothing: who has what is the planner's business. */
import { cidrContains, type Family, familyOf, parseAddress } from '../../src/model/address.ts'
import ipaddr from 'ipaddr.js'

/** A named set of ranges. A Service picks one by `fairlead.dev/address-pool`; otherwise the first with room serves it. */
export interface Pool {
  readonly name: string
  /** Canonical ranges, of either family, none overlapping another of any pool. */
  readonly ranges: readonly string[]
  /** A Service gets an address of it only when it names the pool or the address. */
  readonly onRequest?: true
}

/**
 * The machine's own two addresses. A machine has only one of each, so all Services may listen there side by side, each on its ports; any other address
 * belongs to one Service, or to those of one share key.
 */
export function isEverybodys(address: string): boolean {
  return address === '127.0.0.1' || address === '::1'
}

export function poolHolds(pool: Pool, address: string): boolean {
  return pool.ranges.some((range) => cidrContains(range, address))
}

export function poolServes(pool: Pool, family: Family): boolean {
  return pool.ranges.some((range) => familyOf(range) === family)
}

/** For messages: `127.0.10.0/24 (pool default), 127.0.20.0/28 (pool edge)`. */
export function poolsText(pools: readonly Pool[], family?: Family): string {
  const described = pools.flatMap(({ name, ranges }) => {
    const shown = ranges.filter((range) => family === undefined || familyOf(range) === family)
    return shown.length === 0 ? [] : [`${shown.join(', ')} (pool ${name})`]
  })
  return described.length === 0 ? 'none' : described.join(', ')
}

/**
 * Every address of a pool that may be given away unasked, in order. The first of a range, and the last of an IPv4 range, are left out where there are others:
 * they look like network and broadcast addresses, which some clients refuse to talk to. They may still be asked for by name. Addresses that are everybody's
 * come last.
 */
export function* addressesOf(pool: Pool, family: Family): Generator<string, undefined> {
  const ranges = pool.ranges.filter((range) => familyOf(range) === family)
  const shared: string[] = []
  for (const range of ranges) {
    for (const address of rangeAddresses(range)) {
      if (isEverybodys(address)) shared.push(address)
      else yield address
    }
  }
  yield* shared
}

/** How many addresses `addressesOf` gives. Beyond 2^53 it is rounded. */
export function poolSize(pool: Pool, family: Family): number {
  const ranges = pool.ranges.filter((range) => familyOf(range) === family)
  return ranges.reduce((sum, range) => sum + rangeBounds(range).count, 0)
}

function* rangeAddresses(range: string): Generator<string, undefined> {
  const { bytes, start, first, last } = rangeBounds(range)
  for (let offset = first; offset <= last; offset++) yield addressText(start + offset, bytes.length)
}

function rangeBounds(range: string) {
  const [base, length] = ipaddr.parseCIDR(range)
  const bytes = base.toByteArray()
  const start = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const size = 1n << BigInt(bytes.length * 8 - length)
  const first = size > 2n ? 1n : 0n
  const last = size > 2n && bytes.length === 4 ? size - 2n : size - 1n
  return { bytes, start, first, last, count: Number(last - first + 1n) }
}

function addressText(value: bigint, bytes: number): string {
  const text = ipaddr.fromByteArray(Array.from({ length: bytes }, (_, i) => Number((value >> BigInt(8 * (bytes - 1 - i))) & 0xffn))).toString()
  return parseAddress(text) ?? text
}
