/** A refusal and a note name each key as the Service's author wrote it, whatever the planner calls it. */
import { describe, expect, it } from 'vitest'
import { aws } from '../../../annotations/aws.ts'
import { capabilities } from '../../../providers/aws/capabilities.ts'
import type { AwsStep } from '../../../providers/aws/steps.ts'
import { type AwsView, EMPTY_VIEW } from '../../../providers/aws/view.ts'
import { buildRequest } from '../../../src/desired/build.ts'
import type { ServicePort, ServiceSpec } from '../../../src/model/cluster.ts'
import { problemText } from '../../../src/model/problem.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Provider } from '../../../src/provider/provider.ts'
import { BASE } from '../../../providers/aws/names.ts'
import { context, node, service, snapshot } from '../../unit/desired/given.ts'
import { provider as planner } from './aws-world.ts'
import { base } from './build.ts'

const PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-'
const CERT = 'arn:aws:acm:eu-west-1:111122223333:certificate/a'
const dns: ServicePort = { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353, nodePort: 30053 }

/** An account that has the base, and takes no step. */
const account: Provider<object, AwsView, AwsStep> = {
  ...planner,
  name: 'aws',
  calledAs: 'AWS',
  capabilities,
  annotations: aws,
  defaultTargets: 'nodes',
  // oxlint-disable-next-line require-yield
  async *inventory() {
    await Promise.resolve()
  },
  observe: (stack) => Promise.resolve(stack === BASE ? base() : EMPTY_VIEW),
  apply: (step) => Promise.reject(new Error(`${step.verb} ${step.kind}`)),
}

const where = context({}, { provider: account })

function desiredOf(words: Readonly<Record<string, string>>, spec: Partial<ServiceSpec> = {}) {
  const annotations = Object.fromEntries(Object.entries(words).map(([key, value]) => [key.includes('/') ? key : `${PREFIX}${key}`, value]))
  const given = service({ loadBalancerClass: 'fairlead.dev/aws', ...spec }, { annotations })
  const wish = buildRequest(given, snapshot({ nodes: [node('node-1', { providerID: 'aws:///a/i-1' })] }), where)
  if (wish.kind !== 'wanted') throw new Error(wish.kind === 'malformed' ? wish.problems.map(problemText).join('; ') : wish.kind)
  const { namespace, name, uid } = given.metadata
  return { owner: { namespace, name, uid }, want: wish.desired, published: [] }
}

/** What the controller publishes, and what a preview shows. */
async function refusals(words: Readonly<Record<string, string>>, spec?: Partial<ServiceSpec>): Promise<readonly string[]> {
  const intent = desiredOf(words, spec)
  const cloud = bind(account)
  const { signal } = new AbortController()
  const stack = cloud.stackOf(intent.owner, intent.want)
  const outcome = await cloud.converge({ stack, intents: [intent], now: 0, signal, mayWrite: () => false })
  const preview = await cloud.preview(stack, [intent], signal)
  const published = [...outcome.refused.values()].map(({ problem }) => problemText(problem))
  expect(preview.refused.map(({ problem }) => problemText(problem))).toEqual(published)
  return published
}

describe('a refusal', () => {
  it.each<[string, Readonly<Record<string, string>>, string, Partial<ServiceSpec>?]>([
    [
      'of a name',
      { name: 'a--b' },
      `${PREFIX}name: "a--b" is not a valid name for an NLB. Allowed: 1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-`,
    ],
    [
      'of a name in our own words',
      { 'fairlead.dev/name': 'a--b' },
      'fairlead.dev/name: "a--b" is not a valid name for an NLB. Allowed: 1 to 32 letters, digits and single hyphens, not at an end, and not beginning with internal-',
    ],
    [
      'of a key for one port',
      { 'fairlead.dev/idle-timeout.80': '30s' },
      'fairlead.dev/idle-timeout.80: "30s" is out of range for 80/TCP. Allowed: whole seconds from 60s to 6000s',
    ],
    [
      'of a value in other units',
      { 'fairlead.dev/drain-timeout': '1h1m' },
      'fairlead.dev/drain-timeout: "1h1m" is not a drain timeout that an NLB supports. Allowed: whole seconds from 0s to 3600s',
    ],
    [
      'of source ranges in an annotation beside own groups',
      { 'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/8', 'security-groups': 'sg-1' },
      `service.beta.kubernetes.io/load-balancer-source-ranges: "10.0.0.0/8" cannot be applied: the security groups that the Service names decide which clients are allowed. Remove service.beta.kubernetes.io/load-balancer-source-ranges, or ${PREFIX}security-groups.`,
    ],
    [
      'of source ranges in the field beside own groups',
      { 'security-groups': 'sg-1' },
      `spec.loadBalancerSourceRanges: "10.0.0.0/8" cannot be applied: the security groups that the Service names decide which clients are allowed. Remove spec.loadBalancerSourceRanges, or ${PREFIX}security-groups.`,
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
    ],
    [
      'of source ranges of one port beside own groups',
      { 'fairlead.dev/source-ranges.80': '10.0.0.0/8', 'security-groups': 'sg-1' },
      `fairlead.dev/source-ranges.80: "10.0.0.0/8" cannot be applied: the security groups that the Service names decide which clients are allowed. Remove fairlead.dev/source-ranges.80, or ${PREFIX}security-groups.`,
    ],
    [
      'of an attribute of all target groups',
      { 'target-group-attributes': 'preserve_client_ip.enabled=false' },
      `${PREFIX}target-group-attributes: "preserve_client_ip.enabled=false" is not possible for 53/UDP: datagrams always keep the client's address. Allowed: true`,
      { ports: [dns] },
    ],
    [
      'of an attribute of one target group',
      { 'target-group-attributes.53': 'preserve_client_ip.enabled=false' },
      `${PREFIX}target-group-attributes.53: "preserve_client_ip.enabled=false" is not possible for 53/UDP: datagrams always keep the client's address. Allowed: preserve_client_ip.enabled=true`,
      { ports: [dns] },
    ],
    [
      'of a health check',
      { 'healthcheck-interval': '10', 'healthcheck-timeout': '60' },
      `${PREFIX}healthcheck-timeout: "60" is out of range for the health check of 80/TCP. Allowed: 2 to 10, and no more than the interval`,
    ],
    [
      'of certificates',
      { 'ssl-cert': Array.from({ length: 27 }, (_, i) => `${CERT}${i}`).join(',') },
      `${PREFIX}ssl-cert names 27 certificates for 80/TCP, which is more than an NLB supports. Allowed: 25 besides the default one`,
    ],
    ['of a subnet', { subnets: 'subnet-a,front' }, `${PREFIX}subnets: "front" is no subnet of vpc-1. Allowed: ids, or values of the tag Name`],
    [
      'of a group',
      { 'security-groups': 'front' },
      `${PREFIX}security-groups: "front" is not a security group of vpc-1. Allowed: ids, or values of the tag Name`,
    ],
    [
      'of addresses',
      { 'eip-allocations': 'eipalloc-1', scheme: 'internal' },
      `${PREFIX}eip-allocations: "eipalloc-1" is not available for internal load balancers. Allowed: ${PREFIX}private-ipv4-addresses`,
    ],
  ])('%s', async (_, words, text, spec) => {
    const [first = '', ...others] = await refusals(words, spec)
    expect(others).toEqual([])
    expect(first).toBe(text)
  })
})

/** Of a Service that is served: notes of the plan, published with the annotations as they are written. */
async function notesOf(words: Readonly<Record<string, string>>, spec?: Partial<ServiceSpec>): Promise<readonly string[]> {
  const intent = desiredOf(words, spec)
  const cloud = bind(account)
  const { signal } = new AbortController()
  const outcome = await cloud.converge({ stack: cloud.stackOf(intent.owner, intent.want), intents: [intent], now: 0, signal, mayWrite: () => false })
  expect(outcome.refused).toEqual(new Map())
  return outcome.notes?.get(intent.owner.uid) ?? []
}

describe('a note, and the Service is served', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'an annotation that turns access logs off, and attributes that turn them on',
      { 'security-groups': 'sg-1', 'access-log-enabled': 'false', attributes: 'access_logs.s3.enabled=true,access_logs.s3.bucket=logs' },
      [`access_logs.s3.enabled in ${PREFIX}attributes is ignored, because ${PREFIX}access-log-enabled sets the same attribute and takes precedence.`],
    ],
    [
      'two buckets',
      { 'security-groups': 'sg-1', 'access-log-enabled': 'true', 'access-log-s3-bucket-name': 'one', attributes: 'access_logs.s3.bucket=two' },
      [`access_logs.s3.bucket in ${PREFIX}attributes is ignored, because ${PREFIX}access-log-s3-bucket-name sets the same attribute and takes precedence.`],
    ],
    [
      'a drain timeout for all ports and another for one',
      { 'security-groups': 'sg-1', 'fairlead.dev/drain-timeout': '60s', 'target-group-attributes.80': 'deregistration_delay.timeout_seconds=5' },
      [
        `fairlead.dev/drain-timeout does not apply to 80/TCP, because ${PREFIX}target-group-attributes.80 sets deregistration_delay.timeout_seconds for this port and takes precedence.`,
      ],
    ],
    [
      'attributes for all ports and others for one',
      {
        'security-groups': 'sg-1',
        'target-group-attributes': 'deregistration_delay.timeout_seconds=60',
        'target-group-attributes.80': 'deregistration_delay.timeout_seconds=5',
      },
      [],
    ],
    [
      'PrivateLink rules without security groups',
      { 'disable-nlb-sg': 'true', 'inbound-sg-rules-on-private-link-traffic': 'on' },
      [`${PREFIX}inbound-sg-rules-on-private-link-traffic has no effect, because ${PREFIX}disable-nlb-sg asks for a load balancer without security groups.`],
    ],
  ])('%s', async (_, words, notes) => expect(await notesOf(words)).toEqual(notes))
})
