/** Reads Services from YAML or JSON as a user would apply them, with the defaults that the API server would fill in as far as a plan depends on them. */
import { parseAllDocuments } from 'yaml'
import { SettingError } from '../config.ts'
import type { Service, ServicePort, ServiceSpec } from '../model/cluster.ts'

export interface ServiceManifest {
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  readonly spec: ServiceSpec
}

interface Document {
  readonly kind?: string
  readonly items?: readonly Document[]
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly spec?: Partial<Service['spec']>
}

/** Other kinds are passed over. Throws a SettingError when the text is no YAML or holds no Service. */
export function parseServices(text: string, source: string): readonly ServiceManifest[] {
  const documents = parseAllDocuments(text, { prettyErrors: false }).map((document) => {
    if (document.errors.length > 0) throw new SettingError(`${source} is not YAML: ${document.errors[0]?.message ?? ''}`)
    return document.toJS() as Document | null
  })
  const services = documents.flatMap((document) => (document === null ? [] : (document.items ?? [document]))).filter(({ kind }) => kind === 'Service')
  if (services.length === 0) throw new SettingError(`${source} holds no Service; allowed: YAML or JSON of Services, as for kubectl apply`)
  return services.map((document) => manifestOf(document, source))
}

function manifestOf({ metadata, spec }: Document, source: string): ServiceManifest {
  if (metadata?.name === undefined || spec === undefined) throw new SettingError(`${source} holds a Service without a name or a spec`)
  return { namespace: metadata.namespace ?? 'default', name: metadata.name, annotations: metadata.annotations ?? {}, spec: defaulted(spec) }
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
