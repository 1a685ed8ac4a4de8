/** The owners of a Stack: what is known of each, and what is decided for each. */
import type { Service, Snapshot } from '../../model/cluster.ts'
import { findService, type Owner } from '../../model/owner.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { isPublished, placesOf } from '../services/published.ts'
import { requestOf } from '../services/service-request.ts'
import { decide, type Decision, isToBeApplied, type OwnerFacts } from './intents.ts'
import { isPrepared, otherStacks } from './membership.ts'

export interface Member {
  readonly owner: Owner
  readonly decision: Decision
}

export interface Moment {
  readonly snapshot: Snapshot
  readonly now: number
  readonly confirmed: ReadonlySet<string>
  readonly isDryRun: boolean
}

/** One synchronous run over all owners, so that they are decided by one state of the cluster. */
export function decideAll(state: ProviderState, stack: StackId, moment: Moment): readonly Member[] {
  return [...state.placements.members(stack)].flatMap((owner) => {
    const decision = decide(factsOf(state, stack, owner, moment))
    const isClear = state.placements.of(owner.uid)?.cleared.has(stack) === true && decision.ask !== 'want'
    return isClear ? [] : [{ owner, decision }]
  })
}

export function serviceOf(state: ProviderState, owner: Owner, snapshot: Snapshot): Pick<OwnerFacts, 'service' | 'request'> {
  const service = findService(owner, snapshot)
  return { service, request: service === undefined ? undefined : requestOf(state, service, snapshot) }
}

function factsOf(state: ProviderState, stack: StackId, owner: Owner, moment: Moment): OwnerFacts {
  const { placements, services, absences } = state
  const { service, request } = serviceOf(state, owner, moment.snapshot)
  const placement = placements.of(owner.uid)
  const home = placement?.home
  const others = placement === undefined ? [] : otherStacks(placement)
  const want = request !== undefined && isToBeApplied(request) ? request.desired : undefined
  const claims = want === undefined || others.length === 0 ? [] : state.cloud.claims(want)
  const holds = (other: StackId): boolean => claims.length > 0 && state.cloud.holds(other, owner).some((held) => claims.includes(held))
  return {
    owner,
    service,
    request,
    isConfirmed: absences.isConfirmed(owner.uid) || moment.confirmed.has(owner.uid),
    isKept: service === undefined && absences.orphans.remaining(stack, owner, moment.now) !== 0,
    isHome: stack === home,
    isPrepared: moment.isDryRun || (service !== undefined && home !== undefined && isPrepared(state, service, home)),
    isHeld: placement?.held.has(stack) ?? false,
    isClaimedElsewhere: stack === home && others.some(holds),
    holdsClaim: stack !== home && holds(stack),
    isReplaced: stack !== home && service !== undefined && home !== undefined && isReplaced(state, stack, { owner, home, service, now: moment.now }),
    published: service === undefined ? [] : placesOf(service),
    lingering: services.lingering.of(owner.uid, moment.now),
  }
}

/** The home serves, its address is in the status, and what this Stack had published has lingered long enough. */
function isReplaced(
  { cloud, services: { lingering }, stacks: { reports } }: ProviderState,
  stack: StackId,
  { owner, home, service, now }: { readonly owner: Owner; readonly home: StackId; readonly service: Service; readonly now: number },
): boolean {
  const report = reports.of(home, owner.uid)
  const isServed = report?.ask === 'want' && report.result.kind === 'served' && report.status.places.length > 0
  if (!isServed || !isPublished(service, report.status.places)) {
    lingering.settle(stack, owner.uid)
    return false
  }
  return cloud.status(stack, owner).places.length === 0 || lingering.remaining(stack, owner.uid, now) === 0
}
