/** Where load balancers can stand, and the groups of the instances behind them: a handful of lists, read with the inventory. */
import type { Address as Ec2Address, Instance as Ec2Instance, RouteTable, SecurityGroup, Subnet as Ec2Subnet } from '@aws-sdk/client-ec2'
import { parseCidr } from '../../../src/model/address.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { Account } from '../api/account.ts'
import { CLUSTER_TAG } from '../marks.ts'
import { ec2Pages } from '../api/pages.ts'
import { first, given, recordOf, required } from './from-sdk/require.ts'
import { rulesOf } from './from-sdk/rules.ts'
import type { AwsView, ElasticAddress, Instance, InstanceGroup, NamedGroup, Network, Subnet } from '../view.ts'

export interface NetworkReading {
  /** All of the VPC. */
  readonly securityGroups: readonly SecurityGroup[]
  /** The Elastic IP addresses too, which takes a call that only those need who use some. */
  readonly withAddresses: boolean
}

/** `base`: the base without its network, for the back-end group whose rules are looked for. */
export type NetworkReader = (base: AwsView, reading: NetworkReading, signal: AbortSignal) => Promise<Network>

/** What kinds of zones there are is asked once: a zone does not change. `readsOnce`: what would be read when it is needed is read at once. */
export function networkReader(account: Account, { readsOnce = false }: { readonly readsOnce?: boolean } = {}): NetworkReader {
  let zoneTypes: ReadonlyMap<string, string> | undefined
  return async (base, { securityGroups, withAddresses }, signal) => {
    zoneTypes ??= await readZoneTypes(account, signal)
    const [cidrs, subnets, addresses, instances] = await Promise.all([
      readCidrs(account, signal),
      readSubnets(account, zoneTypes, signal),
      withAddresses || readsOnce ? readAddresses(account, signal) : undefined,
      readInstances(account, signal),
    ])
    const groups = new Set(instances.values().flatMap((instance) => instance.groups))
    const found = groupsOf(securityGroups, groups, new Set(base.securityGroups.keys()))
    return { vpcId: account.vpcId, cidrs, subnets, ...(addresses === undefined ? {} : { addresses }), instances, ...found }
  }
}

async function readZoneTypes({ api }: Account, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const { AvailabilityZones = [] } = await api.describeAvailabilityZones({}, signal)
  return new Map(AvailabilityZones.flatMap(({ ZoneName: name, ZoneType: type }) => (name === undefined ? [] : [[name, type ?? 'availability-zone']])))
}

async function readCidrs({ api, vpcId }: Account, signal: AbortSignal): Promise<readonly string[]> {
  const vpc = first((await api.describeVpcs({ VpcIds: [vpcId] }, signal)).Vpcs, 'the VPC')
  const blocks = [
    ...(vpc.CidrBlockAssociationSet ?? []).map(({ CidrBlock: cidr, CidrBlockState: state }) => ({ cidr, state: state?.State })),
    ...(vpc.Ipv6CidrBlockAssociationSet ?? []).map(({ Ipv6CidrBlock: cidr, Ipv6CidrBlockState: state }) => ({ cidr, state: state?.State })),
    { cidr: vpc.CidrBlock, state: 'associated' },
  ]
  return [...new Set(blocks.flatMap(({ cidr, state }) => (state === 'associated' && cidr !== undefined ? [canonical(cidr)] : [])))].toSorted()
}

function canonical(cidr: string): string {
  return parseCidr(cidr) ?? cidr
}

const ROLES = ['kubernetes.io/role/elb', 'kubernetes.io/role/internal-elb']

async function readSubnets(account: Account, zoneTypes: ReadonlyMap<string, string>, signal: AbortSignal): Promise<readonly Subnet[]> {
  const { api, vpcId } = account
  const found: Ec2Subnet[] = []
  const input = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }], MaxResults: 1_000 }
  for await (const { Subnets = [] } of ec2Pages(api.describeSubnets, input, signal)) found.push(...Subnets)
  const subnets = found.map((subnet) => subnetOf(subnet, zoneTypes)).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const isEachRoleTagged = ROLES.every((role) => subnets.some(({ tags }) => tags[role] === '' || tags[role] === '1'))
  if (isEachRoleTagged) return subnets
  const isPublic = await readReachability(account, signal)
  return subnets.map((subnet) => ({ ...subnet, isPublic: isPublic(subnet.id) }))
}

function subnetOf(subnet: Ec2Subnet, zoneTypes: ReadonlyMap<string, string>): Subnet {
  const tags = recordOf(subnet.Tags)
  const zone = required(subnet.AvailabilityZone, 'AvailabilityZone')
  const ipv6Cidrs = (subnet.Ipv6CidrBlockAssociationSet ?? []).flatMap(({ Ipv6CidrBlock: cidr, Ipv6CidrBlockState: state }) =>
    state?.State === 'associated' && cidr !== undefined ? [canonical(cidr)] : [],
  )
  return {
    id: required(subnet.SubnetId, 'SubnetId'),
    ...given('name', tags['Name']),
    zone,
    zoneType: subnet.OutpostArn === undefined || subnet.OutpostArn === '' ? (zoneTypes.get(zone) ?? 'availability-zone') : 'outpost',
    cidr: canonical(required(subnet.CidrBlock, 'CidrBlock')),
    ipv6Cidrs: ipv6Cidrs.toSorted(),
    freeAddresses: subnet.AvailableIpAddressCount ?? 0,
    tags,
  }
}

async function readAddresses({ api }: Account, signal: AbortSignal): Promise<NonNullable<Network['addresses']>> {
  try {
    const { Addresses = [] } = await api.describeAddresses({}, signal)
    return Addresses.map(addressOf).toSorted((a, b) => (a.allocationId < b.allocationId ? -1 : 1))
  } catch (error) {
    if (error instanceof CloudError && error.reason === 'Denied') return 'denied'
    throw error
  }
}

function addressOf({ AllocationId, AssociationId, Tags }: Ec2Address): ElasticAddress {
  return { allocationId: required(AllocationId, 'AllocationId'), tags: recordOf(Tags), isInUse: AssociationId !== undefined && AssociationId !== '' }
}

/** A subnet without its own route table has the VPC's main one. */
async function readReachability({ api, vpcId }: Account, signal: AbortSignal): Promise<(subnet: string) => boolean> {
  const tables = new Map<string, boolean>()
  let main = false
  const input = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }], MaxResults: 100 }
  for await (const { RouteTables = [] } of ec2Pages(api.describeRouteTables, input, signal)) {
    for (const table of RouteTables) {
      const leadsOut = hasInternetGateway(table)
      for (const { Main, SubnetId } of table.Associations ?? []) {
        if (SubnetId !== undefined) tables.set(SubnetId, leadsOut)
        else if (Main === true) main = leadsOut
      }
    }
  }
  return (subnet) => tables.get(subnet) ?? main
}

function hasInternetGateway({ Routes = [] }: RouteTable): boolean {
  return Routes.some(({ GatewayId, State }) => GatewayId?.startsWith('igw-') === true && State !== 'blackhole')
}

async function readInstances({ api, vpcId }: Account, signal: AbortSignal): Promise<ReadonlyMap<string, Instance>> {
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'instance-state-name', Values: ['running'] },
  ]
  const found = new Map<string, Instance>()
  for await (const { Reservations = [] } of ec2Pages(api.describeInstances, { Filters, MaxResults: 1_000 }, signal)) {
    for (const instance of Reservations.flatMap(({ Instances = [] }) => Instances)) {
      const part = instanceOf(instance)
      found.set(part.id, part)
    }
  }
  return found
}

function instanceOf({ InstanceId, Placement, SecurityGroups = [] }: Ec2Instance): Instance {
  return {
    id: required(InstanceId, 'InstanceId'),
    zone: required(Placement?.AvailabilityZone, 'AvailabilityZone'),
    groups: SecurityGroups.flatMap(({ GroupId: id }) => (id === undefined ? [] : [id])).toSorted(),
  }
}

/** All of the VPC by name, and those of the instances with their rules. */
function groupsOf(all: readonly SecurityGroup[], ids: ReadonlySet<string>, backend: ReadonlySet<string>): Pick<Network, 'instanceGroups' | 'securityGroups'> {
  const instanceGroups = new Map<string, InstanceGroup>()
  const securityGroups = new Map<string, NamedGroup>()
  for (const { GroupId, GroupName, Tags, IpPermissions } of all) {
    const id = required(GroupId, 'GroupId')
    const tags = recordOf(Tags)
    securityGroups.set(id, { ...given('name', tags['Name']), ...(tags[CLUSTER_TAG] === undefined ? {} : { isOfFairlead: true }) })
    if (!ids.has(id)) continue
    const rules = rulesOf(IpPermissions).filter(({ source }) => backend.has(source))
    instanceGroups.set(id, { id, name: required(GroupName, 'GroupName'), tags, rules })
  }
  return { instanceGroups, securityGroups }
}
