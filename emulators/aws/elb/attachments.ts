/** Puts a load balancer into subnets: one interface in each, with its addresses. */
import type { Attachment, LoadBalancer, NetworkInterface, Subnet } from '../cloud/objects.ts'
import { ipv6AddressIn, nextAddress, publicAddress } from '../cloud/addressing.ts'
import { canonicalAddress, familyOf, isWithin } from '../../cloud/networks.ts'
import { addInterface, interfaceAt, interfacesOf, leaveInterface } from '../cloud/interfaces.ts'
import { type Region, newId } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import { Refusal, invalidConfiguration, invalidValue } from '../wire/refusal.ts'

export interface Mapping {
  readonly subnet: Subnet
  readonly allocationId?: string
  readonly privateIp?: string
  readonly ipv6?: string
  readonly sourceNatPrefix?: string
}

/** What of a load balancer its mappings have to go with. */
export interface Frame {
  readonly scheme: LoadBalancer['scheme']
  readonly ipAddressType: LoadBalancer['ipAddressType']
  readonly sourceNat: 'on' | 'off'
}

/** The `Subnets` or `SubnetMappings` of a request, checked against the subnets and against each other. */
export function readMappings(region: Region, input: Input, frame: Frame): readonly Mapping[] {
  if (input.has('Subnets') && input.has('SubnetMappings')) throw invalidValue(`Specify either 'Subnets' or 'SubnetMappings', not both`)
  const ids = input.texts('Subnets')
  const mappings: readonly Mapping[] =
    ids?.map((id) => ({ subnet: subnetAt(region, id) })) ?? (input.each('SubnetMappings') ?? []).map((one) => readMapping(region, one))
  if (mappings.length === 0) throw invalidValue('At least one subnet must be specified')
  const zones = new Set(mappings.map(({ subnet }) => subnet.zone))
  if (zones.size < mappings.length) {
    throw invalidConfiguration('A load balancer cannot be attached to multiple subnets in the same Availability Zone')
  }
  if (new Set(mappings.map(({ subnet }) => subnet.vpcId)).size > 1) throw invalidConfiguration('All subnets must belong to the same VPC')
  const allocations = mappings.flatMap(({ allocationId }) => allocationId ?? [])
  if (new Set(allocations).size < allocations.length) throw invalidConfiguration('An allocation id has been specified more than once')
  for (const mapping of mappings) checkMapping(region, mapping, frame)
  return mappings
}

function subnetAt(region: Region, id: string): Subnet {
  const subnet = region.subnets.get(id)
  if (subnet === undefined) throw new Refusal('SubnetNotFound', `The subnet ID '${id}' does not exist`)
  return subnet
}

function readMapping(region: Region, input: Input): Mapping {
  const [allocationId, privateIp, ipv6, sourceNatPrefix] = ['AllocationId', 'PrivateIPv4Address', 'IPv6Address', 'SourceNatIpv6Prefix'].map((name) =>
    input.text(name),
  )
  return {
    subnet: subnetAt(region, input.need('SubnetId')),
    ...(allocationId === undefined ? {} : { allocationId }),
    ...(privateIp === undefined ? {} : { privateIp }),
    ...(ipv6 === undefined ? {} : { ipv6 }),
    ...(sourceNatPrefix === undefined ? {} : { sourceNatPrefix }),
  }
}

function checkMapping(region: Region, { subnet, allocationId, privateIp, ipv6, sourceNatPrefix }: Mapping, frame: Frame): void {
  if (frame.ipAddressType === 'dualstack' && subnet.ipv6Cidr === undefined) {
    throw new Refusal('InvalidSubnet', `The subnet '${subnet.id}' has no IPv6 CIDR block, which a dualstack load balancer needs`)
  }
  if (frame.scheme === 'internet-facing' && region.vpcs.get(subnet.vpcId)?.internetGateway === undefined) {
    throw new Refusal('InvalidSubnet', `VPC ${subnet.vpcId} has no internet gateway`)
  }
  if (allocationId !== undefined) {
    if (frame.scheme === 'internal') throw invalidConfiguration('An internal load balancer cannot have elastic IP addresses')
    if (!region.addresses.has(allocationId)) throw new Refusal('AllocationIdNotFound', `The allocation IDs '${allocationId}' do not exist`)
  }
  if (privateIp !== undefined) {
    if (frame.scheme !== 'internal') throw invalidConfiguration('Only an internal load balancer can be given private IPv4 addresses')
    if (familyOf(privateIp) !== 'ipv4' || !isWithin(privateIp, subnet.cidr)) {
      throw invalidConfiguration(`The private IPv4 address '${privateIp}' is not within the subnet '${subnet.id}' (${subnet.cidr})`)
    }
  }
  if (ipv6 !== undefined) {
    if (frame.ipAddressType !== 'dualstack') throw invalidConfiguration('Only a dualstack load balancer can be given IPv6 addresses')
    if (familyOf(ipv6) !== 'ipv6' || subnet.ipv6Cidr === undefined || !isWithin(ipv6, subnet.ipv6Cidr)) {
      throw invalidConfiguration(`The IPv6 address '${ipv6}' is not within the subnet '${subnet.id}' (${subnet.ipv6Cidr})`)
    }
  }
  if (sourceNatPrefix !== undefined) checkPrefix(sourceNatPrefix, subnet, frame)
}

function checkPrefix(prefix: string, subnet: Subnet, { sourceNat }: Frame): void {
  if (sourceNat !== 'on') throw invalidConfiguration(`'SourceNatIpv6Prefix' needs 'EnablePrefixForIpv6SourceNat' to be 'on'`)
  if (prefix === 'auto_assigned') return
  const [address = '', length] = prefix.split('/')
  if (length !== '80' || familyOf(address) !== 'ipv6' || subnet.ipv6Cidr === undefined || !isWithin(address, subnet.ipv6Cidr)) {
    throw invalidConfiguration(`The source NAT prefix '${prefix}' must be 'auto_assigned' or a /80 within the subnet '${subnet.id}' (${subnet.ipv6Cidr})`)
  }
}

/** Addresses that are in use: also by interfaces of load balancers that are gone. */
export function checkFree(region: Region, mappings: readonly Mapping[]): void {
  const used = new Set(interfacesOf(region).map(({ allocationId }) => allocationId))
  const taken = mappings.flatMap(({ allocationId }) => (allocationId !== undefined && used.has(allocationId) ? [allocationId] : []))
  if (taken.length > 0) throw new Refusal('ResourceInUse', `The allocation IDs are not available for use: '${taken.join(', ')}'`)
  for (const { privateIp } of mappings) {
    if (privateIp !== undefined && interfaceAt(region, privateIp) !== undefined) {
      throw new Refusal('ResourceInUse', `The private IPv4 address '${privateIp}' is not available for use`)
    }
  }
}

export interface Bearer {
  readonly name: string
  readonly suffix: string
  readonly scheme: LoadBalancer['scheme']
  readonly ipAddressType: LoadBalancer['ipAddressType']
  readonly sourceNat: 'on' | 'off'
  readonly groups: readonly string[]
}

/** Creates the interface in the mapping's subnet. Throws `InvalidSubnet` when no address is free there. */
export function attach(region: Region, balancer: Bearer, mapping: Mapping): Attachment {
  const { subnet, allocationId } = mapping
  const privateIp = mapping.privateIp ?? nextAddress(region, subnet)
  if (privateIp === undefined) throw new Refusal('InvalidSubnet', `Not enough IP space available in ${subnet.id}`)
  const id = newId(region, 'eni')
  const eip = allocationId === undefined ? undefined : region.addresses.get(allocationId)
  const made: NetworkInterface = {
    id,
    subnetId: subnet.id,
    description: `ELB net/${balancer.name}/${balancer.suffix}`,
    kind: 'network_load_balancer',
    privateIp,
    secondaryIps: [],
    groups: balancer.groups,
    tags: new Map(),
    ...(balancer.scheme === 'internet-facing' ? { publicIp: eip?.publicIp ?? publicAddress(region) } : {}),
    ...(allocationId === undefined ? {} : { allocationId }),
  }
  if (balancer.ipAddressType === 'dualstack') giveIpv6(made, { subnet, address: mapping.ipv6 })
  addInterface(region, made)
  const prefix = sourceNatPrefixFor(balancer.sourceNat, mapping)
  return {
    zone: subnet.zone,
    subnetId: subnet.id,
    interfaceId: id,
    hasChosenIp: mapping.privateIp !== undefined,
    ...(prefix === undefined ? {} : { sourceNatPrefix: prefix }),
  }
}

export function giveIpv6(to: NetworkInterface, { subnet, address }: { readonly subnet: Subnet; readonly address?: string | undefined }): void {
  const ipv6 = address === undefined ? ipv6AddressIn(subnet, to) : canonicalAddress(address)
  if (ipv6 !== undefined) to.ipv6 = ipv6
}

/** The prefix that the load balancer translates IPv6 clients' addresses to. */
export function sourceNatPrefixFor(sourceNat: 'on' | 'off', { subnet, sourceNatPrefix }: Mapping): string | undefined {
  if (sourceNat === 'off' || subnet.ipv6Cidr === undefined) return undefined
  if (sourceNatPrefix !== undefined && sourceNatPrefix !== 'auto_assigned') return sourceNatPrefix
  return `${subnet.ipv6Cidr.split('::')[0]}:ffff::/80`
}

/** The load balancer leaves; the interface stays for a while. */
export function detach(region: Region, { interfaceId }: Attachment): void {
  leaveInterface(region, interfaceId)
}
