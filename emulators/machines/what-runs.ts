/**
 * What runs on the machines, read from the cluster's objects: for an emulated cloud, whose balancers have to know which pod would answer. The machines
 * themselves are made from the same objects.
 */
import type { MachineNode, Machines } from '../cloud/machines.ts'
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { type Endpoint, endpointsOf, localEndpoints, type ServiceObject, usable } from './endpoints.ts'

export function whatRuns(cluster: ClusterAccess): Machines {
  const nodes = (cluster.list('nodes') as unknown as readonly NodeObject[]).map(nodeOf)
  const services = (cluster.list('services') as unknown as readonly ServiceObject[]).filter(
    ({ spec: { type } }) => type === 'LoadBalancer' || type === 'NodePort',
  )
  const all = (cluster.list('services') as unknown as readonly ServiceObject[]).flatMap((service) =>
    portsOf(service).flatMap((port) => endpointsOf(cluster, service, port)),
  )
  return {
    pods: podsOf(cluster, all, nodes),
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
  readonly spec: { readonly nodeName?: string; readonly containers?: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[] }
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
function podsOf(cluster: ClusterAccess, endpoints: readonly Endpoint[], nodes: readonly MachineNode[]): Machines['pods'] {
  return (cluster.list('pods') as unknown as readonly PodObject[]).flatMap(({ metadata: { name }, spec, status }) => {
    const ips = status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP])
    if (ips.length === 0) return []
    const own = (spec.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort))
    const asked = endpoints.filter(({ ip }) => ips.includes(ip)).map(({ port }) => port)
    const node = nodes.find((one) => one.name === spec.nodeName)
    return [{ name, ips, ports: [...new Set([...own, ...asked])], ...(node === undefined ? {} : { node }) }]
  })
}

function nodePortsOf(cluster: ClusterAccess, service: ServiceObject, nodes: readonly MachineNode[]): Machines['nodePorts'] {
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

function healthOf(cluster: ClusterAccess, service: ServiceObject, nodes: readonly MachineNode[]): Machines['health'] {
  const { healthCheckNodePort } = service.spec
  if (healthCheckNodePort === undefined) return []
  const ready = portsOf(service).flatMap((port) => endpointsOf(cluster, service, port).filter((endpoint) => endpoint.ready))
  return nodes.map((node) => ({ node, port: healthCheckNodePort, isHealthy: localEndpoints(ready, node.name).length > 0 }))
}
