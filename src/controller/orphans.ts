/** What a cloud holds for owners that the cluster does not show: a list to look at. What becomes of them is decided in their Stack's turn, and not on the word of a cache. */
import type { Snapshot } from '../model/cluster.ts'
import { type Owner, ownerName } from '../model/owner.ts'
import type { StackId } from '../provider/provider.ts'

export interface Orphan {
  readonly stack: StackId
  /** `namespace/name` that the Service had. */
  readonly service: string
  readonly uid: string
}

/** Sorted by Stack, then by Service. */
export function orphansOf(holdings: Iterable<readonly [StackId, readonly Owner[]]>, snapshot: Snapshot): readonly Orphan[] {
  const found = [...holdings].flatMap(([stack, owners]) =>
    owners
      .filter((owner) => snapshot.service(owner.namespace, owner.name)?.metadata.uid !== owner.uid)
      .map((owner): Orphan => ({ stack, service: ownerName(owner), uid: owner.uid })),
  )
  return found.toSorted((a, b) => compare(a.stack, b.stack) || compare(a.service, b.service) || compare(a.uid, b.uid))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
