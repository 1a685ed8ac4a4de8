/** What the operator's policy allows and prefers of pools. */
import { expect, test } from 'vitest'
import type { Limit, LoadBalancer } from '../../../src/model/load-balancer.ts'
import { type Ask, wish } from '../../contract/wish.ts'
import { PoolWorld } from './pool-world.ts'

const POOLS = ['lan=127.0.10.0/29', 'teams=127.0.20.0/29']
const TEAMS: Limit = { of: 'address-pool', allowed: ['teams'], refusal: { reason: 'Forbidden', field: 'fairlead.dev/address-pool', wrong: 'is not allowed' } }
const want = (more: Partial<LoadBalancer>, ask: Ask = {}) => {
  const { settings, ...rest } = wish(ask)
  return { want: { ...rest, settings: { ...settings, ...more } } as never }
}

test('a new address comes from an allowed pool', () => {
  const world = new PoolWorld(POOLS)
  world.run({ web: want({ limits: [TEAMS] }) })
  expect(world.places()).toEqual(['web 127.0.20.1'])
})

test('a new address comes from the default pool, and one that is held stays where it is', () => {
  const world = new PoolWorld(POOLS)
  world.run({ old: want({}) })
  expect(world.run({ old: want({ defaultAddressPool: 'teams' }), web: want({ defaultAddressPool: 'teams' }) }).join('\n')).not.toMatch(/delete/)
  expect(world.places()).toEqual(['old 127.0.10.1', 'web 127.0.20.1'])
})

test('an address that is held in a pool that is not allowed any more is kept, and the Service is refused', () => {
  const world = new PoolWorld(POOLS)
  world.run({ web: want({}) })
  expect(world.run({ web: want({ limits: [TEAMS] }) }).join('\n')).toMatch(/is not allowed/)
  expect(world.places()).toEqual(['web 127.0.10.1'])
})

test('an address that the Service names in such a pool is refused', () => {
  const world = new PoolWorld(POOLS)
  expect(world.run({ web: want({ limits: [TEAMS], addresses: ['127.0.10.3'] }) }).join('\n')).toMatch(/is not allowed/)
  expect(world.places()).toEqual([])
})
