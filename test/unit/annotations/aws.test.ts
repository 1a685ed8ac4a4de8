import { describe, expect, test } from 'vitest'
import { aws } from '../../../annotations/aws.ts'
import { defaultSchemeOf } from '../../../annotations/default-scheme.ts'
import type { ServicePortKey } from '../../../annotations/define.ts'
import { neutral } from '../../../annotations/neutral.ts'
import { readAnnotations } from '../../../annotations/read.ts'
import { problemText } from '../../../src/model/problem.ts'

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-'

const ports: readonly ServicePortKey[] = [
  { port: 80, protocol: 'TCP', name: 'http' },
  { port: 443, protocol: 'TCP', name: 'https' },
  { port: 53, protocol: 'TCP', name: 'dns-tcp' },
  { port: 53, protocol: 'UDP', name: 'dns' },
]

type Annotations = Readonly<Record<string, string>>

/** Keys as they are, or what follows the prefix. */
function full(annotations: Annotations): Annotations {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : `${PREFIX}${key}`, value]))
}

function read(annotations: Annotations) {
  const { neutral: said, options, problems, notes } = readAnnotations(full(annotations), ports, aws)
  return { said, options, problems: problems.map(problemText), notes }
}

const CERT = 'arn:aws:acm:eu-west-1:111122223333:certificate/a'
const CERT_2 = 'arn:aws:iam::111122223333:server-certificate/b'
const TLS = { certificates: [CERT] }
const ALL_V2 = { '80/TCP': 'v2', '443/TCP': 'v2', '53/TCP': 'v2', '53/UDP': 'v2' }

/** What a Service says, what it means in the neutral vocabulary, and what in AWS' own words. */
const MEANINGS: readonly (readonly [annotations: Annotations, said: object, options?: object])[] = [
  [{ type: 'external' }, {}],
  [{ type: 'nlb' }, {}],
  [{ type: 'nlb-ip' }, { targets: 'pods' }],
  [{ type: 'nlb-ip', 'nlb-target-type': 'instance' }, { targets: 'pods' }],
  [{ 'nlb-target-type': 'ip' }, { targets: 'pods' }],
  [{ type: 'external', 'nlb-target-type': 'instance' }, { targets: 'nodes' }],
  [{ scheme: 'internal' }, { scheme: 'internal' }],
  [{ scheme: 'internet-facing', internal: 'true' }, { scheme: 'internet-facing' }],
  [{ internal: 'true' }, { scheme: 'internal' }],
  [{ internal: '0.0.0.0/0' }, { scheme: 'internal' }],
  [{ internal: 'F' }, { scheme: 'internet-facing' }],
  [{ internal: '' }, {}],
  [{ name: 'shop' }, { name: 'shop' }],
  [{ 'ip-address-type': 'dualstack' }, {}, { ipAddressType: 'dualstack' }],
  [{ subnets: 'subnet-2, Private A,,' }, { subnets: ['subnet-2', 'Private A'] }],
  [{ 'eip-allocations': 'eipalloc-2,eipalloc-1' }, { addressNames: ['eipalloc-2', 'eipalloc-1'] }],
  [{ 'private-ipv4-addresses': '10.0.1.10, 10.0.2.10' }, {}, { privateIpv4Addresses: ['10.0.1.10', '10.0.2.10'] }],
  [{ 'ipv6-addresses': '2001:DB8::0:10' }, {}, { ipv6Addresses: ['2001:db8::10'] }],
  [{ 'enable-prefix-for-ipv6-source-nat': 'on' }, {}, { ipv6SourceNat: true }],
  [{ 'source-nat-ipv6-prefixes': 'auto_assigned,auto_assigned' }, {}],
  [{ 'cross-zone-load-balancing-enabled': 'T' }, { crossZone: true }],
  [{ 'cross-zone-load-balancing-enabled': 'false', attributes: 'load_balancing.cross_zone.enabled=true' }, { crossZone: false }],
  [{ 'additional-resource-tags': String.raw`team=shop, note=a\,b,empty=` }, { tags: { team: 'shop', note: 'a,b', empty: '' } }],
  [{ 'security-groups': 'sg-1,edge' }, { securityGroups: ['sg-1', 'edge'] }],
  [{ 'target-node-labels': 'pool=edge, gpu' }, { nodeSelector: expect.objectContaining({ text: 'gpu,pool in (edge)' }) as unknown }],
  [{ 'multi-cluster-target-group': 'false' }, {}],
  [
    { attributes: 'deletion_protection.enabled=true,dns_record.client_routing_policy=any_availability_zone' },
    { deletionProtection: true },
    { loadBalancerAttributes: { 'dns_record.client_routing_policy': 'any_availability_zone' } },
  ],
  [{ attributes: 'load_balancing.cross_zone.enabled=true' }, { crossZone: true }],
  [
    { 'target-group-attributes': 'deregistration_delay.timeout_seconds=60,stickiness.enabled=true,preserve_client_ip.enabled=false' },
    { drainTimeout: 60, preserveClientIp: false },
    { targetGroupAttributes: { service: { 'stickiness.enabled': 'true' }, ports: {} } },
  ],
  [
    { 'target-group-attributes.80': 'deregistration_delay.timeout_seconds=5,proxy_protocol_v2.enabled=true' },
    { proxyProtocol: { ports: { '80/TCP': 'v2' } } },
    { targetGroupAttributes: { ports: { '80/TCP': { 'deregistration_delay.timeout_seconds': '5' } } } },
  ],
  [
    { 'target-group-attributes': 'a.b=1,c.d=1', 'target-group-attributes.53': 'c.d=2', 'target-group-attributes.53-udp': 'e.f=3' },
    {},
    {
      targetGroupAttributes: {
        service: { 'a.b': '1', 'c.d': '1' },
        ports: { '53/TCP': { 'a.b': '1', 'c.d': '2' }, '53/UDP': { 'a.b': '1', 'c.d': '2', 'e.f': '3' } },
      },
    },
  ],
  [{ 'target-group-attributes.80': '' }, {}],
  [{ 'listener-attributes.TCP-80': 'tcp.idle_timeout.seconds=400' }, { idleTimeout: { ports: { '80/TCP': 400 } } }],
  [{ 'listener-attributes.TLS-443': 'tcp.idle_timeout.seconds=400' }, { idleTimeout: { ports: { '443/TCP': 400 } } }],
  [{ 'listener-attributes.TCP_UDP-53': 'a.b=c' }, {}, { listenerAttributes: { ports: { '53/TCP': { 'a.b': 'c' }, '53/UDP': { 'a.b': 'c' } } } }],
  [{ 'security-group-prefix-lists': 'pl-1,pl-2' }, {}, { prefixLists: ['pl-1', 'pl-2'] }],
  [{ 'manage-backend-security-group-rules': 'true' }, {}, { manageBackendRules: true }],
  [{ 'inbound-sg-rules-on-private-link-traffic': 'off' }, {}, { privateLinkRules: false }],
  [{ 'enable-icmp-for-path-mtu-discovery': 'on' }, {}, { icmpPathMtu: true }],
  [{ 'disable-nlb-sg': '1' }, {}, { noSecurityGroups: true }],
  [{ 'minimum-load-balancer-capacity': 'CapacityUnits=2750' }, {}, { capacityUnits: 2750 }],
  [
    { 'access-log-enabled': 'true', 'access-log-s3-bucket-name': 'logs', 'access-log-s3-bucket-prefix': 'a/b' },
    {},
    { accessLogEnabled: true, accessLogBucket: 'logs', accessLogPrefix: 'a/b' },
  ],
  [{ 'ssl-cert': `${CERT}, ${CERT_2}` }, { tlsCertificates: { service: [CERT, CERT_2], ports: {} } }],
  [{ 'ssl-cert': CERT, 'ssl-ports': '*' }, { tlsCertificates: { service: TLS.certificates, ports: {} } }],
  [{ 'ssl-cert': CERT, 'ssl-ports': '443' }, { tlsCertificates: { ports: { '443/TCP': TLS.certificates } } }],
  [
    { 'ssl-cert': CERT, 'ssl-ports': 'https, dns-tcp', 'backend-protocol': 'ssl' },
    {
      tlsCertificates: { ports: { '443/TCP': TLS.certificates, '53/TCP': TLS.certificates } },
      backendProtocol: { ports: { '443/TCP': 'tls', '53/TCP': 'tls' } },
    },
  ],
  [
    { 'ssl-cert': CERT, 'backend-protocol': 'ssl' },
    { tlsCertificates: { service: TLS.certificates, ports: {} }, backendProtocol: { service: 'tls', ports: {} } },
  ],
  [{ 'backend-protocol': 'tcp' }, { backendProtocol: { service: 'tcp', ports: {} } }],
  [{ 'backend-protocol': 'http' }, { backendProtocol: { service: 'tcp', ports: {} } }],
  [{ 'ssl-negotiation-policy': 'ELBSecurityPolicy-2016-08' }, { tlsPolicy: { service: 'ELBSecurityPolicy-2016-08', ports: {} } }],
  [{ 'alpn-policy': 'None' }, {}],
  [{ 'alpn-policy': 'HTTP1Only' }, { alpn: { service: ['http/1.1'], ports: {} } }],
  [{ 'alpn-policy': 'HTTP2Only' }, { alpn: { service: ['h2'], ports: {} } }],
  [{ 'alpn-policy': 'HTTP2Optional' }, { alpn: { service: ['http/1.1', 'h2'], ports: {} } }],
  [{ 'alpn-policy': 'HTTP2Preferred' }, { alpn: { service: ['h2', 'http/1.1'], ports: {} } }],
  [{ 'proxy-protocol': '*' }, { proxyProtocol: { service: 'v2', ports: ALL_V2 } }],
  [{ 'proxy-protocol': '*', 'fairlead.dev/proxy-protocol': 'off' }, { proxyProtocol: { service: 'off', ports: {} } }],
  [{ 'proxy-protocol-per-target-group': '80' }, { proxyProtocol: { service: 'off', ports: { '80/TCP': 'v2' } } }],
  [{ 'proxy-protocol-per-target-group': '80', 'proxy-protocol': '*' }, { proxyProtocol: { service: 'v2', ports: ALL_V2 } }],
  [{ 'enable-tcp-udp-listener': 'false' }, {}],
  [
    { 'healthcheck-protocol': 'HTTP', 'healthcheck-path': '/up', 'healthcheck-success-codes': '200,204', 'healthcheck-port': '8080' },
    {
      healthCheckProtocol: { service: 'http', ports: {} },
      healthCheckPath: { service: '/up', ports: {} },
      healthCheckSuccessCodes: { service: '200,204', ports: {} },
      healthCheckPort: { service: 8080, ports: {} },
    },
  ],
  [{ 'healthcheck-port': 'traffic-port' }, { healthCheckPort: { service: 'traffic', ports: {} } }],
  [{ 'healthcheck-port': 'http' }, { healthCheckPort: { service: 'http', ports: {} } }],
  [
    { 'healthcheck-interval': '10', 'healthcheck-timeout': '6', 'healthcheck-healthy-threshold': '2', 'healthcheck-unhealthy-threshold': '3' },
    {
      healthCheckInterval: { service: 10, ports: {} },
      healthCheckTimeout: { service: 6, ports: {} },
      healthCheckHealthyThreshold: { service: 2, ports: {} },
      healthCheckUnhealthyThreshold: { service: 3, ports: {} },
    },
  ],
  [{ 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/8' }, { sourceRanges: { service: ['10.0.0.0/8'], ports: {} } }],
]

test.each(MEANINGS.map(([annotations, said, options = {}]) => ({ annotations, said, options })))('$annotations', ({ annotations, said, options }) => {
  expect(read(annotations)).toMatchObject({ said, options, problems: [] })
  const { said: all, options: own } = read(annotations)
  expect([Object.keys(all).toSorted(), Object.keys(own).toSorted()]).toEqual([Object.keys(said).toSorted(), Object.keys(options).toSorted()])
})

test('every key is in the table above', () => {
  const reported = new Set(MEANINGS.flatMap(([annotations]) => Object.keys(full(annotations)).map((key) => aws.find(key)?.found.means)))
  const keys = [...Object.values(aws.definitions), ...aws.translations].map(({ key }) => key)
  expect(keys.filter((key) => ![...reported].some((means) => means !== undefined && keyOf(means) === key))).toEqual([])
})

function keyOf(means: NonNullable<ReturnType<typeof aws.find>>['found']['means']): string {
  return 'definition' in means ? means.definition.key : 'translation' in means ? means.translation.key : means.refusal.key
}

describe('what is wrong is reported under the key that says it', () => {
  test.each<[Annotations, string]>([
    [{ type: 'clb' }, 'type: "clb" is not an allowed value. Allowed: `external`, `nlb-ip` or `nlb`'],
    [{ 'nlb-target-type': 'pod' }, 'nlb-target-type: "pod" is not an allowed value. Allowed: `instance` or `ip`'],
    [{ scheme: 'public' }, 'scheme: "public" is not an allowed value. Allowed: `internet-facing` or `internal`'],
    [{ internal: 'yes' }, 'internal: "yes" is neither. Allowed: `true` or `false` (also `1`, `t`, `T`, `TRUE`, `True`, `0`, `f`, `F`, `FALSE`, `False`)'],
    [
      { 'ip-address-type': 'dualstack-without-public-ipv4' },
      'ip-address-type: "dualstack-without-public-ipv4" is not an allowed value. Allowed: `ipv4` or `dualstack`',
    ],
    [
      { 'eip-allocations': 'eipalloc-1,192.0.2.1' },
      'eip-allocations: "eipalloc-1,192.0.2.1" holds "192.0.2.1", which is none. Allowed: ids of allocations (`eipalloc-...`), separated by commas',
    ],
    [
      { 'private-ipv4-addresses': '2001:db8::1' },
      'private-ipv4-addresses: "2001:db8::1" holds "2001:db8::1", which is none. Allowed: IPv4 addresses, separated by commas',
    ],
    [{ subnets: ',' }, 'subnets: "," is empty. Allowed: ids or names of subnets, separated by commas'],
    [{ 'enable-prefix-for-ipv6-source-nat': 'true' }, 'enable-prefix-for-ipv6-source-nat: "true" is neither. Allowed: `on` or `off`'],
    [
      { 'source-nat-ipv6-prefixes': '2001:db8::/80' },
      'source-nat-ipv6-prefixes: "2001:db8::/80" holds "2001:db8::/80", which is none. Allowed: `auto_assigned`, separated by commas',
    ],
    [
      { 'multi-cluster-target-group': 'true' },
      'multi-cluster-target-group: "true" asks for target groups that several clusters fill, which is not possible: targets the Service does not want are taken out. Allowed: `false`',
    ],
    [
      { 'minimum-load-balancer-capacity': 'CapacityUnits=many' },
      'minimum-load-balancer-capacity: "CapacityUnits=many" is no such number. Allowed: `CapacityUnits=N`, a whole number; 0 takes the reservation back',
    ],
    [
      { 'minimum-load-balancer-capacity': 'Units=1' },
      'minimum-load-balancer-capacity: "Units=1" holds "Units", which is no such key. Allowed: `CapacityUnits=N`, a whole number; 0 takes the reservation back',
    ],
    [
      { 'ssl-ports': '443' },
      `ssl-ports: "443" has no meaning without ${PREFIX}ssl-cert. Allowed: numbers or names of TCP ports of the Service, separated by commas, or \`*\``,
    ],
    [
      { 'ssl-cert': CERT, 'ssl-ports': '8443' },
      'ssl-ports: "8443" holds "8443", which names no TCP port of the Service. Allowed: numbers or names of TCP ports of the Service, separated by commas, or `*`',
    ],
    [
      { 'ssl-cert': CERT, 'ssl-ports': 'dns' },
      'ssl-ports: "dns" holds "dns", which names no TCP port of the Service. Allowed: numbers or names of TCP ports of the Service, separated by commas, or `*`',
    ],
    [{ 'ssl-cert': 'my-cert' }, 'ssl-cert: "my-cert" holds "my-cert", which is none. Allowed: ARNs of certificates in ACM or IAM, separated by commas'],
    [{ 'backend-protocol': 'ssl' }, `backend-protocol: "ssl" has no meaning without ${PREFIX}ssl-cert. Allowed: \`ssl\`, \`tcp\` or \`http\``],
    [{ 'backend-protocol': 'https' }, 'backend-protocol: "https" is not an allowed value. Allowed: `ssl`, `tcp` or `http`'],
    [{ 'alpn-policy': 'h2' }, 'alpn-policy: "h2" is not an allowed value. Allowed: `None`, `HTTP1Only`, `HTTP2Only`, `HTTP2Optional` or `HTTP2Preferred`'],
    [{ 'proxy-protocol': 'true' }, 'proxy-protocol: "true" is not an allowed value. Allowed: `*`'],
    [
      { 'proxy-protocol-per-target-group': '81' },
      'proxy-protocol-per-target-group: "81" holds "81", which is not a port of the Service. Allowed: numbers of ports of the Service, separated by commas',
    ],
    [{ 'healthcheck-interval': '10s' }, 'healthcheck-interval: "10s" is not such a number. Allowed: a whole number from 5 to 300 (seconds)'],
    [
      { 'healthcheck-path': '/up' },
      `healthcheck-path: "/up" has no meaning without ${PREFIX}healthcheck-protocol, http or https: targets are then not asked by HTTP. Allowed: a path that begins with \`/\`, in ASCII; other characters percent-encoded, such as \`/caf%C3%A9\``,
    ],
    [
      { 'additional-resource-tags': 'team' },
      'additional-resource-tags: "team" holds "team", which is not such a pair. Allowed: `key=value` pairs, separated by commas (`\\,` is a comma in a value)',
    ],
    [{ 'target-node-labels': 'zone in (a,b)' }, 'target-node-labels: "zone in (a,b)" holds more than pairs. Allowed: `label=value` pairs, separated by commas'],
    [
      { attributes: 'deletion_protection.enabled=on' },
      'attributes: "deletion_protection.enabled=on" holds "deletion_protection.enabled=on", which is not a value of deletion_protection.enabled. Allowed: deletion_protection.enabled: `true` or `false`',
    ],
    [
      { 'target-group-attributes': 'preserve_client_ip.enabled=invalid' },
      'target-group-attributes: "preserve_client_ip.enabled=invalid" holds "preserve_client_ip.enabled=invalid", which is not a value of preserve_client_ip.enabled. Allowed: preserve_client_ip.enabled: `true` or `false`',
    ],
    [
      { 'target-group-attributes.80': 'preserve_client_ip.enabled=invalid' },
      'target-group-attributes.80: "preserve_client_ip.enabled=invalid" holds "preserve_client_ip.enabled=invalid", which is not a value of preserve_client_ip.enabled. Allowed: preserve_client_ip.enabled: `true` or `false`',
    ],
    [
      { 'target-group-attributes.80': 'deregistration_delay.timeout_seconds=' },
      'target-group-attributes.80: "deregistration_delay.timeout_seconds=" holds "deregistration_delay.timeout_seconds=", which is not a value of deregistration_delay.timeout_seconds. Allowed: deregistration_delay.timeout_seconds: a whole number from 0 to 3600',
    ],
    [
      { 'target-group-attributes.80': 'stickiness.enabled=yes' },
      'target-group-attributes.80: "stickiness.enabled=yes" holds "stickiness.enabled=yes", which is not a value of stickiness.enabled. Allowed: stickiness.enabled: `true` or `false`',
    ],
    [
      { 'listener-attributes.TCP-80': 'tcp.idle_timeout.seconds=abc' },
      'listener-attributes.TCP-80: "tcp.idle_timeout.seconds=abc" holds "tcp.idle_timeout.seconds=abc", which is not a value of tcp.idle_timeout.seconds. Allowed: tcp.idle_timeout.seconds: a whole number from 60 to 6000',
    ],
    [
      { attributes: 'dns_record.client_routing_policy=any' },
      'attributes: "dns_record.client_routing_policy=any" holds "dns_record.client_routing_policy=any", which is not a value of dns_record.client_routing_policy. Allowed: dns_record.client_routing_policy: `availability_zone_affinity`, `partial_availability_zone_affinity` or `any_availability_zone`',
    ],
    [
      { 'listener-attributes.HTTP-80': 'a=b' },
      `listener-attributes.HTTP-80 does not name a port of the Service. Allowed: \`${PREFIX}listener-attributes.TCP-80\`, \`${PREFIX}listener-attributes.TCP-443\`, \`${PREFIX}listener-attributes.TCP-53\`, \`${PREFIX}listener-attributes.UDP-53\``,
    ],
    [
      { 'target-group-attributes.81': 'a=b' },
      'target-group-attributes.81 ends in "81", which is not a port of the Service. Allowed: `80` or `80-tcp`, `443` or `443-tcp`, `53` or `53-tcp`, `53` or `53-udp`',
    ],
  ])('%j', (annotations, problem) => expect(read(annotations).problems).toEqual([`${PREFIX}${problem}`]))

  test('protection that is asked for beside a typo still protects', () =>
    expect(read({ attributes: 'deletion_protection.enabled=true,typo' })).toMatchObject({
      said: { deletionProtection: true },
      problems: [expect.stringContaining('holds "typo"') as string],
    }))
  test.each(['target-group-attributes', 'target-group-attributes.80', 'target-group-attributes.80-tcp'])(
    'the annotation for PROXY protocol takes precedence over %s, with a note',
    (key) =>
      expect(read({ 'proxy-protocol': '*', [key]: 'proxy_protocol_v2.enabled=false' })).toMatchObject({
        said: { proxyProtocol: { ports: ALL_V2 } },
        options: {},
        problems: [],
        notes: [`${PREFIX}${key} is ignored, because ${PREFIX}proxy-protocol sets the same thing and takes precedence`],
      }),
  )
  test('a narrower word of ours takes precedence over a map of theirs, with a note', () =>
    expect(read({ 'fairlead.dev/drain-timeout': '5s', 'target-group-attributes': 'deregistration_delay.timeout_seconds=60' })).toMatchObject({
      said: { drainTimeout: 5 },
      options: {},
      notes: [`${PREFIX}target-group-attributes is ignored, because fairlead.dev/drain-timeout sets the same thing and takes precedence`],
    }))
})

describe('what cannot be honoured is a problem, with the reason', () => {
  test.each(aws.refusals.filter(({ isHarmless }) => isHarmless !== true))('$key', ({ key, perPort, because }) => {
    const written = typeof perPort === 'string' ? perPort.replace('{protocol}', 'TCP').replace('{port}', '80') : key
    expect(read({ [written]: 'x' }).problems).toEqual([expect.stringContaining(`${written}: "x" cannot be honoured: ${because}`)])
  })
})

describe('what is only for Classic Load Balancers, and breaks nothing when it is left out, is a note', () => {
  test.each([
    ['connection-draining-enabled', 'Targets are always drained; fairlead.dev/drain-timeout sets for how long.'],
    ['connection-draining-timeout', 'Use fairlead.dev/drain-timeout.'],
    ['connection-idle-timeout', 'Use fairlead.dev/idle-timeout.'],
    ['access-log-emit-interval', 'A Network Load Balancer writes its logs every five minutes.'],
  ])('%s', (key, remedy) =>
    expect(read({ [key]: '60' })).toEqual({
      said: {},
      options: {},
      problems: [],
      notes: [`${PREFIX}${key} has no effect: it is for Classic Load Balancers, and the balancer here is a Network Load Balancer. ${remedy}`],
    }),
  )
})

describe('keys that nobody knows', () => {
  test.each([
    ['ssl-certs', 'ssl-cert'],
    ['ssl-port', 'ssl-ports'],
    ['healthcheck-intervall', 'healthcheck-interval'],
    ['target-group-attribute.80', 'target-group-attributes'],
  ])('%s', (key, meant) =>
    expect(read({ [key]: 'x' }).problems).toEqual([
      `${PREFIX}${key} is not an annotation that this provider knows. Did you mean ${PREFIX}${meant}? All annotations: annotations/README.md in Fairlead's documentation.`,
    ]),
  )
  test('a port for what holds for the whole Service', () =>
    expect(read({ 'scheme.80': 'internal' }).problems).toEqual([
      `${PREFIX}scheme.80 is not a key: ${PREFIX}scheme holds for the whole Service, not for one port. Allowed: ${PREFIX}scheme`,
    ]))
  test('under our own prefix for AWS', () => expect(read({ 'aws.fairlead.dev/scheme': 'internal' }).problems).toHaveLength(1))
})

test.each([...Object.values(aws.definitions), ...aws.translations])('the example of $key is understood', ({ key, example, perPort }) => {
  const written = typeof perPort === 'string' ? perPort.replace('{protocol}', 'TCP').replace('{port}', '80') : key
  const beside: Annotations = { 'ssl-cert': CERT, 'healthcheck-protocol': 'http' }
  expect(read({ ...beside, [written]: example.replace('https-admin', 'https') }).problems).toEqual([])
})

test('translations declare neutral keys', () => {
  const unknown = aws.translations.flatMap(({ words }) => words).filter((word) => neutral.find(`fairlead.dev/${word}`) === undefined)
  expect(unknown).toEqual([])
})

describe("the other controllers' default schemes", () => {
  const schemeOf = (annotations: Annotations) => defaultSchemeOf(full(annotations), aws.defaultSchemes)?.scheme
  test.each<[Annotations, string | undefined]>([
    [{ type: 'nlb' }, 'internet-facing'],
    [{ type: 'external' }, 'internal'],
    [{ 'ssl-cert': CERT }, 'internal'],
    [{ 'example.com/x': 'y' }, undefined],
  ])('%j: %s', (annotations, scheme) => expect(schemeOf(annotations)).toBe(scheme))
})
