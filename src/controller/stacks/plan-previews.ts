/** Plans that are only shown, in the condition of Services with the annotation `fairlead.dev/plan-only`. */
import type { Snapshot } from '../../model/cluster.ts'
import { ownerOf } from '../../model/owner.ts'
import type { Preview } from '../../provider/cloud.ts'
import { outcomeLines, sumOf } from '../../provider/engine/plan-sum.ts'
import { concerning } from '../../provider/kit/concerning.ts'
import type { Intent, StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { lingerMsAt, placesOf } from '../services/published.ts'
import { planFor, type PlannedChange } from '../services/report.ts'
import { type Member, serviceOf } from './members.ts'

/** By uid, what would change for the Services that are `plan-only`. */
export async function previewPlans(
  state: ProviderState,
  stack: StackId,
  { members, intents, snapshot, signal }: { members: readonly Member[]; intents: readonly Intent<unknown>[]; snapshot: Snapshot; signal: AbortSignal },
): Promise<ReadonlyMap<string, PlannedChange>> {
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
  return new Map([...wanted.keys()].map((uid) => [uid, { steps: planFor(plan, uid), outcome: outcomeOf(plan, uid, wanted.get(uid), state) }]))
}

/** Which address it has then, and what goes later, as sentences. */
function outcomeOf(plan: Preview, uid: string, intent: Intent<unknown> | undefined, { cloud }: ProviderState): readonly string[] {
  const published = intent !== undefined && 'published' in intent ? intent.published : []
  const outlook = plan.outlook.find(({ owner }) => owner.uid === uid)
  return outcomeLines(sumOf(concerning(plan, uid), { published, outlook, lingerMs: lingerMsAt(cloud) }))
}
