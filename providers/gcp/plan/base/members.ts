/** Who joins a group of either kind, and who leaves it. Pure. */
import { compareText } from '../../../../src/model/order.ts'
import type { EndpointGroupPart, GroupPart } from '../../view.ts'

export interface MemberChanges {
  /** Ids of instances. */
  readonly joining: readonly string[]
  readonly leaving: readonly string[]
}

/** `wanted`: ids. While the group is being changed none joins. */
export function memberChanges({ members = new Set(), leftOut, most, operation }: GroupPart | EndpointGroupPart, wanted: readonly string[]): MemberChanges {
  const now = new Set(wanted)
  const leaving = [...members].filter((instance) => !now.has(instance)).toSorted(compareText)
  const joining = operation === undefined ? wanted.filter((instance) => !members.has(instance) && leftOut?.has(instance) !== true) : []
  return { leaving, joining: joining.slice(0, most) }
}
