/** The conditions that open a pod's readiness gates, as one patch, or none. Pure. */
import type { Condition, Pod } from '../model/cluster.ts'
import { secondsTime } from './micro-time.ts'

type Wanted = Pick<Condition, 'status' | 'reason' | 'message'>

/**
 * A strategic merge patch for `/status`, where conditions go by type. Undefined: the pod says so already. A gate that is open stays open: the pod may be
 * in use by then, and whether it is ready is its own probes' to say.
 */
export function gatesPatch({ metadata, status }: Pod, gates: readonly string[], wanted: Wanted, now: Date): object | undefined {
  const conditions = gates.flatMap((type): Condition[] => {
    const before = status?.conditions?.find((condition) => condition.type === type)
    const isSame = before?.status === wanted.status && before.reason === wanted.reason && before.message === wanted.message
    if (before?.status === 'True' || isSame) return []
    const since = before?.status === wanted.status ? before.lastTransitionTime : undefined
    return [{ type, ...wanted, lastTransitionTime: since ?? secondsTime(now) }]
  })
  // The UID is a guard: another pod of the same name refuses the patch.
  return conditions.length === 0 ? undefined : { metadata: { uid: metadata.uid }, status: { conditions } }
}
