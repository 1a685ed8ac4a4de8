import { describe, expect, test } from 'vitest'
import type { ServicePort, ServiceSpec } from '../../../src/model/cluster.ts'
import { context, problems, saying, service, settings, wish } from './given.ts'

const dns: readonly ServicePort[] = [
  { name: 'dns', port: 53, protocol: 'UDP', nodePort: 30053 },
  { name: 'dns-tcp', port: 53, protocol: 'TCP', nodePort: 30053 },
  { name: 'admin', port: 8080, protocol: 'TCP', nodePort: 30080, appProtocol: 'http' },
]

describe('listeners', () => {
  test('one per port and protocol, in the order of the Service', () => {
    expect(settings(service({ ports: dns })).listeners.map(({ key, name, appProtocol }) => [key, name, appProtocol])).toEqual([
      ['53/UDP', 'dns', undefined],
      ['53/TCP', 'dns-tcp', undefined],
      ['8080/TCP', 'admin', 'http'],
    ])
  })
  test('a port without protocol is TCP', () => expect(settings(service({ ports: [{ port: 80, nodePort: 1 }] })).listeners[0]?.key).toBe('80/TCP'))
  test('a port that is off stays inside the cluster, and keeps its backends for what is found', () => {
    const made = wish(saying({ 'listener.8080': 'off', 'listener.53-tcp': 'off' }, { ports: dns }))
    if (made.kind !== 'wanted') throw new Error(made.kind)
    expect(made.desired.settings.listeners.map(({ key }) => key)).toEqual(['53/UDP'])
    expect(Object.keys(made.desired.backends.ports)).toEqual(['53/UDP', '53/TCP', '8080/TCP'])
  })
  test('off for the Service and on for one port', () =>
    expect(settings(saying({ listener: 'off', 'listener.8080': 'on' }, { ports: dns })).listeners.map(({ key }) => key)).toEqual(['8080/TCP']))
  test('off for all is a problem', () =>
    expect(problems(saying({ listener: 'off' }))).toEqual([
      'fairlead.dev/listener: "off" leaves no port to listen on. Allowed: `off` for some ports, not for all',
    ]))
  test('narrower keys win: protocol before number before Service', () => {
    const made = settings(saying({ 'idle-timeout': '10s', 'idle-timeout.53': '20s', 'idle-timeout.53-udp': '30s' }, { ports: dns }))
    expect(made.listeners.map(({ key, idleTimeoutSeconds }) => [key, idleTimeoutSeconds])).toEqual([
      ['53/UDP', 30],
      ['53/TCP', 20],
      ['8080/TCP', 10],
    ])
  })
})

describe('what TCP alone can have', () => {
  const tls = { 'tls-certificates': 'cert-1', 'tls-policy': 'modern', alpn: 'h2,http/1.1', 'backend-protocol': 'tls', 'proxy-protocol': 'v1' }
  test('holds for the TCP ports of the Service', () => {
    const [udp, tcp] = settings(saying(tls, { ports: dns })).listeners
    expect(udp).toMatchObject({ proxyProtocol: 'off', backendProtocol: 'tcp' })
    expect(udp).not.toHaveProperty('tls')
    expect(tcp).toMatchObject({ proxyProtocol: 'v1', backendProtocol: 'tls', tls: { certificates: ['cert-1'], policy: 'modern', alpn: ['h2', 'http/1.1'] } })
  })
  test('PROXY version 2 stands before datagrams too', () =>
    expect(settings(saying({ 'proxy-protocol': 'v2' }, { ports: dns })).listeners.map(({ proxyProtocol }) => proxyProtocol)).toEqual(['v2', 'v2', 'v2']))
  test.each<[string, Record<string, string>, Partial<ServiceSpec>, string]>([
    [
      'for a UDP port by name',
      { 'proxy-protocol.53-udp': 'v1' },
      { ports: dns },
      'fairlead.dev/proxy-protocol.53-udp: "v1" is for TCP ports, and 53/UDP is none',
    ],
    [
      'for a Service without TCP',
      { 'tls-certificates': 'cert-1' },
      { ports: [{ port: 53, protocol: 'UDP', nodePort: 30053 }] },
      'fairlead.dev/tls-certificates: "cert-1" is for TCP ports, and the Service listens on none',
    ],
    [
      'a TLS policy and nothing that ends TLS',
      { 'tls-policy': 'modern' },
      {},
      'fairlead.dev/tls-policy: "modern" has no meaning for 80/TCP, which has no certificate. Name one in fairlead.dev/tls-certificates, or take this away.',
    ],
  ])('%s: a problem', (_name, words, spec, expected) => expect(problems(saying(words, spec))).toEqual([expected]))
  test('`KEY.53` where both protocols have that number means the TCP one', () =>
    expect(problems(saying({ 'proxy-protocol.53': 'v1' }, { ports: dns }))).toEqual([]))
  test('a policy for the Service holds for those of its ports that end TLS', () =>
    expect(problems(saying({ 'tls-policy': 'modern', 'tls-certificates.8080': 'cert-1' }, { ports: dns }))).toEqual([]))
})

describe('targets', () => {
  const none: Partial<ServiceSpec> = { allocateLoadBalancerNodePorts: false, ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }] }
  const some: Partial<ServiceSpec> = {
    allocateLoadBalancerNodePorts: false,
    ports: [
      { name: 'a', port: 80, nodePort: 30080 },
      { name: 'b', port: 81 },
    ],
  }
  const left: Partial<ServiceSpec> = { allocateLoadBalancerNodePorts: false }
  const noPods = context({ 'targets-pods': 'pods have no address here' })
  test.each<[string, Parameters<typeof saying>, 'nodes' | 'pods']>([
    ['node ports there: what the provider says', [{}], 'nodes'],
    ['no node ports', [{}, none], 'pods'],
    ['a port without node port', [{}, some], 'pods'],
    ['node ports left over from before', [{}, left], 'nodes'],
    ['asked for', [{ targets: 'pods' }], 'pods'],
    ['the port without node port is off', [{ 'listener.81': 'off' }, some], 'nodes'],
  ])('%s', (_name, given, expected) => expect(settings(saying(...given)).targets).toBe(expected))
  test('nodes asked for and a node port is missing: that port alone is refused', () => {
    const made = wish(saying({ targets: 'nodes' }, some))
    if (made.kind !== 'wanted') throw new Error(`it is ${made.kind}`)
    expect(made.desired.settings.listeners.map(({ key }) => key)).toEqual(['80/TCP'])
    expect(made.desired.refusedPorts?.ports).toEqual([{ port: 81, protocol: 'TCP', error: 'fairlead.dev/NodePortNeeded' }])
    expect(made.desired.refusedPorts?.problem).toMatchObject({ field: 'fairlead.dev/targets', wrong: 'is not possible: 81/TCP has no node port' })
  })
  test('nodes asked for and there is no node port', () =>
    expect(problems(saying({ targets: 'nodes' }, none))).toEqual([
      'fairlead.dev/targets: "nodes" is not possible: 80/TCP has no node port. Allowed: `pods`. Set spec.allocateLoadBalancerNodePorts to true.',
    ]))
  test('no node ports, and a provider that reaches no pods', () =>
    expect(problems(service(none), noPods)).toEqual([
      'spec.ports has ports without node port (80/TCP has no node port), and the provider test reaches no pods: pods have no address here. Set spec.allocateLoadBalancerNodePorts to true.',
    ]))
})

describe('nodes that are reached at the published address', () => {
  const base = context({ 'targets-pods': 'pods have no address here' })
  const where = { ...base, provider: { ...base.provider, nodesReachedBy: 'publishedAddress' as const } }
  const ports: readonly ServicePort[] = [
    { name: 'web', port: 80, protocol: 'TCP', targetPort: 8080 },
    { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
  ]
  const none: Partial<ServiceSpec> = { allocateLoadBalancerNodePorts: false, ports }
  const checks = (words: Record<string, string>, spec: Partial<ServiceSpec> = {}) =>
    settings(saying(words, { ...none, ...spec }), where).listeners.map(({ healthCheck: { protocol, port, from } }) => `${protocol} ${port} ${from}`)

  test.each([{}, { targets: 'nodes' }])('need no node port, asked for or not: %j', (words) => {
    const { targets, listeners } = settings(saying(words, none), where)
    expect({ targets, listeners: listeners.map(({ key }) => key) }).toEqual({ targets: 'nodes', listeners: ['80/TCP', '53/UDP'] })
  })
  test('are targets also where the provider reaches pods, unless pods are asked for', () => {
    const both = { ...where, provider: { ...where.provider, capabilities: context().provider.capabilities } }
    expect(settings(service(none), both).targets).toBe('nodes')
    expect(settings(saying({ targets: 'pods' }, none), both).targets).toBe('pods')
  })
  test('are asked for kube-proxy, and with policy Local at healthCheckNodePort', () => {
    expect(checks({})).toEqual(['http 10256 kube-proxy', 'http 10256 kube-proxy'])
    const local = { externalTrafficPolicy: 'Local', healthCheckNodePort: 32_000 } as const
    expect(checks({}, local)).toEqual(['http 32000 healthCheckNodePort', 'http 32000 healthCheckNodePort'])
  })
  test('are asked at the port that an annotation gives, or not at all', () => {
    expect(checks({ 'health-check-port': '9000' })).toEqual(['tcp 9000 annotation', 'tcp 9000 annotation'])
    expect(checks({ 'health-check-protocol': 'none' })).toEqual(['none traffic annotation', 'none traffic annotation'])
  })
  test('are asked at the traffic port where that has a node port', () => {
    const some = { ports: ports.map((port) => (port.port === 80 ? { ...port, nodePort: 30_080 } : port)) }
    expect(checks({ 'health-check-path': '/ready' }, some)).toEqual(['http traffic annotation', 'http 10256 kube-proxy'])
  })
  test.each<[string, Record<string, string>, string]>([
    ['by a path', { 'health-check-path': '/ready' }, 'fairlead.dev/health-check-path asks nodes at the traffic port, and 80/TCP has no node port.'],
    [
      'by a protocol for one port',
      { 'health-check-protocol.80': 'tcp' },
      'fairlead.dev/health-check-protocol.80 asks nodes at the traffic port, and 80/TCP has no node port.',
    ],
    ['by name', { 'health-check-port': 'traffic' }, 'fairlead.dev/health-check-port asks nodes at the traffic port, and 80/TCP has no node port.'],
  ])('are not asked at a traffic port that has none, %s', (_, words, expected) =>
    expect(problems(saying(words, none), where)).toEqual([
      `${expected} Set fairlead.dev/health-check-port to a number, or spec.allocateLoadBalancerNodePorts to true.`,
    ]),
  )
})

const NAMED: Partial<ServiceSpec> = {
  ports: [
    { name: 'web', port: 80, targetPort: 'http', nodePort: 30080 },
    { name: 'admin', port: 90, targetPort: 9090, nodePort: 30090 },
  ],
}

describe('health checks', () => {
  const local: Partial<ServiceSpec> = { externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 }
  const check = (...given: Parameters<typeof saying>) => settings(saying(...given)).listeners[0]?.healthCheck
  test.each<[string, Parameters<typeof saying>, object]>([
    ['policy Cluster asks kube-proxy', [{}], { protocol: 'http', port: 10256, path: '/healthz', from: 'kube-proxy' }],
    ['policy Local asks healthCheckNodePort', [{}, local], { protocol: 'http', port: 31000, path: '/healthz', from: 'healthCheckNodePort' }],
    ['pods are asked where traffic goes', [{ targets: 'pods' }], { protocol: 'tcp', port: 'traffic', from: 'traffic port' }],
    ['pods under policy Local too', [{ targets: 'pods' }, local], { protocol: 'tcp', port: 'traffic', from: 'traffic port' }],
    [
      'UDP pods cannot be asked',
      [{ targets: 'pods' }, { ports: [{ port: 53, protocol: 'UDP' }] }],
      { protocol: 'none', port: 'traffic', from: 'traffic port' },
    ],
    [
      'numbers alone leave who is asked',
      [{ 'health-check-interval': '5s' }],
      { protocol: 'http', port: 10256, path: '/healthz', from: 'kube-proxy', intervalSeconds: 5 },
    ],
    ['a protocol is asked at the traffic port', [{ 'health-check-protocol': 'tcp' }], { protocol: 'tcp', port: 'traffic', from: 'annotation' }],
    ['a path means HTTP', [{ 'health-check-path': '/ready' }], { protocol: 'http', port: 'traffic', path: '/ready', from: 'annotation' }],
    ['a port alone is asked by TCP', [{ 'health-check-port': '9000' }], { protocol: 'tcp', port: 9000, from: 'annotation' }],
    ['a named port: its node port', [{ 'health-check-port': 'admin' }, NAMED], { protocol: 'tcp', port: 30090, from: 'annotation' }],
    ['or its target port', [{ 'health-check-port': 'admin', targets: 'pods' }, NAMED], { protocol: 'tcp', port: 9090, from: 'annotation' }],
    ['none', [{ 'health-check-protocol': 'none' }], { protocol: 'none', port: 'traffic', from: 'annotation' }],
    [
      'all of it, and a port of its own',
      [
        {
          'health-check-protocol': 'https',
          'health-check-port': 'traffic',
          'health-check-port.80': '9000',
          'health-check-timeout': '500ms',
          'health-check-healthy-threshold': '2',
          'health-check-unhealthy-threshold': '3',
          'health-check-success-codes': '200-399',
        },
      ],
      {
        protocol: 'https',
        port: 9000,
        path: '/',
        from: 'annotation',
        timeoutSeconds: 0.5,
        healthyThreshold: 2,
        unhealthyThreshold: 3,
        successCodes: '200-399',
      },
    ],
  ])('%s', (_name, given, expected) => expect(check(...given)).toEqual(expected))

  const udp: ServicePort = { name: 'u', port: 54, protocol: 'UDP', nodePort: 30054 }
  const tcp: ServicePort = { name: 't', port: 80, protocol: 'TCP', nodePort: 30080 }
  const kinds = (words: Record<string, string>, ports: readonly ServicePort[]) =>
    settings(saying(words, { ports })).listeners.map(({ key, healthCheck }) =>
      `${key} ${healthCheck.protocol} ${healthCheck.port} ${healthCheck.path ?? ''}`.trim(),
    )
  test('what is said for the Service holds for the ports that can be asked', () => {
    expect(kinds({ 'health-check-path': '/ready' }, [tcp, udp])).toEqual(['80/TCP http traffic /ready', '54/UDP http 10256 /healthz'])
    expect(kinds({ 'health-check-path': '/ready', 'health-check-protocol.80': 'tcp' }, [tcp, dns[2] as ServicePort])).toEqual([
      '80/TCP tcp traffic',
      '8080/TCP http traffic /ready',
    ])
  })
  test('a UDP port is asked where a number says so, or at its TCP twin', () => {
    expect(kinds({ 'health-check-port.54': '9000' }, [tcp, udp])).toEqual(['80/TCP http 10256 /healthz', '54/UDP tcp 9000'])
    expect(kinds({ 'health-check-protocol': 'tcp' }, dns.slice(0, 2))).toEqual(['53/UDP tcp traffic', '53/TCP tcp traffic'])
  })
  test.each<[string, Record<string, string>, readonly ServicePort[], string]>([
    [
      'a path where nobody speaks HTTP',
      { 'health-check-protocol': 'tcp', 'health-check-path': '/ready' },
      [tcp],
      'fairlead.dev/health-check-path: "/ready" has no meaning for any health check of the Service',
    ],
    [
      'status codes for one port that is asked by TCP',
      { targets: 'pods', 'health-check-success-codes.80': '200' },
      [tcp],
      'fairlead.dev/health-check-success-codes.80: "200" has no meaning for the health check of 80/TCP',
    ],
    [
      'the name of no port',
      { 'health-check-port': 'admin' },
      [tcp, udp],
      'fairlead.dev/health-check-port: "admin" is no port of the Service that has one number on all nodes. Allowed: `t`, `u`',
    ],
    [
      'the name of a port whose target port has a name itself',
      { 'health-check-port': 'web', targets: 'pods' },
      NAMED.ports ?? [],
      'fairlead.dev/health-check-port: "web" is no port of the Service that has one number on all pods. Allowed: `web`, `admin`',
    ],
    [
      'a UDP port asked by TCP',
      { 'health-check-protocol.54': 'tcp' },
      [tcp, udp],
      'fairlead.dev/health-check-protocol.54: "tcp" has no meaning for the health check of 54/UDP',
    ],
    [
      'a Service of UDP alone asked by HTTP',
      { 'health-check-path': '/ready' },
      [udp],
      'fairlead.dev/health-check-path: "/ready" has no meaning for any health check of the Service',
    ],
  ])('%s is a problem', (_name, words, ports, expected) => expect(problems(saying(words, { ports }))).toEqual([expect.stringContaining(expected)]))
})
