/** Values that a person mistypes, a broken controller writes, or an attacker tries: what is stored as it is, and what is refused. */
import { apply, CONFIG_MAPS, ENDPOINTS, get, LEASES, merge, post, put, service, SERVICES, SLICES, strategic, type Case, type Json, type Step } from '../case.ts'

const WEB = `${SERVICES}/web`
const http = { port: 80 }
const balancer = { type: 'LoadBalancer', ports: [http] }
const create = (spec: Json = balancer, metadata?: { readonly [key: string]: Json }): Step => post(SERVICES, service(spec, metadata))
const makes = (name: string, spec: Json, metadata?: { readonly [key: string]: Json }): Case => ({ name, steps: [create(spec, metadata), get(WEB)] })

/** Ports as numbers may be written; the server reads 32 bits. */
const NUMBERS: readonly Json[] = [
  0,
  -1,
  1,
  65_535,
  65_536,
  70_000,
  2_147_483_647,
  2_147_483_648,
  -2_147_483_649,
  80.5,
  80.0,
  1e3,
  '80',
  '',
  null,
  true,
  [80],
  { a: 1 },
]

const slice = (fields: { readonly [key: string]: Json }): Step =>
  post(SLICES, {
    metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.2.3'] }],
    ...fields,
  })

const LIMIT = 256 * 1024
/** Annotations whose keys and values have so many bytes together. */
const annotated = (bytes: number): { readonly annotations: { readonly a: string } } => ({ annotations: { a: 'x'.repeat(bytes - 1) } })
/** Answers are too long to be recorded with the annotations. */
const brief = (step: Step): Step => ({ ...step, fields: ['kind', 'status', 'reason', 'message', 'code', 'details'] })

const PORTS: readonly Case[] = NUMBERS.flatMap((port) => {
  const text = JSON.stringify(port)
  return [
    { name: `slice port ${text}`, steps: [slice({ ports: [{ port }] }), get(`${SLICES}/web-1`)] },
    {
      name: `slice port ${text} by a patch`,
      // A refusal quotes the whole object, in an order of its own.
      steps: [slice({ ports: [{ port: 80 }] }), { ...merge(`${SLICES}/web-1`, { ports: [{ port }] }), fields: ['kind', 'reason', 'code', 'ports'] }],
    },
    {
      name: `Endpoints port ${text}`,
      steps: [post(ENDPOINTS, { metadata: { name: 'web' }, subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port }] }] })],
    },
    makes(`Service port ${text}`, { ports: [{ port }] }),
    makes(`target port ${text}`, { ports: [{ port: 80, targetPort: port }] }),
    makes(`node port ${text}`, { type: 'NodePort', ports: [{ port: 80, nodePort: port }] }),
    makes(`health-check node port ${text}`, { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: port, ports: [http] }),
  ]
})

const SLICES_AT_ODDS: readonly Case[] = [
  {
    name: 'a slice with the same port number twice',
    steps: [
      slice({
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'b' },
        ],
      }),
    ],
  },
  { name: 'a slice with two ports without names', steps: [slice({ ports: [{ port: 80 }, { port: 81 }] })] },
  { name: 'a slice with a port of no number and one with', steps: [slice({ ports: [{ name: 'a' }, { port: 81, name: 'b' }] })] },
  { name: 'a slice with an endpoint twice', steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'] }, { addresses: ['10.1.2.3'] }] })] },
  { name: 'a slice with two addresses an endpoint', steps: [slice({ endpoints: [{ addresses: ['10.1.2.3', '10.1.2.4'] }] })] },
  { name: 'a slice with a mapped address', steps: [slice({ endpoints: [{ addresses: ['::ffff:10.1.2.3'] }] })] },
  { name: 'a slice with a zone in an IPv6 address', steps: [slice({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1%eth0'] }] })] },
  { name: 'a slice with the metadata addresses', steps: [slice({ endpoints: [{ addresses: ['169.254.169.254'] }, { addresses: ['100.100.100.200'] }] })] },
  { name: 'a slice with the IPv6 metadata address', steps: [slice({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00:ec2::254'] }] })] },
  {
    name: 'a slice with conditions of null',
    steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: null, serving: null, terminating: null } }] })],
  },
  { name: 'a slice with conditions that are texts', steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: 'true' } }] })] },
  { name: 'a slice with an empty node name', steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], nodeName: '' }] })] },
  { name: 'a slice with an empty host name', steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], hostname: '' }] })] },
  { name: 'a slice with a zone and node name of null', steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], nodeName: null, hostname: null, zone: '' }] })] },
  {
    name: 'a slice with names that are too long',
    steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], nodeName: 'a'.repeat(254), hostname: 'a'.repeat(64) }] })],
  },
  { name: 'a slice with 101 addresses an endpoint', steps: [slice({ endpoints: [{ addresses: Array.from({ length: 101 }, (_, i) => `10.1.2.${i}`) }] })] },
  {
    name: 'a slice whose service name is none',
    steps: [post(SLICES, { metadata: { name: 'w', labels: { 'kubernetes.io/service-name': 'A b' } }, addressType: 'IPv4', endpoints: [] })],
  },
  { name: 'a slice with a protocol in small letters', steps: [slice({ ports: [{ port: 80, protocol: 'tcp' }] })] },
  { name: 'a slice with endpoints of null', steps: [slice({ endpoints: null })] },
  { name: 'a slice with an endpoint of null', steps: [slice({ endpoints: [null] })] },
  { name: 'a slice with ports of null', steps: [slice({ ports: [null] })] },
  {
    name: 'a slice with a target of another kind',
    steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], targetRef: { kind: 'Node', name: 'n', uid: 'x' } }] })],
  },
  {
    name: 'a slice with hints of nodes',
    steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], hints: { forZones: [{ name: 'a' }], forNodes: [{ name: 'n' }] } }] })],
  },
  {
    name: 'a slice with a hint of a bad zone',
    steps: [slice({ endpoints: [{ addresses: ['10.1.2.3'], hints: { forZones: [{ name: 'a b' }, { name: '' }] } }] })],
  },
]

const ANNOTATIONS: readonly Case[] = [
  { name: 'annotations of 256 KiB', steps: [brief(create(balancer, annotated(LIMIT))), brief(merge(WEB, { metadata: { labels: { a: 'b' } } }))] },
  { name: 'annotations of 256 KiB and a byte', steps: [brief(create(balancer, annotated(LIMIT + 1)))] },
  {
    name: 'annotations of 256 KiB and a byte in many keys',
    steps: [
      brief(
        create(balancer, {
          annotations: Object.fromEntries(
            Array.from({ length: 32 }, (_, i) => [`k${String(i).padStart(2, '0')}`, 'x'.repeat(LIMIT / 32 - 3 + (i === 0 ? 1 : 0))]),
          ),
        }),
      ),
    ],
  },
  { name: 'annotations that count bytes, not letters', steps: [brief(create(balancer, { annotations: { a: 'ä'.repeat(LIMIT / 2) } }))] },
  { name: 'annotations that grow too long by a patch', steps: [create(), brief(merge(WEB, { metadata: annotated(LIMIT + 1) }))] },
  { name: 'annotations that grow too long by a strategic patch', steps: [create(), brief(strategic(WEB, { metadata: annotated(LIMIT + 1) }))] },
  { name: 'annotations that grow too long by a status write', steps: [create(), brief(merge(`${WEB}/status`, { metadata: annotated(LIMIT + 1) }))] },
  {
    name: 'annotations that grow too long by server-side apply',
    steps: [brief(apply(`${WEB}?fieldManager=m`, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', ...annotated(LIMIT + 1) }, spec: balancer }))],
  },
  {
    name: 'annotations of a slice that are too long',
    steps: [brief(post(SLICES, { metadata: { name: 'w', ...annotated(LIMIT + 1) }, addressType: 'IPv4', endpoints: [] }))],
  },
  { name: 'annotations of a Lease that are too long', steps: [brief(post(LEASES, { metadata: { name: 'w', ...annotated(LIMIT + 1) } }))] },
  { name: 'annotations of a config map that are too long', steps: [brief(post(CONFIG_MAPS, { metadata: { name: 'w', ...annotated(LIMIT + 1) } }))] },
  { name: 'a config map of a mebibyte', steps: [brief(post(CONFIG_MAPS, { metadata: { name: 'w' }, data: { a: 'x'.repeat(1024 * 1024) } }))] },
  { name: 'a config map of a mebibyte and a byte', steps: [brief(post(CONFIG_MAPS, { metadata: { name: 'w' }, data: { a: 'x'.repeat(1024 * 1024 + 1) } }))] },
  { name: 'a body of more than three mebibytes', steps: [brief(post(CONFIG_MAPS, { metadata: { name: 'w' }, data: { a: 'x'.repeat(3 * 1024 * 1024) } }))] },
  { name: 'a config map whose name is too long', steps: [post(CONFIG_MAPS, { metadata: { name: 'a'.repeat(254) } })] },
  { name: 'a config map whose key is too long', steps: [post(CONFIG_MAPS, { metadata: { name: 'a' }, data: { ['a'.repeat(254)]: '' } })] },
  makes('annotations that are numbers', balancer, { annotations: { a: 1 } }),
  makes('annotations of null', balancer, { annotations: { a: null, b: '' } }),
  makes('an annotation with control characters', balancer, { annotations: { a: '\u001b[31mred\u0000\n\t' } }),
  makes('an annotation with a lone surrogate', balancer, { annotations: { a: '\ud800' } }),
  makes('an annotation key in capitals, and one with a long prefix', balancer, {
    annotations: { 'Fairlead.DEV/Scheme': 'x', [`${'a.'.repeat(126)}a/b`]: 'y' },
  }),
  makes('an annotation key whose prefix is too long', balancer, { annotations: { [`${'a'.repeat(254)}/b`]: 'y' } }),
  makes('an annotation key whose name is too long', balancer, { annotations: { [`a/${'b'.repeat(64)}`]: 'y' } }),
  makes('an annotation key with two slashes', balancer, { annotations: { 'a/b/c': 'y' } }),
  makes('an empty annotation key', balancer, { annotations: { '': 'y' } }),
]

const SERVICES_AT_ODDS: readonly Case[] = [
  makes('a Service with 60 ports', { ports: Array.from({ length: 60 }, (_, i) => ({ port: i + 1, name: `p${i}` })) }),
  makes('source ranges that are empty', { ...balancer, loadBalancerSourceRanges: [] }),
  makes('source ranges with an empty text', { ...balancer, loadBalancerSourceRanges: [''] }),
  makes('source ranges with a blank', { ...balancer, loadBalancerSourceRanges: [' '] }),
  makes('source ranges with a range twice', { ...balancer, loadBalancerSourceRanges: ['10.0.0.0/8', '10.0.0.0/8'] }),
  makes('source ranges of everybody', { ...balancer, loadBalancerSourceRanges: ['0.0.0.0/0', '::/0'] }),
  makes('source ranges with a comma in one', { ...balancer, loadBalancerSourceRanges: ['10.0.0.0/8,192.168.0.0/16'] }),
  makes('source ranges with tabs and line ends', { ...balancer, loadBalancerSourceRanges: ['\t10.0.0.0/8\n'] }),
  makes('source ranges with a zero length and host bits', { ...balancer, loadBalancerSourceRanges: ['10.0.0.1/0'] }),
  makes('source ranges with a leading zero in the length', { ...balancer, loadBalancerSourceRanges: ['10.0.0.0/08'] }),
  makes('source ranges with a plus in the length', { ...balancer, loadBalancerSourceRanges: ['10.0.0.0/+8'] }),
  makes('source ranges in IPv6 that are not canonical', { ...balancer, loadBalancerSourceRanges: ['2001:DB8:0:0::/32'] }),
  makes('the annotation of source ranges, empty', balancer, { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': '' } }),
  makes('the annotation of source ranges, blank', balancer, { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': '  ' } }),
  makes(
    'the annotation of source ranges beside the field',
    { ...balancer, loadBalancerSourceRanges: ['10.0.0.0/8'] },
    { annotations: { 'service.beta.kubernetes.io/load-balancer-source-ranges': 'x' } },
  ),
  makes('an address for the balancer with blanks', { ...balancer, loadBalancerIP: ' 1.2.3.4 ' }),
  makes('a class whose name is too long', { ...balancer, loadBalancerClass: `a/${'b'.repeat(64)}` }),
  makes('a class that is empty', { ...balancer, loadBalancerClass: '' }),
  makes('a protocol in small letters', { type: 'LoadBalancer', ports: [{ port: 80, protocol: 'tcp' }] }),
  makes('an empty protocol', { type: 'LoadBalancer', ports: [{ port: 80, protocol: '' }] }),
  makes('an empty type', { type: '', ports: [http] }),
  makes('an empty selector value', { ...balancer, selector: { app: '' } }),
  makes('a port of null', { ...balancer, ports: [null] }),
  makes('ports that are an object', { ...balancer, ports: { port: 80 } }),
  makes('a spec of null', null),
  makes('a spec that is a text', 'x'),
  makes('allocation of node ports as a text', { ...balancer, allocateLoadBalancerNodePorts: 'false' }),
  makes('an affinity time of a negative number', { ports: [http], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: -1 } } }),
  makes('an affinity time of a day', { ports: [http], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_400 } } }),
  makes('an affinity without its time', { ports: [http], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: {} } }),
  makes('an affinity of null', { ports: [http], sessionAffinity: null, sessionAffinityConfig: null }),
  makes('external IPs with one twice', { ports: [http], externalIPs: ['203.0.113.7', '203.0.113.7'] }),
  makes('finalizers with one twice', balancer, { finalizers: ['fairlead.dev/a', 'fairlead.dev/a'] }),
  makes('a finalizer that is empty', balancer, { finalizers: [''] }),
  makes('labels of 64 letters', balancer, { labels: { a: 'b'.repeat(64) } }),
  {
    name: 'a port that changes its protocol under the same name',
    steps: [create({ ...balancer, ports: [{ port: 53, name: 'dns' }] }), merge(WEB, { spec: { ports: [{ port: 53, name: 'dns', protocol: 'UDP' }] } })],
  },
  {
    name: 'a strategic patch of a port that is there for TCP and UDP',
    steps: [
      create({
        ...balancer,
        ports: [
          { port: 53, name: 'tcp' },
          { port: 53, name: 'udp', protocol: 'UDP' },
        ],
      }),
      strategic(WEB, { spec: { ports: [{ port: 53, name: 'udp', targetPort: 5353 }] } }),
    ],
  },
  {
    name: 'a Service that is written back as it was read',
    steps: [create(), put(WEB, { ...(service(balancer, { resourceVersion: '{version}', uid: '{uid}' }) as object) }), get(WEB)],
  },
]

export const ODD_PORTS = PORTS
export const ODD_VALUES: readonly Case[] = [...SLICES_AT_ODDS, ...ANNOTATIONS, ...SERVICES_AT_ODDS]
