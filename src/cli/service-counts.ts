/** How many Services are in which state, counted on request. */
import type { Snapshot } from '../model/cluster.ts'
import { finalizerOf, READY } from '../model/names.ts'
import { READY_REASONS } from '../model/reason.ts'
import type { Metrics } from '../observability/metrics.ts'

export function countServices(metrics: Metrics, snapshot: Snapshot, providers: readonly string[]): void {
  const counts = new Map<string, number>()
  for (const { metadata, status } of snapshot.services()) {
    const reason = status.conditions?.find(({ type }) => type === READY)?.reason
    if (reason === undefined) continue
    for (const provider of providers) {
      if (!(metadata.finalizers ?? []).includes(finalizerOf(provider))) continue
      const key = `${provider} ${reason}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  for (const provider of providers) {
    for (const reason of Object.keys(READY_REASONS)) metrics.set('fairlead_services', counts.get(`${provider} ${reason}`) ?? 0, { provider, reason })
  }
}
