/** Attributes by AWS' own keys. Those that are known here are checked by their type before anything is made; others are sent as they are. */
import type { Parser } from '../define.ts'
import { boolean, integer, keyValues, oneOf, textLike, wrongPair } from '../parsers.ts'

type Types = Readonly<Record<string, Parser<unknown>>>

export const DRAIN_SECONDS = integer({ min: 0, max: 3600 })
export const IDLE_SECONDS = integer({ min: 60, max: 6000 })

const BUCKET = textLike(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket')
/** S3's limit for a key is 1024 bytes; the API model of ELBv2 does not say more. */
const LOG_PREFIX = textLike(/^[^\s]{0,512}$/, 'a prefix without blanks, of at most 512 characters')

/** Of load balancers: ModifyLoadBalancerAttributes in the ELBv2 API, 2015-12-01, as far as they are for NLBs. */
const BALANCER: Types = {
  'deletion_protection.enabled': boolean,
  'load_balancing.cross_zone.enabled': boolean,
  'access_logs.s3.enabled': boolean,
  'access_logs.s3.bucket': BUCKET,
  'access_logs.s3.prefix': LOG_PREFIX,
  'ipv6.deny_all_igw_traffic': boolean,
  'zonal_shift.config.enabled': boolean,
  'dns_record.client_routing_policy': oneOf('availability_zone_affinity', 'partial_availability_zone_affinity', 'any_availability_zone'),
}

const count: Parser<unknown> = integer({ min: 1, max: 1_000_000 })
const percentage: Parser<unknown> = integer({ min: 1, max: 100 })

/** Of target groups: ModifyTargetGroupAttributes, as far as they are for NLBs. */
const GROUP: Types = {
  'deregistration_delay.timeout_seconds': DRAIN_SECONDS,
  'deregistration_delay.connection_termination.enabled': boolean,
  'stickiness.enabled': boolean,
  'stickiness.type': oneOf('source_ip'),
  'load_balancing.cross_zone.enabled': oneOf('true', 'false', 'use_load_balancer_configuration'),
  'preserve_client_ip.enabled': boolean,
  'proxy_protocol_v2.enabled': boolean,
  'target_group_health.dns_failover.minimum_healthy_targets.count': orOff(count),
  'target_group_health.dns_failover.minimum_healthy_targets.percentage': orOff(percentage),
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': count,
  'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': orOff(percentage),
  'target_health_state.unhealthy.connection_termination.enabled': boolean,
  'target_health_state.unhealthy.draining_interval_seconds': integer({ min: 0, max: 360_000 }),
}

/** Of TCP listeners: ModifyListenerAttributes. */
const LISTENER: Types = { 'tcp.idle_timeout.seconds': IDLE_SECONDS }

export const balancerAttributes = attributesOf(BALANCER)
export const groupAttributes = attributesOf(GROUP)
export const listenerAttributes = attributesOf(LISTENER)

function attributesOf(types: Types): Parser<Readonly<Record<string, string>>> {
  return {
    allowed: keyValues.allowed,
    parse: (text) => {
      const parsed = keyValues.parse(text)
      if (!parsed.ok) return parsed
      for (const [key, value] of Object.entries(parsed.value)) {
        const type = Object.hasOwn(types, key) ? types[key] : undefined
        if (type?.parse(value).ok === false) return { ok: false, wrong: wrongPair(key, value), allowed: `${key}: ${type.allowed}` }
      }
      return parsed
    },
  }
}

function orOff({ allowed, parse }: Parser<unknown>): Parser<unknown> {
  return { allowed: `${allowed}, or \`off\``, parse: (text) => (text.trim() === 'off' ? { ok: true, value: text } : parse(text)) }
}
