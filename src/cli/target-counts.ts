/** How many targets the load balancers have in each state, as a gauge. */
import type { Metrics } from '../observability/metrics.ts'
import type { LoadedCloud } from '../provider/load.ts'

const STATES = ['healthy', 'initial', 'unhealthy', 'draining'] as const

/** Asks only where that costs no call. Throws nothing: a number less is no reason for none. */
export async function countTargets(metrics: Metrics, clouds: readonly LoadedCloud[], signal: AbortSignal): Promise<void> {
  for (const { cloud, hasFreeTargets } of clouds) {
    if (cloud.targets === undefined) continue
    if (hasFreeTargets === true) {
      for (const [stack, owners] of cloud.holdings()) await cloud.targets(stack, new Set(owners.map(({ uid }) => uid)), signal).catch(() => undefined)
    }
    const counts = Map.groupBy(cloud.lastTargets(), ({ state }) => state)
    for (const state of STATES) metrics.set('fairlead_targets', counts.get(state)?.length ?? 0, { provider: cloud.name, state })
  }
}
