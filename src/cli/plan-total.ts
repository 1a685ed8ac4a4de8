/** Plans of several Services together: what they share stands under the first of them, and counts once. Pure. */
import { countText, type PlanSum } from '../provider/engine/plan-sum.ts'
import { stepTitle } from '../provider/engine/plan-text.ts'
import type { Step } from '../provider/provider.ts'
import type { Shown } from './plan-tree.ts'
import type { ServicePreview } from './preview.ts'
import type { Found } from './service-report.ts'

export type Total = Pick<PlanSum, 'created' | 'changed' | 'removed'>

/** Steps by what they are, and the Service under which each is shown first. */
export class SeenSteps {
  readonly #first = new Map<string, { readonly step: Step; readonly service: string }>()

  /** The preview without the steps that were shown, which it counts. Takes note of the others. */
  shown(preview: ServicePreview, provider: string, service: string): Shown {
    const keyOf = (step: Step): string => `${provider} ${preview.stack} ${stepTitle(step)}`
    const steps = preview.plan.stages.flat()
    const others = steps.flatMap((step) => this.#first.get(keyOf(step)) ?? [])
    const stages = preview.plan.stages.map((stage) => stage.filter((step) => !this.#first.has(keyOf(step)))).filter(({ length }) => length > 0)
    for (const step of stages.flat()) this.#first.set(keyOf(step), { step, service })
    const [first] = others
    if (first === undefined) return preview
    const plan = { ...preview.plan, stages }
    return {
      ...preview,
      plan,
      sum: { ...preview.sum, ...countOf(stages.flat()), stages: stages.length },
      above: { count: others.length, service: first.service },
    }
  }

  total(): Total {
    return countOf([...this.#first.values()].map(({ step }) => step))
  }
}

function countOf(steps: readonly Step[]): Total {
  const count = (verb: Step['verb']): number => steps.filter((step) => step.verb === verb).length
  return { created: count('create'), changed: count('update'), removed: count('delete') }
}

/** Of all these Services together. */
export function totalOf(found: readonly Found[]): Total {
  const seen = new SeenSteps()
  for (const { report, concerns } of found)
    for (const { view, previews } of concerns) for (const preview of previews) seen.shown(preview, view.cloud.name, report.service)
  return seen.total()
}

export function totalLine(total: Total, services: number): string {
  return `All ${services} Services: ${countText(total)}.`
}
