/** By which names a user knows what the provider speaks of. */
import { GCP_KEYS } from '../../annotations/gcp.ts'
import { KEYS } from '../../annotations/neutral.ts'

export const FIELDS = {
  ports: 'spec.ports',
  addresses: KEYS.addresses,
  healthCheckProtocol: KEYS.healthCheckProtocol,
  healthCheckPort: KEYS.healthCheckPort,
  healthCheckInterval: KEYS.healthCheckInterval,
  healthCheckTimeout: KEYS.healthCheckTimeout,
  healthyThreshold: KEYS.healthCheckHealthyThreshold,
  unhealthyThreshold: KEYS.healthCheckUnhealthyThreshold,
  successCodes: KEYS.healthCheckSuccessCodes,
  networkTier: GCP_KEYS.networkTier,
} as const
