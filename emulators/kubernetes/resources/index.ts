/** The kinds that the emulated API server knows. */
import type { ResourceDefinition } from '../resource.ts'
import { configMaps, secrets, serviceAccounts } from './configuration.ts'
import { endpointSlices } from './endpoint-slices.ts'
import { endpoints } from './endpoints.ts'
import { events, newEvents } from './events.ts'
import { leases } from './leases.ts'
import { namespaces } from './namespaces.ts'
import { nodes } from './nodes.ts'
import { services, type ServiceOptions } from './services/definition.ts'
import { pods } from './workloads/pods.ts'
import { deployments, replicaSets } from './workloads/replicas.ts'

export { refuseNamespace } from './namespaces.ts'
export type { ServiceOptions } from './services/definition.ts'

/** What a cluster has when nothing else is asked for: the ranges that kubeadm and kube-apiserver take. */
export const DEFAULT_SERVICE_OPTIONS: ServiceOptions = {
  clusterIpRanges: ['10.96.0.0/16', 'fd00:96::/112'],
  nodePorts: { first: 30_000, last: 32_767 },
}

/** All kinds, for a cluster with these Service ranges. */
export function resources(options: ServiceOptions = DEFAULT_SERVICE_OPTIONS): readonly ResourceDefinition[] {
  const core = [configMaps, endpoints, events, namespaces, nodes, pods, secrets, serviceAccounts, services(options)]
  return [...core, deployments, replicaSets, leases, endpointSlices, newEvents]
}

export const RESOURCES: readonly ResourceDefinition[] = resources()
