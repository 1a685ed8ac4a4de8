/**
 * Pods that wait for a load balancer before they may be called ready (readiness gates, KEP-580). Their endpoints are not ready for as long, so they have
 * to be registered all the same, or no balancer would ever find them healthy.
 */
import { parseAddress, type Family } from '../model/address.ts'
import type { EndpointSlice, Pod } from '../model/cluster.ts'
import { TARGET_HEALTH } from '../model/names.ts'

/** aws-load-balancer-controller puts such gates on pods by a webhook, one for each of its target group bindings, and sets them itself. */
const GATES_OF_OTHERS = 'target-health.elbv2.k8s.aws/'

/** A pod whose endpoint is not ready: its gates have to be asked for. */
export interface UnreadyPod {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** Canonical; one of each family at the most. */
  readonly ips: readonly string[]
}

const NONE: readonly UnreadyPod[] = Object.freeze([])

/** The pods of those endpoints that are neither ready nor about to go, in the order in which the slices name them. */
export function unreadyPods(slices: readonly EndpointSlice[], families: readonly Family[]): readonly UnreadyPod[] {
  const pods = new Map<string, UnreadyPod>()
  for (const { metadata, addressType, endpoints } of slices) {
    if (addressType === 'FQDN' || !families.includes(addressType)) continue
    for (const { targetRef, addresses } of endpoints ?? []) {
      const ip = parseAddress(addresses[0] ?? '')
      if (targetRef === undefined || targetRef === null || ip === undefined) continue
      const ips = pods.get(targetRef.uid)?.ips ?? []
      pods.set(targetRef.uid, { ...targetRef, namespace: metadata.namespace, ips: ips.includes(ip) ? ips : [...ips, ip] })
    }
  }
  return pods.size === 0 ? NONE : Object.freeze([...pods.values()])
}

/** The gates of a pod that are ours to open. */
export function gatesOf({ spec }: Pod): readonly string[] {
  return (spec?.readinessGates ?? []).map(({ conditionType }) => conditionType).filter(isOurs)
}

/** Whether all of them are open. */
export function areOpen(pod: Pod): boolean {
  return gatesOf(pod).every((gate) => isTrue(pod, gate))
}

/**
 * Whether a pod is held up by nothing but gates of ours, so that it belongs into the balancer although it is not ready. It stays so when the gates are
 * open, until the endpoint says ready: in between it would be taken out and put in again.
 */
export function isWarming(pod: Pod | undefined): pod is Pod {
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || gatesOf(pod).length === 0) return false
  const others = (pod.spec?.readinessGates ?? []).map(({ conditionType }) => conditionType).filter((gate) => !isOurs(gate))
  return ['ContainersReady', ...others].every((type) => isTrue(pod, type))
}

function isTrue({ status }: Pod, type: string): boolean {
  return status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true
}

function isOurs(gate: string): boolean {
  return gate === TARGET_HEALTH || gate.startsWith(GATES_OF_OTHERS)
}
