/** Rate limits that hold nothing up: time stands still while calls are made, so a rate a second would hold them up for ever. */
import type { Limit } from '../../src/provider/kit/budget.ts'

export function unlimited<Family extends string>(limits: Readonly<Record<Family, Limit>>): Readonly<Record<Family, Limit>> {
  return Object.fromEntries(Object.keys(limits).map((family) => [family, { perSecond: 1e6, burst: 1e6 }])) as unknown as Readonly<Record<Family, Limit>>
}
