/** What the health checks of target groups say of the pods in them. */
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { parseAddress } from '../../src/model/address.ts'
import type { ListenerKey } from '../../src/model/load-balancer.ts'
import type { TargetHealth } from '../../src/provider/provider.ts'
import type { Account } from './account.ts'
import { isGone } from './lists.ts'
import type { AwsView, TargetGroupPart } from './view.ts'

/** One call for each target group with pods of these owners (uids). Throws a CloudError. */
export async function targetHealth({ api }: Account, view: AwsView, owners: ReadonlySet<string>, signal: AbortSignal): Promise<readonly TargetHealth[]> {
  const groups = [...view.targetGroups.values()].filter(({ targetType, mark }) => targetType === 'ip' && owners.has(mark.owner?.uid ?? ''))
  const found = groups.map(async (group) => {
    const { TargetHealthDescriptions = [] } = await api.describeTargetHealth({ TargetGroupArn: group.arn }, signal).catch(noneIfGone)
    return TargetHealthDescriptions.flatMap((description) => healthsOf(description, group))
  })
  return (await Promise.all(found)).flat()
}

/** Where TCP and UDP go one way, one target stands behind both. */
function healthsOf({ Target: target, TargetHealth: health }: TargetHealthDescription, { mark }: TargetGroupPart): readonly TargetHealth[] {
  const { owner, listener } = mark
  const ip = parseAddress(target?.Id ?? '')
  const state = stateOf(health)
  if (owner === undefined || listener === undefined || ip === undefined || target?.Port === undefined || state === undefined) return []
  const because = state === 'healthy' ? '' : becauseOf(health)
  return listenersOf(listener).map((key) => ({ owner: owner.uid, listener: key, ip, port: target.Port ?? 0, state, because }))
}

/**
 * `unused` is what waits for its group to be attached, or stands in a zone in which the balancer does not; without a health check the state is
 * `unavailable`. Undefined: it is not registered any more. Source: the ELBv2 API reference, TargetHealth.
 */
function stateOf(health: TargetHealthDescription['TargetHealth']): TargetHealth['state'] | undefined {
  const { State: state, Reason: reason } = health ?? {}
  if (state === 'draining' || state === 'unhealthy.draining' || reason === 'Target.NotRegistered') return undefined
  if (state === 'healthy' || reason === 'Target.HealthCheckDisabled') return 'healthy'
  return state === 'initial' || state === 'unused' ? 'initial' : 'unhealthy'
}

/** `Health checks failed (Target.FailedHealthChecks)` */
function becauseOf(health: TargetHealthDescription['TargetHealth']): string {
  const { Description: text, Reason: reason, State: state = 'no state is told' } = health ?? {}
  if (text === undefined) return reason ?? state
  return reason === undefined ? text : `${text} (${reason})`
}

/** A mark is a listener's key, or `53/TCP_UDP`. */
function listenersOf(mark: string): readonly ListenerKey[] {
  const [number] = mark.split('/')
  return mark.endsWith('/TCP_UDP') ? [`${Number(number)}/TCP`, `${Number(number)}/UDP`] : [mark as ListenerKey]
}

function noneIfGone(error: unknown): { readonly TargetHealthDescriptions?: TargetHealthDescription[] } {
  if (isGone(error)) return {}
  throw error
}
