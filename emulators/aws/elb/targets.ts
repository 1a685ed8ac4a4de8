/** Registers targets and lets them go. */
import { canonicalAddress, familyOf, isPrivate, isWithin } from '../../cloud/networks.ts'
import type { Target, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { Refusal, invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { groupAttribute } from './attributes.ts'
import { bounded } from './checks.ts'
import { balancerUsing, targetGroupNamed } from './find.ts'
import { checkTargetCounts, registered, tooMany } from './target-counts.ts'

type Named = Pick<Target, 'id' | 'port' | 'zone'>

export const targetKey = ({ id, port, zone = '' }: Named): string => `${id} ${port} ${zone}`

/** All or none: one target that cannot be registered fails the call. */
export function registerTargets(region: Region, input: Input): Members {
  const group = targetGroupNamed(region, input)
  const named = readTargets(input, group)
  if (named.length === 0) throw invalidValue(`'Targets' must name at least one target`)
  if (group.targetType === 'instance') checkInstances(region, group, named)
  else for (const target of named) checkAddress(region, group, target)
  const before = new Map([...group.targets].map(([key, target]): [string, Target] => [key, { ...target }]))
  for (const target of named) register(region, group, target)
  try {
    checkCounts(region, group)
  } catch (error) {
    group.targets.clear()
    for (const [key, target] of before) group.targets.set(key, target)
    throw error
  }
  return {}
}

export function readTargets(input: Input, group: TargetGroup): readonly Named[] {
  return (input.each('Targets') ?? []).map((one) => {
    const [id, zone] = [one.need('Id'), one.text('AvailabilityZone')]
    const isAddress = group.targetType === 'ip' && familyOf(id) !== undefined
    return {
      id: isAddress ? canonicalAddress(id) : id,
      port: bounded(one, 'Port', { from: 1, to: 65_535 }) ?? group.port,
      ...(zone === undefined ? {} : { zone }),
    }
  })
}

function register(region: Region, group: TargetGroup, named: Named): void {
  const known = group.targets.get(targetKey(named))
  if (known !== undefined && known.leftAt === undefined) return
  group.targets.set(targetKey(named), { ...named, registeredAt: region.clock.now() })
}

function checkInstances(region: Region, group: TargetGroup, named: readonly Named[]): void {
  const ids = [...new Set(named.map(({ id }) => id))]
  const list = (some: readonly string[]): string => some.map((id) => `'${id}'`).join(', ')
  const malformed = ids.filter((id) => !/^i-[0-9a-z]+$/.test(id))
  if (malformed.length > 0) throw invalidValue(`Instance ID ${list(malformed)} is not valid`)
  const unknown = ids.filter((id) => !region.instances.has(id))
  if (unknown.length > 0) throw new Refusal('InvalidTarget', `The following targets do not exist: ${list(unknown)}`)
  const idle = ids.filter((id) => region.instances.get(id)?.state !== 'running')
  if (idle.length > 0) throw new Refusal('InvalidTarget', `The following targets are not in a running state and cannot be registered: ${list(idle)}`)
  const elsewhere = ids.filter((id) => region.instances.get(id)?.vpcId !== group.vpcId)
  if (elsewhere.length > 0) throw new Refusal('InvalidTarget', `The following targets are not in the target group VPC '${group.vpcId}': ${list(elsewhere)}`)
  const zoned = named.filter(({ zone }) => zone !== undefined).map(({ id }) => id)
  if (zoned.length > 0) throw invalidValue(`You cannot specify an Availability Zone for the instances ${list(zoned)}`)
  if (group.ipAddressType !== 'ipv6') return
  const old = ids.filter((id) => region.instances.get(id)?.ipv6 === undefined)
  if (old.length > 0) throw new Refusal('InvalidTarget', `The following targets do not have a primary IPv6 address: ${list(old)}`)
}

function checkAddress(region: Region, group: TargetGroup, { id, zone }: Named): void {
  if (familyOf(id) !== group.ipAddressType) {
    throw invalidValue(`The IP address '${id}' is not a valid ${group.ipAddressType === 'ipv4' ? 'IPv4' : 'IPv6'} address`)
  }
  const vpc = region.vpcs.get(group.vpcId)
  const isInside = [...(vpc?.cidrs ?? []), ...(vpc?.ipv6Cidrs ?? [])].some((cidr) => isWithin(id, cidr))
  if (isInside && zone !== undefined) throw invalidValue(`You cannot specify an Availability Zone for the IP address '${id}', which is within the VPC`)
  if (isInside) return
  if (group.ipAddressType === 'ipv6') throw invalidValue(`The IP address '${id}' is not within the VPC '${group.vpcId}'`)
  if (!isPrivate(id)) throw invalidValue(`The IP address '${id}' is not a private address`)
  if (zone === undefined) throw invalidValue(`The IP address '${id}' is outside the VPC. You must specify an Availability Zone`)
  const isZone = zone === 'all' || region.zones.some(({ name }) => name === zone)
  if (!isZone) throw invalidConfiguration(`'${zone}' is not a valid Availability Zone: it must be 'all' or a zone of the region`)
}

function checkCounts(region: Region, group: TargetGroup): void {
  const { targetsPerTargetGroup } = region.quotas
  if (registered(group).length > targetsPerTargetGroup) throw tooMany(`target group '${group.arn}'`, targetsPerTargetGroup)
  const balancer = balancerUsing(region, group)
  if (balancer !== undefined) checkTargetCounts(region, balancer, [group])
}

/** What is not registered is no error. Without a port, all registrations of the id go. */
export function deregisterTargets(region: Region, input: Input): Members {
  const group = targetGroupNamed(region, input)
  const sent = input.each('Targets') ?? []
  if (sent.length === 0) throw invalidValue(`'Targets' must name at least one target`)
  const now = region.clock.now()
  for (const [i, { id, port }] of readTargets(input, group).entries()) {
    const isAnyPort = sent[i]?.has('Port') !== true
    for (const target of group.targets.values()) {
      if (target.id === id && (isAnyPort || target.port === port)) target.leftAt ??= now
    }
  }
  dropDrained(region, group)
  return {}
}

/** Targets that have drained are gone; those of a group that no listener uses go at once. */
export function dropDrained(region: Region, group: TargetGroup): void {
  const delay = group.usedSince === undefined ? 0 : (region.delays.draining ?? Number(groupAttribute(group, 'deregistration_delay.timeout_seconds')) * 1000)
  for (const [key, { leftAt }] of group.targets) {
    if (leftAt !== undefined && region.clock.now() >= leftAt + delay) group.targets.delete(key)
  }
}
