/** By which names a user knows what the provider speaks of. */
import { GCP_KEYS } from '../../annotations/gcp.ts'
import { KEYS } from '../../annotations/neutral.ts'

export const FIELDS = {
  ports: 'spec.ports',
  families: 'spec.ipFamilies',
  affinity: 'spec.sessionAffinity',
  affinityTimeout: 'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
  trafficPolicy: 'spec.externalTrafficPolicy',
  trafficDistribution: 'spec.trafficDistribution',
  scheme: KEYS.scheme,
  addresses: KEYS.addresses,
  addressNames: KEYS.addressNames,
  subnets: KEYS.subnets,
  sourceRanges: KEYS.sourceRanges,
  drainTimeout: KEYS.drainTimeout,
  weighted: KEYS.weighted,
  globalAccess: KEYS.globalAccess,
  share: KEYS.share,
  healthCheckProtocol: KEYS.healthCheckProtocol,
  healthCheckPort: KEYS.healthCheckPort,
  healthCheckInterval: KEYS.healthCheckInterval,
  healthCheckTimeout: KEYS.healthCheckTimeout,
  healthyThreshold: KEYS.healthCheckHealthyThreshold,
  unhealthyThreshold: KEYS.healthCheckUnhealthyThreshold,
  successCodes: KEYS.healthCheckSuccessCodes,
  networkTier: GCP_KEYS.networkTier,
  strongAffinity: GCP_KEYS.strongAffinity,
  ipCollection: GCP_KEYS.ipCollection,
  logging: GCP_KEYS.logging,
  logSampleRate: GCP_KEYS.logSampleRate,
  logFields: GCP_KEYS.logFields,
} as const
