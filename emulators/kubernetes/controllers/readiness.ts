/** Whether a pod whose containers are ready is ready itself: by its readiness gates, as a kubelet decides it (KEP-580). Pure. */
import type { ApiObject } from '../resource.ts'
import { type Condition, conditionsOf, readyOf, specOf } from './pod.ts'

/** The condition Ready of a pod whose containers are ready. */
export function gatedReadiness(pod: ApiObject, now: string): Condition & { readonly lastProbeTime: null } {
  const closed = closedGates(pod)
  const status = closed.length === 0 ? 'True' : 'False'
  const before = readyOf(pod)
  const since = before?.status === status ? (before.lastTransitionTime ?? now) : now
  const why = closed.length === 0 ? {} : { reason: 'ReadinessGatesNotReady', message: closed.join(', ') }
  return { type: 'Ready', status, lastProbeTime: null, lastTransitionTime: since, ...why }
}

/** Whether the pod has gates, its containers are ready, and its condition Ready does not say what the gates say. */
export function isReadinessOld(pod: ApiObject): boolean {
  if ((specOf(pod).readinessGates ?? []).length === 0) return false
  if (!conditionsOf(pod).some(({ type, status }) => type === 'ContainersReady' && status === 'True')) return false
  const [before, now] = [readyOf(pod), gatedReadiness(pod, '')]
  return before?.status !== now.status || before.message !== now.message
}

/** A gate is open when the condition of its name is there and True. */
function closedGates(pod: ApiObject): readonly string[] {
  return (specOf(pod).readinessGates ?? []).flatMap(({ conditionType }) => {
    const found = conditionsOf(pod).find(({ type }) => type === conditionType)
    if (found === undefined) return [`the readiness gate "${conditionType}" has no condition yet`]
    return found.status === 'True' ? [] : [`the readiness gate "${conditionType}" is ${found.status}`]
  })
}
