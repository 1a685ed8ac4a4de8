/** Keeps what a turn of a Stack found out about each of its owners. */
import { type BackendState, backendState } from '../../desired/backend-state.ts'
import type { Snapshot } from '../../model/cluster.ts'
import type { Owner } from '../../model/owner.ts'
import type { Outcome } from '../../provider/cloud.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { type PlanReport, type Report, resultsOf } from '../services/report.ts'
import { type Member, serviceOf } from './members.ts'

export interface TurnFindings {
  readonly snapshot: Snapshot
  readonly outcome: Outcome
  /** The view of the Stack is another one than before the turn. */
  readonly isViewNew: boolean
  /** By uid, for Services that are `plan-only`. */
  readonly plans: ReadonlyMap<string, PlanReport> | undefined
  readonly now: () => number
}

/** Returns the owners whose report is another one than after the turn before. */
export function fileReports(state: ProviderState, stack: StackId, members: readonly Member[], findings: TurnFindings): readonly Owner[] {
  const resultOf = resultsOf(findings.outcome)
  const { cloud, stacks } = state
  const isNew = (member: Member): boolean => {
    const { owner, decision } = member
    const before = stacks.reports.of(stack, owner.uid)
    const backends = backendsOf(state, stack, member, findings)
    const plan = findings.plans?.get(owner.uid)
    const notes = findings.outcome.notes?.get(owner.uid)
    const found = decision.ask === 'nothing' ? ({ kind: 'open' } as const) : resultOf(owner.uid)
    const asked = decision.ask === 'want' ? decision.want : undefined
    const listeners = found.kind === 'refused' || decision.ask === 'follow' ? cloud.listeners(stack, owner) : undefined
    const report: Report = {
      ask: decision.ask,
      ...('because' in decision ? { because: decision.because } : {}),
      result: stacks.reports.timed(stack, owner.uid, found, { asked, now: findings.now() }),
      status: findings.isViewNew || before === undefined ? cloud.status(stack, owner) : before.status,
      ...(backends === undefined ? {} : { backends }),
      ...(listeners === undefined ? {} : { listeners }),
      ...(plan === undefined ? {} : { plan }),
      ...(notes === undefined ? {} : { notes }),
    }
    return stacks.reports.file(stack, owner.uid, report)
  }
  return members.filter(isNew).map(({ owner }) => owner)
}

/** Whether what is served for an owner has backends, those left out that the cloud refused. */
function backendsOf(state: ProviderState, stack: StackId, { owner, decision }: Member, { snapshot, outcome, now }: TurnFindings): BackendState | undefined {
  if (decision.ask !== 'want' && decision.ask !== 'follow') return undefined
  const { service, request } = serviceOf(state, owner, snapshot)
  if (service === undefined || request === undefined || request.kind === 'not ours') return undefined
  const taken = outcome.backends?.get(owner.uid) ?? (request.kind === 'wanted' ? request.desired.backends : request.backends)
  return state.stacks.reports.steady(stack, owner.uid, backendState(service, snapshot, request, taken), now())
}
