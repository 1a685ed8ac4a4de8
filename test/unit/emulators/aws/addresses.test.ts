/** Elastic IP addresses: allocated, used by a load balancer, released. */
import { AllocateAddressCommand, DescribeAddressesCommand, ReleaseAddressCommand } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { given, rules } from './given.ts'

test('an address that is allocated is listed with its tags, and a load balancer can have it', async () => {
  const g = await given()
  const { AllocationId = '', PublicIp } = await g.ec2.send(
    new AllocateAddressCommand({ TagSpecifications: [{ ResourceType: 'elastic-ip', Tags: [{ Key: 'pool', Value: 'edge' }] }] }),
  )
  const shown = async () => (await g.ec2.send(new DescribeAddressesCommand({ Filters: [{ Name: 'tag:pool', Values: ['edge'] }] }))).Addresses
  expect(await shown()).toMatchObject([{ AllocationId, PublicIp, Domain: 'vpc', Tags: [{ Key: 'pool', Value: 'edge' }] }])
  expect((await shown())?.[0]?.AssociationId).toBeUndefined()
  await g.make.balancer({ Subnets: undefined, SubnetMappings: [{ SubnetId: g.ids.publicSubnets[0], AllocationId }] })
  expect((await shown())?.[0]?.AssociationId).toMatch(/^eipassoc-/)
})

rules('a release', [
  ['of a free one', (g) => g.ec2.send(new ReleaseAddressCommand({ AllocationId: g.ids.addresses[0] })), 'done'],
  ['of one that is not there', (g) => g.ec2.send(new ReleaseAddressCommand({ AllocationId: 'eipalloc-1' })), 'InvalidAllocationID.NotFound'],
  [
    'of one that a load balancer has',
    async (g) => {
      const AllocationId = g.ids.addresses[0]
      await g.make.balancer({ Subnets: undefined, SubnetMappings: [{ SubnetId: g.ids.publicSubnets[0], AllocationId }] })
      return g.ec2.send(new ReleaseAddressCommand({ AllocationId }))
    },
    'InvalidIPAddress.InUse',
  ],
])
