/** From a wish to attributes in AWS' keys: the neutral words first told in them, then those that are AWS' own. */
import { forPort, type PerPort } from '../../../annotations/define.ts'
import type { Problem } from '../../../src/model/problem.ts'
import type { Desired } from '../../../src/provider/provider.ts'
import { FIELDS } from '../fields.ts'
import type { AwsOptions } from '../../../annotations/aws.ts'
import type { Attributes } from './attributes.ts'
import type { WantedPort } from './ports.ts'

type Wish = Desired<AwsOptions>

interface Told {
  readonly field: string
  readonly key: string
  readonly value: string | undefined
}

export function balancerAttributes({ settings, options }: Wish): Attributes {
  return { ...options.loadBalancerAttributes, ...valuesOf(balancerWords({ settings, options })) }
}

function balancerWords({ settings, options }: Pick<Wish, 'settings' | 'options'>): readonly Told[] {
  const { accessLogEnabled, accessLogBucket, accessLogPrefix } = options
  return [
    { field: 'fairlead.dev/cross-zone', key: 'load_balancing.cross_zone.enabled', value: text(settings.crossZone) },
    { field: 'fairlead.dev/deletion-protection', key: 'deletion_protection.enabled', value: settings.deletionProtection ? 'true' : undefined },
    { field: FIELDS.accessLogs, key: 'access_logs.s3.enabled', value: text(accessLogEnabled) },
    { field: FIELDS.accessLogs, key: 'access_logs.s3.bucket', value: accessLogEnabled === true ? accessLogBucket : undefined },
    { field: FIELDS.accessLogs, key: 'access_logs.s3.prefix', value: accessLogEnabled === true ? accessLogPrefix : undefined },
  ]
}

export function groupAttributes(wish: Wish, port: WantedPort): Attributes {
  return { ...valuesOf(serviceWords(wish)), ...ofPort(wish.options.targetGroupAttributes, port), ...valuesOf(groupWords(wish, port)) }
}

/** Neutral words for the whole Service: the attributes have them for one port alone, where the narrower comes before. */
function serviceWords({ settings }: Wish): readonly Told[] {
  return [
    { field: FIELDS.drainTimeout, key: 'deregistration_delay.timeout_seconds', value: text(settings.drainTimeoutSeconds) },
    { field: FIELDS.preserveClientIp, key: 'preserve_client_ip.enabled', value: text(settings.preserveClientIp) },
  ]
}

function groupWords({ settings }: Wish, { leader }: WantedPort): readonly Told[] {
  const isSticky = settings.affinity.kind === 'client-ip'
  return [
    { field: FIELDS.affinity, key: 'stickiness.enabled', value: isSticky ? 'true' : undefined },
    { field: FIELDS.affinity, key: 'stickiness.type', value: isSticky ? 'source_ip' : undefined },
    { field: 'fairlead.dev/proxy-protocol', key: 'proxy_protocol_v2.enabled', value: leader.proxyProtocol === 'v2' ? 'true' : undefined },
  ]
}

/** Listeners of TCP alone have attributes. */
export function listenerAttributes({ options }: Wish, port: WantedPort): Attributes {
  return port.protocol === 'TCP' ? { ...ofPort(options.listenerAttributes, port), ...valuesOf(listenerWords(port)) } : {}
}

function listenerWords({ leader }: WantedPort): readonly Told[] {
  return [{ field: FIELDS.idleTimeout, key: 'tcp.idle_timeout.seconds', value: text(leader.idleTimeoutSeconds) }]
}

/** The port's own keys lie over the Service's. */
function ofPort(attributes: PerPort<Attributes> | undefined, { leader }: WantedPort): Attributes {
  return { ...attributes?.service, ...forPort(attributes, leader.key) }
}

function valuesOf(words: readonly Told[]): Attributes {
  return Object.fromEntries(words.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])))
}

function text(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

/** Idle timeouts that are what they are: 350 s for TLS, 120 s for UDP flows. */
const FIXED_IDLE = { TLS: 350, UDP: 120, TCP_UDP: undefined, TCP: undefined } as const

/** The first thing that AWS would not take, or that says two things at once. */
export function attributesProblem(wish: Wish, ports: readonly WantedPort[]): Problem | undefined {
  const { settings, options } = wish
  const clash =
    clashOf(balancerWords(wish), options.loadBalancerAttributes ?? {}, FIELDS.attributes) ??
    first(ports, (port) => clashOf(groupWords(wish, port), ofPort(options.targetGroupAttributes, port), FIELDS.targetGroupAttributes)) ??
    first(ports, (port) => clashOf(listenerWords(port), ofPort(options.listenerAttributes, port), FIELDS.listenerAttributes))
  if (clash !== undefined) return clash
  const { drainTimeoutSeconds, preserveClientIp, affinity } = settings
  if (drainTimeoutSeconds !== undefined && (drainTimeoutSeconds > 3600 || !Number.isInteger(drainTimeoutSeconds)))
    return {
      reason: 'Invalid',
      field: FIELDS.drainTimeout,
      value: `${drainTimeoutSeconds}s`,
      wrong: 'is no drain timeout of an NLB',
      allowed: 'whole seconds from 0s to 3600s',
    }
  if (options.accessLogEnabled === true && options.accessLogBucket === undefined && options.loadBalancerAttributes?.['access_logs.s3.bucket'] === undefined)
    return { reason: 'Invalid', field: FIELDS.accessLogs, value: 'true', wrong: 'needs the name of a bucket' }
  return (
    first(ports, ({ protocol, leader: { key } }) => {
      if (affinity.kind === 'client-ip' && protocol === 'TLS')
        return { reason: 'Invalid', field: FIELDS.affinity, value: 'ClientIP', wrong: `is not possible for ${key}, which ends TLS`, allowed: 'None' }
      if (preserveClientIp === false && (protocol === 'UDP' || protocol === 'TCP_UDP'))
        return {
          reason: 'Invalid',
          field: FIELDS.preserveClientIp,
          value: 'false',
          wrong: `is not possible for ${key}: datagrams always keep the client's address`,
          allowed: 'true',
        }
      return undefined
    }) ?? first(ports, idleProblem)
  )
}

function idleProblem({ protocol, leader: { key, idleTimeoutSeconds: seconds } }: WantedPort): Problem | undefined {
  if (seconds === undefined || seconds === FIXED_IDLE[protocol]) return undefined
  const refuse = (wrong: string, allowed: string): Problem => ({ reason: 'Invalid', field: FIELDS.idleTimeout, value: `${seconds}s`, wrong, allowed })
  if (protocol !== 'TCP') return refuse(`is not possible for ${key}: with ${protocol} an NLB gives no choice`, `${FIELDS.idleTimeout}.PORT for TCP ports alone`)
  return seconds >= 60 && seconds <= 6000 && Number.isInteger(seconds) ? undefined : refuse(`is out of range for ${key}`, 'whole seconds from 60s to 6000s')
}

function clashOf(words: readonly Told[], raw: Attributes, rawField: string): Problem | undefined {
  const clash = words.find(({ key, value }) => value !== undefined && raw[key] !== undefined && raw[key] !== value)
  if (clash === undefined) return undefined
  const { field, key, value } = clash
  return {
    reason: 'Invalid',
    field: rawField,
    value: `${key}=${raw[key]}`,
    wrong: `says another thing than ${field}`,
    allowed: `${key}=${value}, or one of the two alone`,
  }
}

function first<T>(all: readonly T[], ask: (one: T) => Problem | undefined): Problem | undefined {
  for (const one of all) {
    const problem = ask(one)
    if (problem !== undefined) return problem
  }
  return undefined
}
