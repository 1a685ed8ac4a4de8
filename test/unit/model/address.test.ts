import { BlockList } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cidrContains, familyOf, parseAddress, parseCidr, parseCidrAsWritten, parseListen } from '../../../src/model/address.ts'

describe('addresses in one canonical form', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['010.001.002.003', '10.1.2.3'],
    ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2', undefined],
    ['192.0.2.256', undefined],
    ['0x7f.0.0.1', undefined],
    ['2130706433', undefined],
    ['fe80::1%eth0', undefined],
    ['example.com', undefined],
    ['192.0.2.7/32', undefined],
    ['', undefined],
  ])('%j is %j', (text, expected) => expect(parseAddress(text)).toBe(expected))

  test('reading what was written changes nothing', () =>
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const once = parseAddress(text)
        expect(once).toBeDefined()
        expect(parseAddress(once ?? '')).toBe(once)
      }),
    ))
})

describe('ranges in one canonical form', () => {
  test.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.0.0.5/8', '10.0.0.0/8'],
    [' 010.1.2.3/16 ', '10.1.0.0/16'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['::/0', '::/0'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    // Wider than all IPv4: it is no IPv4 range, and 10.0.0.0/8 was not meant.
    ['::ffff:10.0.0.0/8', undefined],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0', undefined],
    ['10.0.0.0/', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0.0/-1', undefined],
    ['x/8', undefined],
  ])('%j is %j', (text, expected) => expect(parseCidr(text)).toBe(expected))

  test.each([
    ['::ffff:127.64.9.9/112', '::ffff:127.64.0.0/112'],
    ['::ffff:0:0/96', '::ffff:0.0.0.0/96'],
    ['127.64.9.9/16', '127.64.0.0/16'],
    ['fd00::1/64', 'fd00::/64'],
    ['::ffff:127.64.0.0/129', undefined],
  ])('as written, %j is %j', (text, expected) => expect(parseCidrAsWritten(text)).toBe(expected))

  const range = fc.oneof(
    fc.tuple(fc.ipV4(), fc.nat(32)).map(([ip, bits]) => `${ip}/${bits}`),
    fc.tuple(fc.ipV6(), fc.nat(128)).map(([ip, bits]) => `${ip}/${bits}`),
  )
  test('reading what was written changes nothing, and a range holds the address it was made from', () =>
    fc.assert(
      fc.property(range, (text) => {
        const once = parseCidr(text)
        if (once === undefined) return
        expect(parseCidr(once)).toBe(once)
        expect(cidrContains(once, parseAddress(text.split('/')[0] ?? '') ?? '')).toBe(true)
      }),
    ))
  test('holds what the range as it was written holds, by another implementation', () => {
    const flipped = (ip: string, bit: number) =>
      ip
        .split('.')
        .map((byte, i) => Number(byte) ^ (i === bit >> 3 ? 128 >> (bit & 7) : 0))
        .join('.')
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(32), fc.nat(31), (ip, bits, bit) => {
        const judge = new BlockList()
        judge.addSubnet(ip, bits)
        expect(cidrContains(parseCidr(`${ip}/${bits}`) ?? '', flipped(ip, bit))).toBe(judge.check(flipped(ip, bit)))
      }),
    )
  })
  test('no range holds an address of the other family', () => {
    expect(cidrContains('0.0.0.0/0', '::1')).toBe(false)
    expect(cidrContains('::/0', '192.0.2.7')).toBe(false)
    expect([familyOf('::1'), familyOf('192.0.2.7')]).toEqual(['IPv6', 'IPv4'])
  })
})

describe('where to listen', () => {
  test.each([
    ['127.0.0.1:9440', { host: '127.0.0.1', port: 9440 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:9440', { host: '::1', port: 9440 }],
    [':9440', { port: 9440 }],
    ['::1:9440', undefined],
    ['[127.0.0.1]:9440', undefined],
    ['127.0.0.1', undefined],
    ['127.0.0.1:', undefined],
    ['127.0.0.1:65536', undefined],
    ['', undefined],
  ])('%j', (text, expected) => expect(parseListen(text)).toEqual(expected))
})
