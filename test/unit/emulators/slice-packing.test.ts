/** Endpoints dealt out to slices: nobody is lost or doubled, no slice is too large, and who can stay stays. */
import { assert, integer, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { packSlices, SLICE_LIMIT } from '../../../emulators/kubernetes/controllers/slice-packing.ts'

const key = (endpoint: string): string => endpoint
const numbered = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `e${from + index}`)

describe('slices', () => {
  test('250 endpoints make three slices', () => {
    expect(packSlices([], numbered(0, 250), key).map(({ endpoints }) => endpoints.length)).toEqual([100, 100, 50])
  })

  test('a new endpoint goes where there is room, the others stay where they are', () => {
    const existing = [
      { name: 'a', endpoints: numbered(0, 100) },
      { name: 'b', endpoints: numbered(100, 150) },
    ]
    const packed = packSlices(existing, numbered(0, 151), key)
    expect(packed.map(({ name, endpoints }) => [name, endpoints.length])).toEqual([
      ['a', 100],
      ['b', 51],
    ])
  })

  test('whatever was there and whatever is wanted', () => {
    const sets = uniqueArray(integer({ min: 0, max: 400 }), { maxLength: 350 })
    assert(
      property(sets, sets, integer({ min: 1, max: 100 }), (before, after, size) => {
        const names = before.map((number) => `e${number}`)
        const existing = Array.from({ length: Math.ceil(names.length / size) }, (_, index) => ({
          name: `s${index}`,
          endpoints: names.slice(index * size, (index + 1) * size),
        }))
        const wanted = after.map((number) => `e${number}`)
        const packed = packSlices(existing, wanted, key)
        expect(packed.flatMap(({ endpoints }) => endpoints).toSorted()).toEqual(wanted.toSorted())
        expect(Math.max(0, ...packed.map(({ endpoints }) => endpoints.length))).toBeLessThanOrEqual(SLICE_LIMIT)
        for (const { name, endpoints } of existing) {
          const stays = endpoints.filter((endpoint) => wanted.includes(endpoint))
          expect(packed.find((slot) => slot.name === name)?.endpoints).toEqual(expect.arrayContaining(stays))
        }
      }),
    )
  })
})
