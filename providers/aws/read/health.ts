/** What the health checks of target groups say of the pods in them. */
import type { TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { parseAddress } from '../../../src/model/address.ts'
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import type { TargetHealth, TargetState } from '../../../src/provider/provider.ts'
import type { Account } from '../api/account.ts'
import { isGone } from './lists.ts'
import type { AwsView, TargetGroupPart } from '../view.ts'

/** One call for each target group with pods of these owners (uids). Throws a CloudError. */
export async function targetHealth(account: Account, view: AwsView, owners: ReadonlySet<string>, signal: AbortSignal): Promise<readonly TargetHealth[]> {
  const groups = groupsOf(view, owners).filter(({ targetType }) => targetType === 'ip')
  const found = groups.map(async (group) => (await describe(account, group, signal)).flatMap((description) => healthsOf(description, group)))
  return (await Promise.all(found)).flat()
}

/** One call for each target group of these owners (uids), instances included. Throws a CloudError. */
export async function targetStates(account: Account, view: AwsView, owners: ReadonlySet<string>, signal: AbortSignal): Promise<readonly TargetState[]> {
  const found = groupsOf(view, owners).map(async (group) => (await describe(account, group, signal)).flatMap((description) => statesOf(description, group)))
  return (await Promise.all(found)).flat()
}

function groupsOf({ targetGroups }: AwsView, owners: ReadonlySet<string>): readonly TargetGroupPart[] {
  return [...targetGroups.values()].filter(({ mark }) => owners.has(mark.owner?.uid ?? ''))
}

async function describe({ api }: Account, { arn }: TargetGroupPart, signal: AbortSignal): Promise<readonly TargetHealthDescription[]> {
  return (await api.describeTargetHealth({ TargetGroupArn: arn }, signal).catch(noneIfGone)).TargetHealthDescriptions ?? []
}

function statesOf({ Target: target, TargetHealth: health }: TargetHealthDescription, { mark }: TargetGroupPart): readonly TargetState[] {
  const { owner, listener } = mark
  if (owner === undefined || listener === undefined || target?.Id === undefined) return []
  const state = health?.State === 'draining' || health?.State === 'unhealthy.draining' ? 'draining' : stateOf(health)
  if (state === undefined) return []
  const name = target.Port === undefined ? target.Id : `${target.Id.includes(':') ? `[${target.Id}]` : target.Id}:${target.Port}`
  return listenersOf(listener).map((key) => ({ owner: owner.uid, listener: key, target: name, state, because: state === 'healthy' ? '' : becauseOf(health) }))
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
  const { Description: text, Reason: reason, State: state = 'no state is given' } = health ?? {}
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
