/** A second opinion on the wire: the same calls to moto's server, whose answers are compared with the emulator's field by field. Where moto is known to differ from AWS the field is left out, with the reason. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { expect, test } from 'vitest'
import { IMMEDIATE, startAws } from '../../../emulators/aws/index.ts'
import { until } from '../../until.ts'

const reason = noMoto()
if (reason !== undefined) console.warn(`the comparison with moto is skipped: ${reason}`)

function noMoto(): string | undefined {
  const { error, status } = spawnSync('moto_server', ['--help'], { stdio: 'ignore' })
  if (error !== undefined) return `there is no moto_server on the PATH (${error.message})`
  return status === 0 ? undefined : `moto_server --help ends with ${status}`
}

interface Cloud {
  readonly url: string
  readonly vpc: string
  readonly subnet: string
}

/** What moto answers otherwise than AWS, by the name of the field. */
const KNOWN_TO_DIFFER: Readonly<Record<string, string>> = {
  EnablePrefixForIpv6SourceNat: 'moto drops it',
  EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'moto does not store it',
  LoadBalancerAddresses: 'moto has none',
  SslPolicy: 'moto gives one to every listener',
  AlpnPolicy: 'moto answers an empty list',
  Order: 'moto leaves it out',
  ForwardConfig: 'moto answers an action in the form in which it was sent',
}

/** Ids, names of machines and times are the cloud's own choice. */
function normal(value: unknown): unknown {
  if (value instanceof Date) return 'a time'
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value === 'string') return /^(arn:|(vpc|subnet|sg|sgr|eni)-)|\.amazonaws\.com$|^Z[0-9A-Z]+$/.test(value) ? 'an id' : value
  if (typeof value !== 'object' || value === null) return value
  const pairs = Object.entries(value).filter(([key, one]) => key !== '$metadata' && one !== undefined && KNOWN_TO_DIFFER[key] === undefined)
  return Object.fromEntries(pairs.map(([key, one]) => [key, normal(one)]))
}

/** The same happy path, with what each call answered. */
async function play({ url, vpc, subnet }: Cloud): Promise<readonly unknown[]> {
  const config = { endpoint: url, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
  const [elb, ec2] = [new ElasticLoadBalancingV2Client(config), new EC2Client(config)]
  const Tags = [{ Key: 'team', Value: 'a & b' }]
  const group = await ec2.send(
    new CreateSecurityGroupCommand({ GroupName: 'front', Description: 'x', VpcId: vpc, TagSpecifications: [{ ResourceType: 'security-group', Tags }] }),
  )
  const GroupId = group.GroupId!
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '203.0.113.0/24', Description: 'clients' }] }]
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  const opened = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }))
  await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  const closed = await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: ['front'] }] }))
  const balancer = await elb.send(
    new CreateLoadBalancerCommand({ Name: 'web', Type: 'network', Scheme: 'internal', Subnets: [subnet], SecurityGroups: [GroupId], Tags }),
  )
  const LoadBalancerArn = balancer.LoadBalancers![0]!.LoadBalancerArn!
  const targets = await elb.send(new CreateTargetGroupCommand({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: vpc, TargetType: 'ip', IpAddressType: 'ipv4' }))
  const TargetGroupArn = targets.TargetGroups![0]!.TargetGroupArn!
  await elb.send(new CreateListenerCommand({ LoadBalancerArn, Protocol: 'TCP', Port: 80, DefaultActions: [{ Type: 'forward', TargetGroupArn }] }))
  const answers = [
    opened.SecurityGroups?.map(({ IpPermissions: rules, Tags: tags, GroupName, Description }) => ({ rules, tags, GroupName, Description })),
    closed.SecurityGroups?.map(({ IpPermissions: rules }) => rules),
    (await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnet] }))).Subnets?.map(({ CidrBlock, AvailabilityZone, State, DefaultForAz }) => ({
      CidrBlock,
      AvailabilityZone,
      State,
      DefaultForAz,
    })),
    (await elb.send(new DescribeLoadBalancersCommand({ Names: ['web'] }))).LoadBalancers,
    (await elb.send(new DescribeTargetGroupsCommand({ LoadBalancerArn }))).TargetGroups,
    (await elb.send(new DescribeListenersCommand({ LoadBalancerArn }))).Listeners,
    (await elb.send(new DescribeTagsCommand({ ResourceArns: [LoadBalancerArn] }))).TagDescriptions,
  ]
  elb.destroy()
  ec2.destroy()
  return answers.map(normal)
}

/** A port that was free a moment ago: moto cannot be asked to find one and say which. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function startMoto(): Promise<{ readonly cloud: Cloud; readonly process: ChildProcess }> {
  const port = await freePort()
  const process = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  await until(() =>
    fetch(`${url}/moto-api/data.json`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  const ec2 = new EC2Client({ endpoint: url, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  const vpc = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc!.VpcId!
  const made = await ec2.send(new CreateSubnetCommand({ VpcId: vpc, CidrBlock: '10.0.0.0/20', AvailabilityZone: 'eu-west-1a' }))
  ec2.destroy()
  return { cloud: { url, vpc, subnet: made.Subnet!.SubnetId! }, process }
}

test.skipIf(reason !== undefined)('the emulator and moto answer the same, but for what moto is known to do otherwise', { timeout: 240_000 }, async () => {
  const moto = await startMoto()
  const aws = await startAws({ virtualTime: true, delays: IMMEDIATE })
  try {
    const { ids } = aws.cloud
    expect(await play({ url: aws.url, vpc: ids.vpc, subnet: ids.publicSubnets[0]! })).toEqual(await play(moto.cloud))
  } finally {
    moto.process.kill()
    await aws.close()
  }
})
