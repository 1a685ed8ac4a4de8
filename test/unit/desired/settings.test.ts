import { describe, expect, test } from 'vitest'
import type { ServiceSpec } from '../../../src/model/cluster.ts'
import { context, notes, problems, saying, service, settings, wish } from './given.ts'

test('a plain Service: everything that is not said is absent or a default', () => {
  expect(settings(service())).toEqual({
    scheme: 'internet-facing',
    schemeIsExplicit: false,
    families: ['IPv4'],
    needsAllFamilies: true,
    addresses: [],
    addressNames: [],
    subnets: [],
    targets: 'nodes',
    listeners: [
      {
        key: '80/TCP',
        port: 80,
        protocol: 'TCP',
        name: '',
        proxyProtocol: 'off',
        backendProtocol: 'tcp',
        healthCheck: { protocol: 'http', port: 10256, path: '/healthz', from: 'kube-proxy' },
      },
    ],
    affinity: { kind: 'none' },
    securityGroups: [],
    externalTrafficPolicy: 'Cluster',
    tags: {},
    deletionProtection: false,
  })
})

test('what a Service says is taken over', () => {
  const said = settings(
    saying({
      scheme: 'internal',
      'address-pool': 'lan',
      'address-names': 'one, two',
      subnets: 'a,b',
      scheduler: 'lc',
      'drain-timeout': '1m30s',
      'cross-zone': 'false',
      weighted: 'true',
      name: 'shop',
      'dns-label': 'shop',
      tags: 'team=shop,empty=',
      'deletion-protection': 'true',
      adopt: 'lb-1',
      'security-groups': 'sg-1',
    }),
  )
  expect(said).toMatchObject({
    scheme: 'internal',
    schemeIsExplicit: true,
    addressPool: 'lan',
    addressNames: ['one', 'two'],
    subnets: ['a', 'b'],
    scheduler: 'lc',
    drainTimeoutSeconds: 90,
    crossZone: false,
    weighted: true,
    name: 'shop',
    dnsLabel: 'shop',
    tags: { team: 'shop', empty: '' },
    deletionProtection: true,
    adopt: 'lb-1',
    securityGroups: ['sg-1'],
  })
})

test("the operator's default scheme is not the Service's own word", () => {
  expect(settings(service(), context({}, { defaultScheme: 'internal' }))).toMatchObject({ scheme: 'internal', schemeIsExplicit: false })
})

describe('a share key', () => {
  test('belongs to its namespace', () => expect(settings(saying({ share: 'edge' })).share).toBe('shop/edge'))
  test('that the operator lists is for all', () =>
    expect(settings(saying({ share: 'edge' }), context({}, { sharedKeys: new Set(['edge']) })).share).toBe('edge'))
  test('cannot name another namespace', () => expect(problems(saying({ share: 'other/edge' }))).toHaveLength(1))
})

describe('mode', () => {
  test.each([
    [{}, 'apply'],
    [{ pause: 'true' }, 'pause'],
    [{ 'plan-only': 'true' }, 'plan-only'],
    [{ pause: 'true', 'plan-only': 'true' }, 'pause'],
    [{ pause: 'false' }, 'apply'],
  ])('%j is %s', (words, mode) => expect(wish(saying(words as Record<string, string>))).toMatchObject({ kind: 'wanted', mode }))
})

describe('deletion protection whose value cannot be read', () => {
  test('protects: a typo never deletes', () =>
    expect(wish(saying({ 'deletion-protection': 'yes' }))).toMatchObject({ kind: 'malformed', deletionProtection: true }))
  test('another typo does not protect', () => expect(wish(saying({ scheme: 'inside' }))).toMatchObject({ kind: 'malformed', deletionProtection: false }))
})

describe('affinity', () => {
  const timeout = (timeoutSeconds: number): Partial<ServiceSpec> => ({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } })
  test('ClientIP with its timeout', () => expect(settings(service(timeout(60))).affinity).toEqual({ kind: 'client-ip', timeoutSeconds: 60 }))
  test('ClientIP without one is as Kubernetes defaults it', () =>
    expect(settings(service({ sessionAffinity: 'ClientIP' })).affinity).toEqual({ kind: 'client-ip', timeoutSeconds: 10800 }))
  test('the default timeout is nobody’s wish, another one is', () => {
    const cannot = context({ 'affinity-timeout': 'there is no timer' })
    expect(problems(service(timeout(10800)), cannot)).toEqual([])
    expect(problems(service(timeout(60)), cannot)).toEqual([
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: "60" is not possible with the provider test: there is no timer',
    ])
  })
})

describe('addresses', () => {
  test.each<[string, Parameters<typeof saying>, string | undefined]>([
    ['the field', [{}, { loadBalancerIP: '192.0.2.7' }], 'spec.loadBalancerIP'],
    ['the annotation', [{ addresses: '192.0.2.7' }], 'fairlead.dev/addresses'],
    ['the annotation before the field', [{ addresses: '192.0.2.8' }, { loadBalancerIP: '192.0.2.7' }], 'fairlead.dev/addresses'],
    ['nothing', [{}], undefined],
  ])('come with what asks for them: %s', (_name, given, from) => expect(settings(saying(...given)).addressesFrom).toBe(from))

  const dual: Partial<ServiceSpec> = { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }
  test.each<[string, Parameters<typeof saying>, readonly string[]]>([
    ['the field', [{}, { loadBalancerIP: '192.0.2.7' }], ['192.0.2.7']],
    ['the field as older servers stored it', [{}, { loadBalancerIP: ' 192.000.2.07 ' }], ['192.0.2.7']],
    ['an empty field', [{}, { loadBalancerIP: '' }], []],
    ['the annotation before the field', [{ addresses: '192.0.2.8' }, { loadBalancerIP: '192.0.2.7' }], ['192.0.2.8']],
    ['the annotation even before a field that is garbage', [{ addresses: '192.0.2.8' }, { loadBalancerIP: 'nonsense' }], ['192.0.2.8']],
    ['one of each family, in canonical form', [{ addresses: '2001:DB8:0::7, 192.0.2.7' }, dual], ['2001:db8::7', '192.0.2.7']],
  ])('%s', (_name, given, expected) => expect(settings(saying(...given)).addresses).toEqual(expected))

  test.each<[string, Parameters<typeof saying>, string]>([
    [
      'a field that is no address',
      [{}, { loadBalancerIP: 'lb.example.com' }],
      'spec.loadBalancerIP: "lb.example.com" is not an IP address. Allowed: an IPv4 address',
    ],
    [
      'a family that the Service lacks',
      [{}, { loadBalancerIP: '2001:db8::7' }],
      'spec.loadBalancerIP: "2001:db8::7" is IPv6, and the Service has IPv4 alone (spec.ipFamilies). Allowed: an IPv4 address',
    ],
    [
      'two of one family',
      [{ addresses: '192.0.2.7,192.0.2.8' }],
      'fairlead.dev/addresses: "192.0.2.7,192.0.2.8" names two IPv4 addresses. Allowed: one address per family',
    ],
    [
      'an annotation that is no list of addresses',
      [{ addresses: '192.0.2.7,x' }],
      'fairlead.dev/addresses: "192.0.2.7,x" holds "x", which is not an IP address. Allowed: IP addresses such as `192.0.2.7` or `2001:db8::7`, separated by commas',
    ],
  ])('%s is a problem', (_name, given, expected) => expect(problems(saying(...given))).toEqual([expected]))

  test('of a provider that cannot, by the field and by the annotation', () => {
    const cannot = context({ addresses: 'the cloud chooses' })
    expect(problems(service({ loadBalancerIP: '192.0.2.7' }), cannot)).toEqual([
      'spec.loadBalancerIP: "192.0.2.7" is not possible with the provider test: the cloud chooses',
    ])
    expect(problems(saying({ addresses: '192.0.2.7' }), cannot)).toEqual([
      'fairlead.dev/addresses: "192.0.2.7" is not possible with the provider test: the cloud chooses',
    ])
  })
})

describe('families', () => {
  const dual = (ipFamilyPolicy: ServiceSpec['ipFamilyPolicy']) => service({ ipFamilies: ['IPv6', 'IPv4'], ...(ipFamilyPolicy ? { ipFamilyPolicy } : {}) })
  test('keep their order', () => expect(settings(dual('RequireDualStack'))).toMatchObject({ families: ['IPv6', 'IPv4'], needsAllFamilies: true }))
  test('preferred ones need not all be served', () =>
    expect(settings(dual('PreferDualStack'))).toMatchObject({ families: ['IPv6', 'IPv4'], needsAllFamilies: false }))
  test('preferred: what the provider cannot is left out, and reported', () => {
    const cannot = context({ ipv6: 'there is none', 'dual-stack': 'there is none' })
    expect(settings(dual('PreferDualStack'), cannot).families).toEqual(['IPv4'])
    expect(notes(dual('PreferDualStack'), cannot)).toEqual(['spec.ipFamilyPolicy PreferDualStack: the provider test serves IPv4 alone'])
  })
  test('required: what the provider cannot is a problem', () =>
    expect(problems(dual('RequireDualStack'), context({ 'dual-stack': 'one at a time' }))).toEqual([
      'spec.ipFamilies: "IPv6,IPv4" is not possible with the provider test: one at a time',
    ]))
  test('preferred, and none of them possible, is a problem', () =>
    expect(problems(service({ ipFamilies: ['IPv6'], ipFamilyPolicy: 'PreferDualStack' }), context({ ipv6: 'there is none' }))).toEqual([
      'spec.ipFamilies: "IPv6" is not possible with the provider test: there is none',
    ]))
})
