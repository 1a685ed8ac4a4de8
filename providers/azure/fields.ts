/** By which names a user knows what the planner speaks of. */
import { KEYS } from '../../annotations/neutral.ts'

const PREFIX = 'service.beta.kubernetes.io/azure-'

export const FIELDS = {
  ports: 'spec.ports',
  nodePorts: 'spec.allocateLoadBalancerNodePorts',
  families: 'spec.ipFamilies',
  affinity: 'spec.sessionAffinity',
  scheme: KEYS.scheme,
  addresses: KEYS.addresses,
  addressNames: KEYS.addressNames,
  adopt: KEYS.adopt,
  dnsLabel: KEYS.dnsLabel,
  subnets: KEYS.subnets,
  sourceRanges: KEYS.sourceRanges,
  tags: KEYS.tags,
  idleTimeout: KEYS.idleTimeout,
  healthCheckPort: KEYS.healthCheckPort,
  healthCheckInterval: KEYS.healthCheckInterval,
  healthCheckTimeout: KEYS.healthCheckTimeout,
  healthyThreshold: KEYS.healthCheckHealthyThreshold,
  unhealthyThreshold: KEYS.healthCheckUnhealthyThreshold,
  successCodes: KEYS.healthCheckSuccessCodes,
  disableFloatingIp: `${PREFIX}disable-load-balancer-floating-ip`,
  resourceGroup: `${PREFIX}load-balancer-resource-group`,
  prefix: `${PREFIX}pip-prefix-id`,
  prefixIpv6: `${PREFIX}pip-prefix-id-ipv6`,
  ipTags: `${PREFIX}pip-ip-tags`,
  additionalAddresses: `${PREFIX}additional-public-ips`,
  loadBalancers: `${PREFIX}load-balancer-configurations`,
  securityGroup: '--azure-security-group',
  balancerName: '--azure-load-balancer-name',
  moreBalancers: '--azure-more-load-balancers',
  ruleLimit: '--azure-rule-limit',
  noSecurityRules: `${PREFIX}disable-load-balancer-nsg-rule`,
  haPorts: `${PREFIX}load-balancer-enable-high-availability-ports`,
} as const
