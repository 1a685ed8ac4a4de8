/** Plans that are only shown, in the condition of Services with the annotation `fairlead.dev/plan-only`. */
import type { Snapshot } from '../../model/cluster.ts'
import { ownerOf } from '../../model/owner.ts'
import type { Intent, StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { placesOf } from '../services/published.ts'
import { planFor } from '../services/report.ts'
import { type Member, serviceOf } from './members.ts'

/** By uid, what would change for the Services that are `plan-only`, as lines of text. */
export async function previewPlans(
  state: ProviderState,
  stack: StackId,
  { members, intents, snapshot, signal }: { members: readonly Member[]; intents: readonly Intent<unknown>[]; snapshot: Snapshot; signal: AbortSignal },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const wanted = new Map<string, Intent<unknown>>()
  for (const { owner, decision } of members) {
    if (decision.ask !== 'follow' || decision.because !== 'plan only' || state.placements.of(owner.uid)?.home !== stack) continue
    const { service, request } = serviceOf(state, owner, snapshot)
    if (service !== undefined && request?.kind === 'wanted')
      wanted.set(owner.uid, { owner: ownerOf(service), want: request.desired, published: placesOf(service) })
  }
  if (wanted.size === 0) return new Map()
  const plan = await state.cloud.preview(
    stack,
    intents.map((intent) => wanted.get(intent.owner.uid) ?? intent),
    signal,
  )
  return new Map([...wanted.keys()].map((uid) => [uid, planFor(plan, uid)]))
}
