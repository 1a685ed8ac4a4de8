import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashedName, hashOf, readablePart } from '../../../../src/provider/kit/naming.ts'

describe('a hash', () => {
  test('is the same for the same data in every version, and another one for other data', () => {
    expect(hashOf(10, ['cluster', 'service/u1'])).toBe('66a8005e02')
    expect(hashOf(10, ['cluster', 'service/u2'])).not.toBe(hashOf(10, ['cluster', 'service/u1']))
  })

  test('tells apart what only looks alike when it is joined', () => {
    expect(hashOf(10, ['a-b', 'c'])).not.toBe(hashOf(10, ['a', 'b-c']))
  })
})

describe('what can be read of a name', () => {
  test.each([
    ['web', 'web'],
    ['Shop.Web_2', 'shopweb2'],
    ['a-very-long-name', 'averylongn'],
    ['---', 'lb'],
    ['', 'lb'],
  ])('of %j is %j', (about, readable) => {
    expect(readablePart(about, 10, 'lb')).toBe(readable)
  })
})

describe('a name with hashes', () => {
  test('has all of it where there is room', () => {
    expect(hashedName('web', ['0123456789', 'abcdef01'], 32)).toBe('web-0123456789-abcdef01')
  })

  test('keeps its hashes whole and fits, whatever is to be read in it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]([a-z0-9-]*[a-z0-9])?$/), fc.integer({ min: 22, max: 80 }), (readable, longest) => {
        const name = hashedName(readable, ['0123456789', 'abcdef01'], longest)
        expect(name.length).toBeLessThanOrEqual(longest)
        expect(name).toMatch(/^[a-z0-9].*-0123456789-abcdef01$/)
        expect(name).not.toContain('--0123456789')
      }),
    )
  })

  test('is an error where only the hashes would have room', () => {
    expect(() => hashedName('web', ['0123456789'], 11)).toThrow('no room for 0123456789')
  })
})
