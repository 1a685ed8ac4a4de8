/** What is needed of the base, and by whom: by all requests, and by all Stacks as found. */
import { compareText } from '../../model/order.ts'
import type { Owner } from '../../model/owner.ts'
import type { ConvergeBaseRequest } from '../cloud.ts'
import type { Observed } from './observed.ts'
import type { Base, Need, Step } from '../provider.ts'

/** In the order of their names, owners in the order of their uids. `granted`: what was given before and may still be used. */
export function needsOf<View, S extends Step>(
  wants: ConvergeBaseRequest['wants'],
  base: Base<unknown, View, S>,
  { mirror, provider }: Observed<View, S>,
  granted: readonly Need[],
): readonly Need[] {
  const owners = new Map<string, Map<string, Owner>>()
  const add = (need: string, who: readonly Owner[]): void => {
    const known = owners.get(need) ?? new Map<string, Owner>()
    for (const owner of who) known.set(owner.uid, owner)
    owners.set(need, known)
  }
  for (const { owner, want } of wants) for (const need of base.needs(want)) add(need, [owner])
  for (const [stack, view] of mirror.stacks()) {
    if (stack !== base.stack) for (const need of base.uses(view)) add(need, provider.owners(view))
  }
  for (const { need, owners: who } of granted) add(need, who)
  return [...owners]
    .map(([need, who]) => ({ need, owners: [...who.values()].toSorted((a, b) => compareText(a.uid, b.uid)) }))
    .toSorted((a, b) => compareText(a.need, b.need))
}
