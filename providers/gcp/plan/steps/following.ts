/** Services whose configuration is not carried out: their backends follow, and what they do not ask for any more is closed. Pure. */
import type { Parties, PlanInput } from '../plan-context.ts'
import type { PhasedStep } from '../phases.ts'
import { owners } from '../owners.ts'
import { narrowingSteps } from './firewalls.ts'
import { followingSteps } from './services.ts'

export function followerSteps({ follows }: Parties, input: PlanInput): readonly PhasedStep[] {
  return owners(input.view).flatMap((found) => {
    const follow = follows.get(found.uid)
    if (follow === undefined) return []
    const owner = input.named(found)
    const closing = follow.within === undefined ? [] : narrowingSteps(owner, follow.within, input)
    return [...closing, ...(follow.shrinkOnly === true ? [] : followingSteps(owner, follow.follow, input))]
  })
}
