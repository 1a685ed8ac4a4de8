/** VPCs, zones, subnets, route tables and prefix lists: read only. */
import { freeAddresses } from '../cloud/addressing.ts'
import type { RouteTable, Subnet, Vpc } from '../cloud/objects.ts'
import { type Region, arnOf } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { list } from './find.ts'
import { showTags } from './tags.ts'

export function describeVpcs(region: Region, input: Input): Members {
  const { items, next } = list(input, [...region.vpcs.values()], {
    ids: { param: 'VpcId', missing: 'InvalidVpcID.NotFound' },
    idOf: ({ id }) => id,
    tagsOf: ({ tags }) => tags,
    filters: {
      'vpc-id': ({ id }) => [id],
      cidr: ({ cidrs }) => cidrs.slice(0, 1),
      'cidr-block-association.cidr-block': ({ cidrs }) => cidrs,
      state: () => ['available'],
    },
  })
  return { vpcSet: items.map((vpc) => showVpc(region, vpc)), nextToken: next }
}

function showVpc({ account }: Region, { id, cidrs, ipv6Cidrs, tags }: Vpc): Members {
  return {
    vpcId: id,
    ownerId: account,
    state: 'available',
    isDefault: false,
    dhcpOptionsId: 'default',
    instanceTenancy: 'default',
    cidrBlock: cidrs[0],
    cidrBlockAssociationSet: cidrs.map((cidrBlock, i) => ({ associationId: `vpc-cidr-assoc-${i + 1}`, cidrBlock, cidrBlockState: { state: 'associated' } })),
    ipv6CidrBlockAssociationSet: ipv6Cidrs.map((cidr, i) => ({
      associationId: `vpc-cidr-assoc-6${i + 1}`,
      ipv6CidrBlock: cidr,
      ipv6CidrBlockState: { state: 'associated' },
    })),
    tagSet: showTags(tags),
  }
}

export function describeAvailabilityZones(region: Region, input: Input): Members {
  const [names, ids] = [input.texts('ZoneName'), input.texts('ZoneId')]
  const all = region.zones.map((zone) => ({ ...zone, key: ids === undefined ? zone.name : zone.id }))
  const { items } = list(input, all, {
    ids: { param: ids === undefined ? 'ZoneName' : 'ZoneId', missing: 'InvalidParameterValue' },
    idOf: ({ key }) => key,
    filters: {
      'zone-name': ({ name }) => [name],
      'zone-id': ({ id }) => [id],
      'zone-type': () => ['availability-zone'],
      'region-name': () => [region.name],
      state: () => ['available'],
    },
  })
  const both = names !== undefined && ids !== undefined ? items.filter(({ name }) => names.includes(name)) : items
  return {
    availabilityZoneInfo: both.map(({ name, id }) => ({
      zoneName: name,
      zoneId: id,
      zoneState: 'available',
      zoneType: 'availability-zone',
      regionName: region.name,
      groupName: region.name,
      networkBorderGroup: region.name,
      optInStatus: 'opt-in-not-required',
      messageSet: [],
    })),
  }
}

export function describeSubnets(region: Region, input: Input): Members {
  const zoneId = (zone: string): string => region.zones.find(({ name }) => name === zone)?.id ?? ''
  const { items, next } = list(input, [...region.subnets.values()], {
    ids: { param: 'SubnetId', missing: 'InvalidSubnetID.NotFound' },
    idOf: ({ id }) => id,
    tagsOf: ({ tags }) => tags,
    filters: {
      'subnet-id': ({ id }) => [id],
      'vpc-id': ({ vpcId }) => [vpcId],
      'availability-zone': ({ zone }) => [zone],
      'availability-zone-id': ({ zone }) => [zoneId(zone)],
      'cidr-block': ({ cidr }) => [cidr],
      state: () => ['available'],
    },
  })
  return { subnetSet: items.map((subnet) => showSubnet(region, { subnet, zoneId: zoneId(subnet.zone) })), nextToken: next }
}

function showSubnet(region: Region, { subnet, zoneId }: { readonly subnet: Subnet; readonly zoneId: string }): Members {
  const { id, vpcId, zone, cidr, ipv6Cidr, tags } = subnet
  return {
    subnetId: id,
    subnetArn: arnOf(region, 'ec2', `subnet/${id}`),
    vpcId,
    ownerId: region.account,
    state: 'available',
    cidrBlock: cidr,
    availableIpAddressCount: freeAddresses(region, subnet),
    availabilityZone: zone,
    availabilityZoneId: zoneId,
    defaultForAz: false,
    mapPublicIpOnLaunch: false,
    assignIpv6AddressOnCreation: false,
    ipv6Native: false,
    privateDnsNameOptionsOnLaunch: { hostnameType: 'ip-name', enableResourceNameDnsARecord: false, enableResourceNameDnsAAAARecord: false },
    ipv6CidrBlockAssociationSet:
      ipv6Cidr === undefined
        ? []
        : [{ associationId: `subnet-cidr-assoc-${id.slice(-8)}`, ipv6CidrBlock: ipv6Cidr, ipv6CidrBlockState: { state: 'associated' } }],
    tagSet: showTags(tags),
  }
}

export function describeRouteTables(region: Region, input: Input): Members {
  const { items, next } = list(input, [...region.routeTables.values()], {
    ids: { param: 'RouteTableId', missing: 'InvalidRouteTableID.NotFound' },
    idOf: ({ id }) => id,
    tagsOf: ({ tags }) => tags,
    filters: {
      'route-table-id': ({ id }) => [id],
      'vpc-id': ({ vpcId }) => [vpcId],
      'association.subnet-id': ({ subnets }) => subnets,
      'association.main': ({ isMain }) => [String(isMain)],
      'route.gateway-id': ({ routes }) => routes.map(({ gateway }) => gateway),
      'route.destination-cidr-block': ({ routes }) => routes.map(({ to }) => to),
    },
  })
  return { routeTableSet: items.map((table) => showRouteTable(region, table)), nextToken: next }
}

function showRouteTable({ account }: Region, { id, vpcId, isMain, subnets, routes, tags }: RouteTable): Members {
  const main = isMain
    ? [{ main: true, routeTableAssociationId: `rtbassoc-main-${id.slice(-8)}`, routeTableId: id, associationState: { state: 'associated' } }]
    : []
  return {
    routeTableId: id,
    vpcId,
    ownerId: account,
    associationSet: [
      ...main,
      ...subnets.map((subnetId) => ({
        main: false,
        routeTableAssociationId: `rtbassoc-${subnetId.slice(-8)}`,
        routeTableId: id,
        subnetId,
        associationState: { state: 'associated' },
      })),
    ],
    propagatingVgwSet: [],
    routeSet: routes.map(({ to, gateway }) => ({
      ...(to.includes(':') ? { destinationIpv6CidrBlock: to } : { destinationCidrBlock: to }),
      gatewayId: gateway,
      origin: gateway === 'local' ? 'CreateRouteTable' : 'CreateRoute',
      state: 'active',
    })),
    tagSet: showTags(tags),
  }
}

export function describeManagedPrefixLists(region: Region, input: Input): Members {
  const { items, next } = list(input, [...region.prefixLists.values()], {
    ids: { param: 'PrefixListId', missing: 'InvalidPrefixListID.NotFound' },
    idOf: ({ id }) => id,
    tagsOf: ({ tags }) => tags,
    filters: { 'prefix-list-id': ({ id }) => [id], 'prefix-list-name': ({ name }) => [name], 'owner-id': () => [region.account] },
  })
  return {
    prefixListSet: items.map(({ id, name, family, maxEntries, tags }) => ({
      prefixListId: id,
      prefixListName: name,
      prefixListArn: arnOf(region, 'ec2', `prefix-list/${id}`),
      addressFamily: family,
      maxEntries,
      state: 'create-complete',
      version: 1,
      ownerId: region.account,
      tagSet: showTags(tags),
    })),
    nextToken: next,
  }
}
