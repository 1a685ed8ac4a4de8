/** All that the controller remembers about one provider, by whom it is about. State; no calls. */
import { createNodeSets, type NodeSets } from '../desired/nodes.ts'
import type { RequestContext } from '../desired/service-request.ts'
import type { ReadyReason } from '../model/reason.ts'
import type { Policy } from '../policy/policy.ts'
import type { Cloud } from '../provider/cloud.ts'
import { ServiceRecords } from './services/service-records.ts'
import { Absences } from './stacks/absences.ts'
import { ORPHAN_GRACE_MS } from './stacks/orphans.ts'
import { Placements } from './stacks/placements.ts'
import { StackRecords } from './stacks/stack-records.ts'
import { UnnamedOwners } from './stacks/unnamed-owners.ts'

export interface ProviderState {
  readonly cloud: Cloud
  readonly context: RequestContext
  /** What the operator allows; undefined: everything. */
  policy: Policy | undefined
  /** Uids of Services that the operator has released: they count as not asking for this provider. */
  released: ReadonlySet<string>
  /** Services also carry the finalizer of Kubernetes' own service controller. */
  readonly upstreamFinalizer: boolean
  readonly nodeSets: NodeSets
  readonly inventory: InventoryState
  /** Which Services are in which Stacks. */
  readonly placements: Placements
  readonly stacks: StackRecords
  readonly services: ServiceRecords
  readonly absences: Absences
  /** Which of the owners of whom only the uid is known have a Service. */
  readonly unnamedOwners: UnnamedOwners
}

export interface InventoryState {
  /** The inventory was taken, so that what the mirror does not show may be acted on. */
  isTaken: boolean
  /** Why the inventory cannot be taken. */
  trouble: { readonly reason: ReadyReason; readonly message: string } | undefined
}

export interface ProviderStateOptions {
  readonly lingerMs: number
  readonly policy?: Policy | undefined
  readonly upstreamFinalizer?: boolean
  /** How long an orphan is kept, in milliseconds; Infinity: always. Default an hour. */
  readonly orphanGraceMs?: number
}

export function newProviderState(
  cloud: Cloud,
  context: RequestContext,
  { lingerMs, policy, upstreamFinalizer = false, orphanGraceMs = ORPHAN_GRACE_MS }: ProviderStateOptions,
): ProviderState {
  const placements = new Placements()
  const absences = new Absences(orphanGraceMs)
  return {
    cloud,
    context,
    policy,
    released: new Set(),
    upstreamFinalizer,
    nodeSets: createNodeSets(),
    inventory: { isTaken: false, trouble: undefined },
    placements,
    stacks: new StackRecords(),
    services: new ServiceRecords(lingerMs),
    absences,
    unnamedOwners: new UnnamedOwners({ placements, absences }),
  }
}
