/**
 * What may have changed while no process ran: between the last sign of life of the process before and the start of this one. Times of
 * different machines are compared, so each change counts for a minute longer. Pure.
 */
import type { EndpointSlice, Service, Snapshot } from '../../model/cluster.ts'
import type { LoadBalancer } from '../../model/load-balancer.ts'
import { LAST_CHANGE } from '../../model/names.ts'

/** Clocks differ, and what came last may not have been dealt with any more. */
const MARGIN_MS = 60_000

/** `since`: in milliseconds since the epoch; undefined: unknown. A slice that a person writes shows no time: it may have changed. */
export function mayHaveChanged(service: Service, targets: LoadBalancer['targets'], snapshot: Snapshot, since: number | undefined): boolean {
  if (since === undefined) return true
  const isLater = (time: string | undefined): boolean => !(Date.parse(time ?? '') < since - MARGIN_MS)
  if (targets === 'nodes') return snapshot.nodes.some(({ metadata }) => isLater(metadata.creationTimestamp))
  return snapshot.slicesOf(service.metadata.namespace, service.metadata.name).some((slice) => isLater(changedAt(slice)))
}

function changedAt({ metadata }: EndpointSlice): string | undefined {
  return metadata.annotations?.[LAST_CHANGE]
}
