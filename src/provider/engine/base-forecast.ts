/** The base as it will be: so the first Service of a cluster is planned whole, and one that is refused anyway has no base made. */
import type { Observed } from './observed.ts'
import { dependentsOf, type Dependents } from './base-dependents.ts'
import { needsOf } from './base-needs.ts'
import { keepSteps } from './plan-filters.ts'
import type { Base, Intent, Plan, Refusal, Step } from '../provider.ts'
import { isGrowth } from '../shrinking.ts'

export interface Foresight<View, S extends Step> {
  /** With what the base lacks; ids that the cloud gives are placeholders. */
  readonly view: View
  /** The steps that lead there. */
  readonly growth: Plan<S>
}

/** What the base will be once it has what these intents need; undefined: no intent wants anything, or the provider does not say. */
export function foresee<View, S extends Step>(
  observed: Observed<View, S>,
  base: Base<unknown, View, S>,
  { intents, view }: { readonly intents: readonly Intent<unknown>[]; readonly view: View },
): Foresight<View, S> | undefined {
  const wants = intents.flatMap((intent) => ('want' in intent ? [intent] : []))
  const [first] = wants
  if (first === undefined || base.grown === undefined) return undefined
  const plan = base.plan(needsOf(wants, base, observed, []), first.want.backends.nodes, view)
  const growth = keepSteps(plan, isGrowth)
  return { view: base.grown(view, growth.stages.flat()), growth }
}

/** Of those who lack something of the base: who is refused as a whole also on the base as it will be, by uid. */
export function refusedAnyway<View, S extends Step>(
  observed: Observed<View, S>,
  base: Base<unknown, View, S>,
  {
    intents,
    dependents,
    view,
    baseView,
  }: { readonly intents: readonly Intent<unknown>[]; readonly dependents: Dependents; readonly view: View; readonly baseView: View },
): ReadonlyMap<string, Refusal> {
  const foresight = dependents.lacking.size === 0 ? undefined : foresee(observed, base, { intents, view: baseView })
  if (foresight === undefined) return new Map()
  const { intents: dependentsThen } = dependentsOf(intents, base, foresight.view)
  const { refused } = observed.provider.plan(dependentsThen, view, foresight.view)
  return new Map(
    refused.flatMap((refusal) => (refusal.ports === undefined && dependents.lacking.has(refusal.owner.uid) ? [[refusal.owner.uid, refusal] as const] : [])),
  )
}
