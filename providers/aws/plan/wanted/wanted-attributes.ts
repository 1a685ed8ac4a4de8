/** From a request to attributes in AWS' keys: the neutral words translated first, then those that are AWS' own. */
import { forPort, type PerPort } from '../../../../annotations/define.ts'
import type { Problem } from '../../../../src/model/problem.ts'
import { textAsWritten } from '../../../../src/model/written.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import { FIELDS } from '../../fields.ts'
import type { AwsOptions } from '../../../../annotations/aws.ts'
import type { Attributes } from './attributes.ts'
import type { WantedPort } from './ports.ts'

type AwsRequest = Desired<AwsOptions>

interface AttributeWord {
  readonly field: string
  readonly key: string
  readonly value: string | undefined
}

/** What one annotation says of one attribute takes precedence over what `attributes` says of it. */
export function balancerAttributes(request: AwsRequest): Attributes {
  const { accessLogEnabled, loadBalancerAttributes = {} } = request.options
  const { [LOG_BUCKET]: _, [LOG_PREFIX]: __, ...others } = loadBalancerAttributes
  return { ...(accessLogEnabled === false ? others : loadBalancerAttributes), ...valuesOf(balancerWords(request)) }
}

/** The annotation that a person knows an attribute of the load balancer by, where there is one for it alone. */
export function fieldOfBalancerAttribute(key: string): string | undefined {
  return BALANCER_FIELDS[key]
}

const [LOGS, LOG_BUCKET, LOG_PREFIX] = ['access_logs.s3.enabled', 'access_logs.s3.bucket', 'access_logs.s3.prefix'] as const

const BALANCER_FIELDS: Readonly<Record<string, string>> = {
  'load_balancing.cross_zone.enabled': FIELDS.crossZone,
  'deletion_protection.enabled': FIELDS.deletionProtection,
  [LOGS]: FIELDS.accessLogEnabled,
  [LOG_BUCKET]: FIELDS.accessLogBucket,
  [LOG_PREFIX]: FIELDS.accessLogPrefix,
}

const ROUTING_POLICY = 'dns_record.client_routing_policy'

/** Route 53 Resolver answers clients in the VPC with addresses of their own zone, and with others where that zone has no healthy target. */
export const ZONAL_AFFINITY: Attributes = { [ROUTING_POLICY]: 'availability_zone_affinity' }

function balancerWords({ settings, options }: AwsRequest): readonly AttributeWord[] {
  const { accessLogEnabled, accessLogBucket, accessLogPrefix } = options
  const isLogging = isLogged(options)
  return [
    { field: FIELDS.crossZone, key: 'load_balancing.cross_zone.enabled', value: text(settings.crossZone) },
    { field: FIELDS.deletionProtection, key: 'deletion_protection.enabled', value: settings.deletionProtection ? 'true' : undefined },
    { field: FIELDS.accessLogEnabled, key: LOGS, value: text(accessLogEnabled) },
    { field: FIELDS.accessLogBucket, key: LOG_BUCKET, value: isLogging ? accessLogBucket : undefined },
    { field: FIELDS.accessLogPrefix, key: LOG_PREFIX, value: isLogging ? accessLogPrefix : undefined },
  ]
}

function isLogged({ accessLogEnabled, loadBalancerAttributes = {} }: AwsOptions): boolean {
  return accessLogEnabled ?? loadBalancerAttributes[LOGS] === 'true'
}

/** Attributes that are written in two ways with two values, where it is defined which one counts: full sentences. */
export function attributeNotes(request: AwsRequest, ports: readonly WantedPort[]): readonly string[] {
  const raw = request.options.loadBalancerAttributes ?? {}
  const balancer = disagreements(balancerWords(request), raw).map(
    ({ field, key }) => `${key} in ${FIELDS.loadBalancerAttributes} is ignored, because ${field} sets the same attribute and takes precedence.`,
  )
  const groups = ports.flatMap((port) =>
    disagreements(serviceWords(request), ofPort(request.options.targetGroupAttributes, port)).flatMap(({ field, key }) => {
      const { key: listener } = port.leader
      const [own, general] = [FIELDS.targetGroupAttributes, field].map((name, i) => textAsWritten(name, request.written ?? {}, i === 0 ? listener : undefined))
      return general === FIELDS.targetGroupAttributes
        ? []
        : [`${general} does not apply to ${listener}, because ${own} sets ${key} for this port and takes precedence.`]
    }),
  )
  return [...balancer, ...routingNotes(request, raw), ...groups]
}

function routingNotes({ settings }: AwsRequest, { [ROUTING_POLICY]: policy }: Attributes): readonly string[] {
  if (settings.zonalAffinity !== true || policy === undefined || policy === ZONAL_AFFINITY[ROUTING_POLICY]) return []
  return [`${FIELDS.trafficDistribution} is followed by kube-proxy alone, because ${ROUTING_POLICY} in ${FIELDS.loadBalancerAttributes} takes precedence.`]
}

function disagreements(words: readonly AttributeWord[], raw: Attributes): readonly AttributeWord[] {
  return words.filter(({ key, value }) => value !== undefined && raw[key] !== undefined && raw[key] !== value)
}

export function groupAttributes(request: AwsRequest, port: WantedPort): Attributes {
  return { ...valuesOf(serviceWords(request)), ...ofPort(request.options.targetGroupAttributes, port), ...valuesOf(groupWords(request, port)) }
}

/** Neutral words for the whole Service: the attributes have them for one port alone, where the narrower takes precedence. */
function serviceWords({ settings }: AwsRequest): readonly AttributeWord[] {
  return [
    { field: FIELDS.drainTimeout, key: 'deregistration_delay.timeout_seconds', value: text(settings.drainTimeoutSeconds) },
    { field: FIELDS.preserveClientIp, key: 'preserve_client_ip.enabled', value: text(settings.preserveClientIp) },
  ]
}

function groupWords({ settings }: AwsRequest, { leader }: WantedPort): readonly AttributeWord[] {
  const isSticky = settings.affinity.kind === 'client-ip'
  return [
    { field: FIELDS.affinity, key: 'stickiness.enabled', value: isSticky ? 'true' : undefined },
    { field: FIELDS.affinity, key: 'stickiness.type', value: isSticky ? 'source_ip' : undefined },
    { field: FIELDS.proxyProtocol, key: 'proxy_protocol_v2.enabled', value: leader.proxyProtocol === 'v2' ? 'true' : undefined },
  ]
}

/** Listeners of TCP alone have attributes. */
export function listenerAttributes({ options }: AwsRequest, port: WantedPort): Attributes {
  return port.protocol === 'TCP' ? { ...ofPort(options.listenerAttributes, port), ...valuesOf(listenerWords(port)) } : {}
}

function listenerWords({ leader }: WantedPort): readonly AttributeWord[] {
  return [{ field: FIELDS.idleTimeout, key: 'tcp.idle_timeout.seconds', value: text(leader.idleTimeoutSeconds) }]
}

/** The port's own keys lie over the Service's. */
function ofPort(attributes: PerPort<Attributes> | undefined, { leader }: WantedPort): Attributes {
  return { ...attributes?.service, ...forPort(attributes, leader.key) }
}

function valuesOf(words: readonly AttributeWord[]): Attributes {
  return Object.fromEntries(words.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])))
}

function text(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

/** Idle timeouts that are what they are: 350 s for TLS, 120 s for UDP flows. */
const FIXED_IDLE = { TLS: 350, UDP: 120, TCP_UDP: undefined, TCP: undefined } as const

/** The first thing that AWS would not take, or that says two things at once. */
export function attributesProblem(request: AwsRequest, ports: readonly WantedPort[]): Problem | undefined {
  const { options } = request
  return (
    first(ports, (port) =>
      clashOf(groupWords(request, port), { raw: ofPort(options.targetGroupAttributes, port), field: FIELDS.targetGroupAttributes, port }),
    ) ??
    first(ports, (port) => clashOf(listenerWords(port), { raw: ofPort(options.listenerAttributes, port), field: FIELDS.listenerAttributes, port })) ??
    drainProblem(request) ??
    logProblem(request) ??
    first(ports, (port) => groupProblem(request, port)) ??
    first(ports, idleProblem)
  )
}

function drainProblem({ settings: { drainTimeoutSeconds: seconds } }: AwsRequest): Problem | undefined {
  if (seconds === undefined || (seconds <= 3600 && Number.isInteger(seconds))) return undefined
  const wrong = 'is not a drain timeout that an NLB supports'
  return { reason: 'Invalid', field: FIELDS.drainTimeout, value: `${seconds}s`, wrong, allowed: 'whole seconds from 0s to 3600s' }
}

function logProblem(request: AwsRequest): Problem | undefined {
  if (!isLogged(request.options) || balancerAttributes(request)[LOG_BUCKET] !== undefined) return undefined
  const said =
    request.options.accessLogEnabled === true
      ? { field: FIELDS.accessLogEnabled, value: 'true' }
      : { field: FIELDS.loadBalancerAttributes, value: `${LOGS}=true` }
  return { reason: 'Invalid', ...said, wrong: 'needs the name of a bucket', remedy: `Name one in ${FIELDS.accessLogBucket}.` }
}

/** Of the attributes as they come out, whichever annotation they are from. */
function groupProblem(request: AwsRequest, port: WantedPort): Problem | undefined {
  const { protocol, leader } = port
  const attributes = groupAttributes(request, port)
  const refuse = (key: string, field: string, own: string, wrong: string, allowed: string): Problem => {
    const isRaw = ofPort(request.options.targetGroupAttributes, port)[key] !== undefined
    const said = isRaw ? { field: FIELDS.targetGroupAttributes, value: `${key}=${attributes[key] ?? ''}` } : { field, value: own }
    return {
      reason: 'Invalid',
      ...said,
      listener: leader.key,
      wrong: `is not possible for ${leader.key}${wrong}`,
      allowed: isRaw ? `${key}=${allowed}` : own === 'ClientIP' ? 'None' : allowed,
    }
  }
  if (attributes['stickiness.enabled'] === 'true' && protocol === 'TLS')
    return refuse('stickiness.enabled', FIELDS.affinity, 'ClientIP', ', which ends TLS', 'false')
  if (attributes['preserve_client_ip.enabled'] === 'false' && (protocol === 'UDP' || protocol === 'TCP_UDP'))
    return refuse('preserve_client_ip.enabled', FIELDS.preserveClientIp, 'false', ": datagrams always keep the client's address", 'true')
  return undefined
}

function idleProblem({ protocol, leader: { key, idleTimeoutSeconds: seconds } }: WantedPort): Problem | undefined {
  if (seconds === undefined || seconds === FIXED_IDLE[protocol]) return undefined
  const refuse = (wrong: string, allowed: string): Problem => ({
    reason: 'Invalid',
    field: FIELDS.idleTimeout,
    listener: key,
    value: `${seconds}s`,
    wrong,
    allowed,
  })
  if (protocol !== 'TCP') return refuse(`is not possible for ${key}: with ${protocol} an NLB gives no choice`, `${FIELDS.idleTimeout}.PORT for TCP ports alone`)
  return seconds >= 60 && seconds <= 6000 && Number.isInteger(seconds) ? undefined : refuse(`is out of range for ${key}`, 'whole seconds from 60s to 6000s')
}

interface Raw {
  readonly raw: Attributes
  readonly field: string
  readonly port: WantedPort
}

function clashOf(words: readonly AttributeWord[], { raw, field, port }: Raw): Problem | undefined {
  const [clash] = disagreements(words, raw)
  if (clash === undefined) return undefined
  const { key, value } = clash
  const wrong = `contradicts ${clash.field}, which sets ${key}=${value ?? ''}`
  return { reason: 'Invalid', field, listener: port.leader.key, value: `${key}=${raw[key] ?? ''}`, wrong, remedy: 'Use one of them.' }
}

function first<T>(all: readonly T[], ask: (one: T) => Problem | undefined): Problem | undefined {
  for (const one of all) {
    const problem = ask(one)
    if (problem !== undefined) return problem
  }
  return undefined
}
