/** Policies about change, as filters on a plan. They know steps and owners, no cloud. */
import type { PlanFilter } from '../cloud.ts'
import type { Plan, Step } from '../provider.ts'

/** Nothing is written; what only reads goes on, so that the plan shown is the true one. */
export const dryRun: PlanFilter = (plan) => keepSteps(plan, ({ verb }) => verb === 'read')

/**
 * Load balancers of owners who are gone are kept, with their listeners, also where several owners share one. It is about who is gone, not about deletions:
 * targets and source ranges of those who stay follow the cluster, and what is replaced goes.
 */
export const neverDelete: PlanFilter = Object.assign((plan: Plan<Step>) => plan, { keepsGone: true } as const)

/** One filter after the other. */
export function allOf(...filters: readonly PlanFilter[]): PlanFilter {
  const all = (plan: Plan<Step>): Plan<Step> => filters.reduce((filtered, filter) => filter(filtered), plan)
  return filters.some(({ keepsGone }) => keepsGone) ? Object.assign(all, { keepsGone: true } as const) : all
}

export function keepSteps<S extends Step>(plan: Plan<S>, isKept: (step: S) => boolean): Plan<S> {
  return withStages(
    plan,
    plan.stages.map((stage) => stage.filter(isKept)),
  )
}

function withStages<S extends Step>(plan: Plan<S>, stages: readonly (readonly S[])[]): Plan<S> {
  return { ...plan, stages: stages.filter(({ length }) => length > 0) }
}
