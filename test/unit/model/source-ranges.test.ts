import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cidrContains, parseCidr } from '../../../src/model/address.ts'
import { commonRanges } from '../../../src/model/source-ranges.ts'

describe('what two lists of source ranges have in common', () => {
  test.each<[found: readonly string[] | undefined, asked: readonly string[] | undefined, common: readonly string[] | undefined]>([
    [undefined, undefined, undefined],
    [undefined, ['10.0.0.0/8'], ['10.0.0.0/8']],
    [['10.0.0.0/8'], undefined, ['10.0.0.0/8']],
    [['10.0.0.0/8', '192.0.2.0/24'], ['10.0.0.0/8'], ['10.0.0.0/8']],
    [['10.0.0.0/8'], ['10.1.0.0/16', '192.0.2.0/24'], ['10.1.0.0/16']],
    [['10.1.0.0/16'], ['10.0.0.0/8'], ['10.1.0.0/16']],
    [['10.0.0.0/8'], ['192.0.2.0/24'], []],
    [['0.0.0.0/0'], ['::/0'], []],
  ])('%j and %j: %j', (found, asked, common) => expect(commonRanges(found, asked)).toEqual(common))

  test('nothing taken away: the very list that was found', () => {
    const found = ['10.0.0.0/8']
    expect(commonRanges(found, ['0.0.0.0/0'])).toBe(found)
  })

  const range = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 12 }))
    .map(([low, bits]) => parseCidr(`10.0.${low}.${low}/${16 + bits}`) ?? '')
  const address = fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 })).map(([a, b]) => `10.0.${a}.${b}`)

  test('an address is in it just when it is in both', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), fc.array(range, { maxLength: 5 }), address, (found, asked, ip) => {
        const isIn = (ranges: readonly string[]): boolean => ranges.some((one) => cidrContains(one, ip))
        expect(isIn(commonRanges(found, asked) ?? [])).toBe(isIn(found) && isIn(asked))
      }),
    )
  })
})
