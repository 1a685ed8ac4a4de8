/** Which Stacks a Service is in, and what is requested of each: questions to the state and to a snapshot of the cluster. */
import { isHeldBy } from '../../desired/eligible.ts'
import type { Service, Snapshot } from '../../model/cluster.ts'
import { findService, isNamed, type NamedOwner, ownerOf } from '../../model/owner.ts'
import type { ConvergeBaseRequest } from '../../provider/cloud.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import type { Report } from '../services/report.ts'
import { concerns, requestOf } from '../services/service-request.ts'
import { stacksNamed } from '../triggers.ts'
import { isToBeApplied } from './intents.ts'
import type { Placement } from './placements.ts'

/** Notes where a Service wants to be, and where it says it is. */
export function placeService(state: ProviderState, service: Service, snapshot: Snapshot): void {
  const owner = ownerOf(service)
  state.absences.orphans.forget(owner.uid)
  const named = stacksNamed(service, state.cloud.name)
  if (concerns(state, service) || named.length > 0) state.placements.place(owner, homeOf(state, service, owner, snapshot), named)
  else if (state.placements.of(owner.uid) !== undefined) state.placements.place(owner, undefined, [])
}

function homeOf(state: ProviderState, service: Service, owner: NamedOwner, snapshot: Snapshot): StackId | undefined {
  const isHeld = isHeldBy(service, state.cloud.name)
  if (service.metadata.deletionTimestamp !== undefined && !isHeld) return undefined
  const request = requestOf(state, service, snapshot)
  if (request.kind !== 'wanted' || request.mode === 'pause') return undefined
  return state.cloud.stackOf(owner, request.desired)
}

/** The Service holds our finalizer and names its home, so that whatever is made there will be found again. */
export function isPrepared({ cloud }: ProviderState, service: Service, home: StackId): boolean {
  return isHeldBy(service, cloud.name) && stacksNamed(service, cloud.name).includes(home)
}

/** The Stacks, but for its home, that may still hold something for an owner. */
export function otherStacks({ home, named, held, cleared }: Placement): readonly StackId[] {
  return [...new Set([...named, ...held])].filter((stack) => stack !== home && !cleared.has(stack))
}

/** What the last turns of all its Stacks found out about an owner. */
export function reportsOf({ placements, stacks }: ProviderState, uid: string): ReadonlyMap<StackId, Report> {
  const found = [...placements.stacksOf(uid)].flatMap((stack): [StackId, Report][] => {
    const report = stacks.reports.of(stack, uid)
    return report === undefined ? [] : [[stack, report]]
  })
  return new Map(found)
}

/** Every request that may be carried out, for the base that all Stacks depend on. In a dry run no Service need be prepared. */
export function wantsOf(state: ProviderState, snapshot: Snapshot, isDryRun: boolean): ConvergeBaseRequest['wants'] {
  return [...state.placements.placements()].flatMap(({ owner, home }) => {
    const service = findService(owner, snapshot)
    if (home === undefined || !isNamed(owner) || service === undefined || service.metadata.deletionTimestamp !== undefined) return []
    const request = requestOf(state, service, snapshot)
    if (!isToBeApplied(request) || !(isDryRun || isPrepared(state, service, home))) return []
    const { creationTimestamp } = service.metadata
    return [{ owner, want: request.desired, ...(creationTimestamp === undefined ? {} : { createdAt: creationTimestamp }) }]
  })
}
