/** The vocabulary that means the same on every cloud. What a provider cannot do of it is refused with its reason, never left out in silence. */
import { SCHEDULERS } from '../src/model/load-balancer.ts'
import { defineAnnotations, keysOf, type AnnotationSet, type Definition } from './define.ts'
import { labelSelector } from './label-selector.ts'
import { tags } from './tags.ts'
import { addresses, anyText, boolean, cidrs, duration, integer, list, oneOf, portOr, textLike } from './parsers.ts'

export const PREFIX = 'fairlead.dev/'

/** As it stands on the request line (RFC 3986: path and query): everything else would have to be guessed, or would end the request early. */
const healthCheckPath = textLike(
  /^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2}){0,1023}$/,
  'a path that begins with `/`, in ASCII; other characters percent-encoded in UTF-8, such as `/caf%C3%A9`; at most 1,024 characters',
)

const DAY = 86_400
const CLOUDS_OWN = "the cloud's"

const definitions = {
  scheme: {
    key: 'fairlead.dev/scheme',
    value: oneOf('internet-facing', 'internal'),
    doc: 'Whether the address is reachable from the internet or from the private network alone. A default never changes the scheme of a balancer that exists.',
    example: 'internal',
    default: '`internet-facing`; the operator may set another',
    limitsClients: true,
  },
  addresses: {
    key: 'fairlead.dev/addresses',
    value: addresses,
    doc: 'The addresses to serve, one per family at the most. Comes before `spec.loadBalancerIP`.',
    example: '192.0.2.7,2001:db8::7',
    default: 'the cloud chooses',
    feature: 'addresses',
    isOfOneCloud: true,
  },
  addressNames: {
    key: 'fairlead.dev/address-names',
    value: list(anyText('a name or id'), { what: 'names or ids of reserved addresses' }),
    doc: "Reserved addresses by the cloud's own name or id; on AWS also by a tag that they carry, as `tag:KEY=VALUE`.",
    example: 'shop-address',
    default: 'none',
    feature: 'address-names',
    isOfOneCloud: true,
  },
  addressPool: {
    key: 'fairlead.dev/address-pool',
    value: anyText('the name of a pool'),
    doc: 'The pool to take the address from.',
    example: 'lan',
    default: 'the first with room',
    feature: 'address-pool',
    isOfOneCloud: true,
  },
  subnets: {
    key: 'fairlead.dev/subnets',
    value: list(anyText('a subnet'), { what: 'ids or names of subnets' }),
    doc: 'The subnets the balancer stands in.',
    example: 'subnet-1,subnet-2',
    default: 'discovery',
    feature: 'subnets',
    isOfOneCloud: true,
  },
  share: {
    key: 'fairlead.dev/share',
    value: textLike(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, 'up to 63 of `a-z`, `0-9`, `-` and `.`, first and last a letter or digit'),
    doc: 'Services of one namespace that name the same key share one balancer and its address. Other namespaces only where the operator lists the key.',
    example: 'edge',
    default: 'none: its own balancer',
    feature: 'share',
  },
  targets: {
    key: 'fairlead.dev/targets',
    value: oneOf('nodes', 'pods'),
    doc: 'Where the balancer sends traffic: to nodes, or straight to pods.',
    example: 'pods',
    default: '`pods` where nodes need node ports and none are allocated, else what the provider says',
  },
  nodeSelector: {
    key: 'fairlead.dev/node-selector',
    value: labelSelector,
    doc: 'Only nodes with these labels are used. Nodes that Kubernetes excludes stay excluded.',
    example: 'pool=edge',
    default: 'all eligible nodes',
    feature: 'node-selector',
  },
  scheduler: {
    key: 'fairlead.dev/scheduler',
    value: oneOf(...SCHEDULERS),
    doc: "How a backend is chosen, in IPVS' names.",
    example: 'lc',
    default: '`rr` (local)',
    feature: 'scheduler',
  },
  sourceRanges: {
    key: 'fairlead.dev/source-ranges',
    value: cidrs,
    doc: 'From where clients may come; everybody else is shut out, the other IP family too when no range of it is named. `spec.loadBalancerSourceRanges` wins for the Service.',
    example: '192.0.2.0/24,2001:db8::/32',
    default: 'everybody',
    perPort: true,
    feature: 'source-ranges',
    aliases: [{ key: 'service.beta.kubernetes.io/load-balancer-source-ranges' }],
    limitsClients: true,
  },
  securityGroups: {
    key: 'fairlead.dev/security-groups',
    value: list(anyText('an id'), { what: "the cloud's ids" }),
    doc: 'Security groups of the cloud, in place of ours, which are not made then.',
    example: 'sg-0123',
    default: 'ours',
    admitsClients: true,
    feature: 'security-groups',
    limitsClients: true,
    isOfOneCloud: true,
  },
  listener: {
    key: 'fairlead.dev/listener',
    value: oneOf('on', 'off'),
    doc: '`off`: the port stays inside the cluster.',
    example: 'off',
    default: '`on`',
    perPort: true,
    limitsClients: true,
  },
  backendProtocol: {
    key: 'fairlead.dev/backend-protocol',
    value: oneOf('tcp', 'tls'),
    doc: 'How the balancer speaks to the backends of TCP ports.',
    example: 'tls',
    default: '`tcp`',
    perPort: true,
  },
  drainTimeout: {
    key: 'fairlead.dev/drain-timeout',
    value: duration({ min: 0, max: DAY }),
    doc: 'How long open connections to a backend that left may go on.',
    example: '30s',
    default: "the cloud's; local `30s`",
    feature: 'drain-timeout',
  },
  preserveClientIp: flag('preserve-client-ip', 'Whether backends see the address of the client.'),
  crossZone: flag('cross-zone', 'Whether each zone of the balancer sends to the backends of all zones.'),
  globalAccess: flag('global-access', 'Whether clients of other regions reach an internal balancer.'),
  tcpReset: flag('tcp-reset', 'Whether both sides of an idle connection are notified that it ended.'),
  weighted: flag('weighted', 'Whether a node gets traffic by the number of its pods.'),
  name: {
    key: 'fairlead.dev/name',
    value: anyText('a name as the cloud allows it'),
    doc: "The balancer's name in the cloud.",
    example: 'shop',
    default: 'made from ids',
    feature: 'name',
  },
  dnsLabel: {
    key: 'fairlead.dev/dns-label',
    value: textLike(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a DNS label: up to 63 of `a-z`, `0-9` and `-`, first a letter, last no `-`'),
    doc: "The label of the balancer's DNS name.",
    example: 'shop',
    default: 'none',
    feature: 'dns-label',
  },
  proxyProtocol: {
    key: 'fairlead.dev/proxy-protocol',
    value: oneOf('v1', 'v2', 'off'),
    doc: "Sends the client's address to the backends in a PROXY protocol header; `v1` only on TCP ports.",
    example: 'v2',
    default: '`off`',
    perPort: true,
  },
  healthCheckProtocol: health(
    'protocol',
    oneOf('tcp', 'http', 'https', 'none'),
    'How a backend is asked whether it is well.',
    'http',
    "by traffic policy: `healthCheckNodePort`, else kube-proxy's",
  ),
  healthCheckPort: health(
    'port',
    portOr('traffic'),
    'The port that is asked; `traffic`: the one that traffic goes to; a name: the one that traffic of that port of the Service goes to.',
    '8080',
    'by traffic policy; `traffic` when the protocol or the path is given',
  ),
  healthCheckPath: health('path', healthCheckPath, 'The path of an HTTP check.', '/healthz', '`/healthz` where HTTP is the default, else `/`'),
  healthCheckInterval: health('interval', duration({ min: 1, max: 3600 }), 'The time between two checks.', '10s', CLOUDS_OWN),
  healthCheckTimeout: health('timeout', duration({ min: 0.1, max: 3600 }), 'How long an answer may take.', '5s', CLOUDS_OWN),
  healthCheckHealthyThreshold: health('healthy-threshold', integer({ min: 1, max: 100 }), 'Good answers in a row that make a backend well.', '2', CLOUDS_OWN),
  healthCheckUnhealthyThreshold: health(
    'unhealthy-threshold',
    integer({ min: 1, max: 100 }),
    'Bad answers in a row that make a backend unwell.',
    '3',
    CLOUDS_OWN,
  ),
  healthCheckSuccessCodes: health(
    'success-codes',
    textLike(/^[1-5]\d\d(-[1-5]\d\d)?(,[1-5]\d\d(-[1-5]\d\d)?)*$/, 'HTTP status codes such as `200`, `200-399` or `200,204`'),
    'The HTTP status codes of a good answer.',
    '200-399',
    CLOUDS_OWN,
  ),
  idleTimeout: {
    key: 'fairlead.dev/idle-timeout',
    value: duration({ min: 1, max: DAY }),
    doc: 'After how long without a byte a connection ends.',
    example: '350s',
    default: CLOUDS_OWN,
    perPort: true,
    feature: 'idle-timeout',
  },
  tlsCertificates: {
    key: 'fairlead.dev/tls-certificates',
    value: list(anyText('an id'), { what: "the cloud's ids of certificates" }),
    doc: 'The balancer ends TLS on TCP ports with these certificates; the first is the default one.',
    example: 'cert-1',
    default: 'none',
    perPort: true,
    feature: 'tls',
    isOfOneCloud: true,
  },
  tlsPolicy: {
    key: 'fairlead.dev/tls-policy',
    value: anyText("a policy's name in the cloud"),
    doc: 'Versions and ciphers of TLS, by the name of a policy.',
    example: 'modern',
    default: 'none',
    perPort: true,
    feature: 'tls',
    isOfOneCloud: true,
  },
  alpn: {
    key: 'fairlead.dev/alpn',
    value: list(anyText('a protocol'), { what: 'protocol names such as `h2`' }),
    doc: 'Protocols offered inside TLS, the preferred one first.',
    example: 'h2,http/1.1',
    default: 'none',
    perPort: true,
    feature: 'tls',
  },
  tags: {
    key: 'fairlead.dev/tags',
    value: tags,
    doc: 'Tags on what is made in the cloud. Keys that mark what belongs to which cluster, Service or controller are refused.',
    example: 'team=shop,stage=live',
    default: 'none',
    feature: 'tags',
  },
  deletionProtection: {
    key: 'fairlead.dev/deletion-protection',
    value: boolean,
    doc: '`true`: the balancer stays while the Service is deleted, until this is taken back.',
    example: 'true',
    default: '`false`',
    feature: 'deletion-protection',
  },
  pause: {
    key: 'fairlead.dev/pause',
    value: boolean,
    doc: '`true`: settings stay as they are; backends follow.',
    example: 'true',
    default: '`false`',
  },
  planOnly: {
    key: 'fairlead.dev/plan-only',
    value: boolean,
    doc: '`true`: the condition and an event report what would change; nothing is changed.',
    example: 'true',
    default: '`false`',
  },
  adopt: {
    key: 'fairlead.dev/adopt',
    value: anyText('the id of a balancer or address'),
    doc: 'An existing balancer or address to take over.',
    example: 'lb-0123',
    default: 'none',
    feature: 'adopt',
    isOfOneCloud: true,
  },
} as const satisfies Record<string, Definition<unknown>>

/** The keys of the neutral vocabulary, by name. */
export const KEYS = keysOf(definitions)

/** Reads everything under `fairlead.dev/`, and Kubernetes' own annotation for source ranges. */
export const neutral = defineAnnotations(definitions, { prefixes: [PREFIX] })

/** What a Service says in the neutral vocabulary; what it does not say is absent. */
export type NeutralOptions = typeof neutral extends AnnotationSet<infer O> ? O : never

function flag<const F extends string>(feature: F, doc: string) {
  return { key: `${PREFIX}${feature}`, value: boolean, doc, example: 'true', default: CLOUDS_OWN, feature } as const
}

// oxlint-disable-next-line max-params -- five columns of a table
function health<T>(name: string, value: Definition<T>['value'], doc: string, example: string, otherwise: string) {
  return { key: `${PREFIX}health-check-${name}`, value, doc, example, default: otherwise, perPort: true, feature: 'health-check' } as const
}
