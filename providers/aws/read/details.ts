/** What no list shows: one call for each object. */
import type { Account } from '../api/account.ts'
import { ELB_PAGE, elbPages } from '../api/pages.ts'
import { recordOf } from './from-sdk/require.ts'
import { registeredTargets } from './from-sdk/target-groups.ts'
import type { ListenerPart, Target } from '../view.ts'

type Attributes = Readonly<Record<string, string>>

export async function loadBalancerAttributes({ api }: Account, LoadBalancerArn: string, signal: AbortSignal): Promise<Attributes> {
  return recordOf((await api.describeLoadBalancerAttributes({ LoadBalancerArn }, signal)).Attributes)
}

/** Reserved capacity units; 0: none. */
export async function capacityUnits({ api }: Account, LoadBalancerArn: string, signal: AbortSignal): Promise<number> {
  return (await api.describeCapacityReservation({ LoadBalancerArn }, signal)).MinimumLoadBalancerCapacity?.CapacityUnits ?? 0
}

export async function targetGroupAttributes({ api }: Account, TargetGroupArn: string, signal: AbortSignal): Promise<Attributes> {
  return recordOf((await api.describeTargetGroupAttributes({ TargetGroupArn }, signal)).Attributes)
}

/** Without what drains. */
export async function targets({ api }: Account, TargetGroupArn: string, signal: AbortSignal): Promise<readonly Target[]> {
  return registeredTargets((await api.describeTargetHealth({ TargetGroupArn }, signal)).TargetHealthDescriptions)
}

/** Those beside the default one. */
export async function furtherCertificates({ api }: Account, ListenerArn: string, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { Certificates = [] } of elbPages(api.describeListenerCertificates, { ListenerArn, PageSize: ELB_PAGE }, signal)) {
    for (const { CertificateArn: arn, IsDefault } of Certificates) if (arn !== undefined && IsDefault !== true) found.push(arn)
  }
  return found
}

export async function listenerAttributes({ api }: Account, ListenerArn: string, signal: AbortSignal): Promise<Attributes> {
  return recordOf((await api.describeListenerAttributes({ ListenerArn }, signal)).Attributes)
}

/** The one attribute there is, `tcp.idle_timeout.seconds`, is of TCP listeners; the API refuses to show it of others. */
export function hasAttributes({ details }: ListenerPart): boolean {
  return details?.protocol === 'TCP'
}
