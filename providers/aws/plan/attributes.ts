/**
 * The attributes of NLBs, their target groups and listeners: what a new object has, and what a wish asks for beside that. Only keys whose default is known
 * can be put back when nobody asks for them any more.
 */
import type { TargetGroupProtocol } from '../view.ts'

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

/** What is left of a wish when what every new object has is taken away. Sorted, so that equal wishes are equal texts. */
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
