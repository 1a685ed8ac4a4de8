/** One turn of the base on which a cloud's Stacks lean: from all wishes and all nodes. */
import type { Outcome } from '../provider/cloud.ts'
import type { StackId } from '../provider/provider.ts'
import { type Ledger, wantsOf } from './ledger.ts'
import type { Turn } from './queue.ts'
import type { StackTurnOptions } from './reconcile.ts'

export interface BaseTurn {
  readonly turn: Turn
  /** Stacks that waited for the base. */
  readonly toConverge: readonly StackId[]
  readonly outcome: Outcome
}

export async function convergeBase(ledger: Ledger, options: Omit<StackTurnOptions, 'api'>): Promise<BaseTurn> {
  const { clock, signal, mayWrite, filter, priority } = options
  const snapshot = options.snapshot()
  const outcome = await ledger.cloud.convergeBase({
    wants: wantsOf(ledger, snapshot, options.isDryRun),
    nodes: ledger.nodeSets(snapshot.nodes, undefined),
    now: clock.now(),
    signal,
    mayWrite,
    priority,
    ...(filter === undefined ? {} : { filter }),
  })
  const toConverge = [...ledger.waitsForBase]
  ledger.waitsForBase.clear()
  if (outcome.stopped !== undefined) return { turn: { kind: 'failed', afterMs: outcome.stopped.afterMs }, toConverge, outcome }
  const looks = [outcome.againAfterMs, ...[...outcome.waiting.values()].map(({ afterMs }) => afterMs)].filter((ms) => ms !== undefined)
  return { turn: looks.length === 0 ? { kind: 'done' } : { kind: 'done', againAfterMs: looks.reduce((a, b) => Math.min(a, b)) }, toConverge, outcome }
}
