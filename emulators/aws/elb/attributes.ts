/** Attributes of load balancers, target groups and listeners: which there are, what they may hold, and what holds when nothing was set. */
import type { Listener, LoadBalancer, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import type { Input } from '../wire/input.ts'
import type { Members } from '../wire/output.ts'
import { invalidConfiguration, invalidValue } from '../wire/refusal.ts'
import { balancerNamed, listenerNamed, targetGroupNamed } from './find.ts'

interface Attribute<T> {
  /** Undefined: the object has no such attribute. */
  readonly otherwise: (of: T) => string | undefined
  /** What it may hold, in words; undefined when the value is fine. */
  readonly refuses: (value: string, of: T) => string | undefined
}

type Table<T> = Readonly<Record<string, Attribute<T>>>

const oneOf =
  (...allowed: readonly string[]) =>
  (value: string): string | undefined =>
    allowed.includes(value) ? undefined : `one of ${allowed.map((one) => `'${one}'`).join(', ')}`

const bool = oneOf('true', 'false')
const anything = (): undefined => undefined

const number =
  (from: number, to: number, ...words: readonly string[]) =>
  (value: string): string | undefined => {
    const isFine = words.includes(value) || (/^\d+$/.test(value) && Number(value) >= from && Number(value) <= to)
    return isFine ? undefined : `a number from ${from} to ${to}${words.map((word) => ` or '${word}'`).join('')}`
  }

const always = (value: string) => (): string => value

const LOAD_BALANCER: Table<LoadBalancer> = {
  'deletion_protection.enabled': { otherwise: always('false'), refuses: bool },
  'load_balancing.cross_zone.enabled': { otherwise: always('false'), refuses: bool },
  'access_logs.s3.enabled': { otherwise: always('false'), refuses: bool },
  'access_logs.s3.bucket': { otherwise: always(''), refuses: anything },
  'access_logs.s3.prefix': { otherwise: always(''), refuses: anything },
  'ipv6.deny_all_igw_traffic': { otherwise: ({ scheme }) => String(scheme === 'internal'), refuses: bool },
  'zonal_shift.config.enabled': { otherwise: always('false'), refuses: bool },
  'dns_record.client_routing_policy': {
    otherwise: always('any_availability_zone'),
    refuses: oneOf('any_availability_zone', 'partial_availability_zone_affinity', 'availability_zone_affinity'),
  },
  'secondary_ips.auto_assigned.per_subnet': {
    otherwise: always('0'),
    refuses(value, { attributes }) {
      const now = Number(attributes.get('secondary_ips.auto_assigned.per_subnet') ?? 0)
      return number(0, 7)(value) ?? (Number(value) < now ? `no less than ${now}, which it is` : undefined)
    },
  },
}

const carriesUdp = ({ protocol }: TargetGroup): boolean => protocol !== 'TCP' && protocol !== 'TLS'

const TARGET_GROUP: Table<TargetGroup> = {
  'deregistration_delay.timeout_seconds': { otherwise: always('300'), refuses: number(0, 3600) },
  'deregistration_delay.connection_termination.enabled': { otherwise: (group) => String(carriesUdp(group)), refuses: bool },
  'stickiness.enabled': {
    otherwise: always('false'),
    refuses: (value, { protocol }) => bool(value) ?? (value === 'true' && protocol === 'TLS' ? `'false' for protocol TLS` : undefined),
  },
  'stickiness.type': { otherwise: always('source_ip'), refuses: oneOf('source_ip') },
  'load_balancing.cross_zone.enabled': {
    otherwise: always('use_load_balancer_configuration'),
    refuses: oneOf('true', 'false', 'use_load_balancer_configuration'),
  },
  'preserve_client_ip.enabled': {
    otherwise: (group) => String(group.targetType === 'instance' || carriesUdp(group)),
    refuses: (value, group) => bool(value) ?? (value === 'false' && carriesUdp(group) ? `'true' for protocol ${group.protocol}` : undefined),
  },
  'proxy_protocol_v2.enabled': { otherwise: always('false'), refuses: bool },
  'proxy_protocol_v2.client_to_server.header_placement': { otherwise: always('on_first_ack_with_payload'), refuses: anything },
  'target_group_health.dns_failover.minimum_healthy_targets.count': { otherwise: always('1'), refuses: number(1, 1000, 'off') },
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': { otherwise: always('off'), refuses: number(1, 100, 'off') },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': { otherwise: always('1'), refuses: number(1, 1000) },
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': { otherwise: always('off'), refuses: number(1, 100, 'off') },
  'target_health_state.unhealthy.connection_termination.enabled': {
    otherwise: (group) => (carriesUdp(group) ? undefined : 'true'),
    refuses: bool,
  },
  'target_health_state.unhealthy.draining_interval_seconds': {
    otherwise: (group) => (carriesUdp(group) ? undefined : '0'),
    refuses: number(0, 360_000),
  },
}

const LISTENER: Table<Listener> = {
  'tcp.idle_timeout.seconds': {
    otherwise: ({ protocol }) => (protocol === 'TCP' ? '350' : undefined),
    refuses: number(60, 6000),
  },
}

type Bearer = { readonly attributes: Map<string, string> }

function valueOf<T extends Bearer>(table: Table<T>, of: T, key: string): string | undefined {
  const fallback = table[key]?.otherwise(of)
  return fallback === undefined ? undefined : (of.attributes.get(key) ?? fallback)
}

function all<T extends Bearer>(table: Table<T>, of: T): Readonly<Record<string, string>> {
  const pairs = Object.keys(table).map((key): readonly [string, string | undefined] => [key, valueOf(table, of, key)])
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

function shown<T extends Bearer>(table: Table<T>, of: T): Members {
  return { Attributes: Object.entries(all(table, of)).map(([Key, Value]) => ({ Key, Value })) }
}

const MAX_ATTRIBUTES = 20

/** All or nothing: `check` sees how the whole would be before anything is set. */
function modify<T extends Bearer>(
  table: Table<T>,
  of: T,
  { input, check }: { readonly input: Input; readonly check?: (value: (key: string) => string) => void },
): void {
  const sent = input.each('Attributes') ?? []
  if (sent.length === 0) throw invalidValue(`'Attributes' must name at least one attribute`)
  if (sent.length > MAX_ATTRIBUTES) throw invalidValue(`'Attributes' may name at most ${MAX_ATTRIBUTES} attributes, and names ${sent.length}`)
  const next = new Map(sent.map((one): readonly [string, string] => [one.need('Key'), one.text('Value') ?? '']))
  if (next.size < sent.length) throw invalidConfiguration('An attribute key has been specified more than once')
  for (const [key, value] of next) {
    const attribute = table[key]
    if (attribute?.otherwise(of) === undefined) throw invalidConfiguration(`Attribute key '${key}' is not recognized or not supported here`)
    const wants = attribute.refuses(value, of)
    if (wants !== undefined) throw invalidConfiguration(`'${value}' is not a valid value for attribute '${key}': it must be ${wants}`)
  }
  check?.((key) => next.get(key) ?? valueOf(table, of, key) ?? '')
  for (const [key, value] of next) of.attributes.set(key, value)
}

export const balancerAttribute = (of: LoadBalancer, key: string): string => valueOf(LOAD_BALANCER, of, key) ?? ''
export const groupAttribute = (of: TargetGroup, key: string): string => valueOf(TARGET_GROUP, of, key) ?? ''

/** All attributes as they hold, set or not. */
export const balancerAttributes = (of: LoadBalancer): Readonly<Record<string, string>> => all(LOAD_BALANCER, of)
export const groupAttributes = (of: TargetGroup): Readonly<Record<string, string>> => all(TARGET_GROUP, of)
export const listenerAttributes = (of: Listener): Readonly<Record<string, string>> => all(LISTENER, of)

export function describeLoadBalancerAttributes(region: Region, input: Input): Members {
  return shown(LOAD_BALANCER, balancerNamed(region, input))
}

export function modifyLoadBalancerAttributes(region: Region, input: Input): Members {
  const balancer = balancerNamed(region, input)
  modify(LOAD_BALANCER, balancer, {
    input,
    check(value) {
      const isBucketMissing = value('access_logs.s3.enabled') === 'true' && value('access_logs.s3.bucket') === ''
      if (isBucketMissing) throw invalidConfiguration(`'access_logs.s3.bucket' must be given when 'access_logs.s3.enabled' is 'true'`)
    },
  })
  return shown(LOAD_BALANCER, balancer)
}

export function describeTargetGroupAttributes(region: Region, input: Input): Members {
  return shown(TARGET_GROUP, targetGroupNamed(region, input))
}

export function modifyTargetGroupAttributes(region: Region, input: Input): Members {
  const group = targetGroupNamed(region, input)
  modify(TARGET_GROUP, group, {
    input,
    check(value) {
      const interval = Number(value('target_health_state.unhealthy.draining_interval_seconds'))
      const isEnded = value('target_health_state.unhealthy.connection_termination.enabled') === 'true'
      if (interval > 0 && isEnded) {
        throw invalidConfiguration(
          `'target_health_state.unhealthy.draining_interval_seconds' needs 'target_health_state.unhealthy.connection_termination.enabled' to be 'false'`,
        )
      }
    },
  })
  return shown(TARGET_GROUP, group)
}

export function describeListenerAttributes(region: Region, input: Input): Members {
  return shown(LISTENER, listenerNamed(region, input))
}

export function modifyListenerAttributes(region: Region, input: Input): Members {
  const listener = listenerNamed(region, input)
  modify(LISTENER, listener, { input })
  return shown(LISTENER, listener)
}
