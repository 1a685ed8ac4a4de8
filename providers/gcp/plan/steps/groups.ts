/** Instance groups behind one backend service. Pure. */
import { compareText } from '../../../../src/model/order.ts'
import { keyOfId } from '../../api/ids.ts'
import { type GroupPart, isSettled, type ServicePart } from '../../view.ts'
import type { PlanInput } from '../plan-context.ts'

/** Source: cloud.google.com/load-balancing/docs/quotas, backends of a passthrough Network Load Balancer. */
const MOST_GROUPS = 50

/** Ids. Of more groups than it takes those with nodes, and among them those that it has. `part`: the backend service, where it is there. */
export function groupIds(part: ServicePart | undefined, input: PlanInput): readonly string[] {
  return groupsBehind(part, input).map(({ id }) => id)
}

/** Full sentences about nodes of groups for which there is no room. */
export function noRoomNotes(part: ServicePart | undefined, input: PlanInput): readonly string[] {
  const behind = new Set(groupsBehind(part, input))
  const out = settledGroups(input).filter((group) => !behind.has(group))
  const count = out.reduce((sum, { members }) => sum + (members?.size ?? 0), 0)
  if (count === 0) return []
  const nodes = count === 1 ? '1 node gets' : `${count} nodes get`
  return [
    `${nodes} no traffic: they are in ${out.length} more instance groups than the ${MOST_GROUPS} that Google allows behind a load balancer. Fewer zones, or fewer nodes, need fewer groups.`,
  ]
}

function groupsBehind(part: ServicePart | undefined, input: PlanInput): readonly GroupPart[] {
  const groups = settledGroups(input)
  if (groups.length <= MOST_GROUPS) return groups
  const present = new Set(part?.document.backends?.flatMap(({ group }) => (group === undefined ? [] : [keyOfId(group)])))
  const rank = ({ id, members }: GroupPart): number => ((members?.size ?? 0) > 0 ? 0 : 2) + (present.has(id) ? 0 : 1)
  return groups.toSorted((a, b) => rank(a) - rank(b) || compareText(a.id, b.id)).slice(0, MOST_GROUPS)
}

/** Those that can be referred to. */
function settledGroups({ base }: PlanInput): readonly GroupPart[] {
  return [...(base?.groups.values() ?? [])].filter(isSettled)
}
