/** Changes a load balancer in place: its subnets, its security groups, its address type. */
import type { Attachment, LoadBalancer } from '../cloud/objects.ts'
import { type Region, touch } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal, invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { type Mapping, attach, checkFree, detach, giveIpv6, readMappings, sourceNatPrefixFor } from './attachments.ts'
import { readGroups, readIpAddressType, showZones } from './balancers.ts'
import { choice } from './checks.ts'
import { checkUdpOnDualstack } from './compatibility.ts'
import { balancerNamed } from './find.ts'

/** The full list: zones that are not in it are left. An address in a zone that stays is not changed, and nothing says so. */
export function setSubnets(region: Region, input: Input): Members {
  const balancer = balancerNamed(region, input)
  const ipAddressType = readIpAddressType(input) ?? balancer.ipAddressType
  const sourceNat = choice(input, 'EnablePrefixForIpv6SourceNat', { allowed: ['on', 'off'], otherwise: balancer.sourceNat })
  if (sourceNat === 'on' && ipAddressType !== 'dualstack') throw invalidConfiguration(`'EnablePrefixForIpv6SourceNat' needs the IP address type 'dualstack'`)
  const mappings = readMappings(region, input, { scheme: balancer.scheme, ipAddressType, sourceNat })
  for (const { subnet } of mappings) checkSubnet(balancer, subnet)
  checkListeners(region, balancer, { ipAddressType, sourceNat })
  const staying = new Map(balancer.attachments.map((one) => [one.subnetId, one]))
  checkFree(
    region,
    mappings.filter(({ subnet }) => !staying.has(subnet.id)),
  )
  const wanted = new Set(mappings.map(({ subnet }) => subnet.id))
  for (const attachment of balancer.attachments) if (!wanted.has(attachment.subnetId)) detach(region, attachment)
  balancer.sourceNat = sourceNat
  balancer.attachments = mappings.map((mapping) => keepOrAttach(region, { balancer, mapping, known: staying.get(mapping.subnet.id) }))
  setFamily(region, balancer, ipAddressType)
  touch(region)
  return { AvailabilityZones: showZones(region, balancer), IpAddressType: ipAddressType, EnablePrefixForIpv6SourceNat: sourceNat }
}

function checkSubnet({ attachments, vpcId }: LoadBalancer, { id, zone, vpcId: at }: Mapping['subnet']): void {
  if (at !== vpcId) throw invalidConfiguration(`The subnet '${id}' is not in the VPC '${vpcId}' of the load balancer`)
  const other = attachments.find((one) => one.zone === zone && one.subnetId !== id)
  if (other !== undefined) {
    throw invalidConfiguration(
      `The load balancer already has the subnet '${other.subnetId}' in the Availability Zone '${zone}': an additional subnet from a zone that is already associated cannot be specified`,
    )
  }
}

interface Placing {
  readonly balancer: LoadBalancer
  readonly mapping: Mapping
  readonly known: Attachment | undefined
}

function keepOrAttach(region: Region, { balancer, mapping, known }: Placing): Attachment {
  if (known === undefined) return attach(region, balancer, mapping)
  const prefix = sourceNatPrefixFor(balancer.sourceNat, mapping)
  const { zone, subnetId, interfaceId, hasChosenIp } = known
  return { zone, subnetId, interfaceId, hasChosenIp, ...(prefix === undefined ? {} : { sourceNatPrefix: prefix }) }
}

export function setIpAddressType(region: Region, input: Input): Members {
  const balancer = balancerNamed(region, input)
  input.need('IpAddressType')
  const ipAddressType = readIpAddressType(input) ?? balancer.ipAddressType
  for (const { subnetId } of balancer.attachments) {
    if (ipAddressType === 'dualstack' && region.subnets.get(subnetId)?.ipv6Cidr === undefined) {
      throw new Refusal('InvalidSubnet', `The subnet '${subnetId}' has no IPv6 CIDR block, which a dualstack load balancer needs`)
    }
  }
  checkListeners(region, balancer, { ipAddressType, sourceNat: balancer.sourceNat })
  setFamily(region, balancer, ipAddressType)
  touch(region)
  return { IpAddressType: ipAddressType }
}

/** Do the present listeners go with what the load balancer is going to be? */
function checkListeners(region: Region, balancer: LoadBalancer, next: Pick<LoadBalancer, 'ipAddressType' | 'sourceNat'>): void {
  for (const { protocol, groups } of balancer.listeners) {
    for (const { arn } of groups) {
      const group = region.targetGroups.get(arn)
      if (group === undefined) continue
      checkUdpOnDualstack(next, { protocol, group })
      if (next.ipAddressType === 'ipv4' && group.ipAddressType === 'ipv6') {
        throw invalidConfiguration(`The IPv6 target group '${arn}' needs a dualstack load balancer`)
      }
    }
    const isQuic = protocol === 'QUIC' || protocol === 'TCP_QUIC'
    if (isQuic && next.ipAddressType === 'dualstack') throw invalidConfiguration('QUIC listeners are not supported on dualstack load balancers')
  }
}

function setFamily(region: Region, balancer: LoadBalancer, ipAddressType: LoadBalancer['ipAddressType']): void {
  balancer.ipAddressType = ipAddressType
  if (ipAddressType === 'ipv4') balancer.sourceNat = 'off'
  for (const { interfaceId, subnetId } of balancer.attachments) {
    const [at, subnet] = [region.interfaces.get(interfaceId), region.subnets.get(subnetId)]
    if (at === undefined || subnet === undefined) continue
    if (ipAddressType === 'ipv4') delete at.ipv6
    else if (at.ipv6 === undefined) giveIpv6(at, { subnet })
  }
}

/** One that was created without groups gets none, and one that has some keeps at least one. */
export function setSecurityGroups(region: Region, input: Input): Members {
  const balancer = balancerNamed(region, input)
  if (!balancer.hasGroups) {
    throw invalidConfiguration('You cannot set security groups on a network load balancer that was created without security groups')
  }
  const groups = readGroups(region, input, balancer.vpcId)
  if (groups.length === 0) throw invalidValue(`'SecurityGroups' must name at least one security group`)
  const enforcement = choice(input, 'EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic', {
    allowed: ['on', 'off'],
    otherwise: balancer.privateLinkEnforcement,
  })
  balancer.groups = groups
  balancer.privateLinkEnforcement = enforcement
  for (const { interfaceId } of balancer.attachments) {
    const at = region.interfaces.get(interfaceId)
    if (at !== undefined) at.groups = groups
  }
  touch(region)
  return { SecurityGroupIds: groups, EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforcement }
}
