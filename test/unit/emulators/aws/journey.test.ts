/** One load balancer from its making to its end, through the official clients. */
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api'
import { expect, test } from 'vitest'
import { given, outcome } from './given.ts'

test('a packet goes from the name to a pod, and after the deletion nowhere', async () => {
  const { aws, elb, ec2, tagging } = await given({ delays: { interfaces: 60_000 } })
  const { ids } = aws.cloud
  const instance = aws.cloud.addInstance({ name: 'node-1', privateIp: '10.0.64.10', zone: 'a' })
  const node = { name: 'node-1', providerId: `aws:///eu-west-1a/${instance}`, addresses: ['10.0.64.10'] }
  aws.setMachines({
    pods: [{ name: 'a', ips: ['10.244.1.5'], ports: [8080] }],
    nodePorts: [{ node, port: 30_080, protocol: 'TCP', to: [{ ip: '10.244.1.5', port: 8080 }] }],
    health: [],
  })
  const subnets = await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'tag:kubernetes.io/role/elb', Values: ['', '1'] }] }))
  expect(subnets.Subnets).toHaveLength(3)
  const tags = [{ Key: 'fairlead.dev/cluster', Value: 'test' }]

  const { GroupId = '' } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: 'front',
      Description: 'front',
      VpcId: ids.vpc,
      TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }],
    }),
  )
  const open = { GroupId, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '203.0.113.9/24', Description: 'clients' }] }] }
  await ec2.send(new AuthorizeSecurityGroupIngressCommand(open))
  const nodeRule = { GroupId: ids.nodeGroup, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 30_000, ToPort: 32_767, UserIdGroupPairs: [{ GroupId }] }] }
  await ec2.send(new AuthorizeSecurityGroupIngressCommand(nodeRule))
  const front = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }))
  expect(front.SecurityGroups?.[0]).toMatchObject({
    Tags: tags,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '203.0.113.0/24', Description: 'clients' }] }],
  })

  const made = await elb.send(
    new CreateLoadBalancerCommand({
      Name: 'web',
      Type: 'network',
      Scheme: 'internet-facing',
      Subnets: [...ids.publicSubnets],
      SecurityGroups: [GroupId],
      Tags: tags,
    }),
  )
  const { LoadBalancerArn, DNSName = '' } = made.LoadBalancers![0]!
  const group = await elb.send(new CreateTargetGroupCommand({ Name: 'web', Protocol: 'TCP', Port: 80, VpcId: ids.vpc, TargetType: 'instance', Tags: tags }))
  const { TargetGroupArn } = group.TargetGroups![0]!
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: instance, Port: 30_080 }] }))
  await elb.send(new CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn }], Tags: tags }))

  const listeners = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }))
  expect(listeners.Listeners).toMatchObject([
    { Port: 80, Protocol: 'TCP', DefaultActions: [{ Type: 'forward', TargetGroupArn, ForwardConfig: { TargetGroups: [{ TargetGroupArn }] } }] },
  ])
  const health = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  expect(health.TargetHealthDescriptions).toEqual([{ Target: { Id: instance, Port: 30_080 }, HealthCheckPort: '30080', TargetHealth: { State: 'healthy' } }])
  const reported = await elb.send(new DescribeTagsCommand({ ResourceArns: [LoadBalancerArn!, TargetGroupArn!, listeners.Listeners![0]!.ListenerArn!] }))
  expect(reported.TagDescriptions?.map(({ Tags }) => Tags)).toEqual([tags, tags, tags])
  const found = await tagging.send(new GetResourcesCommand({ TagFilters: [{ Key: 'fairlead.dev/cluster', Values: ['test'] }] }))
  expect(found.ResourceTagMappingList).toHaveLength(4)
  const instances = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instance] }))
  expect(instances.Reservations?.[0]?.Instances?.[0]).toMatchObject({ PrivateIpAddress: '10.0.64.10', SecurityGroups: [{ GroupId: ids.nodeGroup }] })

  const ask = (from: string, port = 80) => aws.deliver({ from, to: DNSName, port, protocol: 'TCP' })
  expect(ask('203.0.113.77')).toMatchObject({ backend: 'a' })
  expect(ask('198.51.100.1')).toMatchObject({ at: 'firewall' })
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 81, ToPort: 81, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  )
  expect(ask('203.0.113.77', 81)).toMatchObject({ at: 'listener' })

  expect(await outcome(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })))).toBe('ResourceInUse')
  await elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  expect(ask('203.0.113.77')).toMatchObject({ at: 'dns' })
  expect(await outcome(elb.send(new DescribeLoadBalancersCommand({ Names: ['web'] })))).toBe('LoadBalancerNotFound')
  expect(await outcome(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })))).toBe('done')
  await ec2.send(new RevokeSecurityGroupIngressCommand(nodeRule))
  expect(await outcome(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).toBe('DependencyViolation')
  const lingering = await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'description', Values: ['ELB net/web/*'] }] }))
  expect(lingering.NetworkInterfaces).toHaveLength(3)
  aws.advance(60_000)
  expect(await outcome(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))).toBe('done')
  expect(aws.cloud.objects().map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'rule default -1   default',
    'rule fairlead-node -1   fairlead-node',
    'security group default',
    'security group fairlead-node',
  ])
})
