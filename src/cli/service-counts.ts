/** How many Services are in which state, and for how long, counted on request. */
import type { Snapshot } from '../model/cluster.ts'
import { finalizerOf, READY } from '../model/names.ts'
import { READY_REASONS, type ReadyReason } from '../model/reason.ts'
import type { Metrics } from '../observability/metrics.ts'

/** A Service is so because its owner asked for it. */
const BY_REQUEST: ReadonlySet<string> = new Set<ReadyReason>(['Paused', 'PlanOnly', 'Protected'])

/** `now`: the time of day. */
export function countServices(metrics: Metrics, snapshot: Snapshot, { providers, now }: { readonly providers: readonly string[]; readonly now: Date }): void {
  const counts = new Map<string, number>()
  const oldest = new Map<string, number>()
  for (const { metadata, status } of snapshot.services()) {
    const ready = status.conditions?.find(({ type }) => type === READY)
    if (ready === undefined) continue
    const { reason } = ready
    const since = ready.status === 'True' || BY_REQUEST.has(reason) ? now.getTime() : Date.parse(ready.lastTransitionTime)
    for (const provider of providers) {
      if (!(metadata.finalizers ?? []).includes(finalizerOf(provider))) continue
      const key = `${provider} ${reason}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
      oldest.set(provider, Math.min(oldest.get(provider) ?? now.getTime(), since))
    }
  }
  for (const provider of providers) {
    metrics.set('fairlead_oldest_unready_service_seconds', (now.getTime() - (oldest.get(provider) ?? now.getTime())) / 1000, { provider })
    for (const reason of Object.keys(READY_REASONS)) metrics.set('fairlead_services', counts.get(`${provider} ${reason}`) ?? 0, { provider, reason })
  }
}
