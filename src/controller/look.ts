/** What the controller knows of one Service and of its providers, to be shown. Pure questions to its state: no call, and nothing changes. */
import type { ServiceRequest } from '../desired/service-request.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import { ownerOf } from '../model/owner.ts'
import type { FamilyState } from '../provider/kit/budget.ts'
import type { StackId } from '../provider/provider.ts'
import type { ProviderState } from './provider-state.ts'
import type { Report } from './services/report.ts'
import { requestOf } from './services/service-request.ts'

export interface ServiceLook {
  readonly provider: string
  readonly request: ServiceRequest
  /** The one that it asks for first. */
  readonly stacks: readonly StackLook[]
}

export interface StackLook {
  readonly stack: StackId
  /** The one that the Service asks for; false: it holds something that is to go. */
  readonly isHome: boolean
  /** Absent: the Stack had no turn yet. */
  readonly report?: Report
  /** What it holds for the Service, by kind and name. */
  readonly parts: readonly string[]
  /** In how many milliseconds it has its next turn; absent: when something changes. */
  readonly nextTurnMs?: number
}

export interface ProviderLook {
  readonly name: string
  /** What the cloud holds was read. */
  readonly isRead: boolean
  /** Why it cannot be read; absent: it can. */
  readonly trouble?: string
  /** Stacks that wait for their turn, or have it now. */
  readonly queue: number
  /** Empty: calls of this provider are not limited. */
  readonly budget: readonly FamilyState[]
}

/** Undefined: the Service has nothing to do with this provider. `nextTurnMs`: of a Stack, undefined where none is due. */
export function lookAtService(
  state: ProviderState,
  service: Service,
  { snapshot, nextTurnMs }: { readonly snapshot: Snapshot; readonly nextTurnMs: (stack: StackId) => number | undefined },
): ServiceLook | undefined {
  const { cloud, placements, stacks: records } = state
  const request = requestOf(state, service, snapshot)
  const owner = ownerOf(service)
  const home = placements.of(owner.uid)?.home
  const stacks = [...placements.stacksOf(owner.uid)].toSorted((a, b) => Number(b === home) - Number(a === home))
  if (request.kind === 'not ours' && stacks.length === 0) return undefined
  return {
    provider: cloud.name,
    request,
    stacks: stacks.map((stack) => {
      const [report, next] = [records.reports.of(stack, owner.uid), nextTurnMs(stack)]
      const known = { ...(report === undefined ? {} : { report }), ...(next === undefined ? {} : { nextTurnMs: next }) }
      return { stack, isHome: stack === home, ...known, parts: cloud.parts(stack, owner) }
    }),
  }
}

export function lookAtProvider({ cloud, inventory }: ProviderState, queue: number): ProviderLook {
  const trouble = inventory.trouble?.message
  return { name: cloud.name, isRead: inventory.isTaken, ...(trouble === undefined ? {} : { trouble }), queue, budget: cloud.budget?.() ?? [] }
}
