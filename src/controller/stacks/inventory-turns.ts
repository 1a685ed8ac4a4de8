/** The turns that read a cloud beyond one Stack: the inventory, and Stacks in full where an inventory does not show everything. */
import type { ClusterStore } from '../../kubernetes/cluster.ts'
import type { Clock } from '../../model/clock.ts'
import type { Log } from '../../model/log.ts'
import type { PlanFilter } from '../../provider/cloud.ts'
import { withPermit } from '../../provider/kit/permit.ts'
import type { ControllerMetrics } from '../metrics.ts'
import type { ProviderState } from '../provider-state.ts'
import type { ReconcileResult } from '../queue.ts'
import { orphansText } from '../services/sentences.ts'
import type { WorkQueues } from '../work.ts'
import { Inspection, type InspectionOptions } from './inspection.ts'
import { noteRefusedBefore, takeInventory } from './inventory.ts'
import { loggedOrphan } from './orphan-list.ts'
import type { Orphan } from './orphans.ts'

export interface InventoryTurnsOptions extends Pick<InspectionOptions, 'inspectionMs' | 'leftAt'> {
  readonly store: Pick<ClusterStore, 'snapshot'>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: ControllerMetrics
  readonly mayWrite: () => boolean
  readonly filter: PlanFilter | undefined
  readonly driftIntervalMs: number
}

/** So many orphans are named in one line of the log. */
const MOST_LOGGED = 50

export class InventoryTurns {
  readonly #state: ProviderState
  readonly #queues: WorkQueues
  readonly #options: InventoryTurnsOptions
  readonly #inspection: Inspection

  constructor(state: ProviderState, queues: WorkQueues, options: InventoryTurnsOptions) {
    this.#state = state
    this.#queues = queues
    this.#options = options
    this.#inspection = new Inspection(state, { ...options, snapshot: () => options.store.snapshot() })
  }

  /** The first time every Stack is reconciled, later those that drifted. `onNews` is called when every Service may have something else to say. */
  async takeInventory(signal: AbortSignal, onNews: () => void): Promise<ReconcileResult> {
    const { inventory, cloud } = this.#state
    const { store, log, clock, mayWrite } = this.#options
    const wasTaken = inventory.isTaken
    const troubleBefore = inventory.trouble?.message
    const orphansFound = (orphans: readonly Orphan[]): void => this.#logOrphans(orphans)
    const stacks = await withPermit(mayWrite, () => takeInventory(this.#state, { log, signal, snapshot: () => store.snapshot(), clock, orphansFound }))
    if (!wasTaken && inventory.isTaken) noteRefusedBefore(this.#state, store.snapshot())
    if (wasTaken !== inventory.isTaken || (!inventory.isTaken && troubleBefore !== inventory.trouble?.message)) onNews()
    if (stacks === undefined) return { kind: 'failed' }
    if (!wasTaken && this.#inspection.begin(stacks)) this.#queues.add({ kind: 'inspection' }, 'drift')
    const priority = wasTaken ? 'drift' : 'churn'
    this.#queues.addStacks(stacks, priority)
    if (cloud.baseStack !== undefined) this.#queues.add({ kind: 'base' }, priority)
    this.countOrphans()
    return { kind: 'done', againAfterMs: this.#nextMs(), isBackground: true }
  }

  /** Reads the Stacks in full whose time has come. */
  async inspect(signal: AbortSignal): Promise<ReconcileResult> {
    const { changed, afterMs } = await this.#inspection.look(signal)
    for (const stack of changed) this.#state.stacks.noteDrift(stack)
    this.#queues.addStacks(changed, 'drift')
    return { kind: 'done', againAfterMs: afterMs, isBackground: true }
  }

  countOrphans(): void {
    const { cloud, absences } = this.#state
    this.#options.metrics.set('fairlead_orphans', absences.orphans.count, { provider: cloud.name })
  }

  /** Within a tenth of the interval, so that many clusters do not list at once. */
  #nextMs(): number {
    return this.#options.driftIntervalMs * (0.9 + this.#options.random() / 5)
  }

  #logOrphans(found: readonly Orphan[]): void {
    const { cloud, absences } = this.#state
    const graceMs = this.#options.filter?.keepsGone === true ? Number.POSITIVE_INFINITY : absences.orphans.graceMs
    this.#options.log.warn(orphansText(found.length, graceMs), {
      provider: cloud.name,
      orphans: found.slice(0, MOST_LOGGED).map((orphan) => loggedOrphan(cloud, orphan)),
    })
  }
}
