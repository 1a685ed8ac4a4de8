/** What Services of cloud-provider-azure say, in the neutral vocabulary and in Azure's own words; and what it misreads, as a problem. */
import { describe, expect, test } from 'vitest'
import { azure } from '../../../annotations/azure.ts'
import { defaultSchemeOf } from '../../../annotations/default-scheme.ts'
import type { ServicePortKey } from '../../../annotations/define.ts'
import { readAnnotations } from '../../../annotations/read.ts'
import { problemText } from '../../../src/model/problem.ts'

const UPSTREAM = 'service.beta.kubernetes.io/'

const ports: readonly ServicePortKey[] = [
  { port: 80, protocol: 'TCP', name: 'http' },
  { port: 443, protocol: 'TCP', name: 'https' },
  { port: 53, protocol: 'TCP', name: 'dns-tcp' },
  { port: 53, protocol: 'UDP', name: 'dns' },
]

type Annotations = Readonly<Record<string, string>>

/** Keys as they are, or what follows the prefix that all of them share. */
function full(annotations: Annotations): Annotations {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : `${UPSTREAM}${key}`, value]))
}

function read(annotations: Annotations, of = ports) {
  const { neutral: said, options, problems, notes } = readAnnotations(full(annotations), of, azure)
  return { said, options, problems: problems.map(problemText), notes }
}

const PREFIX_ID = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPPrefixes/p'

/** What a Service says, what it means in the neutral vocabulary, and what in Azure's own words. */
const MEANINGS: readonly (readonly [annotations: Annotations, said: object, options?: object])[] = [
  [{ 'azure-load-balancer-internal': 'true' }, { scheme: 'internal' }],
  [{ 'azure-load-balancer-internal': 'True' }, { scheme: 'internal' }],
  [{ 'azure-load-balancer-internal': 'false' }, { scheme: 'internet-facing' }],
  [{ 'azure-load-balancer-internal-subnet': 'apps' }, { subnets: ['apps'] }],
  [{ 'azure-load-balancer-ipv4': '203.0.113.7' }, { addresses: ['203.0.113.7'] }],
  [{ 'azure-load-balancer-ipv4': '203.0.113.7', 'azure-load-balancer-ipv6': '2001:DB8::7' }, { addresses: ['203.0.113.7', '2001:db8::7'] }],
  [{ 'azure-pip-name': 'shop' }, { addressNames: ['shop'] }],
  [{ 'azure-pip-name': 'shop', 'azure-pip-name-ipv6': 'shop-v6' }, { addressNames: ['shop', 'shop-v6'] }],
  [{ 'azure-pip-tags': 'team=shop,stage=live' }, { tags: { team: 'shop', stage: 'live' } }],
  [{ 'azure-dns-label-name': 'shop' }, { dnsLabel: 'shop' }],
  [{ 'azure-dns-label-name': '' }, {}],
  [{ 'azure-load-balancer-tcp-idle-timeout': '15' }, { idleTimeout: { service: 900, ports: {} } }],
  [{ 'azure-load-balancer-disable-tcp-reset': 'TRUE' }, { tcpReset: false }],
  [{ 'azure-allowed-ip-ranges': '192.0.2.0/24,2001:db8::/32' }, { sourceRanges: { service: ['192.0.2.0/24', '2001:db8::/32'], ports: {} } }],
  [{ port_80_no_lb_rule: 'true' }, { listener: { ports: { '80/TCP': 'off' } } }],
  [{ port_53_no_lb_rule: 'true' }, { listener: { ports: { '53/TCP': 'off', '53/UDP': 'off' } } }],
  [{ port_80_no_probe_rule: 'true' }, { healthCheckProtocol: { ports: { '80/TCP': 'none' } } }],
  [
    { 'azure-load-balancer-health-probe-protocol': 'Http', 'azure-load-balancer-health-probe-request-path': '/ready' },
    { healthCheckProtocol: { service: 'http', ports: {} }, healthCheckPath: { service: '/ready', ports: {} } },
  ],
  [
    { 'azure-load-balancer-health-probe-interval': '10', 'azure-load-balancer-health-probe-num-of-probe': '3' },
    { healthCheckInterval: { service: 10, ports: {} }, healthCheckUnhealthyThreshold: { service: 3, ports: {} } },
  ],
  [
    { 'port_443_health-probe_protocol': 'tcp', 'azure-load-balancer-health-probe-protocol': 'http' },
    { healthCheckProtocol: { service: 'http', ports: { '443/TCP': 'tcp' } } },
  ],
  [{ 'port_443_health-probe_port': 'http' }, { healthCheckPort: { ports: { '443/TCP': 'http' } } }],
  [{ 'port_443_health-probe_port': '80' }, { healthCheckPort: { ports: { '443/TCP': 'http' } } }],
  [{ 'port_443_health-probe_port': '10256' }, { healthCheckPort: { ports: { '443/TCP': 10256 } } }],
  [{ 'port_443_health-probe_interval': '20' }, { healthCheckInterval: { ports: { '443/TCP': 20 } } }],
  [{ 'azure-load-balancer-resource-group': 'shop-network' }, {}, { resourceGroup: 'shop-network' }],
  [{ 'azure-pip-prefix-id': PREFIX_ID, 'azure-pip-prefix-id-ipv6': PREFIX_ID }, {}, { prefix: PREFIX_ID, prefixIpv6: PREFIX_ID }],
  [{ 'azure-pip-ip-tags': 'RoutingPreference=Internet' }, {}, { ipTags: { RoutingPreference: 'Internet' } }],
  [{ 'azure-additional-public-ips': '203.0.113.9' }, {}, { additionalAddresses: ['203.0.113.9'] }],
  [{ 'azure-disable-load-balancer-floating-ip': 'true' }, {}, { disableFloatingIp: true }],
  [{ 'azure-load-balancer-enable-high-availability-ports': 'true' }, {}, { haPorts: true }],
  [{ 'azure-allowed-service-tags': 'AzureFrontDoor.Backend,Internet' }, {}, { serviceTags: ['AzureFrontDoor.Backend', 'Internet'] }],
  [{ 'azure-deny-all-except-load-balancer-source-ranges': 'true' }, {}, { denyOthers: true }],
  [{ 'azure-disable-load-balancer-nsg-rule': 'true' }, {}, { noSecurityRules: true }],
  [{ 'azure-load-balancer-configurations': 'a, b' }, {}, { loadBalancers: ['a', 'b'] }],
]

describe('what a Service says', () => {
  test.each(MEANINGS.map(([annotations, said, options = {}]) => ({ annotations, said, options })))('$annotations', ({ annotations, said, options }) => {
    expect(read(annotations)).toEqual({ said, options, problems: [], notes: [] })
  })

  test('of a probe on the only port of a Service without names', () => {
    expect(read({ 'port_80_health-probe_port': '80' }, [{ port: 80, protocol: 'TCP' }])).toMatchObject({
      said: { healthCheckPort: { ports: { '80/TCP': 'traffic' } } },
      problems: [],
    })
  })

  test('in our own words takes precedence, with a note', () => {
    const { said, notes } = read({ 'fairlead.dev/scheme': 'internal', 'azure-load-balancer-internal': 'false' })
    expect(said).toEqual({ scheme: 'internal' })
    expect(notes).toHaveLength(1)
  })

  test('where it says no scheme, the address is public as it was', () => {
    expect(defaultSchemeOf(full({ 'azure-load-balancer-tcp-idle-timeout': '5' }), azure.defaultSchemes)).toMatchObject({ scheme: 'internet-facing' })
  })
})

describe('what cloud-provider-azure ignores or misreads is a problem', () => {
  const cases: readonly Annotations[] = [
    { 'azure-load-balancer-internal': 'yes' },
    { 'azure-load-balancer-ipv4': '2001:db8::7' },
    { 'azure-load-balancer-ipv4': '203.0.113.7,203.0.113.8' },
    { 'azure-pip-tags': 'team' },
    { 'azure-load-balancer-tcp-idle-timeout': '3' },
    { 'azure-load-balancer-tcp-idle-timeout': '4m' },
    { 'azure-allowed-ip-ranges': '10.0.0.0/33' },
    { 'azure-allowed-ip-ranges': '192.0.2.0/24,' },
    { 'azure-allowed-service-tags': 'a b' },
    { 'azure-allowed-service-tags': 'Internet,' },
    { 'azure-load-balancer-health-probe-protocol': 'grpc' },
    { 'azure-load-balancer-health-probe-interval': '1' },
    { 'azure-load-balancer-health-probe-request-path': 'healthz' },
    { 'port_443_health-probe_port': 'nowhere' },
    { 'port_443_health-probe_port': '70000' },
    { port_81_no_lb_rule: 'true' },
    { port_80_no_lb_rule: '1' },
    { 'azure-pip-prefix-id': 'shop' },
    { 'azure-dns-label-name': 'Shop' },
    { 'azure-pls-create': 'true' },
    { 'azure-load-balancer-internl': 'true' },
    { 'azure-additional-public-ips': '203.0.113.9;203.0.113.10' },
  ]
  test.each(cases)('%o', (annotations) => {
    const [key = ''] = Object.keys(annotations)
    const { problems } = read(annotations)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(key)
  })

  test.each(['azure-load-balancer-mode', 'azure-shared-securityrule'])('%s has no effect, and a note says so', (key) => {
    expect(read({ [key]: 'true' })).toMatchObject({ problems: [], notes: [expect.stringContaining(key)] })
  })
})
