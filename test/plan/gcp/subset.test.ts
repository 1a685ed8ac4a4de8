/** The nodes that one Service gets where a load balancer cannot have them all. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { sizeFor, subsetOf } from '../../../providers/gcp/plan/endpoints/subset.ts'

const zonesOf = (counts: Readonly<Record<string, number>>): ReadonlyMap<string, readonly string[]> =>
  new Map(Object.entries(counts).map(([zone, count]) => [zone, Array.from({ length: count }, (_, i) => `${zone}-${i}`)]))

const all = (subset: ReadonlyMap<string, readonly string[]>): readonly string[] => [...subset.values()].flat().toSorted()
const counts = (subset: ReadonlyMap<string, readonly string[]>) => Object.fromEntries([...subset].map(([zone, some]) => [zone, some.length]))
const NONE = new Set<string>()

test.each([
  ['Cluster', 1, 24],
  ['Cluster', 3, 24],
  ['Cluster', 5, 25],
  ['Cluster', 0, 25],
  ['Local', 3, 250],
] as const)('with policy %s in %i zones it has %i nodes', (policy, zones, size) => expect(sizeFor(policy, zones)).toBe(size))

describe('a subset', () => {
  it('is spread over the zones', () => {
    expect(counts(subsetOf({ zones: zonesOf({ a: 100, b: 100, c: 100 }), present: NONE, size: 24, salt: 'web' }))).toEqual({ a: 8, b: 8, c: 8 })
  })

  it('takes from others what a small zone cannot give', () => {
    expect(counts(subsetOf({ zones: zonesOf({ a: 2, b: 100, c: 100 }), present: NONE, size: 24, salt: 'web' }))).toEqual({ a: 2, b: 11, c: 11 })
  })

  it('is another one for another Service', () => {
    const request = { zones: zonesOf({ a: 100 }), present: NONE, size: 24 }
    expect(all(subsetOf({ ...request, salt: 'web' }))).not.toEqual(all(subsetOf({ ...request, salt: 'api' })))
  })

  it('is all there is where that is not much', () => {
    expect(counts(subsetOf({ zones: zonesOf({ a: 3, b: 1 }), present: NONE, size: 24, salt: 'web' }))).toEqual({ a: 3, b: 1 })
  })
})

const world = fc.record({ a: fc.integer({ min: 1, max: 60 }), b: fc.integer({ min: 0, max: 60 }), c: fc.integer({ min: 0, max: 60 }) })

test('whatever nodes come, those that are in it stay, as far as their zone still gets as many', () =>
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 30 }), (sizes, size) => {
      const before = subsetOf({ zones: zonesOf(sizes), present: NONE, size, salt: 'web' })
      const zones = zonesOf({ ...sizes, a: sizes.a + 1 })
      const after = subsetOf({ zones, present: new Set(all(before)), size, salt: 'web' })
      expect(all(after)).toHaveLength(Math.min(size, [...zones.values()].flat().length))
      for (const [zone, some] of before) {
        const kept = some.filter((one) => after.get(zone)?.includes(one) === true)
        expect(kept).toHaveLength(Math.min(some.length, after.get(zone)?.length ?? 0))
      }
    }),
  ))

test('when a node goes, one takes its place', () =>
  fc.assert(
    fc.property(fc.integer({ min: 25, max: 80 }), (count) => {
      const zones = zonesOf({ a: count })
      const before = all(subsetOf({ zones, present: NONE, size: 24, salt: 'web' }))
      const [gone] = before
      const left = new Map([['a', (zones.get('a') ?? []).filter((one) => one !== gone)]])
      const after = all(subsetOf({ zones: left, present: new Set(before), size: 24, salt: 'web' }))
      expect(after).toHaveLength(24)
      expect(before.filter((one) => after.includes(one))).toHaveLength(23)
    }),
  ))
