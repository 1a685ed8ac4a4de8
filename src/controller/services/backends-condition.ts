/** The condition `fairlead.dev/Backends`: whether every port of the load balancer has backends, and if not, why. Pure. */
import type { Publication } from '../../kubernetes/publish.ts'
import { requestedPorts } from '../../desired/request-input.ts'
import type { ListenerKey } from '../../model/load-balancer.ts'
import { BACKENDS } from '../../model/names.ts'
import type { ServiceFacts } from './service-update.ts'
import { placesOf } from './published.ts'
import type { Report } from './report.ts'
import { NO_BALANCER_TEXT, noBackendsText, portClosedText, REGISTERED_TEXT } from './sentences.ts'
import { servingReport } from './serving-report.ts'

export interface BackendsTold {
  /** Undefined: it is left as it is. */
  readonly condition: Publication['backends']
  /** Some ports have backends, others have none. */
  readonly isPartial: boolean
}

const AS_IT_IS: BackendsTold = { condition: undefined, isPartial: false }

/** `status`: what is published in the same write. `isReadySaid`: so is the condition Ready; the first condition of a Service does not cost a write of its own. */
export function backendsOf(facts: ServiceFacts, status: Publication['status'], isReadySaid: boolean): BackendsTold {
  const report = servingReport(facts)
  if (report?.backends !== undefined) return conditionOf(report, report.backends, facts)
  const places = status === undefined ? placesOf(facts.service) : status === 'clear' ? [] : status.places
  const isSaid = facts.service.status.conditions?.some(({ type }) => type === BACKENDS) === true
  if (places.length > 0 || !(isSaid || isReadySaid)) return AS_IT_IS
  return { condition: { status: 'False', reason: 'NoLoadBalancer', message: NO_BALANCER_TEXT }, isPartial: false }
}

/** A turn that could not finish may have failed to register backends that are there; it cannot register any that are not. */
function conditionOf(report: Report, { reason, isNone, cause }: NonNullable<Report['backends']>, facts: ServiceFacts): BackendsTold {
  const { result } = report
  const closed = closedPorts(report, facts)
  if (closed.length > 0) return { condition: { status: 'False', reason: 'PortClosed', message: portClosedText(closed) }, isPartial: false }
  if (reason === 'Registered') {
    const isFinished = result.kind === 'served' || result.kind === 'refused'
    return isFinished ? { condition: { status: 'True', reason, message: REGISTERED_TEXT }, isPartial: false } : AS_IT_IS
  }
  return { condition: { status: 'False', reason, message: noBackendsText(cause, facts.zeroBackendsRefuse) }, isPartial: !isNone }
}

/** Ports of a refused Service's load balancer for which the nodes do not answer any more. */
function closedPorts({ listeners = [] }: Report, { service, byPublishedAddress }: ServiceFacts): readonly ListenerKey[] {
  const asked = byPublishedAddress ? requestedPorts(service).map(({ key }) => key) : listeners
  return listeners.filter((key) => !asked.includes(key))
}
