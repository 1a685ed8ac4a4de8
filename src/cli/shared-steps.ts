/** Steps that several Services need, each once: shown with the first of them, and counted once in the sum of all. Pure. */
import type { Plan, Step } from '../provider/provider.ts'
import type { PlanSum } from '../provider/engine/plan-sum.ts'
import { stepName } from '../provider/engine/plan-text.ts'
import type { ServicePreview } from './preview.ts'
import type { Found } from './service-report.ts'

/** What is shown of a preview. */
export interface Shown extends Pick<ServicePreview, 'plan' | 'sum'> {
  /** Steps that were shown before, by the Service that they were shown with; empty: none. */
  readonly before: ReadonlyMap<string, number>
}

/** Of all Services together. */
export type Total = Pick<PlanSum, 'created' | 'changed' | 'removed'>

export interface EachOnce {
  readonly shownOf: (preview: ServicePreview) => Shown
  readonly total: Total
}

export function eachOnce(found: readonly Found[]): EachOnce {
  const holders = new Map<string, string>()
  const counts = { create: 0, update: 0, delete: 0, read: 0 }
  const shown = new Map<ServicePreview, Shown>()
  for (const { service, provider, preview } of previewsIn(found)) {
    const nameOf = (step: Step): string => `${provider} ${preview.names.get(step) ?? stepName(step)}`
    const own = splitOff(preview, (step) => {
      const holder = holders.get(nameOf(step)) ?? service
      return holder === service ? undefined : holder
    })
    const added = own.plan.stages.flat().filter((step) => !holders.has(nameOf(step)))
    for (const step of added) {
      counts[step.verb] += 1
      holders.set(nameOf(step), service)
    }
    shown.set(preview, own)
  }
  const total = { created: counts.create, changed: counts.update, removed: counts.delete }
  return { shownOf: (preview) => shown.get(preview) ?? { ...preview, before: new Map() }, total }
}

function previewsIn(found: readonly Found[]): readonly { readonly service: string; readonly provider: string; readonly preview: ServicePreview }[] {
  return found.flatMap(({ report: { service }, concerns }) =>
    concerns.flatMap(({ view, previews }) => previews.map((preview) => ({ service, provider: view.cloud.name, preview }))),
  )
}

/** `holderOf`: the Service that a step was shown with before. */
function splitOff({ plan, sum }: ServicePreview, holderOf: (step: Step) => string | undefined): Shown {
  const before = new Map<string, number>()
  for (const step of plan.stages.flat()) {
    const holder = holderOf(step)
    if (holder !== undefined) before.set(holder, (before.get(holder) ?? 0) + 1)
  }
  if (before.size === 0) return { plan, sum, before }
  const stages = plan.stages.map((stage) => stage.filter((step) => holderOf(step) === undefined)).filter(({ length }) => length > 0)
  return { plan: { ...plan, stages }, sum: { ...sum, ...countsOf({ ...plan, stages }) }, before }
}

function countsOf({ stages }: Plan<Step>): Total & Pick<PlanSum, 'stages'> {
  const count = (wanted: Step['verb']): number => stages.flat().filter(({ verb }) => verb === wanted).length
  return { created: count('create'), changed: count('update'), removed: count('delete'), stages: stages.length }
}
