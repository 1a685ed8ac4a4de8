/** Where packets get to: names and addresses, firewalls, listeners, health, zones, pods. */
import {
  DeregisterTargetsCommand,
  DescribeLoadBalancersCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { DescribeNetworkInterfacesCommand } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import type { AwsOptions, Delivery, Machines } from '../../../../emulators/aws/index.ts'
import { type Given, given } from './given.ts'

const CLIENT = '203.0.113.9'
const ANY = { IpRanges: [{ CidrIp: '0.0.0.0/0' }] }

interface World extends Given {
  readonly balancer: string
  readonly group: string
  readonly listener: string
  readonly front: string | undefined
  /** One in each zone. */
  readonly instances: readonly string[]
  readonly name: string
  readonly ask: (from?: string, port?: number, protocol?: 'TCP' | 'UDP', to?: string) => Delivery
  /** Who answers to as many questions as there are instances, twice over, each once. */
  readonly answering: (to?: string) => readonly string[]
}

interface Wish extends AwsOptions {
  readonly scheme?: 'internal' | 'internet-facing'
  /** Default true. */
  readonly hasGroup?: boolean
  readonly isOpen?: boolean
  readonly isDualstack?: boolean
}

/** Three instances, one in each zone, with a pod each; all doors open. */
async function world({ scheme = 'internet-facing', hasGroup = true, isOpen = true, isDualstack = false, ...options }: Wish = {}): Promise<World> {
  const g = await given(options)
  const instances = ['a', 'b', 'c'].map((zone) => g.aws.cloud.addInstance({ name: zone, zone }))
  g.aws.setMachines(pods(instances, ['a', 'b', 'c']))
  const front = hasGroup ? await g.make.group() : undefined
  if (front !== undefined && isOpen) await g.make.allow(front, { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, ...ANY })
  if (front !== undefined) await g.make.allow(g.ids.nodeGroup, { IpProtocol: 'tcp', FromPort: 30_080, ToPort: 30_080, UserIdGroupPairs: [{ GroupId: front }] })
  const balancer = await g.make.balancer({
    Scheme: scheme,
    ...(front === undefined ? {} : { SecurityGroups: [front] }),
    ...(isDualstack ? { IpAddressType: 'dualstack' as const } : {}),
  })
  const group = await g.make.targetGroup()
  const listener = await g.make.listener(balancer, group)
  await g.make.register(group, ...instances.map((Id) => ({ Id, Port: 30_080 })))
  const { LoadBalancers } = await g.elb.send(new DescribeLoadBalancersCommand({ Names: ['web'] }))
  const name = LoadBalancers![0]!.DNSName!
  const ask: World['ask'] = (from = CLIENT, port = 80, protocol = 'TCP', to = name) => g.aws.deliver({ from, to, port, protocol })
  const answering = (to = name) => {
    const all = Array.from({ length: 6 }, () => ask(CLIENT, 80, 'TCP', to)).map((answer) => ('backend' in answer ? answer.backend : answer.at))
    return [...new Set(all)].toSorted()
  }
  return { ...g, balancer, group, listener, front, instances, name, ask, answering }
}

function pods(instances: readonly string[], answering: readonly string[]): Machines {
  const names = ['a', 'b', 'c']
  const node = (i: number) => ({ name: names[i]!, providerId: `aws:///eu-west-1${names[i]}/${instances[i]}`, addresses: [] })
  return {
    pods: names.flatMap((name, i) => (answering.includes(name) ? [{ name, ips: [`10.244.${i}.5`], ports: [8080] }] : [])),
    nodePorts: instances.map((_, i) => ({ node: node(i), port: 30_080, protocol: 'TCP', to: [{ ip: `10.244.${i}.5`, port: 8080 }] })),
    health: [],
  }
}

test('several questions see several backends, and who carried the packet is reported', async () => {
  const { ask, answering, balancer, instances } = await world()
  expect(answering()).toEqual(['a', 'b', 'c'])
  const delivery = ask()
  expect('via' in delivery && delivery.via[0]).toBe(balancer)
  expect('via' in delivery && instances.map((id) => `${id}:30080`)).toContain('via' in delivery ? delivery.via[1] : '')
})

test('names are known in any letters, and others not at all', async () => {
  const { ask, name } = await world()
  expect(ask(CLIENT, 80, 'TCP', name.toUpperCase())).toHaveProperty('backend')
  expect(ask(CLIENT, 80, 'TCP', `x${name}`)).toMatchObject({ at: 'dns' })
  expect(ask('2001:db8::1')).toMatchObject({ at: 'dns' })
  expect(ask(CLIENT, 80, 'TCP', '198.18.200.200')).toMatchObject({ at: 'route' })
})

test('what is not listened on, by number or by protocol, is dropped there', async () => {
  const g = await world()
  await g.make.allow(g.front!, { IpProtocol: '-1', ...ANY })
  expect(g.ask(CLIENT, 81)).toMatchObject({ at: 'listener' })
  expect(g.ask(CLIENT, 80, 'UDP')).toMatchObject({ at: 'listener' })
})

test('the firewall of the load balancer goes by network, prefix list and port', async () => {
  const g = await world({ isOpen: false })
  expect(g.ask()).toMatchObject({ at: 'firewall' })
  await g.make.allow(g.front!, { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, PrefixListIds: [{ PrefixListId: g.ids.prefixLists[0] }] })
  expect(g.ask('192.0.2.5')).toHaveProperty('backend')
  expect(g.ask()).toMatchObject({ at: 'firewall' })
  await g.make.allow(g.front!, { IpProtocol: 'tcp', FromPort: 79, ToPort: 81, IpRanges: [{ CidrIp: '203.0.113.0/24' }] })
  expect(g.ask()).toHaveProperty('backend')
})

test('without groups the targets see the client, or the load balancer where the client is hidden', async () => {
  const g = await world({ hasGroup: false })
  expect(g.ask()).toMatchObject({ at: 'target firewall' })
  await g.make.allow(g.ids.nodeGroup, { IpProtocol: 'tcp', FromPort: 30_080, ToPort: 30_080, IpRanges: [{ CidrIp: '203.0.113.0/24' }] })
  expect(g.ask()).toHaveProperty('backend')
  const Attributes = [{ Key: 'preserve_client_ip.enabled', Value: 'false' }]
  await g.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: g.group, Attributes }))
  expect(g.ask()).toMatchObject({ at: 'target firewall' })
  await g.make.allow(g.ids.nodeGroup, { IpProtocol: 'tcp', FromPort: 30_080, ToPort: 30_080, IpRanges: [{ CidrIp: '10.0.0.0/16' }] })
  expect(g.ask()).toHaveProperty('backend')
})

test('an internal load balancer is reached from private networks alone', async () => {
  const { ask, answering } = await world({ scheme: 'internal' })
  expect(ask()).toMatchObject({ at: 'route' })
  expect(ask('10.0.64.9')).toHaveProperty('backend')
  expect(answering()).toEqual(['route'])
})

test('a name resolves when the load balancer is provisioned', async () => {
  const { aws, ask } = await world({ delays: { provisioning: 60_000 } })
  expect(ask()).toMatchObject({ at: 'provisioning' })
  aws.advance(60_000)
  expect(ask()).toHaveProperty('backend')
  const eager = await world({ delays: { provisioning: 60_000 }, answersWhileProvisioning: true })
  expect(eager.ask()).toHaveProperty('backend')
})

test('only healthy targets get traffic; when none is healthy, all do', async () => {
  const { aws, answering, instances } = await world()
  aws.setMachines(pods(instances, ['b']))
  expect(answering()).toEqual(['b'])
  aws.setMachines(pods(instances, []))
  expect(answering()).toEqual(['target'])
})

test('targets that drain get nothing new', async () => {
  const { elb, group, answering, instances } = await world({ delays: { draining: 300_000 } })
  await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: [{ Id: instances[0], Port: 30_080 }] }))
  expect(answering()).toEqual(['b', 'c'])
  await elb.send(new DeregisterTargetsCommand({ TargetGroupArn: group, Targets: instances.map((Id) => ({ Id, Port: 30_080 })) }))
  expect(answering()).toEqual(['health'])
})

test('an address leads to its own zone, to any with cross-zone, and away from a zone without targets', async () => {
  const g = await world()
  const { NetworkInterfaces = [] } = await g.ec2.send(
    new DescribeNetworkInterfacesCommand({
      Filters: [
        { Name: 'availability-zone', Values: ['eu-west-1b'] },
        { Name: 'description', Values: ['ELB*'] },
      ],
    }),
  )
  const address = NetworkInterfaces[0]!.Association!.PublicIp!
  expect(g.answering(address)).toEqual(['b'])
  g.aws.setMachines(pods(g.instances, ['a', 'c']))
  expect(g.answering(address)).toEqual(['a', 'c'])
  g.aws.setMachines(pods(g.instances, ['a', 'b', 'c']))
  const Attributes = [{ Key: 'load_balancing.cross_zone.enabled', Value: 'true' }]
  await g.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: g.balancer, Attributes }))
  expect(g.answering(address)).toEqual(['a', 'b', 'c'])
})

test('a name leads clients in the network to their own zone where DNS prefers it, as long as it has targets', async () => {
  const g = await world({ scheme: 'internal' })
  const { NetworkInterfaces = [] } = await g.ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [g.aws.cloud.addInstance({ name: 'client', zone: 'b' })] }] }),
  )
  const client = NetworkInterfaces[0]!.PrivateIpAddress!
  const answering = (from: string) => new Set(g.instances.map(() => g.ask(from)).map((answer) => ('backend' in answer ? answer.backend : answer.at)))
  expect(answering(client)).toEqual(new Set(['a', 'b', 'c']))
  const Attributes = [{ Key: 'dns_record.client_routing_policy', Value: 'availability_zone_affinity' }]
  await g.elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: g.balancer, Attributes }))
  expect(answering(client)).toEqual(new Set(['b']))
  expect(answering('10.250.0.9')).toEqual(new Set(['a', 'b', 'c']))
  g.aws.setMachines(pods(g.instances, ['a', 'c']))
  expect(answering(client)).toEqual(new Set(['a', 'c']))
})

test('with stickiness a client comes back to where it was, and clients spread', async () => {
  const g = await world()
  for (const [command, Key] of [
    ['stickiness.enabled', 'true'],
    ['load_balancing.cross_zone.enabled', 'true'],
  ] as const) {
    await g.elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: g.group, Attributes: [{ Key: command, Value: Key }] }))
  }
  expect(g.answering()).toHaveLength(1)
  const others = Array.from({ length: 9 }, (_, i) => g.ask(`203.0.113.${i}`)).map((answer) => ('backend' in answer ? answer.backend : ''))
  expect(new Set(others)).toEqual(new Set(['a', 'b', 'c']))
})

test('weights spread over target groups, and a weight of 0 gets nothing', async () => {
  const g = await world()
  const empty = await g.make.targetGroup({ Name: 'empty' })
  const split = async (weights: readonly [number, number]) => {
    const TargetGroups = [g.group, empty].map((TargetGroupArn, i) => ({ TargetGroupArn, Weight: weights[i]! }))
    await g.elb.send(new ModifyListenerCommand({ ListenerArn: g.listener, DefaultActions: [{ Type: 'forward', ForwardConfig: { TargetGroups } }] }))
    return Array.from({ length: 4 }, () => g.ask()).filter((answer) => 'backend' in answer).length
  }
  expect([await split([1, 0]), await split([3, 1]), await split([0, 1])]).toEqual([4, 3, 0])
})

test('an instance that asks itself through the load balancer gets no answer while its address is kept', async () => {
  const g = await world({ scheme: 'internal' })
  await g.elb.send(new DeregisterTargetsCommand({ TargetGroupArn: g.group, Targets: g.instances.slice(1).map((Id) => ({ Id, Port: 30_080 })) }))
  const { NetworkInterfaces = [] } = await g.ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [g.instances[0]!] }] }),
  )
  const own = NetworkInterfaces[0]!.PrivateIpAddress!
  expect(g.ask(own)).toMatchObject({ at: 'target' })
  expect(g.ask('10.0.64.200')).toHaveProperty('backend')
})

test('pods are reached by their own addresses, TCP and UDP on one port', async () => {
  const g = await given()
  g.aws.cloud.addInstance({ name: 'n' })
  g.aws.setMachines({ pods: [{ name: 'p', ips: ['10.244.0.9'], ports: [5353] }], nodePorts: [], health: [] })
  const front = await g.make.group()
  for (const IpProtocol of ['tcp', 'udp']) {
    await g.make.allow(front, { IpProtocol, FromPort: 53, ToPort: 53, ...ANY })
    await g.make.allow(g.ids.nodeGroup, { IpProtocol, FromPort: 5353, ToPort: 5353, UserIdGroupPairs: [{ GroupId: front }] })
  }
  const balancer = await g.make.balancer({ SecurityGroups: [front] })
  const group = await g.make.targetGroup({ Protocol: 'TCP_UDP', TargetType: 'ip' })
  await g.make.listener(balancer, group, { Protocol: 'TCP_UDP', Port: 53 })
  await g.make.register(group, { Id: '10.244.0.9', Port: 5353 })
  const { LoadBalancers } = await g.elb.send(new DescribeLoadBalancersCommand({}))
  const ask = (protocol: 'TCP' | 'UDP') => g.aws.deliver({ from: CLIENT, to: LoadBalancers![0]!.DNSName!, port: 53, protocol })
  expect([ask('TCP'), ask('UDP')]).toMatchObject([{ backend: 'p' }, { backend: 'p' }])
})

test('an IPv6 client reaches a dualstack load balancer whose group lets it in', async () => {
  const g = await world({ isDualstack: true })
  expect(g.ask('2001:db8::1')).toMatchObject({ at: 'firewall' })
  await g.make.allow(g.front!, { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, Ipv6Ranges: [{ CidrIpv6: '::/0' }] })
  expect(g.ask('2001:db8::1')).toHaveProperty('backend')
})
