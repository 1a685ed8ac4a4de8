/** Reports the account's quotas under AWS' names. */
import type { Region } from '../cloud/region.ts'
import type { Members } from '../wire/output.ts'

export function describeAccountLimits({ quotas }: Region): Members {
  const limits: Readonly<Record<string, number>> = {
    'network-load-balancers': quotas.loadBalancers,
    'listeners-per-network-load-balancer': quotas.listenersPerLoadBalancer,
    'target-groups': quotas.targetGroups,
    'targets-per-target-group': quotas.targetsPerTargetGroup,
    'targets-per-network-load-balancer': quotas.targetsPerLoadBalancer,
    'targets-per-availability-zone-per-network-load-balancer': quotas.targetsPerZone,
    'certificates-per-network-load-balancer': quotas.certificatesPerLoadBalancer,
    'target-groups-per-action-on-network-load-balancer': quotas.targetGroupsPerAction,
    'network-load-balancer-enis-per-vpc': quotas.interfacesPerVpc,
  }
  return { Limits: Object.entries(limits).map(([Name, max]) => ({ Name, Max: String(max) })) }
}
