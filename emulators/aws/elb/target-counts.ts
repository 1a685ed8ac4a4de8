/** How many targets a load balancer may have: in all, and in each zone. */
import type { LoadBalancer, Target, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'
import { Refusal } from '../wire/refusal.ts'
import { balancerAttribute } from './attributes.ts'
import { targetGroupsOf } from './find.ts'
import { zoneOf } from './target-place.ts'

/** Counts the load balancer's targets with those of `groups`, each membership separately; those that drain are not counted. */
export function checkTargetCounts(region: Region, balancer: LoadBalancer, groups: readonly TargetGroup[]): void {
  const all = [...new Set([...targetGroupsOf(region, balancer), ...groups])]
  const places = all.flatMap((group) => registered(group).map((target) => zoneOf(region, group, target) ?? 'all'))
  const { targetsPerLoadBalancer, targetsPerZone } = region.quotas
  if (places.length > targetsPerLoadBalancer) throw tooMany(`load balancer '${balancer.arn}'`, targetsPerLoadBalancer)
  if (balancerAttribute(balancer, 'load_balancing.cross_zone.enabled') === 'true') {
    if (places.length > targetsPerZone) throw tooMany(`load balancer '${balancer.arn}' with cross-zone load balancing`, targetsPerZone)
    return
  }
  for (const zone of new Set(places)) {
    if (places.filter((place) => place === zone).length > targetsPerZone) throw tooMany(`Availability Zone '${zone}'`, targetsPerZone)
  }
}

export function registered(group: TargetGroup): readonly Target[] {
  return [...group.targets.values()].filter(({ leftAt }) => leftAt === undefined)
}

export function tooMany(where: string, most: number): Refusal {
  return new Refusal('TooManyTargets', `The maximum number of targets has been reached for ${where}: ${most}`)
}
