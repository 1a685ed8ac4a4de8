/** Instances and network interfaces: read only. */
import type { Instance, NetworkInterface } from '../cloud/objects.ts'
import { addressesOf, interfacesOf } from '../cloud/interfaces.ts'
import { type Family, familyOf } from '../../cloud/networks.ts'
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members, Output } from '../wire/output.ts'
import { list } from './find.ts'
import { showTags } from './tags.ts'

const STATE_CODES: Readonly<Record<Instance['state'], number>> = { pending: 0, running: 16, 'shutting-down': 32, terminated: 48, stopping: 64, stopped: 80 }

export function describeInstances(region: Region, input: Input): Members {
  const { items, next } = list(input, [...region.instances.values()], {
    ids: { param: 'InstanceId', missing: 'InvalidInstanceID.NotFound' },
    idOf: ({ id }) => id,
    tagsOf: ({ tags }) => tags,
    filters: {
      'instance-id': ({ id }) => [id],
      'instance-state-name': ({ state }) => [state],
      'vpc-id': ({ vpcId }) => [vpcId],
      'subnet-id': ({ subnetId }) => [subnetId],
      'availability-zone': ({ zone }) => [zone],
      'private-ip-address': ({ privateIp }) => [privateIp],
      'private-dns-name': (instance) => [dnsName(region, instance)],
      'network-interface.addresses.private-ip-address': ({ interfaceId }) => addressesIn(region.interfaces.get(interfaceId), 'ipv4'),
      'network-interface.ipv6-addresses.ipv6-address': ({ interfaceId }) => addressesIn(region.interfaces.get(interfaceId), 'ipv6'),
    },
  })
  const reservationSet = items.map((instance) => ({
    reservationId: `r-${instance.id.slice(2)}`,
    ownerId: region.account,
    groupSet: [],
    instancesSet: [show(region, instance)],
  }))
  return { reservationSet, nextToken: next }
}

function addressesIn(one: NetworkInterface | undefined, family: Family): readonly string[] {
  return one === undefined ? [] : addressesOf(one).filter((address) => familyOf(address) === family)
}

const dnsName = (region: Region, { privateIp }: Instance): string => `ip-${privateIp.replaceAll('.', '-')}.${region.name}.compute.internal`

function show(region: Region, instance: Instance): Members {
  const at = region.interfaces.get(instance.interfaceId)
  return {
    instanceId: instance.id,
    instanceType: 'm7i.large',
    instanceState: { code: STATE_CODES[instance.state], name: instance.state },
    placement: { availabilityZone: instance.zone },
    vpcId: instance.vpcId,
    subnetId: instance.subnetId,
    privateIpAddress: instance.privateIp,
    privateDnsName: dnsName(region, instance),
    ipv6Address: instance.ipv6,
    groupSet: showGroups(region, at?.groups ?? []),
    networkInterfaceSet: at === undefined ? [] : [showInterface(region, at)],
    tagSet: showTags(instance.tags),
  }
}

const showGroups = ({ groups }: Region, ids: readonly string[]): Output => ids.map((groupId) => ({ groupId, groupName: groups.get(groupId)?.name }))

export function describeNetworkInterfaces(region: Region, input: Input): Members {
  const subnetOf = ({ subnetId }: NetworkInterface) => region.subnets.get(subnetId)
  const { items, next } = list(input, [...interfacesOf(region)], {
    ids: { param: 'NetworkInterfaceId', missing: 'InvalidNetworkInterfaceID.NotFound' },
    idOf: ({ id }) => id,
    tagsOf: ({ tags }) => tags,
    filters: {
      'network-interface-id': ({ id }) => [id],
      description: ({ description }) => [description],
      'subnet-id': ({ subnetId }) => [subnetId],
      'vpc-id': (one) => [subnetOf(one)?.vpcId ?? ''],
      'availability-zone': (one) => [subnetOf(one)?.zone ?? ''],
      'group-id': ({ groups }) => groups,
      'interface-type': ({ kind }) => [kind],
      'requester-managed': ({ kind }) => [String(kind === 'network_load_balancer')],
      'attachment.instance-id': ({ instanceId }) => (instanceId === undefined ? [] : [instanceId]),
      'private-ip-address': ({ privateIp }) => [privateIp],
      'addresses.private-ip-address': (one) => addressesIn(one, 'ipv4'),
      'ipv6-addresses.ipv6-address': (one) => addressesIn(one, 'ipv6'),
      'association.public-ip': ({ publicIp }) => (publicIp === undefined ? [] : [publicIp]),
      'association.allocation-id': ({ allocationId }) => (allocationId === undefined ? [] : [allocationId]),
      status: () => ['in-use'],
    },
  })
  return { networkInterfaceSet: items.map((one) => showInterface(region, one)), nextToken: next }
}

function showInterface(region: Region, one: NetworkInterface): Members {
  const subnet = region.subnets.get(one.subnetId)
  const isBalancer = one.kind === 'network_load_balancer'
  return {
    networkInterfaceId: one.id,
    subnetId: one.subnetId,
    vpcId: subnet?.vpcId,
    availabilityZone: subnet?.zone,
    description: one.description,
    ownerId: region.account,
    requesterId: isBalancer ? 'amazon-elb' : undefined,
    requesterManaged: isBalancer,
    interfaceType: one.kind,
    status: 'in-use',
    sourceDestCheck: !isBalancer,
    privateIpAddress: one.privateIp,
    privateIpAddressesSet: addressesIn(one, 'ipv4').map((privateIpAddress) => ({ privateIpAddress, primary: privateIpAddress === one.privateIp })),
    ipv6AddressesSet: addressesIn(one, 'ipv6').map((ipv6Address) => ({ ipv6Address, isPrimaryIpv6: ipv6Address === one.ipv6 })),
    groupSet: showGroups(region, one.groups),
    attachment: {
      attachmentId: `eni-attach-${one.id.slice(-8)}`,
      status: 'attached',
      deviceIndex: isBalancer ? 1 : 0,
      instanceId: one.instanceId,
      instanceOwnerId: isBalancer ? 'amazon-elb' : region.account,
      deleteOnTermination: !isBalancer,
    },
    association: one.publicIp === undefined ? undefined : { publicIp: one.publicIp, allocationId: one.allocationId, ipOwnerId: region.account },
    tagSet: showTags(one.tags),
  }
}
