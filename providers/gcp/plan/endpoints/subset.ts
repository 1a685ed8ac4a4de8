/**
 * A part of the nodes for one Service, where a load balancer cannot have them all: the same part as long as its nodes are there, and another one for each Service.
 * The sizes are those of ingress-gce (kubernetes/ingress-gce pkg/neg/types). Pure.
 */
import { compareText } from '../../../../src/model/order.ts'
import { hashOf } from '../../../../src/provider/kit/naming.ts'

export interface SubsetRequest {
  /** By zone, the ids of instances that may be chosen. */
  readonly zones: ReadonlyMap<string, readonly string[]>
  /** Ids of those that are in it now: they stay. */
  readonly present: ReadonlySet<string>
  readonly size: number
  /** Another one for each Service. */
  readonly salt: string
}

/** Of a Service that any node can serve: 24 where that many divide evenly among the zones. */
export function sizeFor(policy: 'Cluster' | 'Local', zones: number): number {
  if (policy === 'Local') return 250
  return zones > 0 && 24 % zones === 0 ? 24 : 25
}

/** By zone: each gets its share of what is left, those with the fewest nodes first, so that what they cannot give others do. */
export function subsetOf({ zones, present, size, salt }: SubsetRequest): ReadonlyMap<string, readonly string[]> {
  const order = [...zones].toSorted(([a, some], [b, others]) => some.length - others.length || compareText(a, b))
  let left = size
  return new Map(
    order.map(([zone, instances], index) => {
      const share = Math.ceil(left / (order.length - index))
      const chosen = instances.toSorted((a, b) => Number(present.has(b)) - Number(present.has(a)) || compareText(rank(a, salt), rank(b, salt))).slice(0, share)
      left -= chosen.length
      return [zone, chosen.toSorted(compareText)]
    }),
  )
}

function rank(instance: string, salt: string): string {
  return hashOf(16, [salt, instance])
}
