/** Creates, lists and deletes network load balancers. */
import type { LoadBalancer } from '../cloud/objects.ts'
import { interfacesOf } from '../cloud/interfaces.ts'
import { type Region, arnOf, digits, isSettled, touch } from '../cloud/region.ts'
import { noteTags } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members, Output } from '../wire/output.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal, invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { type Frame, type Mapping, attach, checkFree, detach, readMappings } from './attachments.ts'
import { balancerAttribute } from './attributes.ts'
import { checkName, choice, readNewTags } from './checks.ts'
import { removeListener } from './listeners.ts'
import { pageSize } from './page-size.ts'

/** The hosted zone of network load balancers in Ireland; other regions have others, which nothing here reads. */
const HOSTED_ZONE = 'Z2IFOLAFXWLO4F'
const MAX_NAMED = 20

export function createLoadBalancer(region: Region, input: Input): Members {
  const name = input.need('Name')
  checkName(name, 'Load balancer')
  if (name.startsWith('internal-')) throw invalidValue(`Load balancer name '${name}' cannot begin with 'internal-'`)
  if (input.text('Type') !== 'network') {
    throw invalidValue(`'${input.text('Type') ?? 'application'}' load balancers are not emulated: 'Type' must be 'network'`)
  }
  const tags = readNewTags(input)
  const frame = readFrame(input)
  const mappings = readMappings(region, input, frame)
  const groups = readGroups(region, input, mappings[0]?.subnet.vpcId ?? '')
  const known = region.balancers.values().find((one) => one.name === name)
  if (known !== undefined && !isSame(region, known, { frame, mappings, groups })) {
    throw new Refusal('DuplicateLoadBalancerName', `A load balancer with the same name '${name}' exists, but with different settings`)
  }
  const balancer = known ?? build(region, { name, frame, mappings, groups, tags })
  return { LoadBalancers: [show(region, balancer)] }
}

function readFrame(input: Input): Frame {
  const scheme = input.text('Scheme') ?? 'internet-facing'
  if (scheme !== 'internet-facing' && scheme !== 'internal') throw new Refusal('InvalidScheme', `The requested scheme '${scheme}' is not valid`)
  const ipAddressType = readIpAddressType(input) ?? 'ipv4'
  const sourceNat = choice(input, 'EnablePrefixForIpv6SourceNat', { allowed: ['on', 'off'], otherwise: 'off' })
  if (sourceNat === 'on' && ipAddressType !== 'dualstack') throw invalidConfiguration(`'EnablePrefixForIpv6SourceNat' needs the IP address type 'dualstack'`)
  return { scheme, ipAddressType, sourceNat }
}

export function readIpAddressType(input: Input): 'ipv4' | 'dualstack' | undefined {
  const type = input.text('IpAddressType')
  if (type !== undefined && type !== 'ipv4' && type !== 'dualstack') {
    throw invalidConfiguration(`'${type}' is not a valid IP address type for a network load balancer: it must be 'ipv4' or 'dualstack'`)
  }
  return type
}

export function readGroups(region: Region, input: Input, vpcId: string): readonly string[] {
  const ids = [...new Set(input.texts('SecurityGroups'))]
  for (const id of ids) {
    const group = region.groups.get(id)
    if (group === undefined || !isSettled(region, group)) throw new Refusal('InvalidSecurityGroup', `The security group '${id}' does not exist`)
    if (group.vpcId !== vpcId) throw new Refusal('InvalidSecurityGroup', `The security group '${id}' does not belong to VPC '${vpcId}'`)
  }
  const most = region.quotas.groupsPerInterface
  if (ids.length > most) throw invalidConfiguration(`A load balancer can have at most ${most} security groups`)
  return ids
}

interface Parts {
  readonly name: string
  readonly frame: Frame
  readonly mappings: readonly Mapping[]
  readonly groups: readonly string[]
  readonly tags: Map<string, string>
}

function build(region: Region, { name, frame, mappings, groups, tags }: Parts): LoadBalancer {
  const { quotas, clock, delays } = region
  const vpcId = mappings[0]?.subnet.vpcId ?? ''
  if (region.balancers.size >= quotas.loadBalancers) {
    throw new Refusal('TooManyLoadBalancers', `The maximum number of load balancers has been reached: ${quotas.loadBalancers}`)
  }
  const interfaces = interfacesOf(region).reduce((count, { kind }) => count + (kind === 'network_load_balancer' ? 1 : 0), 0)
  if (interfaces + mappings.length > quotas.interfacesPerVpc) {
    throw new Refusal('TooManyLoadBalancers', `The maximum number of load balancer network interfaces in VPC '${vpcId}' has been reached`)
  }
  checkFree(region, mappings)
  const suffix = digits(region)
  const bearer = { name, suffix, groups, ...frame }
  const now = clock.now()
  const balancer: LoadBalancer = {
    ...bearer,
    arn: arnOf(region, 'elasticloadbalancing', `loadbalancer/net/${name}/${suffix}`),
    dnsName: `${name}-${suffix}.elb.${region.name}.amazonaws.com`,
    vpcId,
    createdAt: now,
    activeAt: now + delays.provisioning,
    hasGroups: groups.length > 0,
    privateLinkEnforcement: 'on',
    attachments: mappings.map((mapping) => attach(region, bearer, mapping)),
    listeners: new Set(),
    attributes: new Map(),
    tags,
  }
  region.balancers.set(balancer.arn, balancer)
  noteTags(region, balancer.arn)
  return balancer
}

/** Is the load balancer as a creation asks for? Tags do not count, nor addresses that were left to the cloud. */
function isSame(region: Region, balancer: LoadBalancer, { frame, mappings, groups }: Omit<Parts, 'name' | 'tags'>): boolean {
  const { scheme, ipAddressType, sourceNat, attachments } = balancer
  const isFramed = scheme === frame.scheme && ipAddressType === frame.ipAddressType && sourceNat === frame.sourceNat
  const isGrouped = groups.length === balancer.groups.length && groups.every((id) => balancer.groups.includes(id))
  const isPlaced = mappings.every(({ subnet, allocationId, privateIp, ipv6 }) => {
    const attachment = attachments.find(({ subnetId }) => subnetId === subnet.id)
    const at = attachment && region.interfaces.get(attachment.interfaceId)
    return at !== undefined && at.allocationId === allocationId && (privateIp ?? at.privateIp) === at.privateIp && (ipv6 ?? at.ipv6) === at.ipv6
  })
  return isFramed && isGrouped && isPlaced && mappings.length === attachments.length
}

export function describeLoadBalancers(region: Region, input: Input): Members {
  const [arns, names] = [input.texts('LoadBalancerArns'), input.texts('Names')]
  if (arns !== undefined && names !== undefined) throw invalidValue(`Specify either 'LoadBalancerArns' or 'Names', not both`)
  const all = [...region.balancers.values()]
  if (arns === undefined && names === undefined) return listed(region, input, all)
  const asked = arns ?? names ?? []
  if (asked.length > MAX_NAMED) throw invalidValue(`At most ${MAX_NAMED} load balancers may be specified, and there are ${asked.length}`)
  const found = asked.map((key) => all.find(({ arn, name }) => key === (arns === undefined ? name : arn)))
  if (found.includes(undefined)) throw new Refusal('LoadBalancerNotFound', 'One or more load balancers not found')
  return { LoadBalancers: found.flatMap((one) => (one === undefined ? [] : [show(region, one)])) }
}

/** What was created a moment ago may be missing from a list that names nothing. */
function listed(region: Region, input: Input, all: readonly LoadBalancer[]): Members {
  const visible = all.filter(({ createdAt }) => createdAt + region.delays.listing <= region.clock.now())
  const page = pageOf(visible, { token: input.text('Marker'), size: pageSize(input), keyOf: ({ arn }) => arn, refuses: 'ValidationError' })
  return { LoadBalancers: page.items.map((one) => show(region, one)), NextMarker: page.next }
}

export function stateOf(region: Region, { activeAt, failure }: LoadBalancer): 'provisioning' | 'active' | 'failed' {
  if (failure !== undefined) return 'failed'
  return region.clock.now() >= activeAt ? 'active' : 'provisioning'
}

function show(region: Region, balancer: LoadBalancer): Members {
  return {
    LoadBalancerArn: balancer.arn,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneId: HOSTED_ZONE,
    CreatedTime: new Date(balancer.createdAt),
    LoadBalancerName: balancer.name,
    Scheme: balancer.scheme,
    VpcId: balancer.vpcId,
    State: { Code: stateOf(region, balancer), Reason: balancer.failure },
    Type: 'network',
    AvailabilityZones: showZones(region, balancer),
    SecurityGroups: balancer.hasGroups ? balancer.groups : undefined,
    IpAddressType: balancer.ipAddressType,
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: balancer.hasGroups ? balancer.privateLinkEnforcement : undefined,
    EnablePrefixForIpv6SourceNat: balancer.sourceNat,
  }
}

/** An IPv4 address is shown only where the owner of the load balancer chose it. */
export function showZones(region: Region, { attachments }: LoadBalancer): Output {
  return attachments.map(({ zone, subnetId, interfaceId, hasChosenIp, sourceNatPrefix }) => {
    const at = region.interfaces.get(interfaceId)
    const address = {
      IpAddress: at?.allocationId === undefined ? undefined : at.publicIp,
      AllocationId: at?.allocationId,
      PrivateIPv4Address: hasChosenIp ? at?.privateIp : undefined,
      IPv6Address: at?.ipv6,
    }
    const isTold = Object.values(address).some((value) => value !== undefined)
    return {
      ZoneName: zone,
      SubnetId: subnetId,
      LoadBalancerAddresses: isTold ? [address] : [],
      SourceNatIpv6Prefixes: sourceNatPrefix === undefined ? undefined : [sourceNatPrefix],
    }
  })
}

/** One that is gone already is no error. */
export function deleteLoadBalancer(region: Region, input: Input): Members {
  const balancer = region.balancers.get(input.need('LoadBalancerArn'))
  if (balancer === undefined) return {}
  if (balancerAttribute(balancer, 'deletion_protection.enabled') === 'true') {
    throw new Refusal('OperationNotPermitted', `Load balancer '${balancer.arn}' cannot be deleted because deletion protection is enabled`)
  }
  for (const listener of balancer.listeners) removeListener(region, listener)
  for (const attachment of balancer.attachments) detach(region, attachment)
  region.balancers.delete(balancer.arn)
  noteTags(region, balancer.arn)
  touch(region)
  return {}
}
