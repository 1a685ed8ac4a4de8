/** The address of a pod is a secondary address of its instance's network interface, as Amazon's VPC CNI has it. */
import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand, DescribeSubnetsCommand, type Filter } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { type Given, given } from './given.ts'

const found = async ({ ec2 }: Given, ...Filters: readonly Filter[]): Promise<readonly (string | undefined)[]> =>
  ((await ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [...Filters] }))).NetworkInterfaces ?? []).map(({ Attachment }) => Attachment?.InstanceId)
const holds = (address: string): Filter => ({ Name: 'addresses.private-ip-address', Values: [address] })
const pod = (name: string, ip: string, instance: string) => ({
  name,
  ips: [ip],
  ports: [8080],
  node: { name: 'n', providerId: `aws:///eu-west-1a/${instance}`, addresses: [] },
})
const runs = (...pods: readonly ReturnType<typeof pod>[]) => ({ pods, nodePorts: [], health: [] })

test('an address that was seeded is found on the interface of its instance, beside the primary one', async () => {
  const g = await given({
    seed: { instances: [{ id: 'i-0aa', name: 'node-1', zone: 'a', privateIp: '10.0.64.10', secondaryIps: ['10.0.64.11', '2001:db8:1234:1a10::b'] }] },
  })
  expect(await found(g, holds('10.0.64.11'))).toEqual(['i-0aa'])
  expect(await found(g, { Name: 'ipv6-addresses.ipv6-address', Values: ['2001:db8:1234:1a10::b'] })).toEqual(['i-0aa'])
  expect(await found(g, { Name: 'private-ip-address', Values: ['10.0.64.11'] })).toEqual([])
  const { Reservations = [] } = await g.ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: 'network-interface.addresses.private-ip-address', Values: ['10.0.64.11'] }] }),
  )
  expect(Reservations[0]?.Instances?.[0]?.NetworkInterfaces?.[0]).toMatchObject({
    PrivateIpAddresses: [
      { PrivateIpAddress: '10.0.64.10', Primary: true },
      { PrivateIpAddress: '10.0.64.11', Primary: false },
    ],
    Ipv6Addresses: [{ Ipv6Address: '2001:db8:1234:1a10::b' }],
  })
})

test('the addresses of pods come and go with the pods, and move with them to another instance', async () => {
  const g = await given()
  const [one, two] = [g.aws.cloud.addInstance({ name: 'a', zone: 'a' }), g.aws.cloud.addInstance({ name: 'b', zone: 'b' })]
  g.aws.setMachines(runs(pod('web-1', '10.244.1.2', one), pod('web-2', '10.244.2.2', two)))
  expect([await found(g, holds('10.244.1.2')), await found(g, holds('10.244.2.2'))]).toEqual([[one], [two]])
  g.aws.setMachines(runs(pod('web-3', '10.244.1.2', two)))
  expect([await found(g, holds('10.244.1.2')), await found(g, holds('10.244.2.2'))]).toEqual([[two], []])
})

test("a pod in its node's network adds no address", async () => {
  const g = await given()
  const instance = g.aws.cloud.addInstance({ name: 'a', zone: 'a', privateIp: '10.0.64.10' })
  g.aws.setMachines(runs(pod('agent', '10.0.64.10', instance)))
  const { NetworkInterfaces = [] } = await g.ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [holds('10.0.64.10')] }))
  expect(NetworkInterfaces.map(({ PrivateIpAddresses }) => PrivateIpAddresses?.length)).toEqual([1])
})

test('a secondary address of the subnet is one free address less', async () => {
  const free = async (secondaryIps: readonly string[]): Promise<number | undefined> => {
    const g = await given({ seed: { instances: [{ name: 'a', zone: 'a', secondaryIps }] } })
    const { Subnets = [] } = await g.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [g.ids.privateSubnets[0]!] }))
    return Subnets[0]?.AvailableIpAddressCount
  }
  const none = await free([])
  expect([await free(['10.0.64.200', '10.0.64.201']), await free(['10.244.1.2'])]).toEqual([none! - 2, none])
})
