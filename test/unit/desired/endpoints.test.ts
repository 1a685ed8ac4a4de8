import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EndpointSlice, ServiceSpec, SliceEndpoint } from '../../../src/model/cluster.ts'
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import { context, service, slice, snapshot, wish } from './given.ts'

const ready = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: true, serving: true, terminating: false } })
const draining = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: false, serving: true, terminating: true } })
const gone = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: false, serving: false, terminating: true } })
const unready = (ip: string): SliceEndpoint => ({ addresses: [ip], conditions: { ready: false, serving: false, terminating: false } })

function endpoints(slices: readonly EndpointSlice[], spec: Partial<ServiceSpec> = {}, key: ListenerKey = '80/TCP'): readonly string[] {
  const made = wish(service(spec), context(), snapshot({ slices }))
  if (made.kind !== 'wanted') throw new Error(made.kind)
  return made.desired.backends.ports[key]?.endpoints.map(({ ip, port }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)) ?? []
}

describe('which endpoints are used', () => {
  test.each<[string, readonly EndpointSlice[], readonly string[]]>([
    ['no slices', [], []],
    ['ready ones, sorted', [slice([ready('10.1.0.2'), ready('10.1.0.1')])], ['10.1.0.1:8080', '10.1.0.2:8080']],
    [
      'no conditions at all mean ready',
      [slice([{ addresses: ['10.1.0.1'] }, { addresses: ['10.1.0.2'], conditions: {} }])],
      ['10.1.0.1:8080', '10.1.0.2:8080'],
    ],
    ['ready ones before draining ones', [slice([draining('10.1.0.1'), ready('10.1.0.2')])], ['10.1.0.2:8080']],
    ['none is ready: those that still serve', [slice([draining('10.1.0.1'), gone('10.1.0.2'), unready('10.1.0.3')])], ['10.1.0.1:8080']],
    [
      'terminating without a word on serving still serves',
      [slice([{ addresses: ['10.1.0.1'], conditions: { ready: false, terminating: true } }])],
      ['10.1.0.1:8080'],
    ],
    ['a selectorless Service whose pod is not ready', [slice([unready('10.1.0.1')])], []],
    ['published although not ready', [slice([{ addresses: ['10.1.0.1'], conditions: { ready: true, serving: false, terminating: true } }])], ['10.1.0.1:8080']],
    ['the union of all slices', [slice([ready('10.1.0.1')]), slice([ready('10.1.0.2')])], ['10.1.0.1:8080', '10.1.0.2:8080']],
    ['the same endpoint twice, ready in one', [slice([unready('10.1.0.1')]), slice([ready('10.1.0.1')])], ['10.1.0.1:8080']],
    ['the same endpoint twice, draining in one', [slice([draining('10.1.0.1')]), slice([unready('10.1.0.1')])], ['10.1.0.1:8080']],
    ['only the first address counts', [slice([{ addresses: ['10.1.0.1', '10.1.0.9'] }])], ['10.1.0.1:8080']],
    ['host names and text that is no address are not', [slice([ready('10.1.0.1')], { addressType: 'FQDN' }), slice([ready('x')])], []],
    ['a family that the Service lacks is not', [slice([ready('2001:db8::1')], { addressType: 'IPv6' })], []],
    ['no endpoints, as null', [slice([], { endpoints: null })], []],
    [
      'another number in each slice',
      [slice([ready('10.1.0.1')]), slice([ready('10.1.0.2')], { ports: [{ name: '', port: 9090 }] })],
      ['10.1.0.1:8080', '10.1.0.2:9090'],
    ],
    ['a slice without ports means all: the target port', [slice([ready('10.1.0.1')], { ports: null })], ['10.1.0.1:8080']],
    ['a port without number means all', [slice([ready('10.1.0.1')], { ports: [{ name: '', protocol: 'TCP' }] })], ['10.1.0.1:8080']],
    ['a port of another name is not this one', [slice([ready('10.1.0.1')], { ports: [{ name: 'other', port: 8080 }] })], []],
    ['nor one of another protocol', [slice([ready('10.1.0.1')], { ports: [{ name: '', protocol: 'UDP', port: 8080 }] })], []],
  ])('%s', (_name, slices, expected) => expect(endpoints(slices)).toEqual(expected))

  test('a named target port that no pod has', () =>
    expect(endpoints([slice([ready('10.1.0.1')], { ports: null })], { ports: [{ port: 80, targetPort: 'web', nodePort: 30080 }] })).toEqual([]))
  test('fallback is of each family by itself', () =>
    expect(
      endpoints([slice([ready('10.1.0.1')]), slice([draining('2001:db8::1')], { addressType: 'IPv6' })], {
        ipFamilies: ['IPv4', 'IPv6'],
        ipFamilyPolicy: 'RequireDualStack',
      }),
    ).toEqual(['10.1.0.1:8080', '[2001:db8::1]:8080']))
  test('two protocols on one number', () => {
    const ports = [
      { name: 'a', port: 53, protocol: 'TCP', nodePort: 1 },
      { name: 'b', port: 53, protocol: 'UDP', nodePort: 1 },
    ] as const
    const slices = [
      slice([ready('10.1.0.1')], {
        ports: [
          { name: 'a', protocol: 'TCP', port: 5300 },
          { name: 'b', protocol: 'UDP', port: 5301 },
        ],
      }),
    ]
    expect(endpoints(slices, { ports }, '53/TCP')).toEqual(['10.1.0.1:5300'])
    expect(endpoints(slices, { ports }, '53/UDP')).toEqual(['10.1.0.1:5301'])
  })
})

describe('what a slice may hold and gets no traffic', () => {
  const notes = (slices: readonly EndpointSlice[], spec: Partial<ServiceSpec> = {}): readonly string[] => {
    const made = wish(service(spec), context(), snapshot({ slices }))
    return made.kind === 'not ours' ? [] : made.notes
  }

  test.each([0, -1, 65_536, 70_000, 2_147_483_647])('the port %i, with a note', (port) => {
    const slices = [slice([ready('10.1.0.1')], { ports: [{ name: '', protocol: 'TCP', port }] })]
    expect(endpoints(slices)).toEqual([])
    expect(notes(slices)).toEqual([
      `EndpointSlice web-1 gives 80/TCP the target port ${port}, which is not between 1 and 65535: its endpoints get no traffic from this port.`,
    ])
  })

  test.each([
    ['fd00:ec2::254', 'a metadata address of AWS'],
    ['fd20:ce::254', 'a metadata address of Google Cloud'],
    ['fd00:c1::a9fe:a9fe', 'a metadata address of Oracle Cloud'],
    ['fe80::1', 'a link-local address'],
    ['64:ff9b::a9fe:a9fe', 'a link-local address, where clouds have their metadata'],
    ['2002:a9fe:a9fe::1', 'a link-local address, where clouds have their metadata'],
    ['::ffff:169.254.169.254', 'a link-local address, where clouds have their metadata'],
    ['::1', 'a loopback address'],
    ['::ffff:10.1.0.1', 'not an IPv6 address'],
  ])('the address %s over IPv6, with a note', (ip, what) => {
    const slices = [slice([ready(ip), ready('2001:db8::1')], { addressType: 'IPv6' })]
    expect(endpoints(slices, { ipFamilies: ['IPv6'] })).toEqual(['[2001:db8::1]:8080'])
    expect(notes(slices, { ipFamilies: ['IPv6'] })).toEqual([`EndpointSlice web-1 holds ${ip}, ${what}, which gets no traffic.`])
  })

  test.each([
    ['169.254.169.254', 'a link-local address, where clouds have their metadata'],
    ['168.63.129.16', 'a metadata address of Azure'],
    ['100.100.100.200', 'a metadata address of Alibaba Cloud'],
    ['192.0.0.192', 'a metadata address of Oracle Cloud'],
    ['127.0.0.1', 'a loopback address'],
    ['0.0.0.0', 'not the address of a machine'],
    ['255.255.255.255', 'not the address of a machine'],
    ['224.0.0.1', 'a multicast address'],
    ['example.org', 'not an IP address'],
  ])('the address %s over IPv4, with a note', (ip, what) => {
    const slices = [slice([ready(ip), ready('10.1.0.1')])]
    expect(endpoints(slices)).toEqual(['10.1.0.1:8080'])
    expect(notes(slices)).toEqual([`EndpointSlice web-1 holds ${ip}, ${what}, which gets no traffic.`])
  })

  test('is named in one note, however many there are', () => {
    const slices = [slice(Array.from({ length: 1_000 }, (_, i) => ready(`169.254.${i >> 8}.${i & 255}`)))]
    expect(notes(slices)).toEqual([
      'EndpointSlice web-1 holds 169.254.0.0, 169.254.0.1, 169.254.0.2 and 997 more, a link-local address, where clouds have their metadata, which gets no traffic.',
    ])
  })
})

test('neither the order of the slices nor of their endpoints matters', () => {
  const endpoint = fc.record({
    addresses: fc.constantFrom('10.1.0.1', '10.1.0.2', '10.1.0.3').map((ip) => [ip]),
    conditions: fc.record({ ready: fc.boolean(), serving: fc.boolean(), terminating: fc.boolean() }, { requiredKeys: [] }),
    nodeName: fc.constantFrom('a', 'b'),
  })
  const pair = fc.array(fc.array(endpoint, { maxLength: 4 }), { minLength: 1, maxLength: 4 }).chain((groups) =>
    fc.tuple(
      fc.constant(groups),
      fc.shuffledSubarray(
        groups.map((group) => group.toReversed()),
        { minLength: groups.length },
      ),
    ),
  )
  fc.assert(
    fc.property(pair, ([groups, shuffled]) => {
      const made = (all: typeof groups) => wish(service(), context(), snapshot({ slices: all.map((group) => slice(group)) }))
      expect(made(shuffled)).toEqual(made(groups))
    }),
  )
})
