/** What Services of ingress-gce and cloud-provider-gcp say, in the neutral vocabulary and in Google's own words; and what those ignore, as a problem. */
import { describe, expect, test } from 'vitest'
import { defaultSchemeOf } from '../../../annotations/default-scheme.ts'
import { gcp } from '../../../annotations/gcp.ts'
import { readAnnotations } from '../../../annotations/read.ts'
import { problemText } from '../../../src/model/problem.ts'

const ports = [
  { port: 80, protocol: 'TCP', name: 'http' },
  { port: 53, protocol: 'UDP', name: 'dns' },
] as const

type Annotations = Readonly<Record<string, string>>

/** Keys as they are, or what follows the prefix that most of them share. */
function full(annotations: Annotations): Annotations {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key.includes('/') ? key : `networking.gke.io/${key}`, value]))
}

function read(annotations: Annotations) {
  const { neutral: said, options, problems, notes } = readAnnotations(full(annotations), ports, gcp)
  return { said, options, problems: problems.map(problemText), notes }
}

const PREFIX = 'https://www.googleapis.com/compute/v1/projects/shop/regions/europe-west1/publicDelegatedPrefixes/v6'

/** What a Service says, what it means in the neutral vocabulary, and what in Google's own words. */
const MEANINGS: readonly (readonly [annotations: Annotations, said: object, options?: object])[] = [
  [{ 'load-balancer-type': 'Internal' }, { scheme: 'internal' }],
  [{ 'load-balancer-type': 'internal' }, { scheme: 'internal' }],
  [{ 'load-balancer-type': 'External' }, { scheme: 'internet-facing' }],
  [{ 'cloud.google.com/load-balancer-type': 'Internal' }, { scheme: 'internal' }],
  [{ 'load-balancer-type': '' }, {}],
  [{ 'internal-load-balancer-allow-global-access': 'true' }, { globalAccess: true }],
  [{ 'internal-load-balancer-allow-global-access': 'false' }, { globalAccess: false }],
  [{ 'internal-load-balancer-subnet': 'apps' }, { subnets: ['apps'] }],
  [{ 'load-balancer-subnet': 'apps' }, { subnets: ['apps'] }],
  [{ 'load-balancer-ip-addresses': 'shop' }, { addressNames: ['shop'] }],
  [{ 'load-balancer-ip-addresses': 'shop, shop-v6' }, { addressNames: ['shop', 'shop-v6'] }],
  [{ 'weighted-load-balancing': 'pods-per-node' }, { weighted: true }],
  [{ 'cloud.google.com/l4-rbs': 'enabled' }, {}],
  [{ 'cloud.google.com/network-tier': 'Standard' }, {}, { networkTier: 'Standard' }],
  [{ 'cloud.google.com/network-tier': 'Premium' }, {}, { networkTier: 'Premium' }],
  [{ 'l4-strong-session-affinity': 'enabled' }, {}, { strongAffinity: true }],
  [{ 'ip-collection-v6': PREFIX }, {}, { ipCollection: PREFIX }],
  [
    { 'gcp.fairlead.dev/logging': 'true', 'gcp.fairlead.dev/log-sample-rate': '0.25', 'gcp.fairlead.dev/log-fields': 'serverInstance,serverGkeDetails' },
    {},
    { logging: true, logSampleRate: 0.25, logFields: ['serverInstance', 'serverGkeDetails'] },
  ],
  [
    { 'service.beta.kubernetes.io/load-balancer-source-ranges': '192.0.2.0/24,2001:db8::/32' },
    { sourceRanges: { service: ['192.0.2.0/24', '2001:db8::/32'], ports: {} } },
  ],
]

describe('what a Service says', () => {
  test.each(MEANINGS.map(([annotations, said, options = {}]) => ({ annotations, said, options })))('$annotations', ({ annotations, said, options }) => {
    expect(read(annotations)).toEqual({ said, options, problems: [], notes: [] })
  })

  test.each([
    [{ 'load-balancer-type': 'External', 'cloud.google.com/load-balancer-type': 'Internal' }, { scheme: 'internet-facing' }],
    [{ 'load-balancer-subnet': 'new', 'internal-load-balancer-subnet': 'old' }, { subnets: ['new'] }],
    [{ 'fairlead.dev/scheme': 'internal', 'load-balancer-type': 'External' }, { scheme: 'internal' }],
  ])('under two names counts by the newer, and our own words before both: %o', (annotations, expected) => {
    const { said, problems, notes } = read(annotations)
    expect({ said, problems }).toEqual({ said: expected, problems: [] })
    expect(notes).toHaveLength(1)
  })
})

describe('where it says no scheme', () => {
  const found = (annotations: Annotations) => defaultSchemeOf(full(annotations), gcp.defaultSchemes)?.scheme
  test.each([{ 'cloud.google.com/network-tier': 'Premium' }, { 'load-balancer-ip-addresses': 'shop' }, { 'l4lb-config': 'logs' }])(
    'the address is public as it was: %o',
    (annotations) => expect(found(annotations)).toBe('internet-facing'),
  )
  test.each([{ 'internal-load-balancer-subnet': 'apps' }, { 'internal-load-balancer-allow-global-access': 'true' }, { 'cloud.google.com/neg': '{}' }])(
    'nothing is opened by what does not ask for it: %o',
    (annotations) => expect(found(annotations)).toBeUndefined(),
  )
})

describe('what ingress-gce or cloud-provider-gcp ignores or misreads is a problem that names what is allowed', () => {
  const cases: readonly (readonly [Annotations, allowed: string])[] = [
    [{ 'load-balancer-type': 'Intern' }, '`Internal` or `External`'],
    [{ 'cloud.google.com/load-balancer-type': 'private' }, '`Internal` or `External`'],
    [{ 'internal-load-balancer-allow-global-access': 'True' }, '`true` or `false`'],
    [{ 'internal-load-balancer-allow-global-access': 'yes' }, '`true` or `false`'],
    [{ 'load-balancer-subnet': 'projects/p/regions/r/subnetworks/apps' }, 'the name of a subnet'],
    [{ 'internal-load-balancer-subnet': 'Apps' }, 'the name of a subnet'],
    [{ 'load-balancer-ip-addresses': 'a,b,c' }, 'one or two reserved addresses'],
    [{ 'load-balancer-ip-addresses': '203.0.113.7' }, 'the names of one or two'],
    [{ 'load-balancer-ip-addresses': ',' }, 'the names of one or two'],
    [{ 'cloud.google.com/network-tier': 'standard' }, '`Premium` or `Standard`'],
    [{ 'cloud.google.com/network-tier': 'PREMIUM' }, '`Premium` or `Standard`'],
    [{ 'cloud.google.com/l4-rbs': 'true' }, '`enabled`'],
    [{ 'weighted-load-balancing': 'true' }, '`pods-per-node`'],
    [{ 'l4-strong-session-affinity': 'true' }, '`enabled`'],
    [{ 'ip-collection-v6': 'v6' }, 'the full URL'],
    [{ 'gcp.fairlead.dev/log-sample-rate': '25' }, 'a number from 0 to 1'],
    [{ 'gcp.fairlead.dev/log-sample-rate': '0.1234567' }, 'six digits'],
    [{ 'gcp.fairlead.dev/log-fields': 'a b' }, 'optional fields'],
    [{ 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/33' }, 'IP ranges'],
  ]
  test.each(cases)('%o', (annotations, allowed) => {
    const [key = ''] = Object.keys(annotations)
    const { problems } = read(annotations)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(key)
    expect(problems[0]).toContain(allowed)
  })
})

test.each(['l4lb-config', 'custom-forwarding-rule'])('%s cannot be honoured, and a remedy says what to do', (key) => {
  const { problems } = read({ [key]: 'shop' })
  expect(problems).toEqual([expect.stringMatching(new RegExp(`${key}.*cannot be honoured: .*(gcp\\.fairlead\\.dev|fairlead\\.dev)/`))])
})

test.each(['cloud.google.com/neg', 'cloud.google.com/load-balancer-backend-share', 'alpha.cloud.google.com/load-balancer-backend-share'])(
  '%s has no effect, and a note says so',
  (key) => expect(read({ [key]: 'true' })).toMatchObject({ problems: [], notes: [expect.stringContaining(key)] }),
)

test.each(['load-balancer-ip-adresses', 'internal-load-balancer-global-access', 'l4-strong-affinity', 'cloud.google.com/l4-rsb', 'gcp.fairlead.dev/log'])(
  'a key that does not exist is a problem: %s',
  (key) => expect(read({ [key]: 'true' }).problems).toEqual([expect.stringContaining('is not an annotation that this provider knows')]),
)

test.each(['cloud.google.com/neg-status', 'networking.gke.io/backend-service', 'networking.gke.io/target-pool'])(
  'what the controllers of Google write themselves is no request: %s',
  (key) => expect(read({ [key]: 'x' })).toEqual({ said: {}, options: {}, problems: [], notes: [] }),
)
