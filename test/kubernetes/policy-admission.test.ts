/** What the controller refuses for a policy, a real API server refuses at `kubectl apply`, with the same words; and what the one allows, the other does. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aws } from '../../annotations/aws.ts'
import { neutral } from '../../annotations/neutral.ts'
import { admissionOf } from '../../src/policy/admission.ts'
import type { Manifest } from '../chart/helm.ts'
import { type Admin, adminOf } from '../chart/admin.ts'
import { against, type Given, policyOf } from '../unit/policy/given.ts'
import { until } from '../until.ts'
import { noRealApiServer, type RealApiServer, startRealApiServer } from './real-api-server.ts'

const absent = noRealApiServer()
if (absent !== undefined) console.log(`skipped: a policy as admission policy: ${absent}`)

const ELB = 'service.beta.kubernetes.io/aws-load-balancer-'

const POLICY = policyOf(`
contact: the platform team
rules:
  - name: internal-only
    namespaces: {labels: "exposure!=public"}
    allowedValues: {fairlead.dev/scheme: [internal]}
  - name: account
    namespaces: {except: [platform, "infra-*", "corp-*"]}
    forbiddenAnnotations: [fairlead.dev/security-groups, fairlead.dev/deletion-protection, ${ELB}access-log-*, ${ELB}attributes, ${ELB}listener-attributes]
    allowedValues:
      fairlead.dev/subnets: [subnet-a, "shared-*"]
      fairlead.dev/addresses: ["192.0.2.*"]
      fairlead.dev/targets: [pods]
  - name: few-words
    namespaces: {names: [strict]}
    allowedAnnotations: [fairlead.dev/scheme, fairlead.dev/health-check-*]
  - name: by-default
    namespaces: {names: [team-b]}
    defaults: {fairlead.dev/scheme: internal}
  - name: corporate
    namespaces: {names: ["corp-*"]}
    allowedSourceRanges: [10.0.0.0/8, "2001:db8::/32"]
  - name: corporate-default
    namespaces: {names: [corp-b]}
    defaults: {fairlead.dev/source-ranges: "10.1.0.0/16,2001:db8:1::/48"}
  - name: few
    maxServices: 100
`)

const PUBLIC = { exposure: 'public' }
const NAMESPACES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'team-a': {},
  'team-b': {},
  edge: PUBLIC,
  platform: PUBLIC,
  'infra-x': PUBLIC,
  strict: PUBLIC,
  'corp-a': PUBLIC,
  'corp-b': PUBLIC,
}

interface Case {
  readonly title: string
  readonly namespace: string
  readonly annotations: NonNullable<Given['annotations']>
  readonly spec: NonNullable<Given['spec']>
  readonly held: Given['held']
}

type Row = readonly [title: string, namespace: string, annotations: Case['annotations'], spec?: Case['spec'], held?: string]

const RANGES = 'fairlead.dev/source-ranges'
const ALIAS = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const two = (protocol: 'TCP' | 'UDP'): Case['spec'] => ({
  ports: [
    { name: 'a', port: 80, protocol: 'TCP' },
    { name: 'b', port: 443, protocol },
  ],
})
/** As Fairlead keeps a default on a Service. */
const KEPT = String.raw`fairlead.dev/targets=pods,fairlead.dev/source-ranges=10.1.0.0/16\,2001:db8:1::/48`

const ROWS: readonly Row[] = [
  ['nothing said, where internal alone is allowed', 'team-a', {}],
  ['nothing said, with a default', 'team-b', {}],
  ['nothing said, where everything is allowed', 'edge', {}],
  ['internal', 'team-a', { 'fairlead.dev/scheme': 'internal' }],
  ['internet-facing', 'team-a', { 'fairlead.dev/scheme': 'internet-facing' }],
  ['internet-facing beside a default', 'team-b', { 'fairlead.dev/scheme': 'internet-facing' }],
  ["another controller's scheme", 'team-a', { [`${ELB}scheme`]: 'internet-facing' }],
  ["another controller's word for internal", 'team-a', { [`${ELB}internal`]: 'True' }],
  ["another controller's word for internet-facing", 'team-a', { [`${ELB}internal`]: '0' }],
  ["another controller's default: internal", 'team-a', { [`${ELB}type`]: 'external' }],
  ["another controller's default: internet-facing", 'team-a', { [`${ELB}type`]: 'nlb' }],
  ['a forbidden annotation', 'edge', { 'fairlead.dev/security-groups': 'sg-1' }],
  ['a forbidden annotation in another spelling', 'edge', { [`${ELB}security-groups`]: 'sg-1' }],
  ['a blank one of another controller', 'edge', { [`${ELB}security-groups`]: '' }],
  ['a forbidden annotation where it is allowed', 'platform', { 'fairlead.dev/security-groups': 'sg-1' }],
  ['a forbidden annotation in a namespace of a pattern', 'infra-x', { 'fairlead.dev/security-groups': 'sg-1' }],
  ['two forbidden annotations', 'edge', { [`${ELB}security-groups`]: 'sg-1', 'fairlead.dev/deletion-protection': 'true' }],
  ['a forbidden pattern', 'edge', { [`${ELB}access-log-enabled`]: 'true' }],
  ['a forbidden annotation for one port', 'edge', { [`${ELB}listener-attributes.TCP-80`]: 'tcp.idle_timeout.seconds=60,x=y' }],
  ['a pair that says something forbidden', 'edge', { [`${ELB}attributes`]: 'deletion_protection.enabled=true' }],
  ['a pair that says something allowed', 'edge', { [`${ELB}attributes`]: 'load_balancing.cross_zone.enabled=true' }],
  ['other pairs of a forbidden annotation', 'edge', { [`${ELB}attributes`]: 'a=b' }],
  ['allowed values', 'edge', { 'fairlead.dev/subnets': 'subnet-a , shared-7' }],
  ['a value that is not allowed', 'edge', { 'fairlead.dev/subnets': 'subnet-a,subnet-z' }],
  ['a value that is not allowed, in another spelling', 'edge', { [`${ELB}subnets`]: 'subnet-y,subnet-z' }],
  ['a translated value that is allowed', 'edge', { [`${ELB}nlb-target-type`]: 'ip' }],
  ['a translated value that is not allowed', 'edge', { [`${ELB}nlb-target-type`]: 'instance' }],
  ['a value that says nothing', 'edge', { [`${ELB}type`]: 'external' }],
  ['an address in the spec', 'edge', {}, { loadBalancerIP: '198.51.100.7' }],
  ['an allowed address in the spec', 'edge', {}, { loadBalancerIP: '192.0.2.7' }],
  ['an allowed annotation alone', 'strict', { 'fairlead.dev/health-check-interval.80': '10s' }],
  ['another annotation', 'strict', { 'fairlead.dev/tags': 'a=b' }],
  ['an annotation of others', 'strict', { 'example.com/team': 'a' }],
  ['no source ranges, where they are required', 'corp-a', {}],
  ['no source ranges, where they are not required', 'edge', {}],
  ['source ranges within the allowed ones', 'corp-a', { [RANGES]: '10.2.0.0/16, 2001:db8:7::/48' }],
  ['a source range that is wider than the allowed one', 'corp-a', { [RANGES]: '10.2.0.0/16,10.0.0.0/7' }],
  ['a source range of everything', 'corp-a', { [RANGES]: '0.0.0.0/0' }],
  ['a source range of another family', 'corp-a', { [RANGES]: '10.0.0.0/8,::/0' }],
  ['a source range with host bits', 'corp-a', { [RANGES]: '10.9.8.7/8' }],
  ['source ranges in the spec', 'corp-a', {}, { loadBalancerSourceRanges: ['10.2.0.0/16'] }],
  ['a source range in the spec that is not allowed', 'corp-a', {}, { loadBalancerSourceRanges: ['10.2.0.0/16', '192.0.2.0/24'] }],
  ['source ranges in the older annotation', 'corp-a', { [ALIAS]: '10.2.0.0/16' }],
  ['a source range in the older annotation that is not allowed', 'corp-a', { [ALIAS]: '192.0.2.0/24' }],
  ['the older annotation, blank', 'corp-a', { [ALIAS]: ' ' }],
  ['source ranges for the only port', 'corp-a', { [`${RANGES}.80`]: '10.2.0.0/16' }],
  ['a source range for a port that is not allowed', 'corp-a', { [RANGES]: '10.0.0.0/8', [`${RANGES}.80`]: '0.0.0.0/0' }],
  ['source ranges for one port of two', 'corp-a', { [`${RANGES}.80`]: '10.2.0.0/16' }, two('TCP')],
  ['source ranges for each port of two', 'corp-a', { [`${RANGES}.80`]: '10.2.0.0/16', [`${RANGES}.443-UDP`]: '10.2.0.0/16' }, two('UDP')],
  ['source ranges for the port that is listened on', 'corp-a', { [`${RANGES}.80`]: '10.2.0.0/16', 'fairlead.dev/listener.443': 'off' }, two('TCP')],
  ['security groups in place of source ranges', 'corp-a', { 'fairlead.dev/security-groups': 'sg-1' }],
  ['security groups in another spelling', 'corp-a', { [`${ELB}security-groups`]: 'sg-1' }],
  ['prefix lists next to source ranges', 'corp-a', { [RANGES]: '10.0.0.0/8', [`${ELB}security-group-prefix-lists`]: 'pl-1' }],
  ['no security group at all', 'corp-a', { [`${ELB}disable-nlb-sg`]: 'true' }],
  ['PrivateLink past the source ranges', 'corp-a', { [RANGES]: '10.0.0.0/8', [`${ELB}inbound-sg-rules-on-private-link-traffic`]: 'off' }],
  ['a default of source ranges', 'corp-b', {}],
  ['a source range that is not allowed, next to a default', 'corp-b', { [RANGES]: '192.0.2.0/24' }],
  ['the default is kept on the Service', 'corp-b', {}, {}, KEPT],
  ['the tenant has removed the kept default', 'corp-b', {}, {}, ''],
  ['the tenant has widened the kept default', 'corp-b', {}, {}, 'fairlead.dev/source-ranges=0.0.0.0/0'],
  ['the tenant has widened one range of the kept default', 'corp-b', {}, {}, String.raw`fairlead.dev/source-ranges=10.1.0.0/16\,0.0.0.0/0`],
  ['a widened kept default that source ranges replace', 'corp-b', { [RANGES]: '10.2.0.0/16' }, {}, 'fairlead.dev/source-ranges=0.0.0.0/0'],
  ['a long value', 'edge', { 'fairlead.dev/subnets': 'x'.repeat(90) }],
]

const CASES = ROWS.map(([title, namespace, annotations, spec = {}, held]): Case => ({ title, namespace, annotations, spec, held }))

/** `held`: taken up already, with these defaults kept on it. */
function heldMetadata(annotations: Case['annotations'], held: Case['held']): object {
  if (typeof held !== 'string') return { annotations }
  return { annotations: { ...annotations, 'fairlead.dev/defaults-aws': held }, finalizers: ['fairlead.dev/load-balancer-aws'] }
}

describe.skipIf(absent !== undefined)('a policy as admission policy of a real API server', () => {
  let server: RealApiServer
  let admin: Admin

  const apply = async (name: string, given: Pick<Case, 'namespace'> & Partial<Case>): Promise<string> => {
    const { namespace, annotations = {}, spec = {}, held } = given
    const service: Manifest = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name, ...heldMetadata(annotations, held) },
      spec: { type: 'LoadBalancer', loadBalancerClass: 'fairlead.dev/aws', ports: [{ port: 80 }], ...spec },
    }
    try {
      await admin.apply(service, { dryRun: true })
      return 'allowed'
    } catch (error) {
      const [, text = ''] = /denied request: (.*?)","/.exec(String(error)) ?? []
      return text === '' ? String(error) : text.replaceAll(String.raw`\"`, '"')
    }
  }

  beforeAll(async () => {
    server = await startRealApiServer()
    admin = adminOf(server)
    for (const [name, labels] of Object.entries(NAMESPACES)) await admin.call('POST', '/api/v1/namespaces', { metadata: { name, labels } })
    const { documents } = admissionOf(POLICY, { provider: 'aws', defaultClass: false, defaultScheme: 'internet-facing', sets: [neutral, aws] })
    for (const document of documents as readonly Manifest[]) {
      const plural = document.kind === 'ValidatingAdmissionPolicy' ? 'validatingadmissionpolicies' : 'validatingadmissionpolicybindings'
      await admin.call('POST', `/apis/admissionregistration.k8s.io/v1/${plural}`, document)
    }
    // The server takes a moment to put a binding in force.
    await until(async () => (await apply('probe', { namespace: 'team-a' })) !== 'allowed')
  }, 120_000)
  afterAll(async () => {
    await admin?.[Symbol.asyncDispose]()
    await server?.stop()
  })

  test.each(CASES)('$title', async (each) => {
    const { namespace, annotations, spec, held } = each
    const [first = 'allowed'] = against(POLICY, { namespace, annotations, spec, ...(held === undefined ? {} : { held }) }, NAMESPACES[namespace])
    expect(await apply('web', each)).toBe(first.replace(/^Forbidden: /, ''))
  })

  test('a Service of another class or type is not looked at', async () => {
    expect(await apply('web', { namespace: 'team-a', spec: { loadBalancerClass: 'example.com/other' } })).toBe('allowed')
    const annotations = { 'fairlead.dev/security-groups': 'sg-1' }
    expect(await apply('web', { namespace: 'team-a', annotations, spec: { type: 'ClusterIP', loadBalancerClass: undefined as never } })).toBe('allowed')
  })
})
