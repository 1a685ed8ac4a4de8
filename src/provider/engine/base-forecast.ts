/** The base as it will be: so the first Service of a cluster is planned whole, and one that is refused anyway has no base made. */
import type { Observed } from './observed.ts'
import { dependentsOf } from './base-dependents.ts'
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

/** What is seen of some owners before the base has what they need. */
export interface Forecast<S extends Step> {
  /** By uid: who is refused as a whole also on the base as it will be. */
  readonly refused: ReadonlyMap<string, Refusal>
  /** Reads before which nothing is planned for those whom they serve: what they find decides whether these are served at all. */
  readonly looks: readonly S[]
}

/** `of`: uids of those of whom it is asked. `view`: of their Stack. */
export function forecast<View, S extends Step>(
  observed: Observed<View, S>,
  base: Base<unknown, View, S>,
  {
    intents,
    of,
    view,
    baseView,
  }: { readonly intents: readonly Intent<unknown>[]; readonly of: ReadonlySet<string>; readonly view: View; readonly baseView: View },
): Forecast<S> {
  const foresight = of.size === 0 ? undefined : foresee(observed, base, { intents, view: baseView })
  if (foresight === undefined) return { refused: new Map(), looks: [] }
  const { intents: dependentsThen } = dependentsOf(intents, base, foresight.view)
  const plan = observed.provider.plan(dependentsThen, view, foresight.view)
  const steps = plan.stages.flat()
  const served = new Set(steps.flatMap(({ verb, serves }) => (verb === 'read' ? [] : serves.map(({ uid }) => uid))))
  return {
    refused: new Map(
      plan.refused.flatMap((refusal) => (refusal.ports === undefined && of.has(refusal.owner.uid) ? [[refusal.owner.uid, refusal] as const] : [])),
    ),
    looks: steps.filter(({ verb, serves }) => verb === 'read' && serves.length > 0 && serves.every(({ uid }) => of.has(uid) && !served.has(uid))),
  }
}

/** Uids of those of whom nothing can be said before the reads of a forecast. */
export function lookedFor({ looks }: Forecast<Step>): ReadonlySet<string> {
  return new Set(looks.flatMap(({ serves }) => serves.map(({ uid }) => uid)))
}
