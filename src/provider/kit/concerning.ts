/** Of a plan, what is about one owner. Pure. */
import type { Plan, Step } from '../provider.ts'

/** A step that serves no owner is for all of them. */
export function concerning(plan: Plan<Step>, uid: string): Plan<Step> {
  const stages = plan.stages.map((stage) => stage.filter(({ serves }) => serves.length === 0 || serves.some((owner) => owner.uid === uid)))
  return {
    stages: stages.filter(({ length }) => length > 0),
    refused: plan.refused.filter(({ owner }) => owner.uid === uid),
    waiting: plan.waiting.filter(({ owner }) => owner.uid === uid),
    notes: (plan.notes ?? []).filter(({ owner }) => owner.uid === uid),
  }
}
