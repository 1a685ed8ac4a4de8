/** How the health checks of Google find the nodes behind a Service. */
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import type { TargetState } from '../../../src/provider/provider.ts'
import type { Account } from '../api/account.ts'
import type { HealthStatus } from '../api/documents.ts'
import { isSameId, nameOf } from '../api/ids.ts'
import { servingRules } from '../plan/owners.ts'
import { refersTo } from '../plan/steps/context.ts'
import { matchOf, portsIn } from '../plan/wanted/forwarding-rules.ts'
import type { GcpView, RulePart, ServicePart } from '../view.ts'

/** One call for each group of each backend service of these owners (uids). Throws a CloudError. */
export async function targetStates(account: Account, view: GcpView, owners: ReadonlySet<string>, signal: AbortSignal): Promise<readonly TargetState[]> {
  const services = [...view.services.values()].filter(({ mark: { owner } }) => owner !== undefined && owners.has(owner.uid))
  return (await Promise.all(services.map((service) => statesOf(service, view, account, signal)))).flat()
}

async function statesOf(service: ServicePart, view: GcpView, { api }: Account, signal: AbortSignal): Promise<readonly TargetState[]> {
  const uid = service.mark.owner?.uid ?? ''
  const rules = servingRules(view, uid).filter((rule) => refersTo(rule, service.id))
  const groups = service.document.backends?.flatMap(({ group }) => group ?? []) ?? []
  const found = (await Promise.all(groups.map((group) => api.health(service.id, group, signal)))).flat()
  return found.flatMap((status) =>
    rules.filter((rule) => isAbout(status, rule)).flatMap((rule) => listenersOf(rule).map((listener) => stateOf(status, { uid, listener }))),
  )
}

/** Google says it once for each rule, or once for all. */
function isAbout({ forwardingRule }: HealthStatus, { id }: RulePart): boolean {
  return forwardingRule === undefined || isSameId(forwardingRule, id)
}

/** None of a rule that forwards all ports: which of them are the Service's, it does not say. */
function listenersOf({ document }: RulePart): readonly ListenerKey[] {
  const match = matchOf(document)
  if (match === undefined || match.IPProtocol === 'L3_DEFAULT') return []
  const { IPProtocol: protocol } = match
  return portsIn(match).map((port): ListenerKey => `${port}/${protocol}`)
}

function stateOf({ instance = '', healthState }: HealthStatus, { uid, listener }: { readonly uid: string; readonly listener: ListenerKey }): TargetState {
  const isHealthy = healthState === 'HEALTHY'
  return {
    owner: uid,
    listener,
    target: nameOf(instance),
    state: isHealthy ? 'healthy' : 'unhealthy',
    because: isHealthy ? '' : `the health check of the node fails (${healthState ?? 'no state is given'})`,
  }
}
