/** A process and a cloud whose changes are operations, by one clock that a test sets. */
import { bind } from '../../src/provider/engine/bind.ts'
import type { Outcome } from '../../src/provider/cloud.ts'
import { type InMemoryCloud, inMemoryCloud, inMemoryProvider } from '../in-memory/index.ts'
import { Process, type Services } from './process.ts'
import { STACK } from './shared-document.ts'

export const OPERATION_MS = 30_000
/** Several refused Services are tried again in turn, an operation each, until their delays are long enough. */
const MOST_TURNS = 2_000

export class TimedProcess {
  readonly cloud: InMemoryCloud
  process: Process
  now = 0

  /** `provisioningReads`: how often a new address is looked at until it is ready. */
  constructor({ provisioningReads = 0 }: { readonly provisioningReads?: number } = {}) {
    this.cloud = inMemoryCloud({ provisioningReads, operations: { ms: OPERATION_MS, clock: { now: () => this.now } } })
    this.process = this.begin()
  }

  /** A process that knows nothing yet. */
  begin(): Process {
    this.process = new Process(bind(inMemoryProvider(this.cloud)))
    this.process.now = this.now
    return this.process
  }

  async turn(services: Services): Promise<void> {
    this.process.now = this.now
    await this.process.turn(services)
  }

  /** Turns, each when it is due, until nothing is due within a minute. Answers how long that took. */
  async settle(services: Services): Promise<number> {
    const began = this.now
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      await this.turn(services)
      const outcomes = [...this.process.outcomes.values()]
      const isAgain = outcomes.some(({ needsBase, baseMayShrink }) => needsBase === true || baseMayShrink === true)
      const due = isAgain ? 0 : Math.min(...outcomes.map(({ againAfterMs = Number.POSITIVE_INFINITY }) => againAfterMs))
      if (due >= 60_000) return this.now - began
      this.now += due
    }
    throw new Error('it does not come to rest')
  }

  polls(): number {
    return this.cloud.journal.reads.filter((read) => read === `poll document ${STACK}`).length
  }

  get outcome(): Outcome {
    const outcome = this.process.outcomes.get(STACK)
    if (outcome === undefined) throw new Error('no turn yet')
    return outcome
  }
}
