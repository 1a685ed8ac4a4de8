/** Fills an emulated cluster. */
import type { ApiServer, ClusterAccess } from '../../../emulators/kubernetes/index.ts'
import { startApiServer } from '../../../emulators/kubernetes/index.ts'
import { resources } from '../../../emulators/kubernetes/resources/index.ts'
import { nodeName, nodeObject, nodeStatus, servedMarks, serviceObject, type ServiceOptions, sliceObject } from './objects.ts'

export const NAMESPACE = 'bench'

export interface Population {
  readonly provider: string
  readonly services: number
  readonly nodes: number
  readonly ports?: number
  readonly pods?: number
  /** How many of the Services have node ports; the pods of the others are reached directly. */
  readonly withNodePorts?: number
  /** Present: the Services were served before, by the Stack that is named like the provider, each at an address of its own from this /16 (`127.96`). */
  readonly servedFrom?: string
}

/** With room for the node ports of 1,000 Services of 20 ports. */
const MANY_NODE_PORTS = { first: 10_000, last: 39_999 }
/** What a cluster has where nobody says otherwise. */
export const USUAL_NODE_PORTS = { first: 30_000, last: 32_767 }

/** With room for the changes of all objects at once. */
export function startServer(nodePorts: typeof MANY_NODE_PORTS = MANY_NODE_PORTS): Promise<ApiServer> {
  const ranges = { clusterIpRanges: ['10.96.0.0/12'], nodePorts }
  return startApiServer({ resources: resources(ranges), history: 100_000 })
}

export function populate(cluster: ClusterAccess, population: Population): void {
  cluster.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  for (let i = 0; i < population.nodes; i++) addNode(cluster, i, population.provider)
  for (let i = 0; i < population.services; i++) addService(cluster, population, i)
}

/** `provider`: in whose cloud its machine is. */
export function addNode(cluster: ClusterAccess, number: number, provider?: string): void {
  cluster.create('nodes', nodeObject(number, provider))
  cluster.patchStatus('nodes', { namespace: undefined, name: nodeName(number) }, nodeStatus(number, cluster.now()))
}

export function removeNode(cluster: ClusterAccess, number: number): void {
  cluster.delete('nodes', { namespace: undefined, name: nodeName(number) })
}

/** The slice first, as nobody waits for it. */
export function addService(cluster: ClusterAccess, population: Population, number: number): void {
  const { provider, ports = 1, pods = 3, nodes, withNodePorts = 0, servedFrom } = population
  const options: ServiceOptions = { namespace: NAMESPACE, name: serviceName(number), provider, ports, nodePorts: number < withNodePorts }
  cluster.create('endpointslices', sliceObject(options, number, pods, nodes))
  cluster.create('services', serviceObject(options))
  if (servedFrom === undefined) return
  const place = { namespace: NAMESPACE, name: options.name }
  const { metadata, status } = servedMarks(provider, `${servedFrom}.${(number + 1) >> 8}.${(number + 1) & 255}`, cluster.now())
  cluster.patch('services', place, { metadata })
  cluster.patchStatus('services', place, { status })
}

export function serviceName(number: number): string {
  return `service-${String(number).padStart(5, '0')}`
}
