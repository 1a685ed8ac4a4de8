/** The types of resources that are emulated. */
import type { ResourceType } from '../store/resource-type.ts'
import { ADDRESSES } from './addresses.ts'
import { BACKEND_SERVICES } from './backend-services.ts'
import { ENDPOINT_GROUPS } from './endpoint-groups.ts'
import { FIREWALLS } from './firewalls.ts'
import { FORWARDING_RULES } from './forwarding-rules/index.ts'
import { HEALTH_CHECKS, REGION_HEALTH_CHECKS } from './health-checks.ts'
import { INSTANCE_GROUPS } from './instance-groups.ts'
import { INSTANCES } from './instances.ts'
import { NETWORKS, SUBNETWORKS } from './networks.ts'

export const TYPES: readonly ResourceType[] = [
  ADDRESSES,
  FORWARDING_RULES,
  BACKEND_SERVICES,
  REGION_HEALTH_CHECKS,
  HEALTH_CHECKS,
  FIREWALLS,
  NETWORKS,
  SUBNETWORKS,
  INSTANCE_GROUPS,
  ENDPOINT_GROUPS,
  INSTANCES,
]
