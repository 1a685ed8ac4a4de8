import { expect, test } from 'vitest'
import type { FrontendState } from '../../../providers/local/balancer/data-plane.ts'
import { addressesOf, type Pool, poolSize } from '../../../providers/local/pool.ts'
import { poolUse } from '../../../providers/local/pool-use.ts'

const at = (...addresses: readonly string[]): readonly FrontendState[] => addresses.map((address) => ({ frontend: { address } }) as unknown as FrontendState)

test.each([
  ['a network', ['192.0.2.0/28'], 14],
  ['two addresses', ['192.0.2.0/31'], 2],
  ['one address, and the machine itself', ['192.0.2.7/32', '127.0.0.1/32'], 2],
  ['ranges of both families', ['192.0.2.0/30', '2001:db8::/126'], 2],
])('a pool with %s is as large as the addresses that it gives', (_, ranges, size) => {
  const pool: Pool = { name: 'default', ranges }
  expect(poolSize(pool, 'IPv4')).toBe(size)
  expect([...addressesOf(pool, 'IPv4')]).toHaveLength(size)
})

test('a large pool is counted and not listed', () => {
  expect(poolSize({ name: 'default', ranges: ['2001:db8::/64'] }, 'IPv6')).toBe(2 ** 64)
})

test('an address counts once in its pool and family, also where several share it', () => {
  const pools: readonly Pool[] = [
    { name: 'default', ranges: ['192.0.2.0/28', '2001:db8::/120'] },
    { name: 'edge', ranges: ['198.51.100.0/30'] },
  ]
  expect(poolUse(pools, at('192.0.2.1', '192.0.2.1', '192.0.2.2', '2001:db8::1', '203.0.113.9'))).toEqual([
    { pool: 'default', family: 'IPv4', used: 2, total: 14 },
    { pool: 'default', family: 'IPv6', used: 1, total: 255 },
    { pool: 'edge', family: 'IPv4', used: 0, total: 2 },
  ])
})
