/**
 * Every right the adapter uses, what for, and on what: as data, and as an IAM policy. Condition keys: AWS' Service Authorization Reference for ELBv2 and
 * EC2. A right that the policy lacks shows as `Denied` on the Services that need it.
 */
import type { ValuesOf } from '../../src/model/setting.ts'
import type { PermissionFeature, PermissionOptions, ProviderPermissions } from '../../src/provider/permissions.ts'
import { CLUSTER_TAG, IDENTITY_TAGS } from './marks.ts'
import type { settings as rows } from './settings.ts'

type Settings = Pick<ValuesOf<typeof rows>, 'partition'>

export interface Permission {
  /** `core` is in every policy. */
  readonly feature: 'core' | FeatureName
  /** As IAM names them: `service:Action`. */
  readonly actions: readonly string[]
  readonly on: Scope
  readonly why: string
}

export type FeatureName = keyof typeof FEATURES

export const FEATURES = {
  'security-groups': { what: 'security groups of ours on balancers; without it Services need `fairlead.dev/security-groups`, or none at all', byDefault: true },
  'node-rules': { what: 'the rule that lets balancers reach the nodes; without it the operator opens the groups of the nodes', byDefault: true },
  subnets: { what: 'other subnets, Elastic IPs or private addresses on a live balancer', byDefault: true },
  'address-type': { what: 'from IPv4 to dual stack and back on a live balancer', byDefault: true },
  tls: { what: 'several certificates on one listener', byDefault: true },
  'idle-timeout': { what: 'attributes of listeners, such as the idle timeout', byDefault: true },
  capacity: { what: 'reserved capacity', byDefault: true },
  'service-linked-role': { what: 'the first load balancer of an account, whose role AWS then makes', byDefault: true },
  adopt: { what: 'taking over a balancer that is not ours (`fairlead.dev/adopt`): it lets our mark be put on any balancer', byDefault: false },
} as const satisfies Readonly<Record<string, PermissionFeature>>

export const PERMISSIONS: readonly Permission[] = [
  {
    feature: 'core',
    on: 'everything',
    why: 'to see what is there, and how it differs from what is wanted',
    actions: [
      'elasticloadbalancing:DescribeLoadBalancers',
      'elasticloadbalancing:DescribeLoadBalancerAttributes',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetGroupAttributes',
      'elasticloadbalancing:DescribeTargetHealth',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeListenerAttributes',
      'elasticloadbalancing:DescribeListenerCertificates',
      'elasticloadbalancing:DescribeCapacityReservation',
      'elasticloadbalancing:DescribeTags',
      'tag:GetResources',
      'ec2:DescribeSecurityGroups',
    ],
  },
  {
    feature: 'core',
    on: 'everything',
    why: 'to see the network: subnets that balancers can stand in, Elastic IP addresses by their tags, instances and their groups',
    actions: [
      'ec2:DescribeVpcs',
      'ec2:DescribeSubnets',
      'ec2:DescribeAvailabilityZones',
      'ec2:DescribeAddresses',
      'ec2:DescribeRouteTables',
      'ec2:DescribeInstances',
    ],
  },
  {
    feature: 'core',
    on: 'what is made with our mark',
    why: 'to make balancers, target groups and listeners',
    actions: ['elasticloadbalancing:CreateLoadBalancer', 'elasticloadbalancing:CreateTargetGroup', 'elasticloadbalancing:CreateListener'],
  },
  { feature: 'core', on: 'balancers while they are made', why: 'to mark them in the same call', actions: ['elasticloadbalancing:AddTags'] },
  {
    feature: 'core',
    on: 'what carries our mark',
    why: 'to change them and to take them away',
    actions: [
      'elasticloadbalancing:DeleteLoadBalancer',
      'elasticloadbalancing:ModifyLoadBalancerAttributes',
      'elasticloadbalancing:SetSecurityGroups',
      'elasticloadbalancing:DeleteTargetGroup',
      'elasticloadbalancing:ModifyTargetGroup',
      'elasticloadbalancing:ModifyTargetGroupAttributes',
      'elasticloadbalancing:RegisterTargets',
      'elasticloadbalancing:DeregisterTargets',
      'elasticloadbalancing:DeleteListener',
      'elasticloadbalancing:ModifyListener',
    ],
  },
  {
    feature: 'core',
    on: 'tags of what carries our mark',
    why: 'to change tags, except those that say whose an object is, and the fingerprint of settings',
    actions: ['elasticloadbalancing:AddTags', 'elasticloadbalancing:RemoveTags'],
  },
  { feature: 'subnets', on: 'what carries our mark', why: 'to move a balancer', actions: ['elasticloadbalancing:SetSubnets'] },
  { feature: 'address-type', on: 'what carries our mark', why: 'to add or take IPv6', actions: ['elasticloadbalancing:SetIpAddressType'] },
  {
    feature: 'tls',
    on: 'what carries our mark',
    why: 'for the certificates after the first',
    actions: ['elasticloadbalancing:AddListenerCertificates', 'elasticloadbalancing:RemoveListenerCertificates'],
  },
  { feature: 'idle-timeout', on: 'what carries our mark', why: 'to set them', actions: ['elasticloadbalancing:ModifyListenerAttributes'] },
  { feature: 'capacity', on: 'what carries our mark', why: 'to reserve it and give it back', actions: ['elasticloadbalancing:ModifyCapacityReservation'] },
  { feature: 'security-groups', on: 'groups that are made with our mark', why: 'to make them', actions: ['ec2:CreateSecurityGroup'] },
  { feature: 'security-groups', on: 'the VPC of a group that is made', why: 'to make them', actions: ['ec2:CreateSecurityGroup'] },
  { feature: 'security-groups', on: 'groups while they are made', why: 'to mark them in the same call', actions: ['ec2:CreateTags'] },
  {
    feature: 'security-groups',
    on: 'what carries our mark',
    why: 'to say who may come, and to take them away',
    actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress', 'ec2:DeleteSecurityGroup'],
  },
  { feature: 'security-groups', on: 'tags of what carries our mark', why: 'to change tags', actions: ['ec2:CreateTags', 'ec2:DeleteTags'] },
  {
    feature: 'node-rules',
    on: 'security groups',
    why: "the groups of the nodes carry no mark of ours, and the rule that lets the balancers' back-end group in stands on them",
    actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
  },
  { feature: 'service-linked-role', on: "ELB's service-linked role", why: 'AWS makes it with the first balancer', actions: ['iam:CreateServiceLinkedRole'] },
  { feature: 'adopt', on: 'balancers that get our mark', why: 'our mark is written first', actions: ['elasticloadbalancing:AddTags'] },
]

export type Scope = keyof typeof SCOPES

interface Target {
  readonly Resource: string
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

interface Place {
  /** A condition on our cluster's tag: on the resource, or in the request. */
  readonly mark: (where: 'ResourceTag' | 'RequestTag') => Required<Target>['Condition']
  readonly partition: string
}

/** What a statement is about. The same right may be given for several. */
const SCOPES = {
  everything: () => ({ Resource: '*' }),
  'what is made with our mark': ({ mark }) => ({ Resource: '*', Condition: mark('RequestTag') }),
  'what carries our mark': ({ mark }) => ({ Resource: '*', Condition: mark('ResourceTag') }),
  // Whose an object is cannot be changed by tagging it.
  'tags of what carries our mark': ({ mark }) => ({
    Resource: '*',
    Condition: { ...mark('ResourceTag'), 'ForAllValues:StringNotEquals': { 'aws:TagKeys': IDENTITY_TAGS } },
  }),
  'balancers while they are made': ({ mark }) => ({
    Resource: '*',
    Condition: merged(
      { StringEquals: { 'elasticloadbalancing:CreateAction': ['CreateLoadBalancer', 'CreateTargetGroup', 'CreateListener'] } },
      mark('RequestTag'),
    ),
  }),
  'balancers that get our mark': ({ mark }) => ({ Resource: '*', Condition: mark('RequestTag') }),
  'groups that are made with our mark': ({ mark, partition }) => ({ Resource: `arn:${partition}:ec2:*:*:security-group/*`, Condition: mark('RequestTag') }),
  // The VPC is a resource of the call too, and has no tags of the request.
  'the VPC of a group that is made': ({ partition }) => ({ Resource: `arn:${partition}:ec2:*:*:vpc/*` }),
  'groups while they are made': ({ mark, partition }) => ({
    Resource: `arn:${partition}:ec2:*:*:security-group/*`,
    Condition: merged({ StringEquals: { 'ec2:CreateAction': 'CreateSecurityGroup' } }, mark('RequestTag')),
  }),
  'security groups': ({ partition }) => ({ Resource: `arn:${partition}:ec2:*:*:security-group/*` }),
  "ELB's service-linked role": () => ({ Resource: '*', Condition: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } } }),
} as const satisfies Readonly<Record<string, (place: Place) => Target>>

type Condition = Required<Target>['Condition']

/** Conditions of one operator stand in one object. */
function merged(one: Condition, other: Condition): Condition {
  const operators = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  return Object.fromEntries(operators.map((operator) => [operator, { ...one[operator], ...other[operator] }]))
}

function document({ features, clusterId, settings: { partition } }: PermissionOptions<Settings>): string {
  const mark: Place['mark'] = (where) =>
    clusterId === undefined ? { Null: { [`aws:${where}/${CLUSTER_TAG}`]: 'false' } } : { StringEquals: { [`aws:${where}/${CLUSTER_TAG}`]: clusterId } }
  const wanted = PERMISSIONS.filter(({ feature }) => feature === 'core' || features.has(feature))
  const statements = [...Map.groupBy(wanted, ({ on }) => on)].map(([on, permissions]) => ({
    Sid: sidOf(on),
    Effect: 'Allow',
    Action: permissions.flatMap(({ actions }) => actions),
    ...SCOPES[on]({ mark, partition }),
  }))
  return `${JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2)}\n`
}

/** IAM takes letters and digits alone. */
function sidOf(scope: Scope): string {
  return scope
    .replaceAll("'", '')
    .split(/[^A-Za-z]+/)
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('')
}

export const permissions: ProviderPermissions<Settings> = { features: FEATURES, document }
