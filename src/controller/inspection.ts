/** Looking at Stacks in full, where an inventory does not show everything: which one is next, and what is found. */
import type { Clock } from '../model/clock.ts'
import type { Snapshot } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import type { StackId } from '../provider/provider.ts'
import { mayHaveChanged } from './absence.ts'
import { type Ledger, wishOf } from './ledger.ts'
import { Rounds } from './rounds.ts'

export interface InspectionOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly signal: AbortSignal
  readonly snapshot: () => Snapshot
  /** Within how many milliseconds each Stack is looked at. */
  readonly inspectionMs: number
  /** The last sign of life of the process before this one. */
  readonly leftAt: () => number | undefined
}

export class Inspection {
  readonly #ledger: Ledger
  readonly #options: InspectionOptions
  readonly #rounds: Rounds
  /** To be looked at before their next turn. */
  readonly #due = new Set<StackId>()

  constructor(ledger: Ledger, options: InspectionOptions) {
    this.#ledger = ledger
    this.#options = options
    this.#rounds = new Rounds(options.inspectionMs)
  }

  /** Takes up what the first inventory found. What changed while nobody looked is not to be taken for done. Answers whether there is anything to look for here. */
  begin(found: readonly StackId[]): boolean {
    if (this.#ledger.cloud.inspect === undefined) return false
    const since = this.#options.leftAt()
    for (const stack of found) if (this.#mayHaveChanged(stack, since)) this.#due.add(stack)
    this.#rounds.begin(found.filter((stack) => !this.#due.has(stack)))
    return true
  }

  /** The Stack whose turn it is, if any; and when to ask again, in milliseconds. */
  next(): ReturnType<Rounds['next']> {
    const round = this.#rounds.next(this.#ledger.roster.stacks(), this.#options.clock.now())
    if (round.stack !== undefined) this.#due.add(round.stack)
    return round
  }

  /** To be called at the beginning of a Stack's turn: what is found is repaired in it. A failure says nothing of the Stack, which is looked at again in the next round. */
  async look(stack: StackId): Promise<void> {
    if (!this.#due.delete(stack)) return
    const { cloud, drifted } = this.#ledger
    try {
      if ((await cloud.inspect?.(stack, this.#options.signal)) === true) drifted.add(stack)
    } catch (error) {
      this.#options.log.warn('a Stack could not be looked at in full', { provider: cloud.name, stack, error })
    }
  }

  #mayHaveChanged(stack: StackId, since: number | undefined): boolean {
    const snapshot = this.#options.snapshot()
    return [...this.#ledger.roster.members(stack)].some(({ namespace, name, uid }) => {
      const service = snapshot.service(namespace, name)
      if (service?.metadata.uid !== uid) return false
      const wish = wishOf(this.#ledger, service, snapshot)
      return mayHaveChanged(service, wish.kind === 'wanted' ? wish.desired.settings.targets : 'pods', snapshot, since)
    })
  }
}
