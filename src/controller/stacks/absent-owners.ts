/** Owners whom the store does not show: the API server decides whether they are gone. */
import type { KubernetesApi } from '../../kubernetes/api.ts'
import type { Service, Snapshot } from '../../model/cluster.ts'
import type { Log } from '../../model/log.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { asksFor } from '../services/service-request.ts'
import { confirmAbsence } from './absence-check.ts'
import { needsAsking } from './intents.ts'
import { serviceOf } from './members.ts'

export interface AbsentOwnersOptions {
  readonly api: Pick<KubernetesApi, 'getService' | 'list'>
  readonly log: Log
  readonly signal: AbortSignal
  readonly snapshot: () => Snapshot
}

export interface AbsentOwners {
  /** Uids of those that are there and no longer ask for this provider. */
  readonly confirmed: ReadonlySet<string>
  /** Some question got no answer that settles it. */
  readonly isUnanswered: boolean
}

/** Asks the API server about the owners of a Stack whom the store does not show, or not as asking for this provider. */
export async function checkAbsentOwners(
  state: ProviderState,
  stack: StackId,
  { api, log, signal, snapshot: latest }: AbsentOwnersOptions,
): Promise<AbsentOwners> {
  const snapshot = latest()
  const { placements, absences, unnamedOwners } = state
  const absent = [...placements.members(stack)].filter((owner) => {
    if (placements.of(owner.uid)?.cleared.has(stack) === true) return false
    return needsAsking(serviceOf(state, owner, snapshot)) && !absences.isConfirmed(owner.uid)
  })
  const asks = (service: Service): boolean => asksFor(state, service)
  const { noMore, asksNoLonger, isOpen } = await confirmAbsence(absent, { api, unnamedOwners, asks, log }, signal)
  for (const uid of noMore) absences.confirm(uid)
  return { confirmed: asksNoLonger, isUnanswered: isOpen }
}
