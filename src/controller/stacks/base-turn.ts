/** One turn of the base on which a cloud's other Stacks depend: from all requests and all nodes. */
import { isNamed, type NamedOwner } from '../../model/owner.ts'
import type { Outcome } from '../../provider/cloud.ts'
import type { StackId } from '../../provider/provider.ts'
import type { ProviderState } from '../provider-state.ts'
import { wantsOf } from './membership.ts'
import { resultAfter, type ReconcileResult } from '../queue.ts'
import { noteRepairs } from './repairs.ts'
import type { StackTurnOptions } from './stack-turn.ts'

export interface BaseTurn {
  readonly result: ReconcileResult
  /** Stacks that waited for the base. */
  readonly toReconcile: readonly StackId[]
  readonly outcome: Outcome
  /** Whose Service has to say that a drift of the base was repaired. */
  readonly toUpdate: readonly NamedOwner[]
}

export async function reconcileBase(
  state: ProviderState,
  options: Omit<StackTurnOptions, 'api'> & { readonly retryNow: ReadonlySet<string> },
): Promise<BaseTurn> {
  const { clock, signal, mayWrite, filter, priority, retryNow } = options
  const snapshot = options.snapshot()
  const outcome = await state.cloud.convergeBase({
    wants: wantsOf(state, snapshot, options.isDryRun),
    nodes: state.nodeSets(snapshot.nodes, undefined),
    now: clock.now(),
    signal,
    mayWrite,
    priority,
    retryNow,
    ...(filter === undefined ? {} : { filter }),
  })
  const toReconcile = state.stacks.takeWaitingForBase()
  const { baseStack } = state.cloud
  const toUpdate = baseStack === undefined ? [] : noteRepairs(state, baseStack, outcome).filter(isNamed)
  if (outcome.stopped !== undefined) return { result: { kind: 'failed', afterMs: outcome.stopped.afterMs }, toReconcile, outcome, toUpdate }
  const waits = [outcome.againAfterMs, ...[...outcome.waiting.values()].map(({ afterMs }) => afterMs)]
  return { result: resultAfter(waits, [outcome.retryAfterMs]), toReconcile, outcome, toUpdate }
}
