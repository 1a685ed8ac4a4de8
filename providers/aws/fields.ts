/** By which names a user knows what the planner speaks of: annotations, and fields of the Service. */
import { AWS_KEYS } from '../../annotations/aws.ts'
import { KEYS } from '../../annotations/neutral.ts'

export const FIELDS = {
  ...KEYS,
  ...AWS_KEYS,
  sourceRanges: 'spec.loadBalancerSourceRanges',
  portRanges: KEYS.sourceRanges,
  ports: 'spec.ports',
  families: 'spec.ipFamilies',
  affinity: 'spec.sessionAffinity',
  trafficDistribution: 'spec.trafficDistribution',
  /** What all keys of health checks begin with. */
  healthCheck: 'fairlead.dev/health-check',
} as const
