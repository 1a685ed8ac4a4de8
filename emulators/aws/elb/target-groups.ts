/** Creates, lists, changes and deletes target groups. */
import { isDeepStrictEqual } from 'node:util'
import type { HealthCheck, TargetGroup } from '../cloud/objects.ts'
import { type Region, arnOf, digits, touch } from '../cloud/region.ts'
import { noteTags } from '../cloud/tags.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { pageOf } from '../wire/paging.ts'
import { Refusal, invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { bounded, checkName, choice, readNewTags } from './checks.ts'
import { balancerAt, targetGroupNamed, targetGroupsOf } from './find.ts'
import { DEFAULT_CHECK, readHealthCheck } from './health-checks.ts'
import { pageSize } from './page-size.ts'

const PROTOCOLS = ['TCP', 'TLS', 'UDP', 'TCP_UDP', 'QUIC', 'TCP_QUIC'] as const

export function createTargetGroup(region: Region, input: Input): Members {
  const name = input.need('Name')
  checkName(name, 'Target group')
  const tags = readNewTags(input)
  input.need('Protocol')
  input.need('Port')
  const protocol = choice(input, 'Protocol', { allowed: PROTOCOLS, otherwise: 'TCP' })
  const port = bounded(input, 'Port', { from: 1, to: 65_535 }) ?? 0
  const vpcId = input.need('VpcId')
  if (!region.vpcs.has(vpcId)) throw invalidValue(`The VPC ID '${vpcId}' is not found`)
  const targetType = choice(input, 'TargetType', { allowed: ['instance', 'ip'], otherwise: 'instance' })
  const ipAddressType = choice(input, 'IpAddressType', { allowed: ['ipv4', 'ipv6'], otherwise: 'ipv4' })
  if (input.has('ProtocolVersion')) throw invalidConfiguration(`'ProtocolVersion' is not supported for protocol ${protocol}`)
  const health = readHealthCheck(input, DEFAULT_CHECK)
  const settings = { protocol, port, vpcId, targetType, ipAddressType }
  const known = region.targetGroups.values().find((one) => one.name === name)
  if (known !== undefined && !isSame(known, { ...settings, health })) {
    throw new Refusal('DuplicateTargetGroupName', `A target group with the same name '${name}' exists, but with different settings`)
  }
  const group = known ?? build(region, { ...settings, name, health, tags })
  return { TargetGroups: [show(group)] }
}

type Parts = Pick<TargetGroup, 'name' | 'protocol' | 'port' | 'vpcId' | 'targetType' | 'ipAddressType' | 'health' | 'tags'>

function isSame(known: TargetGroup, asked: Omit<Parts, 'name' | 'tags'>): boolean {
  const { protocol, port, vpcId, targetType, ipAddressType, health } = known
  return isDeepStrictEqual({ protocol, port, vpcId, targetType, ipAddressType, health }, asked)
}

function build(region: Region, parts: Parts): TargetGroup {
  if (region.targetGroups.size >= region.quotas.targetGroups) {
    throw new Refusal('TooManyTargetGroups', `The maximum number of target groups has been reached: ${region.quotas.targetGroups}`)
  }
  const suffix = digits(region)
  const group: TargetGroup = {
    ...parts,
    suffix,
    arn: arnOf(region, 'elasticloadbalancing', `targetgroup/${parts.name}/${suffix}`),
    createdAt: region.clock.now(),
    targets: new Map(),
    users: new Set(),
    attributes: new Map(),
  }
  region.targetGroups.set(group.arn, group)
  noteTags(region, group.arn)
  return group
}

export function modifyTargetGroup(region: Region, input: Input): Members {
  const group = targetGroupNamed(region, input)
  group.health = readHealthCheck(input, group.health)
  touch(region)
  return { TargetGroups: [show(group)] }
}

export function describeTargetGroups(region: Region, input: Input): Members {
  const [balancer, arns, names] = [input.text('LoadBalancerArn'), input.texts('TargetGroupArns'), input.texts('Names')]
  if ([balancer, arns, names].filter((one) => one !== undefined).length > 1) {
    throw invalidValue(`Specify only one of 'LoadBalancerArn', 'TargetGroupArns' and 'Names'`)
  }
  const all = [...region.targetGroups.values()]
  if (balancer !== undefined) return listed(input, targetGroupsOf(region, balancerAt(region, balancer)))
  if (arns === undefined && names === undefined) {
    return listed(
      input,
      all.filter(({ createdAt }) => createdAt + region.delays.listing <= region.clock.now()),
    )
  }
  const found = (arns ?? names ?? []).map((key) => all.find(({ arn, name }) => key === (arns === undefined ? name : arn)))
  if (found.includes(undefined)) throw new Refusal('TargetGroupNotFound', 'One or more target groups not found')
  return listed(
    input,
    found.filter((one) => one !== undefined),
  )
}

function listed(input: Input, groups: readonly TargetGroup[]): Members {
  const page = pageOf(groups, { token: input.text('Marker'), size: pageSize(input), keyOf: ({ arn }) => arn, refuses: 'ValidationError' })
  return { TargetGroups: page.items.map((one) => show(one)), NextMarker: page.next }
}

function show(group: TargetGroup): Members {
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol,
    Port: group.port,
    VpcId: group.vpcId,
    ...showHealthCheck(group.health),
    LoadBalancerArns: [...new Set(group.users.values().map(({ balancerArn }) => balancerArn))],
    TargetType: group.targetType,
    IpAddressType: group.ipAddressType,
  }
}

function showHealthCheck(health: HealthCheck): Members {
  return {
    HealthCheckProtocol: health.protocol,
    HealthCheckPort: health.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: health.intervalSeconds,
    HealthCheckTimeoutSeconds: health.timeoutSeconds,
    HealthyThresholdCount: health.healthyThreshold,
    UnhealthyThresholdCount: health.unhealthyThreshold,
    HealthCheckPath: health.path,
    Matcher: health.matcher === undefined ? undefined : { HttpCode: health.matcher },
  }
}

/** One that is gone already is no error; one that a listener uses, or used a moment ago, stays. */
export function deleteTargetGroup(region: Region, input: Input): Members {
  const group = region.targetGroups.get(input.need('TargetGroupArn'))
  if (group === undefined) return {}
  const isJustLeft = group.unusedSince !== undefined && region.clock.now() < group.unusedSince + region.delays.targetGroupUse
  if (group.users.size > 0 || isJustLeft) {
    throw new Refusal('ResourceInUse', `Target group '${group.arn}' is currently in use by a listener or a rule`)
  }
  region.targetGroups.delete(group.arn)
  noteTags(region, group.arn)
  return {}
}
