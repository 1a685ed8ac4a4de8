/** Elastic IP addresses before a load balancer takes them: whether they are there, and who uses them. */
import type { Address as Ec2Address } from '@aws-sdk/client-ec2'
import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import { ELB_PAGE, elbPages } from '../api/pages.ts'
import { given, required } from '../read/from-sdk/require.ts'
import { currentLabels } from '../read/lists.ts'
import type { AwsFold } from '../read/view-changes.ts'
import type { Call } from '../steps.ts'
import type { AddressUser, LookedFor } from '../view.ts'
import type { Context } from './change.ts'

/**
 * One call, and where an address belongs to a load balancer the list of load balancers and its tags too. Where the addresses may not be read, AWS refuses what
 * cannot be when a load balancer is to have them. Throws a CloudError.
 */
export async function readElasticAddresses(context: Context, { ids }: Call<'elastic addresses', 'read'>): Promise<AwsFold> {
  const found = await addressesOf(context, ids)
  const answers = new Map<string, LookedFor['answer']>()
  for (const id of ids) answers.set(id, found === 'denied' ? 'unknown' : await answerFor(context, found.get(id)))
  const subnets = context.base?.network?.subnets
  return (view) => ({ ...view, lookedFor: new Map([...(view.lookedFor ?? []), ...[...answers].map(([id, answer]) => [id, { answer, subnets }] as const)]) })
}

/** A filter leaves out what does not exist, where a list of ids would be refused as a whole. */
async function addressesOf({ account, signal }: Context, ids: readonly string[]): Promise<ReadonlyMap<string, Ec2Address> | 'denied'> {
  try {
    const { Addresses = [] } = await account.api.describeAddresses({ Filters: [{ Name: 'allocation-id', Values: [...ids] }] }, signal)
    return new Map(Addresses.map((address) => [required(address.AllocationId, 'AllocationId'), address]))
  } catch (error) {
    if (error instanceof CloudError && error.reason === 'Denied') return 'denied'
    throw error
  }
}

async function answerFor(context: Context, address: Ec2Address | undefined): Promise<LookedFor['answer']> {
  if (address === undefined) return 'missing'
  const { AllocationId: id, AssociationId: association, InstanceId: instance, NetworkInterfaceId: networkInterface } = address
  if (association === undefined || association === '') return 'free'
  if (instance !== undefined && instance !== '') return { kind: 'instance', id: instance }
  const balancer = await balancerWith(context, required(id, 'AllocationId'))
  return balancer ?? { kind: 'network interface', id: networkInterface ?? association }
}

async function balancerWith(context: Context, allocationId: string): Promise<AddressUser | undefined> {
  const { account, signal } = context
  for await (const { LoadBalancers = [] } of elbPages(account.api.describeLoadBalancers, { PageSize: ELB_PAGE }, signal)) {
    const found = LoadBalancers.find((balancer) => hasAddress(balancer, allocationId))
    if (found === undefined) continue
    const arn = required(found.LoadBalancerArn, 'LoadBalancerArn')
    const labels = (await currentLabels(account, [arn], signal)).get(arn)
    return { kind: 'load balancer', name: required(found.LoadBalancerName, 'LoadBalancerName'), ...given('owner', labels?.mark.owner) }
  }
  return undefined
}

function hasAddress({ AvailabilityZones = [] }: LoadBalancer, allocationId: string): boolean {
  return AvailabilityZones.some(({ LoadBalancerAddresses = [] }) => LoadBalancerAddresses.some((address) => address.AllocationId === allocationId))
}
