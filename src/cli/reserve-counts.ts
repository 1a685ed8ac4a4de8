/** What is left of what runs out: calls within the rate limits, addresses of pools. Counted on request; no call is made. */
import type { Metrics } from '../observability/metrics.ts'
import type { LoadedCloud } from '../provider/load.ts'

export function countReserves(metrics: Metrics, clouds: readonly LoadedCloud[]): void {
  for (const { cloud, budget, pools } of clouds) {
    const provider = cloud.name
    for (const { family, left, waiting } of budget?.levels() ?? []) {
      metrics.set('fairlead_call_tokens', left, { provider, family })
      metrics.set('fairlead_calls_waiting', waiting, { provider, family })
    }
    for (const { pool, family, used, total } of pools?.() ?? []) {
      metrics.set('fairlead_pool_addresses', total, { provider, pool, family })
      metrics.set('fairlead_pool_addresses_used', used, { provider, pool, family })
    }
  }
}
