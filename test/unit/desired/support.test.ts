import { describe, expect, test } from 'vitest'
import { neutral } from '../../../annotations/neutral.ts'
import type { ServicePort } from '../../../src/model/cluster.ts'
import { FEATURES, type Feature } from '../../../src/provider/capabilities.ts'
import { context, problems, saying, service, wish } from './given.ts'

const tcp: ServicePort = { name: 'a', port: 80, protocol: 'TCP', nodePort: 1 }
const udp: ServicePort = { name: 'b', port: 80, protocol: 'UDP', nodePort: 1 }
const sctp: ServicePort = { name: 'c', port: 81, protocol: 'SCTP', nodePort: 2 }

describe('a protocol that the provider cannot do refuses the Service and names its ports', () => {
  test.each<[string, Partial<Record<Feature, string>>, readonly ServicePort[], string, readonly string[]]>([
    [
      'SCTP',
      { sctp: 'no SCTP here' },
      [tcp, sctp],
      'spec.ports: "81/SCTP" is not possible with the provider test: no SCTP here',
      ['81/SCTP fairlead.dev/ProtocolNotSupported'],
    ],
    [
      'a mix',
      { 'mixed-protocols': 'one protocol each' },
      [tcp, sctp],
      'spec.ports: "80/TCP,81/SCTP" is not possible with the provider test: one protocol each',
      ['80/TCP LoadBalancerMixedProtocolNotSupported', '81/SCTP LoadBalancerMixedProtocolNotSupported'],
    ],
    [
      'two protocols on one number',
      { 'same-port-two-protocols': 'a number is a number' },
      [tcp, udp, sctp],
      'spec.ports: "80/TCP,80/UDP" is not possible with the provider test: a number is a number',
      ['80/TCP LoadBalancerMixedProtocolNotSupported', '80/UDP LoadBalancerMixedProtocolNotSupported'],
    ],
  ])('%s', (_name, cannot, ports, problem, errors) => {
    const made = wish(service({ ports }), context(cannot))
    expect(problems(service({ ports }), context(cannot))).toEqual([problem])
    expect(made.kind === 'malformed' ? made.ports?.map(({ port, protocol, error }) => `${port}/${protocol} ${error}`) : []).toEqual(errors)
  })
  test('a port that is off needs nothing', () => {
    const ports = [tcp, sctp]
    expect(problems(saying({ 'listener.81': 'off' }, { ports }), context({ sctp: 'no', 'mixed-protocols': 'no' }))).toEqual([])
  })
})

describe('what a Service says is refused with the reason where the provider cannot', () => {
  /** Another value that asks for the feature, where the example does not. */
  const asking: Partial<Record<string, [string, Feature]>> = {
    scheme: ['internal', 'internal'],
    targets: ['pods', 'targets-pods'],
    backendProtocol: ['tls', 'backend-tls'],
    proxyProtocol: ['v2', 'proxy-protocol-v2'],
  }
  /** Keys that are about us and not about the cloud. */
  const NEED_NOTHING = new Set(['listener', 'pause', 'planOnly'])
  /** Words that need another to have a meaning. */
  const beside: Record<string, Record<string, string>> = {
    tlsPolicy: { 'tls-certificates': 'c' },
    alpn: { 'tls-certificates': 'c' },
    healthCheckSuccessCodes: { 'health-check-path': '/' },
  }
  const rows = Object.entries(neutral.definitions)
    .filter(([name]) => !NEED_NOTHING.has(name))
    .map(([name, { key, example, feature }]) => {
      const [value, needed] = asking[name] ?? [example.replace(/,2001.*/, ''), feature as Feature]
      return { name, key, value, needed }
    })

  test.each(rows)('$key: $value', ({ name, key, value, needed }) => {
    const given = saying({ ...beside[name], [key.replace('fairlead.dev/', '')]: value })
    expect(problems(given)).toEqual([])
    expect(problems(given, context({ [needed]: 'there is no such thing' }))).toContain(
      `${key}: "${value}" is not possible with the provider test: there is no such thing`,
    )
  })

  test('every feature that a definition names is one', () => {
    for (const { feature } of Object.values(neutral.definitions)) expect(feature === undefined || Object.hasOwn(FEATURES, feature)).toBe(true)
  })

  test.each<[string, Record<string, string>, Feature, string]>([
    ['a health check for one port', { 'health-check-interval.80': '5s' }, 'health-check-per-port', 'fairlead.dev/health-check-interval.80'],
    ['source ranges for one port', { 'source-ranges.80': '10.0.0.0/8' }, 'source-ranges-per-port', 'fairlead.dev/source-ranges.80'],
    ['no health check', { 'health-check-protocol': 'none' }, 'health-check-none', 'fairlead.dev/health-check-protocol'],
    ['PROXY v1', { 'proxy-protocol': 'v1' }, 'proxy-protocol-v1', 'fairlead.dev/proxy-protocol'],
    ['the default scheme', {}, 'internet-facing', 'fairlead.dev/scheme'],
  ])('%s', (_name, words, feature, field) =>
    expect(problems(saying(words), context({ [feature]: 'no' }))).toEqual([expect.stringContaining(`${field}: `) as string]),
  )

  test.each([{ 'proxy-protocol': 'off' }, { 'backend-protocol': 'tcp' }, { 'deletion-protection': 'false' }, { listener: 'on' }, { targets: 'nodes' }])(
    'saying a default that holds everywhere needs nothing: %j',
    (words) =>
      expect(
        problems(
          saying(words as Record<string, string>),
          context({ 'proxy-protocol-v1': 'no', 'proxy-protocol-v2': 'no', 'backend-tls': 'no', 'deletion-protection': 'no' }),
        ),
      ).toEqual([]),
  )

  test('externalTrafficPolicy Local and ClientIP', () => {
    const given = service({ externalTrafficPolicy: 'Local', healthCheckNodePort: 1, sessionAffinity: 'ClientIP' })
    expect(problems(given, context({ 'local-traffic-policy': 'no', 'affinity-client-ip': 'never' }))).toEqual([
      'spec.sessionAffinity: "ClientIP" is not possible with the provider test: never',
      'spec.externalTrafficPolicy: "Local" is not possible with the provider test: no',
    ])
  })
})
