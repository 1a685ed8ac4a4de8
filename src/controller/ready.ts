/** The condition `fairlead.dev/Ready`: whether a Service is served as it asks, and if not, why, and what to do. Pure. */
import type { Publication } from '../kubernetes/publish.ts'
import { isHeldBy } from '../desired/eligible.ts'
import type { ReadyReason } from '../model/reason.ts'
import { READY } from '../model/names.ts'
import type { StackId } from '../provider/provider.ts'
import { isProtected } from './intents.ts'
import type { Standing } from './outcome.ts'
import { placesOf } from './published.ts'
import type { Report } from './report.ts'
import {
  becauseText,
  heldText,
  NO_ADDRESS_TEXT,
  NO_BACKENDS_TEXT,
  planOnlyText,
  problemsText,
  PROGRESSING_TEXT,
  servedText,
  stoppedText,
  waitingText,
} from './sentences.ts'

type Ready = NonNullable<Publication['ready']>

/** Undefined: nothing is known that the Service has not been told. */
export function readyOf(standing: Standing): Ready | undefined {
  const { wish, trouble, service, provider } = standing
  const isDeleting = service.metadata.deletionTimestamp !== undefined
  if (wish.kind === 'not ours' || (isDeleting && !isProtected(wish))) return leaving(standing)
  if (isDeleting) return no(becauseText('protected'))
  if (wish.kind === 'malformed') {
    const isServed = isHeldBy(service, provider) && placesOf(service).length > 0
    return no({ reason: wish.problems[0]?.reason ?? 'Invalid', message: problemsText(wish.problems, isServed) })
  }
  if (trouble !== undefined) return unfinished(standing, trouble.reason, stoppedText(trouble.reason, trouble.message))
  switch (wish.mode) {
    case 'pause':
      return notAsked(standing, becauseText('paused'))
    case 'plan-only': {
      const plan = homeReport(standing)?.plan
      return plan === undefined ? undefined : notAsked(standing, { reason: 'PlanOnly', message: planOnlyText(plan) })
    }
    case 'apply':
      return applied(standing, homeReport(standing))
    default:
      return wish.mode satisfies never
  }
}

function applied(standing: Standing, report: Report | undefined): Ready | undefined {
  if (report === undefined) return hasCondition(standing) ? undefined : no({ reason: 'Progressing', message: PROGRESSING_TEXT })
  if (report.because === 'claimed elsewhere') return unfinished(standing, 'Moved', becauseText('claimed elsewhere').message)
  if (report.ask !== 'want') return undefined
  return report.verdict.kind === 'served' ? served(report) : troubled(standing, report)
}

function served({ status, hasBackends }: Report): Ready {
  if (status.places.length === 0) return no({ reason: 'Waiting', message: NO_ADDRESS_TEXT })
  return hasBackends
    ? { status: 'True', reason: 'Ready', message: servedText(status.places) }
    : { status: 'True', reason: 'NoBackends', message: `${servedText(status.places)} ${NO_BACKENDS_TEXT}` }
}

function troubled(standing: Standing, { verdict, status }: Report): Ready | undefined {
  switch (verdict.kind) {
    case 'served':
      return undefined
    case 'refused':
      return no({ reason: verdict.problem.reason, message: problemsText([verdict.problem], status.places.length > 0 && verdict.ports === undefined) })
    case 'waiting':
      return unfinished(standing, verdict.reason, waitingText(verdict.because))
    case 'held':
      return unfinished(standing, 'PlanOnly', heldText(verdict.steps))
    case 'stopped':
      return unfinished(standing, verdict.reason, stoppedText(verdict.reason, verdict.message))
    case 'open':
      return hasCondition(standing) ? undefined : no({ reason: 'Progressing', message: PROGRESSING_TEXT })
    default:
      return verdict satisfies never
  }
}

/** What keeps a Service that goes: told only when something is in the way. */
function leaving(standing: Standing): Ready | undefined {
  const { trouble, placement, reports } = standing
  if (trouble !== undefined) return no({ reason: trouble.reason, message: stoppedText(trouble.reason, trouble.message) })
  for (const stack of stacksLeft(placement)) {
    const report = reports.get(stack)
    if (report?.ask !== 'gone') continue
    if (report.verdict.kind === 'held') return no({ reason: 'Protected', message: heldText(report.verdict.steps) })
    const ready = troubled(standing, report)
    if (ready !== undefined && ready.reason !== 'Progressing') return { ...ready, status: 'False' }
  }
  return undefined
}

function stacksLeft(placement: Standing['placement']): readonly StackId[] {
  if (placement === undefined) return []
  const { home, named, held, cleared } = placement
  return [...new Set([...(home === undefined ? [] : [home]), ...named, ...held])].filter((stack) => !cleared.has(stack))
}

function homeReport({ placement, reports }: Standing): Report | undefined {
  return placement?.home === undefined ? undefined : reports.get(placement.home)
}

function hasCondition({ service }: Standing): boolean {
  return service.status.conditions?.some(({ type }) => type === READY) ?? false
}

function no({ reason, message }: { readonly reason: ReadyReason; readonly message: string }): Ready {
  return { status: 'False', reason, message }
}

/** What is served goes on, but is not what is asked for, or not known to be: neither true nor false. */
function unfinished({ service }: Standing, reason: ReadyReason, message: string): Ready {
  return { status: placesOf(service).length > 0 ? 'Unknown' : 'False', reason, message }
}

function notAsked(standing: Standing, { reason, message }: { readonly reason: ReadyReason; readonly message: string }): Ready {
  return unfinished(standing, reason, message)
}
