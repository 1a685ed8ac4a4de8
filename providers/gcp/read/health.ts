/** How the health checks of Google find the nodes behind a Service. */
import type { ListenerKey } from '../../../src/model/load-balancer.ts'
import { CloudError } from '../../../src/provider/cloud-error.ts'
import type { TargetState } from '../../../src/provider/provider.ts'
import type { Account } from '../api/account.ts'
import type { HealthStatus } from '../api/documents.ts'
import { GoogleAnswer } from '../api/errors.ts'
import { isSameId, keyOfId, nameOf } from '../api/ids.ts'
import { isEndpointGroup } from '../plan/endpoints/endpoints.ts'
import { portKeys, purposeOf } from '../plan/firewall/compare.ts'
import { servingRules } from '../plan/owners.ts'
import { refersTo } from '../plan/steps/context.ts'
import { matchOf, portsIn } from '../plan/wanted/forwarding-rules.ts'
import type { GcpView, RulePart, ServicePart } from '../view.ts'
import { endpointsIn, instancesIn } from './members.ts'

/** Two calls for each group of each backend service of these owners (uids). What is gone meanwhile has no targets. Throws a CloudError. */
export async function targetStates(account: Account, view: GcpView, owners: ReadonlySet<string>, signal: AbortSignal): Promise<readonly TargetState[]> {
  const services = [...view.services.values()].filter(({ mark: { owner } }) => owner !== undefined && owners.has(owner.uid))
  return (await Promise.all(services.map((service) => statesOf(service, view, account, signal)))).flat()
}

async function statesOf(service: ServicePart, view: GcpView, account: Account, signal: AbortSignal): Promise<readonly TargetState[]> {
  const uid = service.mark.owner?.uid ?? ''
  const rules = servingRules(view, uid).filter((rule) => refersTo(rule, service.id))
  if (rules.length === 0) return []
  const groups = service.document.backends?.flatMap(({ group }) => group ?? []) ?? []
  const found = (await Promise.all(groups.map((group) => judged(service.id, group, account, signal)))).flat()
  const ports = portsOf(view, uid)
  return rules.flatMap((rule) => {
    const listeners = listenersOf(rule, ports)
    return found.flatMap((target) => listeners.map((listener) => stateOf(target, rule, { owner: uid, listener })))
  })
}

interface Judged {
  readonly instance: string
  /** For one rule or for all of them. None where it has not been judged yet. */
  readonly statuses: readonly HealthStatus[]
}

/** The instances of a group. None where the group, or the backend service, was deleted after it was read. */
async function judged(service: string, group: string, account: Account, signal: AbortSignal): Promise<readonly Judged[]> {
  const members = isEndpointGroup(group) ? endpointsIn : instancesIn
  const [statuses, found] = await Promise.all([account.api.health(service, group, signal), members(group, account, signal)]).catch(noneIfGone)
  const byInstance = Map.groupBy(statuses, ({ instance = '' }) => keyOfId(instance))
  return [...new Set([...found, ...byInstance.keys()])].map((instance) => ({ instance, statuses: byInstance.get(instance) ?? [] }))
}

function noneIfGone(error: unknown): readonly [readonly never[], readonly never[]] {
  if (error instanceof CloudError && error.cause instanceof GoogleAnswer && error.cause.status === 404) return [[], []]
  throw error
}

/** Ports of the Service, as `tcp 80`: those that its firewall rules let in. None where they are not known. */
function portsOf(view: GcpView, uid: string): ReadonlySet<string> {
  const own = [...view.firewalls.values()].filter(({ mark, document }) => mark.owner?.uid === uid && purposeOf(document) === 'allow')
  return new Set(own.flatMap(({ document }) => [...portKeys(document)]))
}

/** Ports of the Service that the rule forwards. It may forward others too, and where it forwards all it does not say which. */
function listenersOf({ document }: RulePart, ports: ReadonlySet<string>): readonly ListenerKey[] {
  const match = matchOf(document)
  if (match === undefined) return []
  const isForwarded = (protocol: string): boolean => match.IPProtocol === 'L3_DEFAULT' || match.IPProtocol.toLowerCase() === protocol
  const forwarded = new Set(portsIn(match).map((port) => `${match.IPProtocol.toLowerCase()} ${port}`))
  const own = [...ports].filter((key) => isForwarded(key.split(' ')[0] ?? '') && (match.allPorts === true || forwarded.has(key)))
  return (ports.size === 0 ? [...forwarded] : own).map(listenerOf)
}

/** Of `tcp 80`. */
function listenerOf(key: string): ListenerKey {
  const [protocol = '', port = ''] = key.split(' ')
  return `${Number(port)}/${protocol === 'udp' ? 'UDP' : 'TCP'}`
}

function stateOf({ instance, statuses }: Judged, rule: RulePart, of: { readonly owner: string; readonly listener: ListenerKey }): TargetState {
  const target = nameOf(instance)
  // Google says it once for each rule, or once for all.
  const status = statuses.find(({ forwardingRule }) => forwardingRule === undefined || isSameId(forwardingRule, rule.id))
  if (status === undefined) return { ...of, target, state: 'initial', because: 'Google has not checked its health yet' }
  const { healthState = 'no state is given' } = status
  if (healthState === 'HEALTHY') return { ...of, target, state: 'healthy', because: '' }
  return { ...of, target, state: 'unhealthy', because: `the health check of the node fails (${healthState})` }
}
