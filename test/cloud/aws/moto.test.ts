/**
 * The plain way of a Service against an emulation of AWS that is not ours: that requests have the form which others read too. What moto answers otherwise
 * than AWS is left out: listeners in the tag index, idempotent creates, states of targets, security groups in use.
 */
import { EC2Client, CreateTagsCommand, DescribeSubnetsCommand, DescribeVpcsCommand, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Account } from '../../../providers/aws/api/account.ts'
import { networkReader } from '../../../providers/aws/read/network.ts'
import { observe } from '../../../providers/aws/read/observe.ts'
import { type OpenAccount, openAccount } from '../../../providers/aws/api/open.ts'
import { systemClock } from '../../../src/model/clock.ts'
import { controllerOf, type Controller, WEB_STACK } from '../../unit/aws/controller.ts'
import { type Moto, noMoto, startMoto } from './moto.ts'

const reason = noMoto()
if (reason !== undefined) console.log(`skipped: the AWS provider against moto: ${reason}`)

const REGION = 'eu-west-1'

describe.skipIf(reason !== undefined)('the AWS provider against moto', () => {
  let moto: Moto
  let opened: OpenAccount
  let account: Account
  let nodes: readonly string[]
  let cluster: Controller
  const signal = AbortSignal.timeout(300_000)
  const view = () => observe(account, networkReader(account), WEB_STACK, signal)

  beforeAll(async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    moto = await startMoto()
    const land = await prepare(moto.url)
    nodes = land.nodes
    opened = await openAccount({ clusterId: 'c1', region: REGION, vpcId: land.vpcId, endpoint: moto.url }, { clock: systemClock, version: '0.0.0-test' })
    account = opened.account
    cluster = controllerOf({ account, nodes, signal, clusterName: 'shop', wait: () => undefined })
    await cluster.cloud.learn(signal)
  }, 180_000)
  afterAll(async () => {
    opened?.close()
    await moto?.stop()
    vi.unstubAllEnvs()
  })

  test('a Service of two ports is made, and another look shows what was folded', async () => {
    await cluster.ask({ listeners: ['80/TCP', '53/UDP'] })
    const seen = await view()
    expect([...seen.listeners.values()].map(({ port, details }) => `${port} ${details?.protocol}`).toSorted()).toEqual(['53 UDP', '80 TCP'])
    expect([...seen.targetGroups.values()].map(({ mark, protocol }) => `${mark.listener} ${protocol}`).toSorted()).toEqual(['53/UDP UDP', '80/TCP TCP'])
    expect([...seen.securityGroups.values()].flatMap(({ rules }) => rules.map(({ protocol, from, source }) => `${protocol} ${from} ${source}`))).toEqual([
      'tcp 80 0.0.0.0/0',
      'udp 53 0.0.0.0/0',
    ])
    const [balancer] = [...seen.loadBalancers.values()]
    expect(balancer).toMatchObject({ scheme: 'internet-facing', mark: { stack: WEB_STACK } })
    expect(cluster.hostnames()).toEqual([balancer?.dnsName])
  })

  test('the nodes are registered, and one that goes is taken out', async () => {
    const registered = async (): Promise<readonly string[]> => {
      const [group] = [...(await view()).targetGroups.values()]
      const { TargetHealthDescriptions = [] } = await account.api.describeTargetHealth({ TargetGroupArn: group?.arn }, signal)
      return TargetHealthDescriptions.map(({ Target }) => Target?.Id ?? '').toSorted()
    }
    expect(await registered()).toEqual([...nodes].toSorted())
    await cluster.ask({ listeners: ['80/TCP', '53/UDP'], on: { nodes: [{ name: 'a', providerId: `aws:///z/${nodes[0]}`, addresses: [] }] } })
    expect(await registered()).toEqual([nodes[0]])
  })

  test('a port goes, attributes change', async () => {
    await cluster.ask({ drainTimeoutSeconds: 30, crossZone: true })
    const seen = await view()
    const [group] = [...seen.targetGroups.values()]
    const { Attributes = [] } = await account.api.describeTargetGroupAttributes({ TargetGroupArn: group?.arn }, signal)
    expect(Attributes).toContainEqual({ Key: 'deregistration_delay.timeout_seconds', Value: '30' })
    expect([...seen.listeners.values()].map(({ port, mark }) => [port, typeof mark.settings])).toEqual([[80, 'string']])
  })

  test('nothing is left of it', async () => {
    await cluster.ask('gone')
    expect((await account.api.describeLoadBalancers({}, signal)).LoadBalancers).toEqual([])
    expect((await account.api.describeTargetGroups({}, signal)).TargetGroups).toEqual([])
    const { SecurityGroups = [] } = await account.api.describeSecurityGroups({}, signal)
    expect(SecurityGroups.filter(({ Tags = [] }) => Tags.some(({ Key }) => Key?.startsWith('fairlead.dev/')))).toEqual([])
  })
})

interface Land {
  readonly vpcId: string
  readonly nodes: readonly string[]
}

/** The VPC that moto starts with, its subnets marked for load balancers, and two instances in it. */
async function prepare(endpoint: string): Promise<Land> {
  const client = new EC2Client({ region: REGION, endpoint })
  const vpcId = (await client.send(new DescribeVpcsCommand({}))).Vpcs?.[0]?.VpcId ?? ''
  const { Subnets = [] } = await client.send(new DescribeSubnetsCommand({}))
  const ids = Subnets.map(({ SubnetId }) => SubnetId ?? '')
  const Tags = ['kubernetes.io/role/elb', 'kubernetes.io/role/internal-elb'].map((Key) => ({ Key, Value: '1' }))
  await client.send(new CreateTagsCommand({ Resources: ids, Tags }))
  const run = new RunInstancesCommand({ ImageId: 'ami-12c6146b', MinCount: 2, MaxCount: 2, SubnetId: ids[0] })
  const { Instances = [] } = await client.send(run)
  client.destroy()
  return { vpcId, nodes: Instances.map(({ InstanceId }) => InstanceId ?? '') }
}
