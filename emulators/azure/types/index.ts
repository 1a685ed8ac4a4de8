/** The types of resources that there are. */
import type { ResourceType } from '../store/resource-type.ts'
import { NETWORK_INTERFACES } from './interfaces.ts'
import { PRIVATE_LINK_SERVICES } from './link-services.ts'
import { LOAD_BALANCERS } from './load-balancers/index.ts'
import { VIRTUAL_MACHINES, VIRTUAL_MACHINE_SCALE_SETS } from './machines.ts'
import { VIRTUAL_NETWORKS } from './networks/index.ts'
import { PUBLIC_IP_ADDRESSES, PUBLIC_IP_PREFIXES } from './public-ips.ts'
import { NETWORK_SECURITY_GROUPS } from './security-groups/index.ts'

export const RESOURCE_TYPES: readonly ResourceType[] = [
  LOAD_BALANCERS,
  PUBLIC_IP_ADDRESSES,
  PUBLIC_IP_PREFIXES,
  NETWORK_SECURITY_GROUPS,
  VIRTUAL_NETWORKS,
  NETWORK_INTERFACES,
  PRIVATE_LINK_SERVICES,
  VIRTUAL_MACHINES,
  VIRTUAL_MACHINE_SCALE_SETS,
]

/** Names of types and namespaces do not mind the case. */
export function resourceType(namespace: string, name: string): ResourceType | undefined {
  return RESOURCE_TYPES.find((one) => one.namespace.toLowerCase() === namespace.toLowerCase() && one.path.toLowerCase() === name.toLowerCase())
}
