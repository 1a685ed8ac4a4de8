/** Which pods answer for a Service, on which ports, and in what condition: the common ground of EndpointSlices and Endpoints. Pure. */
import type { ApiObject, Cluster } from '../resource.ts'
import { selects } from './controller.ts'
import { addressesOf, isOver, isReady, isTerminating, resolvePort, specOf as podSpecOf } from './pod.ts'

export interface ServiceSpec {
  readonly type?: string
  readonly selector?: Readonly<Record<string, string>>
  readonly clusterIP?: string
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[]
  readonly ports?: readonly {
    readonly name?: string
    readonly port: number
    readonly protocol?: string
    readonly targetPort?: number | string
    readonly appProtocol?: string
  }[]
  readonly publishNotReadyAddresses?: boolean
  readonly trafficDistribution?: string
}

export interface EndpointPort {
  readonly name: string
  readonly port: number
  readonly protocol: string
  readonly appProtocol?: string
}

/** One pod behind one Service. */
export interface Backend {
  readonly pod: ApiObject
  readonly node: ApiObject | undefined
  readonly ports: readonly EndpointPort[]
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly hostname: string | undefined
}

export const specOf = (service: ApiObject): ServiceSpec => service['spec'] as ServiceSpec
export const hasSelector = (service: ApiObject): boolean => Object.keys(specOf(service).selector ?? {}).length > 0

/** The pods of a Service in the order of their names; one whose node is not there is left out until it comes. */
export function backendsOf(service: ApiObject, cluster: Cluster): Backend[] {
  const { namespace = '' } = service.metadata
  const spec = specOf(service)
  const chosen = cluster.list('pods', namespace).filter((pod) => selects(spec.selector, pod.metadata.labels) && !isOver(pod) && addressesOf(pod).length > 0)
  return chosen.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).flatMap((pod) => backendOf(pod, service, cluster) ?? [])
}

function backendOf(pod: ApiObject, service: ApiObject, cluster: Cluster): Backend | undefined {
  const spec = specOf(service)
  const { nodeName = '', hostname = '', subdomain = '' } = podSpecOf(pod)
  const node = nodeName === '' ? undefined : cluster.get('nodes', undefined, nodeName)
  const publishesAll = spec.publishNotReadyAddresses === true
  if (node === undefined && !publishesAll) return undefined
  const [serving, terminating] = [isReady(pod), isTerminating(pod)]
  return {
    pod,
    node,
    ports: portsOf(pod, spec),
    ready: publishesAll || (serving && !terminating),
    serving,
    terminating,
    hostname: hostname !== '' && subdomain === service.metadata.name ? hostname : undefined,
  }
}

/** A named target port that the pod has not is left out. */
function portsOf(pod: ApiObject, spec: ServiceSpec): EndpointPort[] {
  return (spec.ports ?? []).flatMap(({ name = '', port, protocol = 'TCP', targetPort = port, appProtocol }) => {
    const number = resolvePort(pod, targetPort, protocol)
    return number === undefined ? [] : { name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }
  })
}

/** Labels that the objects made for a Service carry besides their own. */
export function labelsOf(service: ApiObject): Record<string, string> {
  const isHeadless = specOf(service).clusterIP === 'None'
  return { ...service.metadata.labels, ...(isHeadless ? { 'service.kubernetes.io/headless': '' } : {}) }
}

/** When the change happened that these endpoints follow: the youngest of the pods' turns and of the Service itself. */
export function triggerTime(service: ApiObject, backends: readonly Backend[]): string {
  const turns = backends.flatMap(({ pod }) => {
    const conditions = (pod['status'] as { conditions?: { type: string; lastTransitionTime?: string | null }[] } | undefined)?.conditions ?? []
    return conditions.flatMap(({ type, lastTransitionTime }) => (type === 'Ready' ? (lastTransitionTime ?? []) : []))
  })
  return [service.metadata.creationTimestamp, ...turns].toSorted().at(-1) ?? service.metadata.creationTimestamp
}
