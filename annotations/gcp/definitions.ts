/** What stays in Google's own words, because no other cloud has it. */
import type { Definition } from '../define.ts'
import { boolean, list, oneOf, textLike } from '../parsers.ts'
import { CLOUD, GKE, only, OURS, share } from './values.ts'

const prefixUrl = textLike(
  /^https:\/\/[\w.-]+\/compute\/v1\/projects\/[a-z0-9:.-]+\/regions\/[a-z0-9-]+\/publicDelegatedPrefixes\/[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
  'the full URL of a public delegated prefix: `https://www.googleapis.com/compute/v1/projects/.../regions/.../publicDelegatedPrefixes/NAME`',
)

const logField = textLike(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/i, 'a field of the log')

export const definitions = {
  networkTier: {
    key: `${CLOUD}network-tier`,
    value: oneOf('Premium', 'Standard'),
    doc: "How traffic reaches an internet-facing load balancer: over Google's network, or over the internet as far as the region. Another tier means another address. Another word is a problem (for ingress-gce it is `Premium`).",
    example: 'Standard',
    default: '`Premium`',
    elsewhere: 'Leave it out.',
  },
  strongAffinity: {
    key: `${GKE}l4-strong-session-affinity`,
    value: only('enabled'),
    doc: 'The connections of a client stay with one node for as long as `spec.sessionAffinityConfig` says, 60 to 57600 seconds, whatever nodes come. Internet-facing load balancers alone, with `sessionAffinity: ClientIP`; Google has to allow it for the project.',
    example: 'enabled',
    default: 'none',
    elsewhere: 'Leave it out; spec.sessionAffinity: ClientIP is kept.',
  },
  ipCollection: {
    key: `${GKE}ip-collection-v6`,
    value: prefixUrl,
    doc: 'The range that a public IPv6 address is taken from. IPv6 alone; with it no subnet may be named.',
    example: 'https://www.googleapis.com/compute/v1/projects/shop/regions/europe-west1/publicDelegatedPrefixes/shop-v6',
    default: 'none',
    elsewhere: 'Name a reserved address in fairlead.dev/address-names.',
  },
  logging: {
    key: `${OURS}logging`,
    value: boolean,
    doc: 'Whether connections are logged in Cloud Logging.',
    example: 'true',
    default: '`false`',
    elsewhere: 'Leave it out; on AWS, service.beta.kubernetes.io/aws-load-balancer-access-log-enabled logs TLS connections.',
  },
  logSampleRate: {
    key: `${OURS}log-sample-rate`,
    value: share,
    doc: 'Which share of the connections is logged.',
    example: '0.25',
    default: '`1`',
    elsewhere: 'Leave it out.',
  },
  logFields: {
    key: `${OURS}log-fields`,
    value: list(logField, { what: '`all`, or names of optional fields of the log' }),
    doc: 'Which optional fields are logged.',
    example: 'serverInstance,serverGkeDetails',
    default: 'none of them',
    elsewhere: 'Leave it out.',
  },
} as const satisfies Record<string, Definition<unknown>>
