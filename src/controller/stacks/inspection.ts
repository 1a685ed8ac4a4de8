/** Reading Stacks in full, where an inventory does not show everything: which are next, and what is found. */
import type { Clock } from '../../model/clock.ts'
import type { Snapshot } from '../../model/cluster.ts'
import type { Log } from '../../model/log.ts'
import { findService } from '../../model/owner.ts'
import type { StackId } from '../../provider/provider.ts'
import { withPermit } from '../../provider/kit/permit.ts'
import { mayHaveChanged } from './changed-while-away.ts'
import type { ProviderState } from '../provider-state.ts'
import { requestOf } from '../services/service-request.ts'
import { InspectionRounds } from './inspection-rounds.ts'

export interface InspectionOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly mayWrite: () => boolean
  readonly snapshot: () => Snapshot
  /** Within how many milliseconds each Stack is read. */
  readonly inspectionMs: number
  /** The last sign of life of the process before this one. */
  readonly leftAt: () => number | undefined
}

export class Inspection {
  readonly #state: ProviderState
  readonly #options: InspectionOptions
  readonly #rounds: InspectionRounds

  constructor(state: ProviderState, options: InspectionOptions) {
    this.#state = state
    this.#options = options
    this.#rounds = new InspectionRounds(options.inspectionMs)
  }

  /**
   * Takes up what the first inventory found. Where backends may have changed while no process ran, what is registered is read before the Stack's first turn
   * relies on it. Answers whether Stacks are to be read in full, for which these come first.
   */
  begin(found: readonly StackId[]): boolean {
    const { cloud } = this.#state
    const since = this.#options.leftAt()
    const changed = new Set(found.filter((stack) => this.#mayHaveChanged(stack, since)))
    for (const stack of changed) cloud.rereadBackends?.(stack)
    if (cloud.inspect === undefined) return false
    this.#rounds.begin([...changed, ...found.filter((stack) => !changed.has(stack))], this.#options.clock.now())
    return true
  }

  /**
   * Reads the Stacks whose time has come, if any, in full. Answers those that are not as they were known to be, which a turn repairs, and in how many
   * milliseconds to ask again. A failure says nothing of the Stacks, which are read again in the next round.
   */
  async look(signal: AbortSignal): Promise<{ readonly changed: readonly StackId[]; readonly afterMs: number }> {
    const { cloud, placements } = this.#state
    const { mayWrite, clock, log } = this.#options
    const { stacks, afterMs } = this.#rounds.next(placements.stacks(), clock.now())
    if (stacks.length === 0) return { changed: [], afterMs }
    try {
      const inspected = await withPermit(mayWrite, async () => cloud.inspect?.(stacks, signal))
      this.#rounds.repeat(inspected?.missed ?? [])
      return { changed: inspected?.changed ?? [], afterMs }
    } catch (error) {
      log.warn('Stacks could not be read in full', { provider: cloud.name, stacks, error })
      return { changed: [], afterMs }
    }
  }

  #mayHaveChanged(stack: StackId, since: number | undefined): boolean {
    const snapshot = this.#options.snapshot()
    return [...this.#state.placements.members(stack)].some((owner) => {
      const service = findService(owner, snapshot)
      if (service === undefined) return false
      const request = requestOf(this.#state, service, snapshot)
      return mayHaveChanged(service, request.kind === 'wanted' ? request.desired.settings.targets : 'pods', snapshot, since)
    })
  }
}
