/** How address pools are written, and which there are when nobody says. */
import { describe, expect, it, test } from 'vitest'
import { defaultPools, limitsFor, parsePools } from '../../../providers/local/config.ts'
import { addressesOf, poolsText } from '../../../providers/local/pool.ts'

describe('pools', () => {
  const good: readonly [readonly string[], string][] = [
    [['127.0.10.0/24'], '127.0.10.0/24 (pool default)'],
    [['127.0.10.0/24', '::1/128'], '127.0.10.0/24, ::1/128 (pool default)'],
    [['127.0.10.0/24', 'edge=127.0.20.0/24', 'edge=fd00::/120'], '127.0.10.0/24 (pool default), 127.0.20.0/24, fd00::/120 (pool edge)'],
    [['127.0.10.7/24'], '127.0.10.0/24 (pool default)'],
  ]
  it.each(good)('%s', (values, expected) => expect(poolsText(parsePools(values))).toBe(expected))

  const bad: readonly [readonly string[], string][] = [
    [['127.0.10.0'], 'address pool "127.0.10.0" is malformed; allowed: a range like 127.0.10.0/24'],
    [['Edge!=127.0.10.0/24'], 'is malformed'],
    [['=127.0.10.0/24'], 'is malformed'],
    [['127.0.10.0/24', 'edge=127.0.10.128/25'], 'address pool "edge=127.0.10.128/25" overlaps 127.0.10.0/24'],
  ]
  it.each(bad)('%s is refused', (values, message) => expect(() => parsePools(values)).toThrow(message))

  it('by default are what a plain user can bind', () => {
    expect(poolsText(defaultPools('linux', true))).toBe('127.0.10.0/24, ::1/128 (pool default)')
    expect(poolsText(defaultPools('darwin', false))).toBe('127.0.0.1/32 (pool default)')
  })
})

describe('limits', () => {
  test.each([
    [undefined, 16_384, 4_096],
    [1_048_576, 16_384, 4_096],
    [1_024, 288, 192],
    [64, 12, 8],
  ])('of %s file descriptors leave some for everything else', (descriptors, maxConnections, maxFlows) => {
    expect(limitsFor(descriptors)).toEqual({ maxConnections, maxFlows })
  })
})

describe('addresses of a pool', () => {
  const all = (range: string, family: 'IPv4' | 'IPv6') => [...addressesOf({ name: 'default', ranges: [range] }, family)]
  const cases: readonly [string, 'IPv4' | 'IPv6', readonly string[]][] = [
    ['127.0.10.0/29', 'IPv4', ['127.0.10.1', '127.0.10.2', '127.0.10.3', '127.0.10.4', '127.0.10.5', '127.0.10.6']],
    ['127.0.10.0/31', 'IPv4', ['127.0.10.0', '127.0.10.1']],
    ['127.0.10.9/32', 'IPv4', ['127.0.10.9']],
    ['127.0.0.0/30', 'IPv4', ['127.0.0.2', '127.0.0.1']],
    ['fd00::/126', 'IPv6', ['fd00::1', 'fd00::2', 'fd00::3']],
    ['::1/128', 'IPv6', ['::1']],
    ['127.0.10.0/29', 'IPv6', []],
  ]
  it.each(cases)('%s, %s', (range, family, expected) => expect(all(range, family)).toEqual(expected))

  it('of a huge range are made only as far as they are asked for', () => {
    expect(addressesOf({ name: 'default', ranges: ['fd00::/8'] }, 'IPv6').next().value).toBe('fd00::1')
  })
})
