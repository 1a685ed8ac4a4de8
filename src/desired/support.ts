/** Whether a provider can do what a Service asks for. What it cannot is refused with its reason; nothing is left out in silence. */
import { neutral, type NeutralOptions } from '../../annotations/neutral.ts'
import type { ListenerKey, LoadBalancer } from '../model/load-balancer.ts'
import type { Problem } from '../model/problem.ts'
import { FEATURES, type Feature } from '../provider/capabilities.ts'
import type { RequestInput } from './request-input.ts'

/** A feature, and the field that asks for it. */
export interface Need {
  readonly feature: Feature
  readonly field: string
  readonly value?: string
}

/** What refuses the whole Service. Families and addresses are checked where they are read, ports in `servablePorts`. */
export function unsupported(settings: LoadBalancer, request: RequestInput): readonly Problem[] {
  return [...annotationNeeds(request), ...specNeeds(settings, request)].flatMap((need) => missing(need, request) ?? [])
}

/** The problem of a need that the provider cannot meet; undefined: it can. */
export function missing({ feature, field, value }: Need, { context }: RequestInput): Problem | undefined {
  const { name, capabilities } = context.provider
  const support = capabilities[feature]
  if (support.supported) return undefined
  return { reason: 'Invalid', field, ...(value === undefined ? {} : { value }), wrong: `is not possible with the provider ${name}: ${support.because}` }
}

function specNeeds({ affinity, scheme, schemeIsExplicit, externalTrafficPolicy }: LoadBalancer, { reading }: RequestInput): Need[] {
  return [
    ...(schemeIsExplicit || reading.neutral.scheme !== undefined ? [] : [{ feature: scheme, field: reading.keyOf('scheme'), value: scheme } as const]),
    ...(affinity.kind === 'client-ip' ? [{ feature: 'affinity-client-ip', field: 'spec.sessionAffinity', value: 'ClientIP' } as const] : []),
    ...(affinity.kind === 'client-ip' && affinity.timeoutSeconds !== DEFAULT_AFFINITY_SECONDS
      ? [{ feature: 'affinity-timeout', field: 'spec.sessionAffinityConfig.clientIP.timeoutSeconds', value: String(affinity.timeoutSeconds) } as const]
      : []),
    ...(externalTrafficPolicy === 'Local' ? [{ feature: 'local-traffic-policy', field: 'spec.externalTrafficPolicy', value: 'Local' } as const] : []),
  ]
}

/** Filled in by the API server for every Service that asks for affinity: the user did not ask for this very number. */
export const DEFAULT_AFFINITY_SECONDS = 10_800

function annotationNeeds({ reading, service }: RequestInput): Need[] {
  return (Object.keys(reading.neutral) as (keyof NeutralOptions)[]).flatMap((name) =>
    sayings(reading.neutral[name]).flatMap(({ value, listener }) => {
      const field = reading.keyOf(name, listener)
      const text = service.metadata.annotations?.[field]
      return featuresOf(name, value, listener !== undefined).map((feature) => ({ feature, field, ...(text === undefined ? {} : { value: text }) }))
    }),
  )
}

/** Each value that an option holds, with the listener it is about. */
function sayings(option: unknown): { readonly value: unknown; readonly listener?: ListenerKey }[] {
  if (typeof option !== 'object' || option === null || !('ports' in option)) return [{ value: option }]
  const { service, ports } = option as { service?: unknown; ports: Record<ListenerKey, unknown> }
  const own = (Object.keys(ports) as ListenerKey[]).map((listener) => ({ value: ports[listener], listener }))
  return service === undefined ? own : [{ value: service }, ...own]
}

type FeaturesOf = (value: unknown, isForOnePort: boolean) => readonly Feature[]

/** Where it depends on the value. Saying a default that holds on every cloud needs nothing. */
const BY_VALUE: Readonly<Partial<Record<keyof NeutralOptions, FeaturesOf>>> = {
  scheme: (value) => [value === 'internal' ? 'internal' : 'internet-facing'],
  targets: (value) => [value === 'pods' ? 'targets-pods' : 'targets-nodes'],
  backendProtocol: (value) => (value === 'tls' ? ['backend-tls'] : []),
  proxyProtocol: (value) => (value === 'v1' ? ['proxy-protocol-v1'] : value === 'v2' ? ['proxy-protocol-v2'] : []),
  deletionProtection: (value) => (value === true ? ['deletion-protection'] : []),
  sourceRanges: (_value, isForOnePort) => [isForOnePort ? 'source-ranges-per-port' : 'source-ranges'],
  healthCheckProtocol: (value, isForOnePort) => [
    value === 'none' ? 'health-check-none' : 'health-check',
    ...(isForOnePort ? (['health-check-per-port'] as const) : []),
  ],
}

/** What a value of a neutral option needs of a provider. */
export function featuresOf(name: keyof NeutralOptions, value: unknown, isForOnePort: boolean): readonly Feature[] {
  const byValue = BY_VALUE[name]
  if (byValue !== undefined) return byValue(value, isForOnePort)
  const feature = neutral.definitions[name]?.feature
  if (feature === undefined) return []
  if (!isFeature(feature)) throw new Error(`the annotation for ${name} names a feature that there is not: ${feature}`)
  return isForOnePort && feature === 'health-check' ? [feature, 'health-check-per-port'] : [feature]
}

function isFeature(text: string): text is Feature {
  return Object.hasOwn(FEATURES, text)
}
