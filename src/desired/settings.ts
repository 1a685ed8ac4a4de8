/** The settings of a load balancer as a Service asks for them: all that does not follow the cluster's nodes and pods. */
import type { NeutralOptions } from '../../annotations/neutral.ts'
import { readAnnotations } from '../../annotations/read.ts'
import type { LabelSelector } from '../../annotations/label-selector.ts'
import type { Service } from '../model/cluster.ts'
import type { Affinity, LoadBalancer } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import type { PortStatus } from '../model/status.ts'
import { buildAddresses } from './addresses.ts'
import { buildFamilies } from './families.ts'
import { buildListeners, listenedPorts } from './listeners.ts'
import { requestedPorts, type Findings, type Request, type RequestedPort } from './request.ts'
import { buildSourceRanges } from './source-ranges.ts'
import { DEFAULT_AFFINITY_SECONDS, unsupported } from './support.ts'
import { buildTargets } from './targets.ts'
import type { Mode, WishContext } from './wish.ts'

export interface Settings {
  readonly settings: LoadBalancer
  readonly options: unknown
  readonly mode: Mode
  readonly nodeSelector: LabelSelector | undefined
  /** All ports of the Service, those too that are not listened on. */
  readonly ports: readonly RequestedPort[]
  /** Any: the settings are not to be carried out. */
  readonly problems: readonly Problem[]
  readonly portErrors: readonly PortStatus[]
  readonly deletionProtection: boolean
  readonly notes: readonly string[]
}

/** Depends on the Service and the context alone. */
export function buildSettings(service: Service, context: WishContext): Settings {
  const ports = requestedPorts(service)
  const annotations = service.metadata.annotations ?? {}
  const reading = readAnnotations(annotations, ports, context.provider.annotations)
  const findings: Findings = { problems: [...reading.problems], notes: [...reading.notes] }
  const request: Request = { service, context, reading, ports, findings }
  const settings = buildLoadBalancer(request)
  const lacks = unsupported(
    settings,
    ports.filter(({ key }) => settings.listeners.some((listener) => listener.key === key)),
    request,
  )
  return {
    settings,
    options: reading.options,
    mode: modeOf(reading.neutral),
    nodeSelector: reading.neutral.nodeSelector,
    ports,
    problems: [...lacks.problems, ...findings.problems],
    portErrors: lacks.ports,
    deletionProtection: reading.neutral.deletionProtection ?? Object.hasOwn(annotations, reading.keyOf('deletionProtection')),
    notes: findings.notes,
  }
}

function buildLoadBalancer(request: Request): LoadBalancer {
  const { service, reading } = request
  const { neutral } = reading
  const listened = listenedPorts(request)
  const targets = buildTargets(listened, request)
  const sourceRanges = buildSourceRanges(request)
  return {
    ...schemeOf(request),
    ...buildFamilies(request),
    ...buildAddresses(request),
    addressNames: neutral.addressNames ?? [],
    subnets: neutral.subnets ?? [],
    ...shareOf(request),
    targets,
    listeners: buildListeners(listened, targets, request),
    affinity: affinityOf(service),
    ...(sourceRanges === undefined ? {} : { sourceRanges }),
    securityGroups: neutral.securityGroups ?? [],
    externalTrafficPolicy: service.spec.externalTrafficPolicy ?? 'Cluster',
    ...asSaid(neutral),
    tags: neutral.tags ?? {},
    deletionProtection: neutral.deletionProtection ?? false,
  }
}

/** A Service that was written for another controller keeps what that one would have done, and is told so where it is not what holds here. */
function schemeOf({ context, reading, findings }: Request): Pick<LoadBalancer, 'scheme' | 'schemeIsExplicit'> {
  const { neutral, defaultScheme } = reading
  if (neutral.scheme !== undefined) return { scheme: neutral.scheme, schemeIsExplicit: true }
  if (defaultScheme === undefined) return { scheme: context.defaultScheme, schemeIsExplicit: false }
  const { scheme, controller, key } = defaultScheme
  if (scheme !== context.defaultScheme)
    findings.notes.push(
      `the scheme is ${scheme}, as ${key} is there and none is said: the default of ${controller}; ${reading.keyOf('scheme')} chooses another`,
    )
  return { scheme, schemeIsExplicit: false }
}

/** A key belongs to the Service's namespace, unless the operator shares it: nobody may put ports on another namespace's address. */
function shareOf({ service, context, reading }: Request): { readonly share?: string } {
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
function asSaid(neutral: NeutralOptions): Pick<LoadBalancer, (typeof AS_SAID)[number] | 'drainTimeoutSeconds'> {
  const said = AS_SAID.filter((name) => neutral[name] !== undefined).map((name) => [name, neutral[name]])
  return {
    ...(Object.fromEntries(said) as Pick<LoadBalancer, (typeof AS_SAID)[number]>),
    ...(neutral.drainTimeout === undefined ? {} : { drainTimeoutSeconds: neutral.drainTimeout }),
  }
}
