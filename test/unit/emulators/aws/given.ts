/** A cloud of its own for each test, the official clients on it, and short ways to make things. */
import { AuthorizeSecurityGroupIngressCommand, CreateSecurityGroupCommand, EC2Client, type IpPermission } from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  type CreateListenerCommandInput,
  CreateLoadBalancerCommand,
  type CreateLoadBalancerCommandInput,
  CreateTargetGroupCommand,
  type CreateTargetGroupCommandInput,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type AwsEmulator, type AwsOptions, IMMEDIATE, type SeededIds, startAws } from '../../../../emulators/aws/index.ts'

export interface Given {
  readonly aws: AwsEmulator
  readonly ids: SeededIds
  readonly elb: ElasticLoadBalancingV2Client
  readonly ec2: EC2Client
  readonly tagging: ResourceGroupsTaggingAPIClient
  readonly make: Make
}

/** Each makes one of the simplest kind, changed as asked, and answers its ARN or id. */
export interface Make {
  balancer(input?: Partial<CreateLoadBalancerCommandInput>): Promise<string>
  targetGroup(input?: Partial<CreateTargetGroupCommandInput>): Promise<string>
  listener(balancer: string, group: string, input?: Partial<CreateListenerCommandInput>): Promise<string>
  group(name?: string): Promise<string>
  register(group: string, ...targets: readonly TargetDescription[]): Promise<void>
  allow(group: string, permission: IpPermission): Promise<void>
  /** State and reason of each target of the group. */
  health(group: string): Promise<readonly string[]>
}

/** Time stands still; nothing takes any, unless the options say so. */
export async function given(options: AwsOptions = {}): Promise<Given> {
  const aws = await startAws({ virtualTime: true, ...options, delays: { ...IMMEDIATE, ...options.delays } })
  const config = { endpoint: aws.url, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 }
  const clients = { elb: new ElasticLoadBalancingV2Client(config), ec2: new EC2Client(config), tagging: new ResourceGroupsTaggingAPIClient(config) }
  onTestFinished(async () => {
    for (const client of Object.values(clients)) client.destroy()
    await aws.close()
  })
  const { ids } = aws.cloud
  return { aws, ids, ...clients, make: makeWith(clients, ids) }
}

function makeWith({ elb, ec2 }: Pick<Given, 'elb' | 'ec2'>, ids: SeededIds): Make {
  return {
    async balancer(input) {
      const made = await elb.send(new CreateLoadBalancerCommand({ Name: 'web', Type: 'network', Subnets: [...ids.publicSubnets], ...input }))
      return made.LoadBalancers![0]!.LoadBalancerArn!
    },
    async targetGroup(input) {
      const made = await elb.send(new CreateTargetGroupCommand({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: ids.vpc, ...input }))
      return made.TargetGroups![0]!.TargetGroupArn!
    },
    async listener(LoadBalancerArn, TargetGroupArn, input) {
      const DefaultActions = [{ Type: 'forward' as const, TargetGroupArn }]
      const made = await elb.send(new CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'TCP', DefaultActions, ...input }))
      return made.Listeners![0]!.ListenerArn!
    },
    async group(name = 'front') {
      const made = await ec2.send(new CreateSecurityGroupCommand({ GroupName: name, Description: 'for a test', VpcId: ids.vpc }))
      return made.GroupId!
    },
    async register(TargetGroupArn, ...Targets) {
      await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [...Targets] }))
    },
    async allow(GroupId, permission) {
      await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }))
    },
    async health(TargetGroupArn) {
      const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
      return TargetHealthDescriptions.map(({ TargetHealth }) => [TargetHealth?.State, TargetHealth?.Reason].filter(Boolean).join(' '))
    },
  }
}

/** The code on the wire of what a call was refused with; `done` when it was not. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'done'
  } catch (error) {
    const { Code, name } = error as { readonly Code?: string; readonly name: string }
    return Code ?? name
  }
}

/** Two calls that have to answer one and the same object. */
export async function same(make: () => Promise<string>, again: () => Promise<string>): Promise<void> {
  const [first, second] = [await make(), await again()]
  if (first !== second) throw new Error(`${first} and ${second} are two objects`)
}

/** A rule in words, what is done, and how it ends: the code of the refusal, or `done`. */
export type Rule = readonly [title: string, play: (given: Given) => Promise<unknown>, expected: string]

/** Each rule in a cloud of its own. */
export function rules(title: string, all: readonly Rule[], options: AwsOptions = {}): void {
  describe(`rules: ${title}`, () => {
    for (const [name, play, expected] of all) {
      test(`${name}: ${expected}`, async () => {
        expect(await outcome(play(await given(options)))).toBe(expected)
      })
    }
  })
}
