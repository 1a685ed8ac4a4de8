/** What is known of one Service while its steps are made. Pure. */
import type { NamedOwner, Owner } from '../../../../src/model/owner.ts'
import type { LoadBalancingScheme } from '../../api/documents.ts'
import { idIn, isSameId } from '../../api/ids.ts'
import { backendServiceName, BASE, healthCheckName, type Naming, namingOf, stackOf } from '../../names.ts'
import type { Mark } from '../../marks.ts'
import type { GcpConfig } from '../../api/config.ts'
import { type GcpView, isLeaving, type RulePart, type ServicePart } from '../../view.ts'
import type { Serving } from '../accept/serving.ts'
import type { PlanInput } from '../plan-context.ts'

/** The mark of what one Service has. */
export function markOf({ want: { owner, want } }: Serving): Mark & { readonly owner: NamedOwner } {
  return { stack: stackOf(owner, want), owner }
}

/** All sites of a Service have one scheme. */
export function schemeOf({ sites }: Serving): LoadBalancingScheme {
  return sites[0]?.scheme ?? 'EXTERNAL'
}

export function serviceId(naming: Naming, scheme: LoadBalancingScheme, { project, region, network }: GcpConfig): string {
  return idIn(project, { region }, 'backendServices', backendServiceName(naming, scheme, network))
}

export function checkId(naming: Naming, { project, region }: Pick<GcpConfig, 'project' | 'region'>): string {
  return idIn(project, { region }, 'healthChecks', healthCheckName(naming))
}

/** Of the check that asks kube-proxy, for all Services. */
export function sharedCheckId(config: GcpConfig): string {
  return checkId(baseNaming(config.clusterId), config)
}

export function baseNaming(clusterId: string): Naming {
  return namingOf(clusterId, BASE, 'nodes')
}

/** Of an owner, without those that are being deleted. */
export function rulesOf(view: GcpView, uid: string): readonly RulePart[] {
  return [...view.rules.values()].filter((rule) => rule.mark.owner?.uid === uid && !isLeaving(rule))
}

export function refersTo(rule: RulePart, service: string): boolean {
  return isSameId(rule.document.backendService, service)
}

/** Of an owner, without those that are being deleted. */
export function servicesOf({ uid }: Owner, { view }: Pick<PlanInput, 'view'>): readonly ServicePart[] {
  return [...view.services.values()].filter((part) => part.mark.owner?.uid === uid && !isLeaving(part))
}
