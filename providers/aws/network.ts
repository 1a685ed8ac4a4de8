/** Where load balancers can stand, and the groups of the instances behind them: a handful of lists, read with the inventory. */
import type { Instance as Ec2Instance, RouteTable, Subnet as Ec2Subnet } from '@aws-sdk/client-ec2'
import { parseCidr } from '../../src/model/address.ts'
import type { Account } from './account.ts'
import { chunks, ec2Pages } from './pages.ts'
import { first, given, recordOf, required } from './parts/answer.ts'
import { rulesOf } from './parts/rules.ts'
import type { AwsView, Instance, InstanceGroup, Network, Subnet } from './view.ts'

/** `base`: the base without its network, for the back-end group whose rules are looked for. */
export type NetworkReader = (base: AwsView, signal: AbortSignal) => Promise<Network>

/** What kinds of zones there are is asked once: a zone does not change. */
export function networkReader(account: Account): NetworkReader {
  let zoneTypes: ReadonlyMap<string, string> | undefined
  return async (base, signal) => {
    zoneTypes ??= await readZoneTypes(account, signal)
    const [cidrs, subnets, instances] = await Promise.all([readCidrs(account, signal), readSubnets(account, zoneTypes, signal), readInstances(account, signal)])
    const groups = new Set(instances.values().flatMap((instance) => instance.groups))
    const instanceGroups = await readGroups(account, groups, new Set(base.securityGroups.keys()), signal)
    return { vpcId: account.vpcId, cidrs, subnets, instances, instanceGroups }
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

/** A subnet without a route table of its own has the VPC's main one. */
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

/** EC2 takes 200 values in one filter. A filter leaves out what is gone, where a list of ids would fail. */
async function readGroups(
  { api }: Account,
  ids: ReadonlySet<string>,
  backend: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, InstanceGroup>> {
  const found = new Map<string, InstanceGroup>()
  for (const Values of chunks([...ids].toSorted(), 200)) {
    const input = { Filters: [{ Name: 'group-id', Values: [...Values] }], MaxResults: 1_000 }
    for await (const { SecurityGroups = [] } of ec2Pages(api.describeSecurityGroups, input, signal)) {
      for (const { GroupId, GroupName, Tags, IpPermissions } of SecurityGroups) {
        const id = required(GroupId, 'GroupId')
        const rules = rulesOf(IpPermissions).filter(({ source }) => backend.has(source))
        found.set(id, { id, name: required(GroupName, 'GroupName'), tags: recordOf(Tags), rules })
      }
    }
  }
  return found
}
