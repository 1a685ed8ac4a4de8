/** When a refusal is tried again while its Service stays as it is. Reckoning only: who says how costly a try is, is the provider. */
import type { Pace } from '../../model/problem.ts'

const DELAYS_MS: Readonly<Record<Exclude<Pace, 'on change'>, { readonly first: number; readonly longest: number }>> = {
  quick: { first: 2_000, longest: 10_000 },
  usual: { first: 30_000, longest: 600_000 },
  'by reading': { first: 30_000, longest: 600_000 },
}

/** The next delay in milliseconds: after `beforeMs`, or the first one. Infinite: no try without a change. */
export function nextDelay(pace: Pace, beforeMs: number | undefined): number {
  if (pace === 'on change') return Number.POSITIVE_INFINITY
  const { first, longest } = DELAYS_MS[pace]
  return beforeMs === undefined || !Number.isFinite(beforeMs) ? first : Math.min(2 * beforeMs, longest)
}
