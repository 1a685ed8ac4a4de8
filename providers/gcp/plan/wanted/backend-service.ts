/** How packets are handed on to the nodes: one backend service for each Service and scheme. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { GcpOptions } from '../../../../annotations/gcp.ts'
import type { Desired } from '../../../../src/provider/provider.ts'
import type { Backend, BackendService, LoadBalancingScheme } from '../../api/documents.ts'
import { isSameId, keyOfId, urlOf } from '../../api/ids.ts'

export interface ServiceRequest {
  readonly want: Desired<GcpOptions>
  readonly scheme: LoadBalancingScheme
  readonly network: string
  readonly protocol: NonNullable<BackendService['protocol']>
  /** Ids. */
  readonly check: string
  readonly groups: readonly string[]
}

/** Seconds in which connections to a node that leaves go on, as ingress-gce has it. Google does not drain UDP. */
const DRAIN = 30

/** All that we say of it but the description. */
export function wantedService({ want, scheme, network, protocol, check, groups }: ServiceRequest): BackendService {
  const { settings, options } = want
  const hasUdp = settings.listeners.some((listener) => listener.protocol === 'UDP')
  return {
    loadBalancingScheme: scheme,
    protocol,
    ...(scheme === 'INTERNAL' ? { network: urlOf(network) } : {}),
    healthChecks: [urlOf(check)],
    sessionAffinity: settings.affinity.kind === 'none' ? 'NONE' : 'CLIENT_IP',
    connectionDraining: { drainingTimeoutSec: settings.drainTimeoutSeconds ?? (hasUdp ? 0 : DRAIN) },
    backends: backendsOf(groups),
    logConfig: loggingOf(options),
    ...(settings.weighted === true ? { localityLbPolicy: WEIGHTED[scheme] } : {}),
    ...trackingOf(want),
    ...(scheme === 'INTERNAL' && settings.zonalAffinity === true ? withZones(NEAREST) : {}),
  }
}

export function backendsOf(groups: readonly string[]): readonly Backend[] {
  return groups.toSorted().map((group) => ({ group: urlOf(group), balancingMode: 'CONNECTION' }))
}

const WEIGHTED = { EXTERNAL: 'WEIGHTED_MAGLEV', INTERNAL: 'WEIGHTED_GCP_RENDEZVOUS' } as const
/** What `localityLbPolicy` is where it is not set. Source: kubernetes/ingress-gce pkg/backends. */
const UNWEIGHTED = { EXTERNAL: 'MAGLEV', INTERNAL: 'GCP_RENDEZVOUS' } as const

type ZonalAffinity = NonNullable<NonNullable<BackendService['networkPassThroughLbTrafficPolicy']>['zonalAffinity']>

/** Other zones serve where none of the client's own answers. With any other share than 0 they would take over while some still do. */
const NEAREST: ZonalAffinity = { spillover: 'ZONAL_AFFINITY_SPILL_CROSS_ZONE', spilloverRatio: 0 }
/** Without any. */
const ALL_ZONES: ZonalAffinity = { spillover: 'ZONAL_AFFINITY_DISABLED' }

function withZones(zonalAffinity: ZonalAffinity): Pick<BackendService, 'networkPassThroughLbTrafficPolicy'> {
  return { networkPassThroughLbTrafficPolicy: { zonalAffinity } }
}

function trackingOf({ settings: { affinity }, options: { strongAffinity } }: Desired<GcpOptions>): Pick<BackendService, 'connectionTrackingPolicy'> {
  if (strongAffinity !== true || affinity.kind === 'none') return {}
  return { connectionTrackingPolicy: { trackingMode: 'PER_SESSION', enableStrongAffinity: true, idleTimeoutSec: affinity.timeoutSeconds } }
}

function loggingOf({ logging, logSampleRate = 1, logFields = [] }: GcpOptions): NonNullable<BackendService['logConfig']> {
  if (logging !== true) return { enable: false }
  const enabled = { enable: true, sampleRate: logSampleRate }
  if (logFields.length === 0) return { ...enabled, optionalMode: 'EXCLUDE_ALL_OPTIONAL' }
  return logFields.includes('all')
    ? { ...enabled, optionalMode: 'INCLUDE_ALL_OPTIONAL' }
    : { ...enabled, optionalMode: 'CUSTOM', optionalFields: logFields.toSorted() }
}

/** The document to write, with all that is there and that we do not know; undefined: it is as wanted. */
export function changedService(found: BackendService, wanted: BackendService): BackendService | undefined {
  if (isDeepStrictEqual(essence(found), essence(wanted))) return undefined
  return mergedService(found, wanted)
}

/** What is there, with all that we say of it in place of what it says of that. */
export function mergedService(found: BackendService, wanted: BackendService): BackendService {
  const { localityLbPolicy: _, connectionTrackingPolicy: __, logConfig: ___, ...rest } = found
  // Switched off explicitly, as ingress-gce does it: nothing says that Google takes an absent policy for none.
  return { ...rest, ...(zonesOf(found) === 'all' ? {} : withZones(ALL_ZONES)), ...wanted }
}

/** The same with other backends alone; undefined: it has them all, and no others. */
export function withBackends(found: BackendService, groups: readonly string[]): BackendService | undefined {
  const known = found.backends ?? []
  const kept = known.filter(({ group = '' }) => groups.some((id) => isSameId(id, group)))
  const added = groups.filter((id) => !known.some(({ group }) => isSameId(id, group)))
  return kept.length === known.length && added.length === 0 ? undefined : { ...found, backends: [...kept, ...backendsOf(added)] }
}

/** What counts of a backend service, in one form. */
function essence(service: BackendService): unknown {
  const { protocol, healthChecks = [], sessionAffinity, connectionDraining, connectionTrackingPolicy: tracking, logConfig, backends = [] } = service
  const scheme = service.loadBalancingScheme ?? 'EXTERNAL'
  const isPerSession = tracking?.trackingMode === 'PER_SESSION' || tracking?.enableStrongAffinity === true
  return {
    protocol,
    checks: healthChecks.map(keyOfId),
    affinity: sessionAffinity ?? 'NONE',
    drain: connectionDraining?.drainingTimeoutSec ?? 0,
    policy: localityOf(service, scheme),
    tracking: isPerSession ? [tracking.trackingMode, tracking.enableStrongAffinity === true, tracking.idleTimeoutSec] : [],
    zones: zonesOf(service),
    log: logEssence(logConfig),
    backends: backends.map(({ group = '' }) => keyOfId(group)).toSorted(),
  }
}

function localityOf({ localityLbPolicy }: BackendService, scheme: LoadBalancingScheme): string {
  return localityLbPolicy === undefined || localityLbPolicy === '' ? UNWEIGHTED[scheme] : localityLbPolicy
}

function zonesOf({ networkPassThroughLbTrafficPolicy: policy }: BackendService): unknown {
  const { spillover = ALL_ZONES.spillover, spilloverRatio = 0 } = policy?.zonalAffinity ?? {}
  return spillover === ALL_ZONES.spillover ? 'all' : [spillover, Math.fround(spilloverRatio)]
}

function logEssence(config: BackendService['logConfig']): unknown {
  if (config?.enable !== true) return 'off'
  const { sampleRate = 1, optionalMode = 'EXCLUDE_ALL_OPTIONAL', optionalFields = [] } = config
  // Google answers the rate as a 32-bit number.
  return [Math.fround(sampleRate), optionalMode, optionalMode === 'CUSTOM' ? optionalFields.toSorted() : []]
}
