/** The condition `fairlead.dev/Ready`: whether a Service is served as it asks, and if not, why, and what to do. Pure. */
import type { Publication } from '../../kubernetes/publish.ts'
import { isHeldBy } from '../../desired/eligible.ts'
import type { ReadyReason } from '../../model/reason.ts'
import { READY } from '../../model/names.ts'
import type { StackId } from '../../provider/provider.ts'
import { isProtected } from '../stacks/intents.ts'
import type { ServiceFacts } from './service-update.ts'
import { placesOf } from './published.ts'
import type { Report } from './report.ts'
import { requestedPorts } from '../../desired/request-input.ts'
import { servingReport } from './serving-report.ts'
import {
  becauseText,
  heldText,
  type Kept,
  NO_ADDRESS_TEXT,
  noBackendsText,
  planOnlyText,
  problemsText,
  PROGRESSING_TEXT,
  servedText,
  stoppedText,
  waitingText,
} from './sentences.ts'

type Ready = NonNullable<Publication['ready']>

/** Undefined: nothing is known that the Service does not say already. */
export function readyOf(facts: ServiceFacts): Ready | undefined {
  const { request, trouble, service, provider } = facts
  const isDeleting = service.metadata.deletionTimestamp !== undefined
  if (request.kind === 'not ours' || (isDeleting && !isProtected(request))) return leaving(facts)
  if (isDeleting) return no(becauseText('protected'))
  if (request.kind === 'malformed') {
    const isServed = isHeldBy(service, provider) && placesOf(service).length > 0
    const kept = isServed ? keptOf(facts, servingReport(facts)) : undefined
    return no({ reason: request.problems[0]?.reason ?? 'Invalid', message: problemsText(request.problems, kept, service.metadata) })
  }
  if (trouble !== undefined) return unfinished(facts, trouble.reason, stoppedText(trouble.reason, trouble.message, service.metadata))
  switch (request.mode) {
    case 'pause':
      return notAsked(facts, becauseText('paused'))
    case 'plan-only': {
      const plan = homeReport(facts)?.plan
      return plan === undefined ? undefined : notAsked(facts, { reason: 'PlanOnly', message: planOnlyText(plan) })
    }
    case 'apply':
      return applied(facts, homeReport(facts))
    default:
      return request.mode satisfies never
  }
}

function applied(facts: ServiceFacts, report: Report | undefined): Ready | undefined {
  if (report === undefined) return begun(facts)
  if (report.because === 'claimed elsewhere') return unfinished(facts, 'Moved', becauseText('claimed elsewhere').message)
  if (report.ask !== 'want') return undefined
  return withNotes(report.result.kind === 'served' ? served(report, facts) : troubled(facts, report), report)
}

/** Backends that are left out are named, whatever becomes of the rest. */
function withNotes(ready: Ready | undefined, { notes = [] }: Report): Ready | undefined {
  return ready === undefined || notes.length === 0 ? ready : { ...ready, message: [ready.message, ...notes].join(' ') }
}

function served({ status, backends }: Report, { zeroBackendsRefuse }: ServiceFacts): Ready {
  if (status.places.length === 0) return no({ reason: 'Waiting', message: NO_ADDRESS_TEXT })
  return backends?.isNone === true
    ? { status: 'True', reason: 'NoBackends', message: `${servedText(status.places)} ${noBackendsText(backends.cause, zeroBackendsRefuse)}` }
    : { status: 'True', reason: 'Ready', message: servedText(status.places) }
}

function troubled(facts: ServiceFacts, report: Report): Ready | undefined {
  const { result } = report
  const { metadata } = facts.service
  if ('isBrief' in result && result.isBrief) return begun(facts)
  switch (result.kind) {
    case 'served':
      return undefined
    case 'refused':
      return no({ reason: result.problem.reason, message: problemsText([result.problem], keptIn(facts, report), metadata) })
    case 'waiting':
      return unfinished(facts, result.reason, waitingText(result.because, result.afterMs, metadata))
    case 'held':
      return unfinished(facts, 'PlanOnly', heldText(result.steps))
    case 'stopped':
      return unfinished(facts, result.reason, stoppedText(result.reason, result.message, metadata))
    case 'open':
      return begun(facts)
    default:
      return result satisfies never
  }
}

/** Undefined: nothing is served, or all but some ports is served as it is asked for. */
function keptIn(facts: ServiceFacts, report: Report): Kept | undefined {
  const isPartly = report.result.kind === 'refused' && report.result.ports !== undefined
  return report.status.places.length === 0 || isPartly ? undefined : keptOf(facts, report)
}

function keptOf({ service, byPublishedAddress }: ServiceFacts, report: Report | undefined): Kept {
  const open = report?.listeners
  return { asked: requestedPorts(service).map(({ key }) => key), ...(open === undefined ? {} : { open }), byPublishedAddress }
}

/** What delays the deletion of a Service: said only when something does. */
function leaving(facts: ServiceFacts): Ready | undefined {
  const { trouble, placement, reports, service } = facts
  if (trouble !== undefined) return no({ reason: trouble.reason, message: stoppedText(trouble.reason, trouble.message, service.metadata) })
  for (const stack of stacksLeft(placement)) {
    const report = reports.get(stack)
    if (report?.ask !== 'gone') continue
    if (report.result.kind === 'held') return no({ reason: 'Protected', message: heldText(report.result.steps) })
    const ready = troubled(facts, report)
    if (ready !== undefined && ready.reason !== 'Progressing') return { ...ready, status: 'False' }
  }
  return undefined
}

function stacksLeft(placement: ServiceFacts['placement']): readonly StackId[] {
  if (placement === undefined) return []
  const { home, named, held, cleared } = placement
  return [...new Set([...(home === undefined ? [] : [home]), ...named, ...held])].filter((stack) => !cleared.has(stack))
}

function homeReport({ placement, reports }: ServiceFacts): Report | undefined {
  return placement?.home === undefined ? undefined : reports.get(placement.home)
}

/** Nothing to say yet but that work has begun, where nothing was said before. */
function begun(facts: ServiceFacts): Ready | undefined {
  return hasCondition(facts) ? undefined : no({ reason: 'Progressing', message: PROGRESSING_TEXT })
}

function hasCondition({ service }: ServiceFacts): boolean {
  return service.status.conditions?.some(({ type }) => type === READY) ?? false
}

function no({ reason, message }: { readonly reason: ReadyReason; readonly message: string }): Ready {
  return { status: 'False', reason, message }
}

/** What is served goes on, but is not what is asked for, or not known to be: neither true nor false. */
function unfinished({ service }: ServiceFacts, reason: ReadyReason, message: string): Ready {
  return { status: placesOf(service).length > 0 ? 'Unknown' : 'False', reason, message }
}

function notAsked(facts: ServiceFacts, { reason, message }: { readonly reason: ReadyReason; readonly message: string }): Ready {
  return unfinished(facts, reason, message)
}
