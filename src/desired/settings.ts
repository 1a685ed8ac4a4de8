/** The settings of a load balancer as a Service asks for them: all that does not follow the cluster's nodes and pods. */
import { KEYS, type NeutralOptions } from '../../annotations/neutral.ts'
import { readAnnotations } from '../../annotations/read.ts'
import type { LabelSelector } from '../../annotations/label-selector.ts'
import type { Service } from '../model/cluster.ts'
import type { Affinity, LoadBalancer } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import type { RefusedPorts } from '../provider/provider.ts'
import type { WrittenKeys } from '../model/written.ts'
import { buildAddresses } from './addresses.ts'
import { effectiveAnnotations, fromPolicy } from './defaults.ts'
import { buildFamilies } from './families.ts'
import { buildListeners, listenedPorts } from './listeners.ts'
import { requestedPorts, type Findings, type RequestInput, type RequestedPort } from './request-input.ts'
import { type Servable, servablePorts } from './servable-ports.ts'
import { buildSourceRanges, SOURCE_RANGES_FIELD } from './source-ranges.ts'
import { DEFAULT_AFFINITY_SECONDS, unsupported } from './support.ts'
import type { Mode, RequestContext } from './service-request.ts'
import { zonalAffinityOf } from './zonal-affinity.ts'

export interface Settings {
  readonly settings: LoadBalancer
  readonly options: unknown
  readonly written: WrittenKeys
  readonly mode: Mode
  readonly nodeSelector: LabelSelector | undefined
  /** All ports of the Service, those too that are not listened on. */
  readonly ports: readonly RequestedPort[]
  /** Any: the settings are not to be carried out. */
  readonly problems: readonly Problem[]
  /** Where they are all, `problems` says so, too. */
  readonly refusedPorts?: RefusedPorts
  readonly deletionProtection: boolean
  readonly notes: readonly string[]
}

/** Depends on the Service and the context alone. */
export function buildSettings(service: Service, context: RequestContext): Settings {
  const ports = requestedPorts(service)
  const { annotations, defaulted, problems } = effectiveAnnotations(service, context)
  const reading = readAnnotations(annotations, ports, context.provider.annotations)
  const findings: Findings = { problems: [...problems, ...reading.problems], notes: [...reading.notes] }
  const request: RequestInput = { service, context, reading, defaulted, ports, findings }
  const servable = servablePorts(listenedPorts(request), request)
  const settings = buildLoadBalancer(servable, request)
  return {
    settings,
    options: reading.options,
    written: writtenOf(request),
    mode: modeOf(reading.neutral),
    nodeSelector: reading.neutral.nodeSelector,
    ports,
    problems: [...unsupported(settings, request), ...findings.problems].map((problem) => fromPolicy(problem, defaulted)),
    ...(servable.refused === undefined ? {} : { refusedPorts: servable.refused }),
    deletionProtection: reading.neutral.deletionProtection ?? Object.hasOwn(annotations, reading.keyOf('deletionProtection')),
    notes: [...findings.notes, ...(context.provider.cautions?.(settings) ?? [])],
  }
}

function buildLoadBalancer({ ports, targets }: Servable, request: RequestInput): LoadBalancer {
  const { service, reading } = request
  const { neutral } = reading
  const sourceRanges = buildSourceRanges(request)
  return {
    ...schemeOf(request),
    ...buildFamilies(request),
    ...buildAddresses(request),
    addressNames: neutral.addressNames ?? [],
    subnets: neutral.subnets ?? [],
    ...shareOf(request),
    targets,
    listeners: buildListeners(ports, targets, request),
    affinity: affinityOf(service),
    ...(sourceRanges === undefined ? {} : { sourceRanges }),
    securityGroups: neutral.securityGroups ?? [],
    externalTrafficPolicy: service.spec.externalTrafficPolicy ?? 'Cluster',
    ...zonalAffinityOf(request),
    ...asSaid(request),
    tags: neutral.tags ?? {},
    deletionProtection: neutral.deletionProtection ?? false,
    ...(request.context.limits === undefined ? {} : { limits: request.context.limits }),
  }
}

/** Source ranges are named by their field in messages, which an annotation may stand for. */
function writtenOf({ service, reading: { written } }: RequestInput): WrittenKeys {
  const ranges = written[SOURCE_RANGES]
  return ranges === undefined || (service.spec.loadBalancerSourceRanges ?? []).length > 0 ? written : { ...written, [SOURCE_RANGES_FIELD]: ranges }
}

const SOURCE_RANGES = KEYS.sourceRanges

/** A Service that was written for another controller keeps what that one would have done, and a note says so where the default here is another one. */
function schemeOf({ context, reading, defaulted, findings }: RequestInput): Pick<LoadBalancer, 'scheme' | 'schemeIsExplicit'> {
  const { neutral, defaultScheme } = reading
  if (neutral.scheme !== undefined) return { scheme: neutral.scheme, schemeIsExplicit: !defaulted.has(reading.keyOf('scheme')) }
  if (defaultScheme === undefined) return { scheme: context.defaultScheme, schemeIsExplicit: false }
  const { scheme, controller, key } = defaultScheme
  if (scheme !== context.defaultScheme)
    findings.notes.push(
      `the scheme is ${scheme}, as ${key} is there and none is said: the default of ${controller}; ${reading.keyOf('scheme')} chooses another`,
    )
  return { scheme, schemeIsExplicit: false }
}

/** A key belongs to the Service's namespace, unless the operator shares it: no other namespace may put ports on another namespace's address. */
function shareOf({ service, context, reading }: RequestInput): { readonly share?: string } {
  const key = reading.neutral.share
  if (key === undefined) return {}
  return { share: context.sharedKeys.has(key) ? key : `${service.metadata.namespace}/${key}` }
}

function affinityOf({ spec }: Service): Affinity {
  return spec.sessionAffinity === 'ClientIP'
    ? { kind: 'client-ip', timeoutSeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS }
    : { kind: 'none' }
}

function modeOf({ pause, planOnly }: NeutralOptions): Mode {
  return pause === true ? 'pause' : planOnly === true ? 'plan-only' : 'apply'
}

const AS_SAID = [
  'addressPool',
  'scheduler',
  'preserveClientIp',
  'crossZone',
  'globalAccess',
  'tcpReset',
  'weighted',
  'name',
  'dnsLabel',
  'adopt',
] as const satisfies readonly (keyof NeutralOptions & keyof LoadBalancer)[]

/** Absent where nothing is said: the provider's default. */
function asSaid({
  reading: { neutral, keyOf },
  defaulted,
}: RequestInput): Pick<LoadBalancer, (typeof AS_SAID)[number] | 'drainTimeoutSeconds' | 'defaultAddressPool'> {
  const isDefaultPool = defaulted.has(keyOf('addressPool'))
  const said = AS_SAID.filter((name) => neutral[name] !== undefined).map((name) => [
    isDefaultPool && name === 'addressPool' ? 'defaultAddressPool' : name,
    neutral[name],
  ])
  return {
    ...(Object.fromEntries(said) as Pick<LoadBalancer, (typeof AS_SAID)[number]>),
    ...(neutral.drainTimeout === undefined ? {} : { drainTimeoutSeconds: neutral.drainTimeout }),
  }
}
