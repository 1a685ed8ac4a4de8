/**
 * What runs on the machines, read from the cluster's objects: for an emulated cloud, whose balancers have to know which pod would answer. The machines
 * themselves are made from the same objects.
 */
import type { MachineNode, Machines, NodePort } from '../cloud/machines.ts'
import type { ClusterAccess } from '../kubernetes/resource.ts'
import { type Endpoint, endpointsOf, type Family, familyOf, localEndpoints, reachable, type ServiceObject, type ServicePort, zoneOf } from './endpoints.ts'

export function whatRuns(cluster: ClusterAccess): Machines {
  const nodes = (cluster.list('nodes') as unknown as readonly NodeObject[]).map(nodeOf)
  const services = (cluster.list('services') as unknown as readonly ServiceObject[]).filter(
    ({ spec: { type } }) => type === 'LoadBalancer' || type === 'NodePort',
  )
  const all = (cluster.list('services') as unknown as readonly ServiceObject[]).flatMap((service) =>
    portsOf(service).flatMap((port) => (['IPv4', 'IPv6'] as const).flatMap((family) => endpointsOf(cluster, service, port, family))),
  )
  return {
    pods: podsOf(cluster, all, nodes),
    nodePorts: services.flatMap((service) => nodePortsOf(cluster, service, nodes)),
    published: services.flatMap((service) => publishedOf(cluster, service, nodes)),
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
    const { nodePort } = port
    return nodePort === undefined ? [] : forwarded(cluster, service, { port, nodes }).map((one) => ({ ...one, port: nodePort }))
  })
}

/** What comes for an address that the status names, except with ipMode Proxy; with policy Local only nodes with a pod take it. */
function publishedOf(cluster: ClusterAccess, service: ServiceObject, nodes: readonly MachineNode[]): NonNullable<Machines['published']> {
  const ingress = service.spec.type === 'LoadBalancer' ? (service.status?.loadBalancer?.ingress ?? []) : []
  const addresses = ingress.flatMap(({ ip, ipMode }) => (ip === undefined || ipMode === 'Proxy' ? [] : [ip]))
  if (addresses.length === 0) return []
  const isLocal = service.spec.externalTrafficPolicy === 'Local'
  return portsOf(service).flatMap((port) => {
    return addresses.flatMap((address) => {
      const doors = forwarded(cluster, service, { port, nodes, family: familyOf(address) }).filter(({ to }) => !isLocal || to.length > 0)
      return doors.map((one) => ({ ...one, address, port: port.port }))
    })
  })
}

/** Where each node leads what comes for a port; by default in the Service's first family. */
function forwarded(
  cluster: ClusterAccess,
  service: ServiceObject,
  { port, nodes, family }: { readonly port: ServicePort; readonly nodes: readonly MachineNode[]; readonly family?: Family },
): readonly Omit<NodePort, 'port'>[] {
  const endpoints = endpointsOf(cluster, service, port, family)
  return nodes.map((node) => {
    const at = { node: node.name, zone: zoneOf(cluster, node.name), policy: service.spec.externalTrafficPolicy }
    const to = reachable(endpoints, at).map(({ ip, port: target }) => ({ ip, port: target }))
    return { node, protocol: port.protocol === 'UDP' ? ('UDP' as const) : ('TCP' as const), to }
  })
}

function healthOf(cluster: ClusterAccess, service: ServiceObject, nodes: readonly MachineNode[]): Machines['health'] {
  const { healthCheckNodePort } = service.spec
  if (healthCheckNodePort === undefined) return []
  const ready = portsOf(service).flatMap((port) => endpointsOf(cluster, service, port).filter((endpoint) => endpoint.ready))
  return nodes.map((node) => ({ node, port: healthCheckNodePort, isHealthy: localEndpoints(ready, node.name).length > 0 }))
}
