/**
 * The environment variables by which a container finds Services, as the kubelet makes them (kubernetes/kubernetes pkg/kubelet/envvars and getServiceEnvVarMap in
 * pkg/kubelet/kubelet_pods.go). Pure.
 */
import type { ApiObject } from '../../kubernetes/resource.ts'

export interface ServiceVariablesOptions {
  /** The pod's. */
  readonly namespace: string
  /** `spec.enableServiceLinks` of the pod. */
  readonly enableServiceLinks: boolean
}

interface ServiceSpec {
  readonly clusterIP?: string
  readonly ports?: readonly ServicePort[]
}

interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly protocol?: string
}

/** Of every Service of the namespace with a cluster IP; without service links of the API server's own alone, which every pod gets. */
export function serviceVariables(services: readonly ApiObject[], { namespace, enableServiceLinks }: ServiceVariablesOptions): ReadonlyMap<string, string> {
  const withIp = services.filter((service) => !['', 'None'].includes(specOf(service).clusterIP ?? ''))
  const own = enableServiceLinks ? withIp.filter(({ metadata }) => metadata.namespace === namespace) : []
  const apiServer = withIp.filter(({ metadata }) => metadata.namespace === 'default' && metadata.name === 'kubernetes')
  const byName = new Map([...apiServer, ...own].map((service) => [service.metadata.name, service]))
  return new Map([...byName.values()].flatMap(variablesOf))
}

function specOf(service: ApiObject): ServiceSpec {
  return service['spec'] as ServiceSpec
}

function variablesOf(service: ApiObject): readonly (readonly [string, string])[] {
  const { clusterIP = '', ports = [] } = specOf(service)
  const [first] = ports
  if (first === undefined) return []
  const name = variableName(service.metadata.name)
  const named = ports.filter((port) => (port.name ?? '') !== '')
  return [
    [`${name}_SERVICE_HOST`, clusterIP],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...named.map((port) => [`${name}_SERVICE_PORT_${variableName(port.name ?? '')}`, String(port.port)] as const),
    [`${name}_PORT`, urlOf(first, clusterIP)],
    ...ports.flatMap((port) => linkVariables(name, port, clusterIP)),
  ]
}

/** Those of Docker's container links. */
function linkVariables(name: string, port: ServicePort, clusterIp: string): readonly (readonly [string, string])[] {
  const { protocol = 'TCP' } = port
  const prefix = `${name}_PORT_${port.port}_${protocol.toUpperCase()}`
  return [
    [prefix, urlOf(port, clusterIp)],
    [`${prefix}_PROTO`, protocol.toLowerCase()],
    [`${prefix}_PORT`, String(port.port)],
    [`${prefix}_ADDR`, clusterIp],
  ]
}

function urlOf({ port, protocol = 'TCP' }: ServicePort, ip: string): string {
  return `${protocol.toLowerCase()}://${ip.includes(':') ? `[${ip}]` : ip}:${port}`
}

function variableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase()
}
