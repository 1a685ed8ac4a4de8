import type { Listener, LoadBalancer, TargetGroup } from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { foreignMark, misfit, unknownPart } from '../../../providers/aws/apply/adoptable.ts'

const NOTHING = 'nothing'
const MARK = { stack: 'service/1' }
const ASKED = { arn: 'arn', mark: MARK, hasGroups: true }
const FOUND: LoadBalancer = { Type: 'network', VpcId: 'vpc-1', Scheme: 'internal', SecurityGroups: ['sg-1'], State: { Code: 'active' } }
const GROUP: TargetGroup = { TargetGroupName: 'g', TargetType: 'instance' }
const LISTENER: Listener = { Port: 80, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn: 'arn' }] }

test.each<[string, Parameters<typeof misfit>, string]>([
  ['what is asked for', [FOUND, ASKED, 'vpc-1'], NOTHING],
  ['its own scheme', [FOUND, { ...ASKED, scheme: 'internal' }, 'vpc-1'], NOTHING],
  ['another scheme', [FOUND, { ...ASKED, scheme: 'internet-facing' }, 'vpc-1'], 'is internal, and fairlead.dev/scheme says internet-facing'],
  ['another VPC', [FOUND, ASKED, 'vpc-2'], 'is in the VPC vpc-1; allowed: one in vpc-2'],
  ['another type', [{ ...FOUND, Type: 'application' }, ASKED, 'vpc-1'], 'is no Network Load Balancer'],
  ['one that failed', [{ ...FOUND, State: { Code: 'failed' } }, ASKED, 'vpc-1'], 'has failed: AWS could not make it'],
  ['none of the groups that are asked for', [{ ...FOUND, SecurityGroups: [] }, ASKED, 'vpc-1'], 'has no security groups, and AWS gives it none any more'],
  [
    'groups where none is asked for',
    [FOUND, { ...ASKED, hasGroups: false }, 'vpc-1'],
    'has security groups, and service.beta.kubernetes.io/aws-load-balancer-disable-nlb-sg',
  ],
])('a load balancer with %s', (_, asked, wrong) => {
  expect(misfit(...asked) ?? NOTHING).toContain(wrong)
})

test.each<[string, Parameters<typeof unknownPart>, string]>([
  ['TCP to instances', [[LISTENER], [GROUP]], NOTHING],
  ['an unknown protocol', [[{ ...LISTENER, Protocol: 'QUIC' }], [GROUP]], 'has a listener on port 80 for QUIC'],
  [
    'a target group behind which is another load balancer',
    [[LISTENER], [{ ...GROUP, TargetType: 'alb' }]],
    'leads to alb targets (g); allowed: instance and ip',
  ],
])('parts with %s', (_, parts, wrong) => {
  expect(unknownPart(...parts) ?? NOTHING).toContain(wrong)
})

test.each<[string, Readonly<Record<string, string>>, string]>([
  ["a user's own", { team: 'shop' }, NOTHING],
  ['a cluster that only shares it', { 'kubernetes.io/cluster/shop': 'shared' }, NOTHING],
  ['ours, of this Stack', { 'fairlead.dev/cluster': 'c1', 'fairlead.dev/stack': 'service/1' }, NOTHING],
  ['ours, of another Service', { 'fairlead.dev/cluster': 'c1', 'fairlead.dev/stack': 'service/2', 'fairlead.dev/owner': 'shop/web/2' }, 'belongs to shop/web'],
  ['ours, of a share', { 'fairlead.dev/cluster': 'c1', 'fairlead.dev/stack': 'share/shop/edge' }, 'belongs to the Stack share/shop/edge'],
  ['ours, of another cluster', { 'fairlead.dev/cluster': 'c2', 'fairlead.dev/stack': 'service/1' }, 'carries the mark of the cluster c2'],
  ['the AWS Load Balancer Controller', { 'elbv2.k8s.aws/cluster': 'shop' }, '(tag elbv2.k8s.aws/cluster: shop)'],
  ["the cloud provider's", { 'kubernetes.io/cluster/shop': 'owned' }, '(tag kubernetes.io/cluster/shop: owned)'],
])('tags: %s', (_, tags, whose) => {
  expect(foreignMark(tags, 'c1', MARK) ?? NOTHING).toContain(whose)
})
