/** From what a Service asks for to load-balancing rules and probes. */
import { describe, expect, it, test } from 'vitest'
import type { Backends, HealthCheck, Listener } from '../../../src/model/load-balancer.ts'
import { problemText } from '../../../src/model/problem.ts'
import { type RuleRequest, rulesProblem, wantedRules } from '../../../providers/azure/plan/wanted/rules.ts'

const UID = '0b1c2d3e-0000-4000-8000-123456789abc'

const KUBE_PROXY: HealthCheck = { protocol: 'http', port: 10_256, path: '/healthz', from: 'kube-proxy' }
const TRAFFIC: HealthCheck = { protocol: 'tcp', port: 'traffic', from: 'annotation' }

function listener(key: Listener['key'], more: Partial<Listener> = {}): Listener {
  const [port = '', protocol = 'TCP'] = key.split('/')
  return { key, port: Number(port), protocol: protocol as 'TCP', name: '', proxyProtocol: 'off', backendProtocol: 'tcp', healthCheck: KUBE_PROXY, ...more }
}

const NODE_PORTS: Backends = { nodes: { nodes: [] }, ports: { '80/TCP': { nodePort: 30_080, endpoints: [] }, '53/UDP': { nodePort: 30_053, endpoints: [] } } }
const WITHOUT: Backends = { nodes: { nodes: [] }, ports: { '80/TCP': { endpoints: [] }, '53/UDP': { endpoints: [] } } }

interface Asked extends Partial<RuleRequest['settings']> {
  readonly options?: RuleRequest['options']
  readonly backends?: Backends
  readonly family?: 'IPv4' | 'IPv6'
}

function made({ options = {}, backends = NODE_PORTS, family = 'IPv4', ...settings }: Asked) {
  const request: RuleRequest = {
    uid: UID,
    settings: { scheme: 'internet-facing', listeners: [listener('80/TCP')], affinity: { kind: 'none' }, ...settings },
    options,
    backends,
  }
  const place = {
    family,
    frontend: { id: 'frontend' },
    frontendName: 'frontend',
    pool: { id: 'pool' },
    probe: (name: string) => ({ id: name }),
    disableOutboundSnat: false,
  }
  const { rules, probes, refused } = wantedRules(request, place)
  return {
    rules: [...rules].map(([name, { properties }]) => ({ name: name.replace(UID, 'U').replace(/_[0-9a-f]{6}$/, ''), ...properties })),
    probes: [...probes.values()].map(
      ({ properties: { protocol, port, requestPath = '', intervalInSeconds, probeThreshold } }) =>
        `${protocol} ${port}${requestPath} ${intervalInSeconds}s x${probeThreshold}`,
    ),
    refused: refused.map(({ problem }) => problemText(problem)),
  }
}

describe('a rule', () => {
  it('leads to the published port at the node by default, and asks kube-proxy', () => {
    expect(made({})).toEqual({
      rules: [
        {
          name: 'fl_U_v4_tcp_80',
          frontendIPConfiguration: { id: 'frontend' },
          backendAddressPool: { id: 'pool' },
          backendAddressPools: [{ id: 'pool' }],
          probe: { id: 'fl_kube-proxy' },
          protocol: 'Tcp',
          frontendPort: 80,
          backendPort: 80,
          enableFloatingIP: true,
          enableTcpReset: true,
          disableOutboundSnat: false,
          idleTimeoutInMinutes: 4,
          loadDistribution: 'Default',
        },
      ],
      probes: ['Http 10256/healthz 5s x2'],
      refused: [],
    })
  })

  const cases: readonly (readonly [string, Asked, readonly object[]])[] = [
    ['needs no node port', { backends: WITHOUT }, [{ backendPort: 80, enableFloatingIP: true }]],
    ['without floating IP leads to the node port', { options: { disableFloatingIp: true } }, [{ backendPort: 30_080, enableFloatingIP: false }]],
    ['of an internal IPv6 address leads to the node port', { scheme: 'internal', family: 'IPv6' }, [{ name: 'fl_U_v6_tcp_80', backendPort: 30_080 }]],
    ['of a public IPv6 address does not', { family: 'IPv6' }, [{ backendPort: 80 }]],
    [
      'stands for each protocol of one number',
      { listeners: [listener('53/TCP'), listener('53/UDP')] },
      [
        { name: 'fl_U_v4_tcp_53', protocol: 'Tcp', enableTcpReset: true },
        { name: 'fl_U_v4_udp_53', protocol: 'Udp', enableTcpReset: false },
      ],
    ],
    ['keeps a client at its node', { affinity: { kind: 'client-ip', timeoutSeconds: 10_800 } }, [{ loadDistribution: 'SourceIP' }]],
    ['resets nothing where that is turned off', { tcpReset: false }, [{ enableTcpReset: false }]],
    ['waits as long as its port says', { listeners: [listener('80/TCP', { idleTimeoutSeconds: 900 })] }, [{ idleTimeoutInMinutes: 15 }]],
    [
      'for all ports is one',
      { scheme: 'internal', options: { haPorts: true }, listeners: [listener('80/TCP'), listener('53/UDP')] },
      [{ name: 'fl_U_v4_all_0', protocol: 'All', frontendPort: 0, backendPort: 0 }],
    ],
    ['has no probe where none is asked for', { listeners: [listener('80/TCP', { healthCheck: { ...TRAFFIC, protocol: 'none' } })] }, [{ probe: undefined }]],
  ]
  test.each(cases)('%s', (_, asked, rules) => {
    expect(made(asked)).toMatchObject({ rules, refused: [] })
  })
})

describe('a probe', () => {
  const check = (more: Partial<HealthCheck>): Asked => ({ listeners: [listener('80/TCP', { healthCheck: { ...TRAFFIC, ...more } })] })
  const cases: readonly (readonly [string, Asked, readonly string[]])[] = [
    ['of a node port', check({}), ['Tcp 30080 5s x2']],
    ['by HTTP', check({ protocol: 'http', path: '/ready' }), ['Http 30080/ready 5s x2']],
    ['by HTTPS at a number', check({ protocol: 'https', port: 8443 }), ['Https 8443/ 5s x2']],
    ['less often', check({ intervalSeconds: 10, unhealthyThreshold: 3 }), ['Tcp 30080 10s x3']],
    [
      'of a Service whose nodes with pods alone count is one for all its ports',
      {
        listeners: (['80/TCP', '443/TCP', '53/UDP'] as const).map((key) =>
          listener(key, { healthCheck: { protocol: 'http', port: 32_000, path: '/healthz', from: 'healthCheckNodePort' } }),
        ),
      },
      ['Http 32000/healthz 5s x2'],
    ],
  ]
  test.each(cases)('%s', (_, asked, probes) => {
    expect(made(asked)).toMatchObject({ probes, refused: [] })
  })
})

describe('a port that cannot be served is refused alone, with its reason', () => {
  const check = (more: Partial<HealthCheck>): Asked => ({ listeners: [listener('80/TCP', { healthCheck: { ...TRAFFIC, ...more } }), listener('53/UDP')] })
  const cases: readonly (readonly [string, Asked, RegExp])[] = [
    [
      'floating IP off, and no node port',
      { listeners: [listener('81/TCP'), listener('53/UDP')], options: { disableFloatingIp: true } },
      /leaves 81\/TCP without a node port/,
    ],
    ['a probe of a node port that is not there', { ...check({}), backends: WITHOUT }, /80\/TCP has no node port/],
    ['half a minute', { listeners: [listener('80/TCP', { idleTimeoutSeconds: 270 }), listener('53/UDP')] }, /whole minutes from 4m to 100m/],
    ['an interval below five seconds', check({ intervalSeconds: 2 }), /whole seconds from 5s/],
    ['a time for an answer', check({ timeoutSeconds: 3 }), /health-check-timeout/],
    ['two thresholds', check({ healthyThreshold: 3, unhealthyThreshold: 2 }), /one for both/],
    ['two minutes until a node is judged', check({ intervalSeconds: 60 }), /less than 120s/],
    ['other status codes', check({ protocol: 'http', successCodes: '200-399' }), /Allowed: 200/],
  ]
  test.each(cases)('%s', (_, asked, why) => {
    const { rules, refused } = made(asked)
    expect(refused).toEqual([expect.stringMatching(why)])
    expect(rules.map(({ name }) => name)).toEqual(['fl_U_v4_udp_53'])
  })
})

test.each([
  ['internet-facing', ['IPv4'], /reached from the internet/],
  ['internal', ['IPv4', 'IPv6'], /IPv6/],
] as const)('a rule for all ports is refused: %s, %o', (scheme, families, why) => {
  const problem = rulesProblem({ settings: { scheme, listeners: [], affinity: { kind: 'none' } }, options: { haPorts: true } }, families)
  expect(problem === undefined ? '' : problemText(problem)).toMatch(why)
})
