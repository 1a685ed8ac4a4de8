/** Where a target is in the cloud. */
import { isWithin } from '../../cloud/networks.ts'
import type { Target, TargetGroup } from '../cloud/objects.ts'
import type { Region } from '../cloud/region.ts'

/** The target's zone: the instance's, that of the subnet around the address, or the one it was registered with. Undefined: any. */
export function zoneOf(region: Region, { targetType, vpcId }: TargetGroup, { id, zone }: Pick<Target, 'id' | 'zone'>): string | undefined {
  if (targetType === 'instance') return region.instances.get(id)?.zone
  if (zone !== undefined) return zone === 'all' ? undefined : zone
  for (const subnet of region.subnets.values()) {
    if (subnet.vpcId === vpcId && (isWithin(id, subnet.cidr) || (subnet.ipv6Cidr !== undefined && isWithin(id, subnet.ipv6Cidr)))) return subnet.zone
  }
  return undefined
}
