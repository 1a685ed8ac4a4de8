/** Availability zones of what is made. A public frontend has those of its address. Pure. */
import type { PlanInput } from './plan-context.ts'

/** Nothing where the settings name none: Azure chooses. */
export function zonesIn({ config: { zones } }: Pick<PlanInput, 'config'>): { readonly zones?: readonly string[] } {
  return zones.length === 0 ? {} : { zones }
}
