/** One instance group in each zone, with the nodes of the zone; of a zone with more nodes than a group takes, several. Pure. */
import type { NodeSet } from '../../../../src/model/load-balancer.ts'
import { compareText } from '../../../../src/model/order.ts'
import { hashOf } from '../../../../src/provider/kit/naming.ts'
import type { GcpConfig } from '../../api/config.ts'
import { idIn } from '../../api/ids.ts'
import { instanceGroupName } from '../../names.ts'
import type { GroupPart } from '../../view.ts'
import { baseNaming } from '../steps/context.ts'
import { instanceOf, zoneOf } from './nodes.ts'

/** Members of one group. Source: kubernetes/ingress-gce pkg/instancegroups. */
export const MOST_MEMBERS = 1_000

/** By the id of the group, the ids of the instances that it is to have. A node stays in the group that it is in. */
export function wantedGroups({ nodes }: NodeSet, found: ReadonlyMap<string, GroupPart>, config: GcpConfig): ReadonlyMap<string, readonly string[]> {
  const instances = nodes.flatMap((node) => instanceOf(node) ?? [])
  const byZone = Map.groupBy(instances.toSorted(compareText), zoneOf)
  return new Map([...byZone].flatMap(([zone, all]) => groupsOfZone(zone, all, found, config)))
}

function groupsOfZone(
  zone: string,
  all: readonly string[],
  found: ReadonlyMap<string, GroupPart>,
  config: GcpConfig,
): readonly (readonly [string, readonly string[]])[] {
  const ids = (shard: number): string => groupId(zone, shard, config)
  const known = [...found.keys()].filter((id) => zoneOf(id) === zone).length
  const count = Math.max(1, known, Math.ceil(all.length / MOST_MEMBERS))
  const groups = Array.from({ length: count }, (_, shard) => [ids(shard), [] as string[]] as const)
  const left = all.filter((instance) => {
    const own = groups.find(([id]) => found.get(id)?.members?.has(instance) === true)
    own?.[1].push(instance)
    return own === undefined
  })
  for (const instance of left.toSorted((a, b) => compareText(hashOf(8, a), hashOf(8, b)))) {
    const [first] = groups.toSorted(([, a], [, b]) => a.length - b.length)
    first?.[1].push(instance)
  }
  return groups
}

function groupId(zone: string, shard: number, { project, network, clusterId }: GcpConfig): string {
  return idIn(project, { zone }, 'instanceGroups', instanceGroupName(baseNaming(clusterId), network, shard))
}
