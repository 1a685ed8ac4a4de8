/** What is remembered about Stacks between their turns. State; no calls. */
import type { StackId } from '../../provider/provider.ts'
import { Reports } from '../services/report.ts'

export class StackRecords {
  /** What each Stack's last turn found out about each of its owners. */
  readonly reports = new Reports()
  readonly #drifted = new Set<StackId>()
  readonly #waitingForBase = new Set<StackId>()

  /** An inventory or the provider found the Stack changed from outside: what its next turn does is a repair. */
  noteDrift(stack: StackId): void {
    this.#drifted.add(stack)
  }

  hasDrifted(stack: StackId): boolean {
    return this.#drifted.has(stack)
  }

  /** Returns whether the Stack had drifted. */
  clearDrift(stack: StackId): boolean {
    return this.#drifted.delete(stack)
  }

  waitForBase(stack: StackId): void {
    this.#waitingForBase.add(stack)
  }

  /** The Stacks that waited for the base; none of them does any more. */
  takeWaitingForBase(): readonly StackId[] {
    const stacks = [...this.#waitingForBase]
    this.#waitingForBase.clear()
    return stacks
  }
}
