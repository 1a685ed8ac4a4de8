import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseCidr } from '../../../src/model/address.ts'
import type { ServiceSpec } from '../../../src/model/cluster.ts'
import { context, notes, problems, saying, service, settings, wish } from './given.ts'

const LEGACY = 'service.beta.kubernetes.io/load-balancer-source-ranges'

function ranges(annotations: Record<string, string>, spec: Partial<ServiceSpec> = {}) {
  return settings(service(spec, { annotations })).sourceRanges
}

describe('source ranges', () => {
  test('nothing said: everybody', () => expect(ranges({})).toBeUndefined())
  test('an empty field says nothing', () => expect(ranges({}, { loadBalancerSourceRanges: [] })).toBeUndefined())
  test('the field, canonical and sorted', () =>
    expect(ranges({}, { loadBalancerSourceRanges: [' 192.0.2.5/24', '10.0.0.0/8', '192.0.2.0/24'] })).toEqual(['10.0.0.0/8', '192.0.2.0/24']))
  test('the field before our annotation, with a note', () => {
    const both = saying({ 'source-ranges': '10.0.0.0/8' }, { loadBalancerSourceRanges: ['192.0.2.0/24'] })
    expect(settings(both).sourceRanges).toEqual(['192.0.2.0/24'])
    expect(notes(both)).toEqual(['fairlead.dev/source-ranges is not used for the whole Service: spec.loadBalancerSourceRanges takes precedence'])
  })
  test('of a family that the Service does not have open nothing, with a note that names them as they were written', () => {
    expect(notes(service({ loadBalancerSourceRanges: ['0.0.0.0/0', '::/0'] }))).toEqual([
      'spec.loadBalancerSourceRanges: ::/0 opens nothing, because the Service has IPv4 addresses only (spec.ipFamilies)',
    ])
    expect(notes(service({}, { annotations: { [LEGACY]: '10.0.0.0/8,::/0' } }))).toEqual([
      `${LEGACY}: ::/0 opens nothing, because the Service has IPv4 addresses only (spec.ipFamilies)`,
    ])
  })
  test("our annotation before Kubernetes' own", () =>
    expect(ranges({ [LEGACY]: '10.0.0.0/8', 'fairlead.dev/source-ranges': '192.0.2.0/24' })).toEqual(['192.0.2.0/24']))
  test("Kubernetes' own annotation", () => expect(ranges({ [LEGACY]: '10.0.0.0/8, 192.0.2.0/24' })).toEqual(['10.0.0.0/8', '192.0.2.0/24']))
  test("Kubernetes' own annotation, empty, says nothing, as Kubernetes has it", () => expect(ranges({ [LEGACY]: ' ' })).toBeUndefined())
  test("a port's own ranges stand beside the Service's", () => {
    const made = settings(saying({ 'source-ranges.80': '198.51.100.0/24' }, { loadBalancerSourceRanges: ['192.0.2.0/24'] }))
    expect([made.sourceRanges, made.listeners[0]?.sourceRanges]).toEqual([['192.0.2.0/24'], ['198.51.100.0/24']])
  })
  test("a port's own ranges of a family that the Service does not have open nothing, with a note", () => {
    const given = saying(
      { 'source-ranges.80': '192.0.2.0/24,2001:db8::/32', 'source-ranges.81': '2001:db8::/32' },
      { ports: [{ port: 80 }, { name: 'b', port: 81 }] },
    )
    expect(settings(given).listeners.map(({ sourceRanges }) => sourceRanges)).toEqual([['192.0.2.0/24', '2001:db8::/32'], ['2001:db8::/32']])
    expect(notes(given)).toEqual([
      'fairlead.dev/source-ranges.80: 2001:db8::/32 opens nothing, because the Service has IPv4 addresses only (spec.ipFamilies)',
      'fairlead.dev/source-ranges.81: 2001:db8::/32 opens nothing, because the Service has IPv4 addresses only (spec.ipFamilies)',
      'no source range for 81/TCP is IPv4: no IPv4 client is allowed there',
    ])
  })
  test('the field holds at most five thousand ranges', () => {
    const many = (count: number) => service({ loadBalancerSourceRanges: Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`) })
    expect(problems(many(5_000))).toEqual([])
    expect(problems(many(5_001))).toEqual(['spec.loadBalancerSourceRanges holds 5001 ranges. Allowed: at most 5000 ranges'])
    expect(problems(many(100_000))).toEqual(['spec.loadBalancerSourceRanges holds 100000 ranges. Allowed: at most 5000 ranges'])
  })
  test('of many wrong ones in the field the first are named, and the others counted', () => {
    const wrong = problems(service({ loadBalancerSourceRanges: Array.from({ length: 50 }, (_, i) => `x${i}`) }))
    expect([wrong.length, wrong.at(-1)]).toEqual([11, 'spec.loadBalancerSourceRanges has 40 more problems like these'])
  })
  test('a list of one family closes the other, and that is reported', () => {
    const dual = service({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack', loadBalancerSourceRanges: ['0.0.0.0/0'] })
    expect(settings(dual).sourceRanges).toEqual(['0.0.0.0/0'])
    expect(notes(dual)).toEqual(['no source range is IPv6: no IPv6 client is allowed'])
  })
})

describe('a list that cannot be read whole is a problem', () => {
  test.each<[string, Record<string, string>, Partial<ServiceSpec>, string]>([
    [
      'in the field',
      {},
      { loadBalancerSourceRanges: ['10.0.0.0/8', 'x'] },
      'spec.loadBalancerSourceRanges: "x" is not an IP range. Allowed: ranges such as 192.0.2.0/24',
    ],
    [
      'blanks in the field',
      {},
      { loadBalancerSourceRanges: [' '] },
      'spec.loadBalancerSourceRanges: " " is not an IP range. Allowed: ranges such as 192.0.2.0/24',
    ],
    [
      'in our annotation',
      { 'fairlead.dev/source-ranges': '10.0.0.0/8,' },
      {},
      'fairlead.dev/source-ranges: "10.0.0.0/8," has an empty item. Allowed: IP ranges such as `192.0.2.0/24` or `2001:db8::/32`, separated by commas',
    ],
    [
      'our annotation, empty',
      { 'fairlead.dev/source-ranges': '' },
      {},
      'fairlead.dev/source-ranges: "" is empty. Allowed: IP ranges such as `192.0.2.0/24` or `2001:db8::/32`, separated by commas',
    ],
    [
      "in Kubernetes' own annotation",
      { [LEGACY]: '10.0.0.1' },
      {},
      `${LEGACY}: "10.0.0.1" is not an IP range. Allowed: IP ranges such as \`192.0.2.0/24\` or \`2001:db8::/32\`, separated by commas`,
    ],
  ])('%s', (_name, annotations, spec, expected) => expect(problems(service(spec, { annotations }))).toEqual([expected]))

  test('of a provider that has none, whoever asks', () => {
    const cannot = context({ 'source-ranges': 'there is no firewall' })
    for (const given of [service({ loadBalancerSourceRanges: ['10.0.0.0/8'] }), service({}, { annotations: { [LEGACY]: '10.0.0.0/8' } })]) {
      expect(problems(given, cannot)).toEqual([expect.stringContaining('there is no firewall')])
    }
  })
})

test('a list is taken whole or not at all', () => {
  const item = fc.oneof(
    fc.tuple(fc.ipV4(), fc.nat(32)).map(([ip, bits]) => `${ip}/${bits}`),
    fc.tuple(fc.ipV6(), fc.nat(128)).map(([ip, bits]) => `${ip}/${bits}`),
    fc.constantFrom('', ' ', '0.0.0.0', '10.0.0.0/8/8', '/0', '*', '0/0'),
  )
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 4 }), fc.boolean(), (list, inField) => {
      const spec = inField ? { loadBalancerSourceRanges: list } : {}
      const made = wish(service(spec, { annotations: inField ? {} : { 'fairlead.dev/source-ranges': list.join(',') } }))
      const read = list.map((text) => parseCidr(text))
      const expected = read.includes(undefined) ? undefined : [...new Set(read.map(String))].toSorted()
      expect(made.kind === 'wanted' ? made.desired.settings.sourceRanges : undefined).toEqual(expected)
    }),
  )
})
