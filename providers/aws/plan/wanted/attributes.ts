/**
 * The attributes of NLBs, their target groups and listeners: what a new object has, and what a request asks for besides. Only keys whose default is known
 * can be reset when no Service asks for them any more.
 */
import type { TargetGroupProtocol } from '../../view.ts'

export type Attributes = Readonly<Record<string, string>>

export function balancerDefaults(scheme: 'internal' | 'internet-facing'): Attributes {
  return {
    'deletion_protection.enabled': 'false',
    'load_balancing.cross_zone.enabled': 'false',
    'access_logs.s3.enabled': 'false',
    'ipv6.deny_all_igw_traffic': String(scheme === 'internal'),
    'zonal_shift.config.enabled': 'false',
    'dns_record.client_routing_policy': 'any_availability_zone',
  }
}

export function groupDefaults(protocol: TargetGroupProtocol, targetType: 'instance' | 'ip'): Attributes {
  const isDatagram = protocol === 'UDP' || protocol === 'TCP_UDP'
  return {
    'deregistration_delay.timeout_seconds': '300',
    'deregistration_delay.connection_termination.enabled': String(isDatagram),
    'stickiness.enabled': 'false',
    'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
    'preserve_client_ip.enabled': String(isDatagram || targetType === 'instance'),
    'proxy_protocol_v2.enabled': 'false',
    'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
    ...(isDatagram
      ? {}
      : { 'target_health_state.unhealthy.connection_termination.enabled': 'true', 'target_health_state.unhealthy.draining_interval_seconds': '0' }),
  }
}

export const LISTENER_DEFAULTS: Attributes = { 'tcp.idle_timeout.seconds': '350' }

/** What a request sets that a new object does not have. Sorted, so that equal requests are equal texts. */
export function beyondDefaults(wanted: Attributes, defaults: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(wanted)
      .filter(([key, value]) => defaults[key] !== value)
      .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))),
  )
}

/** What has to be written so that an object has what is wanted, and its defaults in all else. */
export function attributeChanges(extras: Attributes, found: Attributes, defaults: Attributes): Attributes {
  const wanted = { ...defaults, ...extras }
  const has = (key: string): string | undefined => found[key] ?? defaults[key]
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => has(key) !== value))
}

/** One call that writes attributes. */
export interface AttributeCall {
  readonly attributes: Attributes
  /** What is added to the key of its step. */
  readonly suffix: string
  /** Absent: with whatever else changes settings. Else its place among the stages after that. */
  readonly order?: number
}

/** Attributes that may be written though no default of theirs is known. */
const WITHOUT_DEFAULT = new Set(['access_logs.s3.bucket', 'access_logs.s3.prefix', 'stickiness.type'])
/** Of one phase of a plan, counted from 0. */
export const MOST_STAGES = 99

/** AWS takes all attributes of a call or none, so that those which are not known here are written after the others and each alone. */
export function attributeCalls(changes: Attributes, defaults: Attributes): readonly AttributeCall[] {
  const isKnown = ([key]: readonly [string, string]): boolean => key in defaults || WITHOUT_DEFAULT.has(key)
  const known = Object.entries(changes).filter(isKnown)
  const others = Object.entries(changes).filter((entry) => !isKnown(entry))
  return [
    ...(known.length === 0 ? [] : [{ attributes: Object.fromEntries(known), suffix: '' }]),
    ...others.map(([key, value], i) => ({ attributes: { [key]: value }, suffix: ` (${key})`, order: Math.min(i, MOST_STAGES) })),
  ]
}
