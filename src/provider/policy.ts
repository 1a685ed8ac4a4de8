/** Policies about change, as filters on a plan. They know verbs and owners, no cloud: what is changed inside one object is an update to them. */
import type { PlanFilter } from './cloud.ts'
import type { Plan, Step } from './provider.ts'

/** Nothing is written; what only reads goes on, so that the plan shown is the true one. */
export const dryRun: PlanFilter = (plan) => keepSteps(plan, ({ verb }) => verb === 'read')

/**
 * No object is deleted. What comes after a deletion that was held back, for one of the same owners, is held back as well: it was planned on the ground
 * that the old object is gone.
 */
export const neverDelete: PlanFilter = (plan) => {
  const held = new Set<string>()
  const stages = plan.stages.map((stage) => {
    const kept = stage.filter((step) => step.verb !== 'delete' && !step.serves.some(({ uid }) => held.has(uid)))
    for (const { verb, serves } of stage) if (verb === 'delete') for (const { uid } of serves) held.add(uid)
    return kept
  })
  return withStages(plan, stages)
}

/** One filter after the other. */
export function allOf(...filters: readonly PlanFilter[]): PlanFilter {
  return (plan) => filters.reduce((filtered, filter) => filter(filtered), plan)
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
