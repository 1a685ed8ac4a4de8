/** Backend services of a region. */
import { type JsonObject, numberAt, objectAt, objectsAt, textAt, textsAt } from '../../cloud/json.ts'
import { Refusal, invalid, required } from '../compute/refusal.ts'
import { any, flag, items, link, links, number, object, oneOf, text, texts } from '../schema/field.ts'
import type { Compute } from '../store/compute.ts'
import type { Change, Resource, ResourceType } from '../store/resource-type.ts'
import { COLLECTIONS, countOf, fail } from './common.ts'

const SCHEMES = ['EXTERNAL', 'INTERNAL', 'EXTERNAL_MANAGED', 'INTERNAL_MANAGED', 'INTERNAL_SELF_MANAGED'] as const
const PASSTHROUGH_PROTOCOLS = ['TCP', 'UDP', 'UNSPECIFIED']
const PROTOCOLS = [...PASSTHROUGH_PROTOCOLS, 'HTTP', 'HTTPS', 'HTTP2', 'H2C', 'SSL', 'GRPC']
const AFFINITIES = [
  'NONE',
  'CLIENT_IP',
  'CLIENT_IP_PROTO',
  'CLIENT_IP_PORT_PROTO',
  'CLIENT_IP_NO_DESTINATION',
  'GENERATED_COOKIE',
  'HEADER_FIELD',
  'HTTP_COOKIE',
]
const LOCALITIES = ['ROUND_ROBIN', 'LEAST_REQUEST', 'RANDOM', 'RING_HASH', 'MAGLEV', 'WEIGHTED_MAGLEV', 'WEIGHTED_GCP_RENDEZVOUS', 'GCP_RENDEZVOUS']

const BACKEND = {
  group: link([COLLECTIONS.group, COLLECTIONS.endpointGroup], { isRequired: true }),
  balancingMode: oneOf(['CONNECTION', 'UTILIZATION', 'RATE'], { or: 'CONNECTION' }),
  description: text(),
  failover: flag(),
  capacityScaler: number(),
  maxConnections: number(),
}

const TRACKING = {
  trackingMode: oneOf(['PER_CONNECTION', 'PER_SESSION']),
  connectionPersistenceOnUnhealthyBackends: oneOf(['DEFAULT_FOR_PROTOCOL', 'NEVER_PERSIST', 'ALWAYS_PERSIST']),
  idleTimeoutSec: number({ from: 1, to: 57_600 }),
  enableStrongAffinity: flag(),
}

const ZONAL_AFFINITY = {
  spillover: oneOf(['ZONAL_AFFINITY_DISABLED', 'ZONAL_AFFINITY_STAY_WITHIN_ZONE', 'ZONAL_AFFINITY_SPILL_CROSS_ZONE']),
  spilloverRatio: number({ from: 0, to: 1 }),
}

export const BACKEND_SERVICES: ResourceType = {
  collection: COLLECTIONS.service,
  kind: 'backendService',
  service: 'regionBackendServices',
  scope: 'region',
  fields: {
    description: text({ or: '' }),
    protocol: oneOf(PROTOCOLS, { or: 'TCP' }),
    loadBalancingScheme: oneOf(SCHEMES, { or: 'EXTERNAL', isFixed: true }),
    network: link([COLLECTIONS.network], { isFixed: true }),
    backends: items(BACKEND),
    healthChecks: links([COLLECTIONS.check]),
    sessionAffinity: oneOf(AFFINITIES, { or: 'NONE' }),
    affinityCookieTtlSec: number({ or: 0 }),
    timeoutSec: number({ or: 30 }),
    port: number({ isReadOnly: true }),
    portName: text(),
    connectionDraining: object({ drainingTimeoutSec: number({ from: 0, to: 3_600, or: 0 }) }, { or: { drainingTimeoutSec: 0 } }),
    localityLbPolicy: oneOf(LOCALITIES),
    connectionTrackingPolicy: object(TRACKING),
    failoverPolicy: object({ disableConnectionDrainOnFailover: flag(), dropTrafficIfUnhealthy: flag(), failoverRatio: number({ from: 0, to: 1 }) }),
    networkPassThroughLbTrafficPolicy: object({ zonalAffinity: object(ZONAL_AFFINITY) }),
    subsetting: object({ policy: text(), subsetSize: number() }),
    logConfig: object({ enable: flag(), sampleRate: number({ from: 0, to: 1 }), optionalMode: text(), optionalFields: texts() }),
    iap: any(),
    usedBy: any({ isReadOnly: true }),
  },
  methods: ['insert', 'delete', 'patch', 'update'],
  delay: 'backendService',
  fingerprint: 'required',
  checks: [checkProtocol, checkHealthChecks, checkBackends, checkTracking, checkZonalAffinity, checkUsers],
  assign: ({ next }) => withDefaults(next),
  verify: (compute, service) => {
    verifyInstances(compute, service)
    verifyGroups(compute, service)
  },
  quota: ({ compute, project }) => ({
    metric: 'BACKEND_SERVICES',
    limit: compute.quotas.backendServices,
    used: countOf(compute, COLLECTIONS.service, { project }),
    where: 'globally',
  }),
}

const isPassthrough = (service: JsonObject): boolean => ['INTERNAL', 'EXTERNAL'].includes(textAt(service, 'loadBalancingScheme') ?? '')

/** Recorded of services for HTTP: port 80, its name, and a hash in place of the secret. */
function withDefaults(next: JsonObject): JsonObject {
  const protocol = textAt(next, 'protocol') ?? ''
  const iap = next['iap'] === undefined ? {} : { iap: withoutSecret(objectAt(next, 'iap')) }
  return PASSTHROUGH_PROTOCOLS.includes(protocol) ? next : { ...next, port: 80, portName: textAt(next, 'portName') ?? 'http', ...iap }
}

/** SHA-256 of nothing: what is shown where no secret is set. */
const NO_SECRET = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

function withoutSecret(iap: JsonObject): JsonObject {
  return { ...iap, oauth2ClientSecret: undefined, oauth2ClientSecretSha256: NO_SECRET }
}

function checkProtocol({ next }: Change): void {
  const protocol = textAt(next, 'protocol')
  const isInside = textAt(next, 'loadBalancingScheme') === 'INTERNAL'
  if (isInside && !PASSTHROUGH_PROTOCOLS.includes(protocol ?? '')) throw invalid('protocol', protocol, `It must be one of ${PASSTHROUGH_PROTOCOLS.join(', ')}.`)
  if (next['network'] !== undefined && !isInside) throw invalid('network', next['network'], 'It can be specified for INTERNAL only.')
}

/** One, and of the same region; an internal service takes a global one too. */
function checkHealthChecks({ next, scope }: Change): void {
  const checks = textsAt(next, 'healthChecks')
  if (checks.length > 1) throw invalid('healthChecks', checks, 'At most 1 is allowed.')
  const isInside = textAt(next, 'loadBalancingScheme') === 'INTERNAL'
  const wrong = checks.find((path) => !path.includes(`/${scope}/`) && !(isInside && path.includes('/global/')))
  if (wrong !== undefined) throw invalid('healthChecks[0]', wrong, 'It must be a health check of the region of the backend service.')
  if (checks.length === 0 && objectsAt(next, 'backends').length > 0 && isPassthrough(next)) throw required('healthChecks')
}

function checkBackends({ compute, next }: Change): void {
  const backends = objectsAt(next, 'backends')
  const most = compute.quotas.backendsPerService
  if (backends.length > most) throw invalid('backends', backends.length, `At most ${most} backends are allowed.`)
  const groups = backends.map((one) => textAt(one, 'group') ?? '')
  if (new Set(groups).size < groups.length) throw invalid('backends', groups, 'A group can be added once only.')
  if (new Set(groups.map((path) => path.split('/').at(-2))).size > 1) throw invalid('backends', groups, 'All backends must be of one kind of group.')
  const mode = backends.find((one) => textAt(one, 'balancingMode') !== 'CONNECTION')
  if (isPassthrough(next) && PASSTHROUGH_PROTOCOLS.includes(textAt(next, 'protocol') ?? '') && mode !== undefined) {
    throw invalid('backends[0].balancingMode', mode['balancingMode'], 'It must be CONNECTION.')
  }
}

function checkTracking({ next }: Change): void {
  const policy = objectAt(next, 'connectionTrackingPolicy')
  const isPerSession = textAt(policy, 'trackingMode') === 'PER_SESSION'
  if (policy['enableStrongAffinity'] === true && textAt(next, 'loadBalancingScheme') !== 'EXTERNAL') {
    throw invalid('connectionTrackingPolicy.enableStrongAffinity', true, 'It can be specified for EXTERNAL only.')
  }
  const isNarrow = !['NONE', 'CLIENT_IP_PORT_PROTO'].includes(textAt(next, 'sessionAffinity') ?? 'NONE')
  if (numberAt(policy, 'idleTimeoutSec') !== undefined && !(isPerSession && isNarrow)) {
    throw invalid('connectionTrackingPolicy.idleTimeoutSec', policy['idleTimeoutSec'], 'It requires PER_SESSION, and an affinity of fewer than 5 fields.')
  }
}

function checkZonalAffinity({ next }: Change): void {
  const spillover = textAt(zonalAffinityOf(next), 'spillover') ?? 'ZONAL_AFFINITY_DISABLED'
  if (next['networkPassThroughLbTrafficPolicy'] !== undefined && textAt(next, 'loadBalancingScheme') !== 'INTERNAL') {
    throw invalid('networkPassThroughLbTrafficPolicy', spillover, 'It can be specified for INTERNAL only.')
  }
  const subsets = textAt(objectAt(next, 'subsetting'), 'policy') ?? 'NONE'
  if (spillover !== 'ZONAL_AFFINITY_DISABLED' && subsets !== 'NONE') {
    throw invalid('networkPassThroughLbTrafficPolicy.zonalAffinity.spillover', spillover, 'It cannot be used with subsetting.')
  }
}

export function zonalAffinityOf(service: JsonObject): JsonObject {
  return objectAt(objectAt(service, 'networkPassThroughLbTrafficPolicy'), 'zonalAffinity')
}

/** The forwarding rules in front keep their protocol. */
function checkUsers({ compute, next, path, previous }: Change): void {
  if (previous === undefined || next['protocol'] === previous.body['protocol']) return
  const rule = compute.resources.users(path).find(({ type, body }) => type.collection === COLLECTIONS.rule && !fits(next, body))
  if (rule !== undefined) throw new Refusal('invalid', `The protocol cannot be ${textAt(next, 'protocol')}: forwarding rule '${rule.path}' is of another one.`)
}

function fits(service: JsonObject, rule: JsonObject): boolean {
  const protocol = textAt(service, 'protocol')
  return protocol === 'UNSPECIFIED' || protocol === textAt(rule, 'IPProtocol')
}

export function groupsOf(service: Resource): readonly string[] {
  return objectsAt(service.body, 'backends').flatMap((one) => textAt(one, 'group') ?? [])
}

/** Without subsetting, an internal service has so many instances at most. */
function verifyInstances(compute: Compute, service: Resource): void {
  const most = compute.quotas.instancesPerInternalService
  if (textAt(service.body, 'loadBalancingScheme') !== 'INTERNAL' || service.body['subsetting'] !== undefined) return
  const count = groupsOf(service).reduce((sum, path) => sum + (compute.resources.get(path)?.members.length ?? 0), 0)
  if (count > most) fail('LIMIT_EXCEEDED', `The backend service has ${count} instances; at most ${most} are allowed.`)
}

/** An instance is in one load-balanced instance group at most. */
function verifyGroups(compute: Compute, service: Resource): void {
  const own = new Set(groupsOf(service))
  for (const path of own) verifyMembers(compute, path, own)
}

export function verifyMembers(compute: Compute, path: string, also: ReadonlySet<string> = new Set()): void {
  const group = compute.resources.get(path)
  if (group?.type.collection !== COLLECTIONS.group) return
  const others = compute.resources
    .in(COLLECTIONS.group, group)
    .filter((one) => one.path !== path && (also.has(one.path) || compute.resources.users(one.path).length > 0))
  const elsewhere = new Set(others.flatMap(({ members }) => members.map((one) => textAt(one, 'instance'))))
  const twice = group.members.find((one) => elsewhere.has(textAt(one, 'instance')))
  if (twice === undefined) return
  fail(
    'INSTANCE_IN_MULTIPLE_LOAD_BALANCED_IGS',
    `Validation failed for instance '${textAt(twice, 'instance')}': instance may belong to at most one load-balanced instance group.`,
  )
}
