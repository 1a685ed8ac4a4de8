/** Chooses a listener's target for a packet. */
import type { Rotation } from '../../cloud/rotation.ts'
import type { Listener, LoadBalancer, Target, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { balancerAttribute, groupAttribute } from '../elb/attributes.ts'
import { zoneOf } from '../elb/target-place.ts'
import { dropDrained } from '../elb/targets.ts'
import { healthOf } from './health.ts'

export interface Chosen {
  readonly group: TargetGroup
  readonly target: Target
}

export interface Choice {
  readonly balancer: LoadBalancer
  readonly listener: Listener
  readonly sent: { readonly from: string }
  /** Where the packet came in; undefined: by name. */
  readonly zone?: string
}

/** The target, or why there is none. Draining targets get nothing new: in AWS some flows still may arrive for a while. */
export function choose(region: Region, rotation: Rotation, { balancer, listener, sent, zone }: Choice): Chosen | string {
  const group = chooseGroup(region, rotation, listener)
  if (group === undefined) return `the listener on ${listener.port} forwards to no target group with a weight`
  dropDrained(region, group)
  const usable = usableTargets(region, group)
  if (usable.length === 0) return `${group.name} has no targets that could be used`
  const near = isCrossZone(balancer, group)
    ? usable
    : inReach(region, { group, usable, balancer, zone: zone ?? resolverZone(region, balancer, sent.from), rotation })
  const target = isSticky(group) ? near[hash(sent.from) % near.length] : rotation.next(`${listener.arn} ${group.arn}`, near)
  return target === undefined ? `${group.name} has no targets that could be used` : { group, target }
}

/** By weight, in turns. */
function chooseGroup(region: Region, rotation: Rotation, { arn, groups }: Listener): TargetGroup | undefined {
  const turns = groups.flatMap((one) => Array.from({ length: groups.length === 1 ? Math.min(1, one.weight) : one.weight }, () => one.arn))
  const chosen = rotation.next(`${arn} groups`, turns)
  return chosen === undefined ? undefined : region.targetGroups.get(chosen)
}

/** Healthy ones. When there are none, all that are registered, whatever their health: NLB fails open. */
function usableTargets(region: Region, group: TargetGroup): readonly Target[] {
  const states = [...group.targets.values()].map((target) => ({ target, state: healthOf(region, group, target).state }))
  const healthy = states.filter(({ state }) => state === 'healthy')
  const last = healthy.length > 0 ? healthy : states.filter(({ state }) => state === 'initial' || state === 'unhealthy')
  return last.map(({ target }) => target)
}

function isCrossZone(balancer: LoadBalancer, group: TargetGroup): boolean {
  const own = groupAttribute(group, 'load_balancing.cross_zone.enabled')
  return (own === 'use_load_balancer_configuration' ? balancerAttribute(balancer, 'load_balancing.cross_zone.enabled') : own) === 'true'
}

interface Reach {
  readonly group: TargetGroup
  readonly usable: readonly Target[]
  readonly balancer: LoadBalancer
  readonly zone: string | undefined
  readonly rotation: Rotation
}

/**
 * Targets of the zone where the packet came in. By name that is a zone which has some: the client's own where DNS prefers it, else zones taking turns.
 * Simplified: an address whose zone has none is answered from the other zones, where AWS would fail it over at the next DNS answer.
 */
function inReach(region: Region, { group, usable, balancer, zone, rotation }: Reach): readonly Target[] {
  const placed = usable.map((target) => ({ target, zone: zoneOf(region, group, target) }))
  const inZone = (name: string): readonly Target[] => placed.flatMap((one) => ((one.zone ?? name) === name ? [one.target] : []))
  const open = balancer.attachments.map((one) => one.zone).filter((name) => inZone(name).length > 0)
  const taken = zone !== undefined && open.includes(zone) ? zone : rotation.next(`${group.arn} zones`, open)
  return taken === undefined ? usable : inZone(taken)
}

/** The zone whose address DNS has for the client first. A partial affinity is taken for none. */
function resolverZone({ instances }: Region, balancer: LoadBalancer, from: string): string | undefined {
  if (balancerAttribute(balancer, 'dns_record.client_routing_policy') !== 'availability_zone_affinity') return undefined
  return instances.values().find(({ privateIp }) => privateIp === from)?.zone
}

const isSticky = (group: TargetGroup): boolean => groupAttribute(group, 'stickiness.enabled') === 'true'

function hash(text: string): number {
  return Array.from(text).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7)
}
