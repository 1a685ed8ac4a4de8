/**
 * One turn of one Stack: reads the present state, asks the API server about owners who seem to be gone, decides what is asked for each owner, has it
 * carried out, and files what became of it. It writes nothing to the cluster.
 */
import type { KubernetesApi } from '../../kubernetes/api.ts'
import type { Clock } from '../../model/clock.ts'
import type { Snapshot } from '../../model/cluster.ts'
import type { Log } from '../../model/log.ts'
import { isNamed, type NamedOwner, type Owner } from '../../model/owner.ts'
import type { ConvergeRequest, Outcome, PlanFilter } from '../../provider/cloud.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { type ReconcileResult, resultAfter } from '../queue.ts'
import { checkAbsentOwners } from './absent-owners.ts'
import type { Decision } from './intents.ts'
import { decideAll, type Member } from './members.ts'
import { previewPlans } from './plan-previews.ts'
import { noteRepairs } from './repairs.ts'
import { fileReports } from './stack-reports.ts'

export interface StackTurnOptions {
  readonly api: Pick<KubernetesApi, 'getService' | 'list'>
  readonly snapshot: () => Snapshot
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
  readonly mayWrite: () => boolean
  readonly filter: PlanFilter | undefined
  /** Nothing is written anywhere, so a Service need not be prepared for what is only shown. */
  readonly isDryRun: boolean
  /** Whose calls go first where the cloud limits their rate. */
  readonly priority: NonNullable<ConvergeRequest['priority']>
  /** Called with the uids for whom what was refused is tried again, before it is. */
  readonly beforeRetry?: (uids: ReadonlySet<string>) => void
}

export interface StackTurn {
  readonly result: ReconcileResult
  /** Whose Service may have to say something new. One of whom only the uid is known has no Service that could. */
  readonly toUpdate: readonly NamedOwner[]
  /** Other Stacks that may go on now. */
  readonly toReconcile: readonly StackId[]
  readonly outcome: Outcome
  /** The owners that were decided on, and how. */
  readonly members: readonly Member[]
  /** Whose refusals were tried again because a person had changed the Service. */
  readonly retried: ReadonlySet<string>
}

export async function reconcileStack(state: ProviderState, stack: StackId, options: StackTurnOptions): Promise<StackTurn> {
  const { cloud } = state
  const { clock, signal, mayWrite, filter, priority } = options
  const absent = await checkAbsentOwners(state, stack, options)
  const snapshot = options.snapshot()
  const now = clock.now()
  const members = decideAll(state, stack, { snapshot, now, confirmed: absent.confirmed, isDryRun: options.isDryRun })
  for (const { owner, decision } of members) prepareView(state, stack, owner, decision)
  const intents = members.flatMap(({ decision }) => (decision.ask === 'nothing' ? [] : [decision.intent]))
  const plans = await previewPlans(state, stack, { members, intents, snapshot, signal }).catch((error: unknown) => {
    options.log.warn('a plan could not be shown', { stack, error })
    return undefined
  })
  const wasInDoubt = cloud.isInDoubt(stack)
  const lastResort = new Set(members.map(({ owner }) => owner.uid).filter((uid) => state.services.wasRefusedBefore(uid)))
  const retryNow = takeRetries(state, members)
  options.beforeRetry?.(retryNow)
  const outcome = await cloud.converge({ stack, intents, now, signal, mayWrite, lastResort, retryNow, priority, ...(filter === undefined ? {} : { filter }) })
  const isViewNew = wasInDoubt || outcome.applied.length > 0
  const changed = fileReports(state, stack, members, { snapshot, outcome, isViewNew, plans: plans?.reports, now: () => clock.now() })
  const toReconcile = members.flatMap((member) => settle(state, stack, member, outcome))
  const repaired = noteRepairs(state, stack, outcome)
  for (const uid of lastResort) state.services.clearRefusedBefore(uid)
  const isUnanswered = absent.isUnanswered || plans === undefined
  const result = resultOf(state, { outcome, members, isUnanswered, stack, now: clock.now(), planAfterMs: plans?.againAfterMs })
  return { result, toUpdate: [...changed, ...repaired].filter(isNamed), toReconcile, outcome, members, retried: retryNow }
}

/**
 * Before the first turn of an owner: what is wanted is remembered as held, and where it is to be deleted, the Stack is observed by name, as the lists that
 * it is known from may be late.
 */
function prepareView({ cloud, placements, absences }: ProviderState, stack: StackId, owner: Owner, decision: Decision): void {
  if (decision.ask === 'want') {
    placements.hold(stack, owner)
    absences.endDeletion(stack, owner.uid)
  } else if (decision.ask === 'gone' && absences.beginDeletion(stack, owner.uid) && !cloud.isComplete(stack)) cloud.doubt(stack)
}

function takeRetries({ services }: ProviderState, members: readonly Member[]): ReadonlySet<string> {
  return new Set(members.flatMap(({ owner, decision }) => (decision.ask === 'want' && services.takeRetry(owner.uid) ? [owner.uid] : [])))
}

/** Where `gone` was carried out, the owner has left: its home may go on with what was claimed here. */
function settle(state: ProviderState, stack: StackId, { owner, decision }: Member, outcome: Outcome): readonly StackId[] {
  if (decision.ask !== 'gone' || !outcome.served.has(owner.uid)) return []
  const { placements, stacks, services, absences } = state
  const home = placements.of(owner.uid)?.home
  placements.release(stack, owner.uid)
  absences.endDeletion(stack, owner.uid)
  services.lingering.settle(stack, owner.uid)
  absences.orphans.release(stack, owner.uid)
  if (placements.of(owner.uid) === undefined) {
    absences.forget(owner.uid)
    stacks.reports.drop(stack, owner.uid)
    services.lingering.forget(owner.uid)
  }
  return home === undefined || home === stack ? [] : [home]
}

interface Ending {
  readonly outcome: Outcome
  readonly members: readonly Member[]
  readonly isUnanswered: boolean
  readonly stack: StackId
  readonly now: number
  /** When what a plan that is only shown waits for is looked at again; undefined: it waits for nothing. */
  readonly planAfterMs: number | undefined
}

function resultOf({ services: { lingering }, stacks: { reports }, placements, absences: { orphans } }: ProviderState, ending: Ending): ReconcileResult {
  const { outcome, members, isUnanswered, stack, now, planAfterMs } = ending
  if (outcome.stopped !== undefined) return { kind: 'failed', afterMs: outcome.stopped.afterMs }
  if (isUnanswered) return { kind: 'failed' }
  const lingers = members.flatMap(({ owner, decision }) => {
    const whole = decision.ask === 'follow' && decision.because === 'moving away' ? [lingering.remains(stack, owner.uid, now)] : []
    return [lingering.next(owner.uid, now), ...(placements.of(owner.uid) === undefined ? [] : whole)]
  })
  const kept = members.flatMap(({ owner, decision }) =>
    decision.ask === 'nothing' && decision.because === 'orphan' ? [orphans.remaining(stack, owner, now)] : [],
  )
  const waits = [...outcome.waiting.values()].map(({ afterMs }) => afterMs)
  const recounts = members.map(({ owner }) => reports.recountAfter(stack, owner.uid, now))
  return resultAfter([outcome.againAfterMs, planAfterMs, ...waits], [outcome.retryAfterMs, ...lingers, ...recounts, ...kept])
}
