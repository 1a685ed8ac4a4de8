/** Operations that run in a cloud, from the calls that ask whether they have ended. */
import type { Clock } from '../model/clock.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { Call } from '../provider/kit/instrument.ts'

/** One that is not asked about any more, because its Stack went or it was superseded, is not counted any longer. */
const FORGOTTEN_AFTER_MS = 10 * 60_000

/** An operation is under way while the step that asks about it (`Provider.apply`) is answered with `later`. */
export function operationReporter(metrics: Metrics, clock: Pick<Clock, 'now'>): (call: Call) => void {
  /** By provider and kind, when each was last found running, by its key. */
  const running = new Map<string, Map<string, number>>()
  return ({ provider, operation, verb, kind, step, result }) => {
    if (operation !== 'apply' || verb !== 'read' || kind === undefined) return
    const name = `${provider} ${kind}`
    const key = step?.key ?? ''
    const ofKind = running.get(name) ?? new Map<string, number>()
    // Most steps that read have no operation to wait for: those of a kind that never had one are no series.
    if (result !== 'later' && !running.has(name)) return
    running.set(name, ofKind)
    if (result === 'later') ofKind.set(key, clock.now())
    else ofKind.delete(key)
    for (const [other, at] of ofKind) if (clock.now() - at > FORGOTTEN_AFTER_MS) ofKind.delete(other)
    metrics.set('fairlead_cloud_operations', ofKind.size, { provider, kind })
  }
}
