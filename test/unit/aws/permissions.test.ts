import { describe, expect, test } from 'vitest'
import { CLUSTER_TAG } from '../../../providers/aws/marks.ts'
import { FEATURES, PERMISSIONS, permissions } from '../../../providers/aws/permissions.ts'
import { isAllowed, type Call } from './iam.ts'

const ALL = new Set(Object.keys(FEATURES))
const USUAL = new Set(Object.entries(FEATURES).flatMap(([name, { byDefault }]) => (byDefault ? [name] : [])))
const pinned = permissions.document({ features: USUAL, clusterId: 'c1', settings: { partition: 'aws' } })

const ours = { [CLUSTER_TAG]: 'c1' }
const neighbours = { [CLUSTER_TAG]: 'c2' }
const GROUP = 'arn:aws:ec2:eu-west-1:1:security-group/sg-1'
const VPC = 'arn:aws:ec2:eu-west-1:1:vpc/vpc-1'
const elb = (action: string, call: Omit<Call, 'action'> = {}): Call => ({ action: `elasticloadbalancing:${action}`, ...call })
const ec2 = (action: string, call: Omit<Call, 'action'> = {}): Call => ({ action: `ec2:${action}`, ...call })
const whileMade = (by: string) => ({ 'elasticloadbalancing:CreateAction': by })

describe('with a cluster id, it may', () => {
  test.each<[string, Call]>([
    ['read', elb('DescribeLoadBalancers')],
    ['make what it marks', elb('CreateLoadBalancer', { requestTags: ours })],
    ['mark a balancer as it is made', elb('AddTags', { requestTags: ours, context: whileMade('CreateLoadBalancer') })],
    ['mark a listener as it is made', elb('AddTags', { requestTags: ours, context: whileMade('CreateListener') })],
    ['delete what is its own', elb('DeleteLoadBalancer', { resourceTags: ours })],
    ['register targets with its own', elb('RegisterTargets', { resourceTags: ours })],
    ['write the fingerprint on its own', elb('AddTags', { resourceTags: ours, requestTags: { 'fairlead.dev/settings': 'x' } })],
    ['make a group that it marks', ec2('CreateSecurityGroup', { on: GROUP, requestTags: ours })],
    ['make it in any VPC', ec2('CreateSecurityGroup', { on: VPC })],
    ['mark a group as it is made', ec2('CreateTags', { on: GROUP, requestTags: ours, context: { 'ec2:CreateAction': 'CreateSecurityGroup' } })],
    ['delete a group of its own', ec2('DeleteSecurityGroup', { on: GROUP, resourceTags: ours })],
    ["open the nodes' groups", ec2('AuthorizeSecurityGroupIngress', { on: GROUP })],
    ["have ELB's role made", { action: 'iam:CreateServiceLinkedRole', context: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } }],
  ])('%s', (_, call) => expect(isAllowed(pinned, call)).toBe(true))
})

describe('with a cluster id, it may not', () => {
  test.each<[string, Call]>([
    ['make what it does not mark', elb('CreateLoadBalancer')],
    ["make something in another cluster's name", elb('CreateTargetGroup', { requestTags: neighbours })],
    ["delete another cluster's", elb('DeleteLoadBalancer', { resourceTags: neighbours })],
    ["delete somebody's", elb('DeleteTargetGroup')],
    ['give an object of its own to another Service', elb('AddTags', { resourceTags: ours, requestTags: { 'fairlead.dev/stack': 'share/team-a/shop' } })],
    [
      'give a group of its own to another Service',
      ec2('CreateTags', { on: GROUP, resourceTags: ours, requestTags: { 'fairlead.dev/owner': 'team-a/shop/u' } }),
    ],
    ["take its own mark off, or another's", elb('RemoveTags', { resourceTags: ours, requestTags: ours })],
    ["mark somebody's balancer", elb('AddTags', { requestTags: ours })],
    ["tag somebody's balancer", elb('AddTags', { requestTags: { team: 'x' } })],
    ['make a group that it does not mark', ec2('CreateSecurityGroup', { on: GROUP })],
    ["mark somebody's group", ec2('CreateTags', { on: GROUP, requestTags: ours })],
    ["delete somebody's group", ec2('DeleteSecurityGroup', { on: GROUP })],
    ['have another role made', { action: 'iam:CreateServiceLinkedRole', context: { 'iam:AWSServiceName': 'ec2.amazonaws.com' } }],
  ])('%s', (_, call) => expect(isAllowed(pinned, call)).toBe(false))
})

describe('without a cluster id', () => {
  const open = permissions.document({ features: USUAL, settings: { partition: 'aws' } })
  test("every cluster's marks count", () => {
    expect(isAllowed(open, elb('DeleteLoadBalancer', { resourceTags: neighbours }))).toBe(true)
    expect(isAllowed(open, elb('AddTags', { requestTags: neighbours, context: whileMade('CreateTargetGroup') }))).toBe(true)
  })
  test('what carries none is still nobody’s to touch', () => {
    expect(isAllowed(open, elb('DeleteLoadBalancer'))).toBe(false)
    expect(isAllowed(open, elb('CreateLoadBalancer'))).toBe(false)
    expect(isAllowed(open, elb('AddTags', { requestTags: neighbours }))).toBe(false)
  })
})

describe('features', () => {
  const without = (name: string) =>
    permissions.document({ features: new Set([...USUAL].filter((each) => each !== name)), clusterId: 'c1', settings: { partition: 'aws' } })
  test.each(Object.keys(FEATURES))('%s: every action that it alone needs is in the policy with it, and not without it', (name) => {
    const others = new Set(PERMISSIONS.filter(({ feature }) => feature !== name).flatMap(({ actions }) => actions))
    const own = PERMISSIONS.filter(({ feature }) => feature === name).flatMap(({ actions }) => actions)
    expect(own.length).toBeGreaterThan(0)
    const everything = permissions.document({ features: ALL, settings: { partition: 'aws' } })
    for (const action of own) expect(everything).toContain(`"${action}"`)
    for (const action of own.filter((each) => !others.has(each))) expect(without(name)).not.toContain(`"${action}"`)
  })
  test('without node rules, groups that are not its own stay shut', () => {
    expect(isAllowed(without('node-rules'), ec2('AuthorizeSecurityGroupIngress', { on: GROUP }))).toBe(false)
    expect(isAllowed(without('node-rules'), ec2('AuthorizeSecurityGroupIngress', { on: GROUP, resourceTags: ours }))).toBe(true)
  })
  test('a foreign balancer may get the mark only where adoption is asked for', () => {
    const adopting = permissions.document({ features: ALL, clusterId: 'c1', settings: { partition: 'aws' } })
    expect(isAllowed(adopting, elb('AddTags', { requestTags: ours }))).toBe(true)
    expect(isAllowed(adopting, elb('AddTags', { requestTags: neighbours }))).toBe(false)
  })
})

test('a policy of all features is one that IAM takes', () => {
  const everything = permissions.document({ features: ALL, clusterId: 'x'.repeat(36), settings: { partition: 'aws-us-gov' } })
  const { Statement: statements } = JSON.parse(everything) as { Statement: readonly { Sid: string }[] }
  const sids = statements.map(({ Sid }) => Sid)
  expect(sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid))).toEqual([])
  expect(new Set(sids).size).toBe(sids.length)
  // A managed policy holds 6,144 characters, white space not counted (IAM quotas).
  expect(everything.replaceAll(/\s/g, '').length).toBeLessThan(6144)
})

test('no action is named twice for one feature and scope', () => {
  const named = PERMISSIONS.flatMap(({ feature, on, actions }) => actions.map((action) => `${feature} ${on} ${action}`))
  expect(named.filter((each, i) => named.indexOf(each) !== i)).toEqual([])
})
