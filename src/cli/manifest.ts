/** Reads Services from YAML or JSON as a user would apply them, with the defaults that the API server would fill in as far as a plan depends on them. */
import { parseAllDocuments } from 'yaml'
import { SettingError } from '../config.ts'
import type { Service, ServicePort, ServiceSpec } from '../model/cluster.ts'
import { excerpt } from '../model/text.ts'

export interface ServiceManifest {
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: ServiceSpec
}

interface Document {
  readonly kind?: string
  readonly items?: readonly Document[]
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly annotations?: Readonly<Record<string, unknown>> }
  readonly spec?: Partial<Service['spec']>
}

/** Other kinds are passed over. Throws a SettingError when the text is no YAML or holds no Service. */
export function parseServices(text: string, source: string): readonly ServiceManifest[] {
  const documents = parseAllDocuments(text, { prettyErrors: false }).map((document) => {
    if (document.errors.length > 0) throw new SettingError(`${source} is not YAML: ${document.errors[0]?.message ?? ''}`)
    return withoutNulls(document.toJS()) as Document | null
  })
  const services = documents.flatMap((document) => (document === null ? [] : (document.items ?? [document]))).filter(({ kind }) => kind === 'Service')
  if (services.length === 0) throw new SettingError(`${source} holds no Service; allowed: YAML or JSON of Services, as for kubectl apply`)
  return services.map((document) => manifestOf(document, source))
}

function manifestOf({ metadata, spec }: Document, source: string): ServiceManifest {
  if (metadata?.name === undefined || spec === undefined) throw new SettingError(`${source} holds a Service without a name or a spec`)
  const { namespace = 'default', name, annotations = {} } = metadata
  return { namespace, name, annotations: textsIn(annotations, `${source}: annotations of ${namespace}/${name}`), spec: defaulted(spec) }
}

/** As the API server reads them: what is null is not set. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (part === null ? [] : [[key, withoutNulls(part)]])))
}

/** The API server refuses a number or a boolean. */
function textsIn(annotations: Readonly<Record<string, unknown>>, where: string): Readonly<Record<string, string>> {
  const wrong = Object.entries(annotations).find(([, value]) => typeof value !== 'string')
  if (wrong !== undefined) throw new SettingError(`${where}: ${excerpt(wrong[0])} is ${excerpt(JSON.stringify(wrong[1]))}; allowed: a text, in quotation marks`)
  return annotations as Readonly<Record<string, string>>
}

function defaulted(spec: Partial<ServiceSpec>): ServiceSpec {
  const { type = 'ClusterIP' } = spec
  const isBalanced = type === 'LoadBalancer'
  return {
    sessionAffinity: 'None',
    ...(isBalanced ? { externalTrafficPolicy: 'Cluster', allocateLoadBalancerNodePorts: true } : {}),
    ...spec,
    type,
    ports: (spec.ports ?? []).map((port): ServicePort => ({ protocol: 'TCP', targetPort: port.port, ...port })),
  }
}
