import { describe, expect, test } from 'vitest'
import type { ServiceRequest } from '../../../src/desired/service-request.ts'
import type { LoadBalancer } from '../../../src/model/load-balancer.ts'
import { requestUnder } from '../../../src/policy/apply.ts'
import type { Policy } from '../../../src/policy/policy.ts'
import { against, AWS, clusterOf, type Given, policyOf, serviceOf } from './given.ts'

const ELB = 'service.beta.kubernetes.io/aws-load-balancer-'

function settingsUnder(policy: Policy | undefined, given: Given, context = AWS): LoadBalancer {
  const service = serviceOf(given)
  const wish = requestUnder(policy, service, clusterOf([service], {}), context)
  if (wish.kind !== 'wanted') throw new Error(JSON.stringify(wish))
  return wish.desired.settings
}

const INTERNAL = policyOf(`
contact: the platform team
rules:
  - name: internal
    allowedValues: {fairlead.dev/scheme: [internal]}`)

const GROUPS = policyOf(`
rules:
  - name: no-groups
    forbiddenAnnotations: [fairlead.dev/security-groups, fairlead.dev/deletion-protection, "${ELB}access-log-*"]`)

const SUBNETS = policyOf(`
rules:
  - name: subnets
    allowedValues: {fairlead.dev/subnets: [subnet-a, subnet-b], fairlead.dev/addresses: ["192.0.2.*"], fairlead.dev/targets: [pods]}`)

const ONLY = policyOf(`
rules:
  - name: few-words
    allowedAnnotations: [fairlead.dev/scheme, fairlead.dev/health-check-*]`)

const CORPORATE = policyOf('rules: [{name: corporate, allowedSourceRanges: [10.1.2.3/8, "2001:db8::/32"]}]')
const WITHIN = 'Allowed: source ranges within 10.0.0.0/8, 2001:db8::/32. Ask the operators of the cluster.'
const OPEN = `Forbidden: spec.loadBalancerSourceRanges does not restrict the clients of all ports, which the rule "corporate" of the operator's policy requires. ${WITHIN}`
const outside = (field: string, value: string): string =>
  `Forbidden: ${field}: "${value}" is not allowed by the rule "corporate" of the operator's policy. ${WITHIN}`
const TWO_PORTS = { ports: [80, 443].map((port) => ({ name: `p${port}`, port, protocol: 'TCP' as const, targetPort: 8080, nodePort: 30_000 + port })) }

const ASK = 'Ask the operators of the cluster.'

test.each<[string, Policy, Given, readonly string[]]>([
  ['an allowed scheme', INTERNAL, { annotations: { 'fairlead.dev/scheme': 'internal' } }, []],
  [
    'a scheme that is not allowed',
    INTERNAL,
    { annotations: { 'fairlead.dev/scheme': 'internet-facing' } },
    [
      'Forbidden: fairlead.dev/scheme: "internet-facing" is not allowed by the rule "internal" of the operator\'s policy. Allowed: internal. Ask the platform team.',
    ],
  ],
  [
    'the default scheme, where it is not allowed',
    INTERNAL,
    {},
    [
      'Forbidden: fairlead.dev/scheme: "internet-facing" holds because this annotation is absent, and is not allowed by the rule "internal" of the operator\'s policy. Allowed: internal. Ask the platform team.',
    ],
  ],
  ["another controller's default scheme, where it is allowed", INTERNAL, { annotations: { [`${ELB}type`]: 'external' } }, []],
  [
    "another controller's spelling of the scheme",
    INTERNAL,
    { annotations: { [`${ELB}internal`]: 'false' } },
    [`Forbidden: ${ELB}internal: "internet-facing" is not allowed by the rule "internal" of the operator's policy. Allowed: internal. Ask the platform team.`],
  ],
  [
    'a forbidden annotation',
    GROUPS,
    { annotations: { 'fairlead.dev/security-groups': 'sg-1' } },
    [`Forbidden: fairlead.dev/security-groups is forbidden by the rule "no-groups" of the operator's policy. ${ASK}`],
  ],
  [
    'a forbidden annotation in another spelling',
    GROUPS,
    { annotations: { [`${ELB}security-groups`]: 'sg-1' } },
    [`Forbidden: ${ELB}security-groups is forbidden by the rule "no-groups" of the operator's policy. ${ASK}`],
  ],
  [
    'a forbidden annotation as one pair of another',
    GROUPS,
    { annotations: { [`${ELB}attributes`]: 'deletion_protection.enabled=true' } },
    [`Forbidden: ${ELB}attributes is forbidden by the rule "no-groups" of the operator's policy. ${ASK}`],
  ],
  ['another pair of that annotation', GROUPS, { annotations: { [`${ELB}attributes`]: 'load_balancing.cross_zone.enabled=true' } }, []],
  [
    'a forbidden pattern',
    GROUPS,
    { annotations: { [`${ELB}access-log-s3-bucket-name`]: 'b' } },
    [`Forbidden: ${ELB}access-log-s3-bucket-name is forbidden by the rule "no-groups" of the operator's policy. ${ASK}`],
  ],
  ['a blank value of another controller says nothing', GROUPS, { annotations: { [`${ELB}security-groups`]: ' ' } }, []],
  ['allowed values', SUBNETS, { annotations: { 'fairlead.dev/subnets': 'subnet-b, subnet-a' } }, []],
  [
    'one value that is not allowed',
    SUBNETS,
    { annotations: { 'fairlead.dev/subnets': 'subnet-a, subnet-c' } },
    [`Forbidden: fairlead.dev/subnets: "subnet-c" is not allowed by the rule "subnets" of the operator's policy. Allowed: subnet-a, subnet-b. ${ASK}`],
  ],
  [
    'the field of the spec that says the same',
    SUBNETS,
    { spec: { loadBalancerIP: '198.51.100.7' } },
    [`Forbidden: spec.loadBalancerIP: "198.51.100.7" is not allowed by the rule "subnets" of the operator's policy. Allowed: 192.0.2.*. ${ASK}`],
  ],
  ['an address by its beginning', SUBNETS, { spec: { loadBalancerIP: '192.0.2.7' } }, []],
  ['only some annotations: those', ONLY, { annotations: { 'fairlead.dev/scheme': 'internal', 'fairlead.dev/health-check-interval.80': '10s' } }, []],
  [
    'only some annotations: another one',
    ONLY,
    { annotations: { 'fairlead.dev/tags': 'a=b' } },
    [
      `Forbidden: fairlead.dev/tags is not among the annotations that the rule "few-words" of the operator's policy allows. Allowed: fairlead.dev/scheme, fairlead.dev/health-check-*. ${ASK}`,
    ],
  ],
  ['source ranges within the allowed ones', CORPORATE, { annotations: { 'fairlead.dev/source-ranges': '10.2.0.0/16, 2001:db8:7::/48' } }, []],
  ['source ranges of the spec within the allowed ones', CORPORATE, { spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } }, []],
  ['no source ranges, where they are required', CORPORATE, {}, [OPEN]],
  [
    'a source range that is not allowed',
    CORPORATE,
    { annotations: { 'fairlead.dev/source-ranges': '10.0.0.0/8,10.0.0.0/7' } },
    [outside('fairlead.dev/source-ranges', '10.0.0.0/7')],
  ],
  [
    'a source range of the other family that is not allowed',
    CORPORATE,
    { spec: { loadBalancerSourceRanges: ['10.0.0.0/8', '::/0'] } },
    [outside('spec.loadBalancerSourceRanges', '::/0')],
  ],
  [
    'a source range for one port that is not allowed',
    CORPORATE,
    { annotations: { 'fairlead.dev/source-ranges.80': '0.0.0.0/0' }, spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } },
    [outside('fairlead.dev/source-ranges.80', '0.0.0.0/0')],
  ],
  ['source ranges for one port of two', CORPORATE, { annotations: { 'fairlead.dev/source-ranges.80': '10.0.0.0/8' }, spec: TWO_PORTS }, [OPEN]],
  [
    'source ranges for each port of two',
    CORPORATE,
    { annotations: { 'fairlead.dev/source-ranges.80': '10.0.0.0/8', 'fairlead.dev/source-ranges.443-tcp': '10.0.0.0/8' }, spec: TWO_PORTS },
    [],
  ],
  [
    'security groups, where source ranges are required',
    CORPORATE,
    { annotations: { [`${ELB}security-groups`]: 'sg-1' } },
    [
      `Forbidden: ${ELB}security-groups admits clients in another way than by source ranges, which is forbidden by the rule "corporate" of the operator's policy. ${WITHIN}`,
      OPEN,
    ],
  ],
  [
    'prefix lists next to source ranges',
    CORPORATE,
    { annotations: { [`${ELB}security-group-prefix-lists`]: 'pl-1' }, spec: { loadBalancerSourceRanges: ['10.0.0.0/8'] } },
    [
      `Forbidden: ${ELB}security-group-prefix-lists admits clients in another way than by source ranges, which is forbidden by the rule "corporate" of the operator's policy. ${WITHIN}`,
    ],
  ],
  ['only some annotations: what nothing here reads', ONLY, { annotations: { 'example.com/team': 'a' } }, []],
])('%s', (_, policy, given, said) => {
  expect(against(policy, given)).toEqual(said)
})

describe('namespaces', () => {
  const rule = (namespaces: string): Policy => policyOf(`rules: [{name: x, namespaces: ${namespaces}, forbiddenAnnotations: [fairlead.dev/tags]}]`)
  const tagged = (namespace: string): Given => ({ namespace, annotations: { 'fairlead.dev/tags': 'a=b' } })

  test.each<[string, string, string, Record<string, string>, boolean]>([
    ['by name', '{names: [team-a]}', 'team-a', {}, true],
    ['by another name', '{names: [team-a]}', 'team-b', {}, false],
    ['by a beginning', '{names: ["team-*"]}', 'team-b', {}, true],
    ['with an exception', '{names: ["team-*"], except: [team-b]}', 'team-b', {}, false],
    ['all but one', '{except: [edge]}', 'shop', {}, true],
    ['by label', '{labels: exposure=closed}', 'shop', { exposure: 'closed' }, true],
    ['by a label that it lacks', '{labels: exposure=closed}', 'shop', {}, false],
    ['by the lack of a label', '{labels: exposure!=public}', 'shop', {}, true],
    ['by label and name', '{labels: exposure=closed, names: [team-a]}', 'shop', { exposure: 'closed' }, false],
  ])('%s', (_, namespaces, name, labels, isForbidden) => {
    expect(against(rule(namespaces), tagged(name), labels).length > 0).toBe(isForbidden)
  })

  test('while labels are not known, a Service that they may concern is followed, and says so', () => {
    expect(against(rule('{labels: exposure=closed}'), tagged('shop'))).toEqual([
      expect.stringMatching(/^Progressing: metadata\.namespace has labels that have not been read yet/),
    ])
    expect(against(rule('{labels: exposure=closed, names: [team-a]}'), tagged('shop'))).toEqual([])
  })
})

test('every rule that selects the namespace holds', () => {
  const policy = policyOf(`
rules:
  - {name: one, allowedValues: {fairlead.dev/subnets: [a, b]}}
  - {name: two, allowedValues: {fairlead.dev/subnets: [b, c]}}`)
  const by = (subnets: string): readonly string[] =>
    against(policy, { annotations: { 'fairlead.dev/subnets': subnets } }).map((text) => /rule "(\w+)"/.exec(text)?.[1] ?? '')
  expect([by('a'), by('b'), by('c'), by('d')]).toEqual([['two'], [], ['one'], ['one', 'two']])
})

test('what is forbidden is followed: backends are those of now, and deletion protection is not lost', () => {
  const service = serviceOf({ annotations: { 'fairlead.dev/security-groups': 'sg-1', 'fairlead.dev/deletion-protection': 'true' } })
  const policy = policyOf('rules: [{name: x, forbiddenAnnotations: [fairlead.dev/security-groups]}]')
  const wish = requestUnder(policy, service, clusterOf([service]), AWS)
  expect(wish).toMatchObject({ kind: 'malformed', deletionProtection: true, backends: { ports: { '80/TCP': { nodePort: 30080 } } } })
  expect(requestUnder(policy, service, clusterOf([service]), AWS), 'the same object as long as nothing changed').toBe(wish)
})

test('what is malformed says that, whatever the policy says', () => {
  expect(against(INTERNAL, { annotations: { 'fairlead.dev/scheme': 'sideways' } })).toEqual([expect.stringMatching(/^Invalid: fairlead\.dev\/scheme/)])
})

describe('defaults', () => {
  const DEFAULTS = policyOf(`
rules:
  - name: team
    namespaces: {names: [team-a]}
    defaults: {fairlead.dev/scheme: internal, fairlead.dev/targets: pods, fairlead.dev/tags: team=a, fairlead.dev/source-ranges: "10.0.0.0/8"}
  - name: everybody
    defaults: {fairlead.dev/targets: nodes, fairlead.dev/tags: stage=live, fairlead.dev/address-pool: lan}`)

  test('hold for a new Service that says nothing, the first in the file before others', () => {
    expect(settingsUnder(DEFAULTS, {})).toMatchObject({
      scheme: 'internal',
      schemeIsExplicit: false,
      targets: 'pods',
      sourceRanges: ['10.0.0.0/8'],
      tags: { team: 'a' },
      defaultAddressPool: 'lan',
    })
    expect(settingsUnder(DEFAULTS, {}).addressPool).toBeUndefined()
    expect(settingsUnder(DEFAULTS, { namespace: 'shop' })).toMatchObject({ scheme: 'internet-facing', targets: 'nodes', tags: { stage: 'live' } })
  })

  test('what the Service says comes first, in any spelling and in the spec', () => {
    const annotations = { [`${ELB}scheme`]: 'internet-facing', [`${ELB}nlb-target-type`]: 'instance', [`${ELB}additional-resource-tags`]: 'team=b,own=1' }
    expect(settingsUnder(DEFAULTS, { annotations, spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } })).toMatchObject({
      scheme: 'internet-facing',
      schemeIsExplicit: true,
      targets: 'nodes',
      sourceRanges: ['192.0.2.0/24'],
      tags: { team: 'b', own: '1' },
    })
  })

  test('tags are added to those of the Service', () => {
    expect(settingsUnder(DEFAULTS, { annotations: { 'fairlead.dev/tags': 'own=1' } }).tags).toEqual({ team: 'a', own: '1' })
  })

  test('a default that is added later changes nothing but tags on a Service that is taken up', () => {
    expect(settingsUnder(DEFAULTS, { held: true })).toEqual({ ...settingsUnder(undefined, { held: true }), tags: { team: 'a' } })
  })

  test('a default that is removed or changed later changes nothing on a Service that is taken up: no other scheme, no range lost', () => {
    const held = 'fairlead.dev/scheme=internal,fairlead.dev/targets=pods,fairlead.dev/source-ranges=10.0.0.0/8'
    const before = settingsUnder(DEFAULTS, { held })
    expect(before).toMatchObject({ scheme: 'internal', schemeIsExplicit: false, targets: 'pods', sourceRanges: ['10.0.0.0/8'] })
    const others = policyOf('rules: [{name: other, defaults: {fairlead.dev/scheme: internet-facing, fairlead.dev/source-ranges: "0.0.0.0/0"}}]')
    for (const policy of [undefined, policyOf('rules: []'), others]) expect(settingsUnder(policy, { held })).toEqual({ ...before, tags: {} })
  })

  test('what was kept on a Service and cannot be read is a problem, not other defaults', () => {
    expect(against(undefined, { held: 'scheme' })).toEqual([expect.stringMatching(/^Invalid: fairlead\.dev\/defaults-aws/)])
  })

  test('what the provider cannot do is left out', () => {
    const cannot = { ...AWS, provider: { ...AWS.provider, capabilities: { ...AWS.provider.capabilities, tags: { supported: false, because: 'no' } as const } } }
    expect(settingsUnder(DEFAULTS, {}, cannot)).toMatchObject({ tags: {}, scheme: 'internal' })
  })

  test('a problem with a default says whose it is', () => {
    const [said] = against(policyOf('rules: [{name: x, defaults: {fairlead.dev/targets: nodes}}]'), { spec: { ports: [{ port: 80 }] } })
    expect(said).toMatch(/fairlead\.dev\/targets: "nodes" is not possible.*default of the operator's policy/)
  })
})

test('a tenant who removes or widens the kept default of source ranges is forbidden, and what is served stays', () => {
  const policy = policyOf('rules: [{name: corporate, allowedSourceRanges: [10.0.0.0/8, "2001:db8::/32"], defaults: {fairlead.dev/source-ranges: 10.1.0.0/16}}]')
  expect(settingsUnder(policy, {}).sourceRanges).toEqual(['10.1.0.0/16'])
  expect(settingsUnder(policy, { held: 'fairlead.dev/source-ranges=10.1.0.0/16' }).sourceRanges).toEqual(['10.1.0.0/16'])
  expect(against(policy, { held: true })).toEqual([OPEN])
  expect(against(policy, { held: 'fairlead.dev/source-ranges=0.0.0.0/0' })).toEqual([outside('fairlead.dev/source-ranges', '0.0.0.0/0')])
})

describe('how many Services a namespace may have', () => {
  const TWO = policyOf('rules: [{name: two, maxServices: 2}]')
  const refused = (policy: Policy, given: readonly Given[]): readonly string[] => {
    const services = given.map(serviceOf)
    const cluster = clusterOf(services)
    const wishes = services.map((service): [string, ServiceRequest] => [service.metadata.uid, requestUnder(policy, service, cluster, AWS)])
    return wishes.filter(([, wish]) => wish.kind === 'malformed').map(([uid]) => uid)
  }
  const of = (uid: string, day: number, more: Given = {}): Given => ({ uid, createdAt: `2026-01-0${day}T00:00:00Z`, ...more })

  test.each<[string, readonly Given[], readonly string[]]>([
    ['as many as are allowed', [of('a', 1), of('b', 2)], []],
    ['the youngest is refused', [of('c', 3), of('a', 1), of('b', 2)], ['c']],
    ['of one age, the uid decides', [of('c', 1), of('b', 1), of('a', 1)], ['c']],
    [
      'who is served comes before who is older',
      [of('a', 1), of('b', 2, { address: '192.0.2.1', held: true }), of('c', 3, { address: '192.0.2.2', held: true })],
      ['a'],
    ],
    ['who is being taken up comes before who is older', [of('a', 1), of('b', 2, { held: true }), of('c', 3, { held: true })], ['a']],
    [
      'a forged finalizer does not come before who is served',
      [of('a', 1, { held: true }), of('b', 2, { address: '192.0.2.1', held: true }), of('c', 3, { address: '192.0.2.2', held: true })],
      ['a'],
    ],
    ['another namespace counts for itself', [of('a', 1), of('b', 2), of('c', 3, { namespace: 'team-b' })], []],
    [
      'other types and classes do not count',
      [of('a', 1, { spec: { type: 'ClusterIP' } }), of('b', 1, { spec: { loadBalancerClass: 'example.com/x' } }), of('c', 2), of('d', 3)],
      [],
    ],
    ['one that is being deleted counts until it is gone', [of('a', 1, { deleting: true, held: true }), of('b', 2), of('c', 3)], ['c']],
  ])('%s', (_, given, expected) => {
    expect(refused(TWO, given)).toEqual(expected)
  })

  test('a number that is lowered keeps the oldest that are served', () => {
    const served = [of('a', 1), of('b', 2), of('c', 3)].map((given) => ({ ...given, address: `192.0.2.${given.uid}`, held: true as const }))
    expect(refused(policyOf('rules: [{name: one, maxServices: 1}]'), served)).toEqual(['b', 'c'])
  })

  test('the refusal says how many there may be', () => {
    expect(against(policyOf('rules: [{name: none, maxServices: 0}]'), {})).toEqual([
      `Forbidden: spec.type: "LoadBalancer" is one load balancer more than the rule "none" of the operator's policy allows. Allowed: 0 in a namespace; Services with an address come first, then the oldest. ${ASK}`,
    ])
  })
})
