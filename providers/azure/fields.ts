/** By which names a user knows what the planner speaks of. */
import { KEYS } from '../../annotations/neutral.ts'

const PREFIX = 'service.beta.kubernetes.io/azure-'

export const FIELDS = {
  ports: 'spec.ports',
  nodePorts: 'spec.allocateLoadBalancerNodePorts',
  families: 'spec.ipFamilies',
  affinity: 'spec.sessionAffinity',
  scheme: KEYS.scheme,
  idleTimeout: KEYS.idleTimeout,
  healthCheckPort: KEYS.healthCheckPort,
  healthCheckInterval: KEYS.healthCheckInterval,
  healthCheckTimeout: KEYS.healthCheckTimeout,
  healthyThreshold: KEYS.healthCheckHealthyThreshold,
  unhealthyThreshold: KEYS.healthCheckUnhealthyThreshold,
  successCodes: KEYS.healthCheckSuccessCodes,
  disableFloatingIp: `${PREFIX}disable-load-balancer-floating-ip`,
  haPorts: `${PREFIX}load-balancer-enable-high-availability-ports`,
} as const
