/**
 * What runs on the machines, told from the cluster's objects: for an emulated cloud, whose balancers have to know who would answer. The machines
 * themselves are made from the same objects.
 */
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { type Endpoint, endpointsOf, localEndpoints, type ServiceObject, usable } from './endpoints.ts'

export interface MachineNode {
  readonly name: string
  readonly providerId?: string
  readonly addresses: readonly string[]
}

export interface WhatRuns {
  readonly pods: readonly { readonly name: string; readonly ips: readonly string[]; readonly ports: readonly number[] }[]
  /** Ports of nodes, and the pods they lead to. */
  readonly nodePorts: readonly {
    readonly node: MachineNode
    readonly port: number
    readonly protocol: 'TCP' | 'UDP'
    readonly to: readonly { readonly ip: string; readonly port: number }[]
  }[]
  /** What each node answers on a Service's `healthCheckNodePort`. */
  readonly health: readonly { readonly node: MachineNode; readonly port: number; readonly isHealthy: boolean }[]
}

export function whatRuns(cluster: ClusterAccess): WhatRuns {
  const nodes = (cluster.list('nodes') as unknown as readonly NodeObject[]).map(nodeOf)
  const services = (cluster.list('services') as unknown as readonly ServiceObject[]).filter(
    ({ spec: { type } }) => type === 'LoadBalancer' || type === 'NodePort',
  )
  const all = (cluster.list('services') as unknown as readonly ServiceObject[]).flatMap((service) =>
    portsOf(service).flatMap((port) => endpointsOf(cluster, service, port)),
  )
  return {
    pods: podsOf(cluster, all),
    nodePorts: services.flatMap((service) => nodePortsOf(cluster, service, nodes)),
    health: services.flatMap((service) => healthOf(cluster, service, nodes)),
  }
}

interface NodeObject {
  readonly metadata: { readonly name: string }
  readonly spec?: { readonly providerID?: string }
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] }
}

interface PodObject {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly containers?: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[] }
  readonly status?: { readonly podIPs?: readonly { readonly ip: string }[]; readonly podIP?: string }
}

function nodeOf({ metadata: { name }, spec, status }: NodeObject): MachineNode {
  const addresses = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP').map(({ address }) => address)
  return { name, addresses, ...(spec?.providerID === undefined ? {} : { providerId: spec.providerID }) }
}

function portsOf({ spec: { ports = [] } }: ServiceObject): NonNullable<ServiceObject['spec']['ports']> {
  return ports.filter(({ protocol }) => protocol !== 'SCTP')
}

/** Pods that have an address listen on their containers' ports, and where a Service sends its traffic. */
function podsOf(cluster: ClusterAccess, endpoints: readonly Endpoint[]): WhatRuns['pods'] {
  return (cluster.list('pods') as unknown as readonly PodObject[]).flatMap(({ metadata: { name }, spec, status }) => {
    const ips = status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP])
    if (ips.length === 0) return []
    const own = (spec.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort))
    const asked = endpoints.filter(({ ip }) => ips.includes(ip)).map(({ port }) => port)
    return [{ name, ips, ports: [...new Set([...own, ...asked])] }]
  })
}

function nodePortsOf(cluster: ClusterAccess, service: ServiceObject, nodes: readonly MachineNode[]): WhatRuns['nodePorts'] {
  return portsOf(service).flatMap((port) => {
    const { nodePort, protocol } = port
    if (nodePort === undefined) return []
    const endpoints = endpointsOf(cluster, service, port)
    return nodes.map((node) => {
      const here = service.spec.externalTrafficPolicy === 'Local' ? localEndpoints(endpoints, node.name) : endpoints
      const to = usable(here).map(({ ip, port: target }) => ({ ip, port: target }))
      return { node, port: nodePort, protocol: protocol === 'UDP' ? ('UDP' as const) : ('TCP' as const), to }
    })
  })
}

function healthOf(cluster: ClusterAccess, service: ServiceObject, nodes: readonly MachineNode[]): WhatRuns['health'] {
  const { healthCheckNodePort } = service.spec
  if (healthCheckNodePort === undefined) return []
  const ready = portsOf(service).flatMap((port) => endpointsOf(cluster, service, port).filter((endpoint) => endpoint.ready))
  return nodes.map((node) => ({ node, port: healthCheckNodePort, isHealthy: localEndpoints(ready, node.name).length > 0 }))
}
