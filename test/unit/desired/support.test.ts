import { describe, expect, test } from 'vitest'
import { neutral } from '../../../annotations/neutral.ts'
import type { ServicePort, ServiceSpec } from '../../../src/model/cluster.ts'
import { problemText } from '../../../src/model/problem.ts'
import { FEATURES, type Feature } from '../../../src/provider/capabilities.ts'
import { context, problems, saying, service, wish } from './given.ts'

const tcp: ServicePort = { name: 'a', port: 80, protocol: 'TCP', nodePort: 1 }
const udp: ServicePort = { name: 'b', port: 80, protocol: 'UDP', nodePort: 1 }
const sctp: ServicePort = { name: 'c', port: 81, protocol: 'SCTP', nodePort: 2 }

describe('a port that the provider cannot serve is refused alone, with its error, and the others are served', () => {
  const other: ServicePort = { name: 'd', port: 82, protocol: 'TCP' }
  const reason = (value: string, because: string) => `spec.ports: "${value}" is not possible with the provider test: ${because}`
  test.each<[string, Parameters<typeof context>[0], Partial<ServiceSpec>, readonly string[], readonly string[], string]>([
    [
      'SCTP beside TCP',
      { sctp: 'no SCTP here' },
      { ports: [sctp, tcp] },
      ['80/TCP'],
      ['81/SCTP fairlead.dev/ProtocolNotSupported'],
      reason('81/SCTP', 'no SCTP here'),
    ],
    [
      'one protocol for each Service: that of the first port stays',
      { 'mixed-protocols': 'one protocol each' },
      { ports: [udp, { ...udp, port: 90 }, sctp, other] },
      ['80/UDP', '90/UDP'],
      ['81/SCTP LoadBalancerMixedProtocolNotSupported', '82/TCP LoadBalancerMixedProtocolNotSupported'],
      reason('81/SCTP, 82/TCP', 'one protocol each'),
    ],
    [
      'one protocol for each number: the first port of the number stays',
      { 'same-port-two-protocols': 'a number is a number' },
      { ports: [tcp, udp, sctp] },
      ['80/TCP', '81/SCTP'],
      ['80/UDP LoadBalancerMixedProtocolNotSupported'],
      reason('80/UDP', 'a number is a number'),
    ],
    [
      'a protocol that cannot be had is no second one',
      { sctp: 'no SCTP here', 'mixed-protocols': 'one protocol each' },
      { ports: [sctp, tcp] },
      ['80/TCP'],
      ['81/SCTP fairlead.dev/ProtocolNotSupported'],
      reason('81/SCTP', 'no SCTP here'),
    ],
    [
      'no node port, where pods cannot be reached',
      { 'targets-pods': 'pods have no address here' },
      { ports: [tcp, other] },
      ['80/TCP'],
      ['82/TCP fairlead.dev/NodePortNeeded'],
      'spec.ports has ports without node port (82/TCP has no node port), and the provider test reaches no pods: pods have no address here. Set spec.allocateLoadBalancerNodePorts to true.',
    ],
    [
      'two causes: one message with both',
      { sctp: 'no SCTP here', 'same-port-two-protocols': 'a number is a number' },
      { ports: [tcp, udp, sctp] },
      ['80/TCP'],
      ['81/SCTP fairlead.dev/ProtocolNotSupported', '80/UDP LoadBalancerMixedProtocolNotSupported'],
      `${reason('81/SCTP', 'no SCTP here')}; 80/UDP is not possible with the provider test: a number is a number`,
    ],
  ])('%s', (_name, cannot, spec, served, errors, text) => {
    const made = wish(service(spec), context(cannot))
    if (made.kind !== 'wanted') throw new Error(`it is ${made.kind}`)
    const { settings, refusedPorts } = made.desired
    expect(settings.listeners.map(({ key }) => key)).toEqual(served)
    expect(refusedPorts?.ports.map(({ port, protocol, error }) => `${port}/${protocol} ${error}`)).toEqual(errors)
    expect(refusedPorts && problemText(refusedPorts.problem)).toBe(`${text.replace(/\.$/, '')}. The other ports are not affected.`)
  })
  test('where no port can be served, the Service is refused, with an error on each port', () => {
    const given = service({ ports: [tcp, udp] })
    const where = context({ tcp: 'no TCP', udp: 'no UDP' })
    const made = wish(given, where)
    expect(problems(given, where)).toEqual([reason('80/TCP', 'no TCP'), reason('80/UDP', 'no UDP')])
    expect(made.kind === 'malformed' && made.ports?.map(({ port, protocol, error }) => `${port}/${protocol} ${error}`)).toEqual([
      '80/TCP fairlead.dev/ProtocolNotSupported',
      '80/UDP fairlead.dev/ProtocolNotSupported',
    ])
  })
  test('where something else is wrong, the Service is refused, and the port has its error all the same', () => {
    const made = wish(saying({ scheme: 'sideways' }, { ports: [tcp, sctp] }), context({ sctp: 'no SCTP here' }))
    expect(made.kind === 'malformed' && [made.problems.map(({ field }) => field), made.ports?.map(({ port }) => port)]).toEqual([['fairlead.dev/scheme'], [81]])
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
