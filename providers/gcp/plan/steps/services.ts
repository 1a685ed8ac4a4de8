/** The backend service of one Service. Pure. */
import type { Owner } from '../../../../src/model/owner.ts'
import type { Backends } from '../../../../src/model/load-balancer.ts'
import { isSameId, keyOfId } from '../../api/ids.ts'
import { describe } from '../../marks.ts'
import { deleting, making, replacing } from '../../steps.ts'
import { isSettled, type ServicePart } from '../../view.ts'
import { type EndpointParts, followingEndpoints, isEndpointGroup } from '../endpoints/endpoints.ts'
import type { Serving } from '../accept/serving.ts'
import { inPhase, type PhasedStep } from '../phases.ts'
import type { PlanInput } from '../plan-context.ts'
import { changedService, wantedService, withBackends } from '../wanted/backend-service.ts'
import type { Match } from '../wanted/forwarding-rules.ts'
import { about } from './about.ts'
import type { CheckParts } from './checks.ts'
import { groupIds } from './groups.ts'
import { markOf, refersTo, schemeOf, servicesOf, sharedCheckId } from './context.ts'

type Protocol = NonNullable<ServicePart['document']['protocol']>

/** One protocol as long as all rules are of it. A service of any protocol stays so: the rules in front of it say which packets come. */
export function protocolOf(matches: readonly Match[], found: ServicePart | undefined): Protocol {
  const all = new Set(matches.map(({ IPProtocol }) => IPProtocol))
  const [only] = all
  if (only === undefined || all.size > 1 || only === 'L3_DEFAULT') return 'UNSPECIFIED'
  return found === undefined || found.document.protocol === only ? only : 'UNSPECIFIED'
}

/** Whether rules of this kind can be in front of it now. */
export function takes(part: ServicePart | undefined, { IPProtocol }: Match): boolean {
  if (part === undefined || !isSettled(part)) return false
  return [part.document, part.operation?.before].every(
    (document) => document === undefined || document.protocol === 'UNSPECIFIED' || document.protocol === IPProtocol,
  )
}

export interface ServiceRequest {
  readonly serving: Serving
  readonly id: string
  readonly check: CheckParts
  readonly protocol: Protocol
  /** Absent: the nodes are reached by the instance groups. */
  readonly endpoints: EndpointParts | undefined
}

export function serviceSteps({ serving, id, check, protocol, endpoints }: ServiceRequest, input: PlanInput): readonly PhasedStep[] {
  if (!check.isReady) return []
  const { want } = serving
  const { config, view } = input
  const part = view.services.get(id)
  const groups = groupsFor(part, endpoints, input)
  if (groups === undefined) return []
  const wanted = wantedService({ want: want.want, scheme: schemeOf(serving), network: config.network, protocol, check: check.id, groups })
  if (part === undefined) {
    const mark = markOf(serving)
    const body = { ...wanted, description: describe(config.clusterId, mark) }
    return [inPhase('serve', making('backend service', { ...about(id, [want.owner], 'it hands packets on to the nodes'), body, mark }))]
  }
  const body = part.operation === undefined ? changedService(part.document, wanted) : undefined
  return body === undefined ? [] : [inPhase('serve', replacing('backend service', { ...about(id, [want.owner], changeOf(part, check)), body }))]
}

/** Those that it has, until the endpoint groups that take their place have their nodes; undefined: there are none yet. */
function groupsFor(part: ServicePart | undefined, endpoints: EndpointParts | undefined, input: PlanInput): readonly string[] | undefined {
  if (endpoints === undefined) return groupIds(part, input)
  if (endpoints.isReady) return [...endpoints.groups.keys()]
  return part?.document.backends?.flatMap(({ group }) => (group === undefined ? [] : [keyOfId(group)]))
}

function changeOf({ document }: ServicePart, { id }: CheckParts): string {
  const isSameCheck = document.healthChecks?.some((check) => isSameId(check, id)) === true
  return isSameCheck ? 'it is not as asked for' : 'another health check says which nodes get traffic'
}

/** Of a Service whose configuration is not carried out: new groups of nodes join. */
export function followingSteps(owner: Owner, backends: Backends, input: PlanInput): readonly PhasedStep[] {
  return servicesOf(owner, input).flatMap((part) => {
    const { id, document, operation } = part
    if (document.backends?.some(({ group }) => isEndpointGroup(group)) === true) {
      const isLocal = document.healthChecks?.some((check) => isSameId(check, sharedCheckId(input.config))) !== true
      return followingEndpoints(owner, backends, isLocal, input)
    }
    const groups = groupIds(part, input)
    if (groups.length === 0) return []
    const body = operation === undefined ? withBackends(document, groups) : undefined
    return body === undefined ? [] : [inPhase('serve', replacing('backend service', { ...about(id, [owner], 'the groups of nodes are others'), body }))]
  })
}

/** Those that no forwarding rule refers to, once it is gone. `kept`: the one that stays. */
export function unusedServiceSteps(owner: Owner, input: PlanInput, kept?: string): readonly PhasedStep[] {
  const all = [...input.view.rules.values()]
  return servicesOf(owner, input).flatMap((part) => {
    const isUsed = part.id === kept || all.some((rule) => refersTo(rule, part.id))
    return isUsed || !isSettled(part)
      ? []
      : [inPhase('remove', deleting('backend service', about(part.id, [owner], 'no forwarding rule leads to it', { takesFrom: [] })), 1)]
  })
}
