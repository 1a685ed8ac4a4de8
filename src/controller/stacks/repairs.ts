/** Changes made outside Fairlead, and for whom they were corrected. */
import type { Owner } from '../../model/owner.ts'
import type { Outcome } from '../../provider/cloud.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'

/** What was changed after a drift, and was not requested, is a repair. Returns for whom, each once: their Services say so, even if nothing else is new. */
export function noteRepairs({ stacks, services, placements }: ProviderState, stack: StackId, { applied }: Outcome): readonly Owner[] {
  if (!stacks.clearDrift(stack)) return []
  const owners = new Map(applied.flatMap(({ verb, serves }) => (verb === 'read' ? [] : serves.map((owner) => [owner.uid, owner] as const))))
  for (const uid of owners.keys()) services.noteRepaired(uid)
  return [...owners.values()].map((owner) => placements.of(owner.uid)?.owner ?? owner)
}
