/** A provider whose calls are counted, and may go wrong once: a wrap with the same interface. Each step is one call, so that no cloud needs faults of its own here. */
import type { Owner } from '../../src/model/owner.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { stepName } from '../../src/provider/plan-text.ts'
import type { Provider, Step } from '../../src/provider/provider.ts'

/** The process ends: nothing after it runs. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

export type Trouble = 'crash before' | 'crash after' | 'answer lost' | 'throttled' | 'refused' | 'refused, nobody is named'

export interface Attempt {
  readonly step: string
  readonly serves: readonly Owner[]
  readonly interrupts: string | undefined
}

export class Journal {
  /** Every write that was tried, whatever became of it. */
  readonly attempts: Attempt[] = []
  /** Runs after each write that was tried, with what was tried so far. */
  afterEach: () => Promise<void> = async () => {}
  #trouble: { readonly at: number; readonly kind: Trouble } | undefined
  #isDead = false

  /** Lets the write with this number, counted from now, go wrong. */
  troubleAt(at: number, kind: Trouble): void {
    this.#trouble = { at: this.attempts.length + at, kind }
  }

  /** Another process begins. */
  revive(): void {
    this.#isDead = false
  }

  async write<T>(step: Step, call: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw new Crash('the process has ended')
    const kind = this.#trouble?.at === this.attempts.length ? this.#trouble.kind : undefined
    this.attempts.push({ step: stepName(step), serves: step.serves, interrupts: step.interrupts })
    const answer = await this.#suffer(kind, call, step)
    await this.afterEach()
    return answer
  }

  async #suffer<T>(kind: Trouble | undefined, call: () => Promise<T>, { serves }: Step): Promise<T> {
    switch (kind) {
      case undefined:
        return call()
      case 'crash before':
        throw this.#crash()
      case 'crash after':
        await call()
        throw this.#crash()
      case 'answer lost':
        await call()
        throw new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'no answer' })
      case 'throttled':
        throw new CloudError('later', { reason: 'Throttled', publicMessage: 'slow down', afterMs: 1_000 })
      case 'refused':
        throw new CloudError('refused', { reason: 'Refused', publicMessage: 'not this', blames: serves.map(({ uid }) => uid) })
      case 'refused, nobody is named':
        throw new CloudError('refused', { reason: 'Refused', publicMessage: 'not this' })
      default:
        return kind satisfies never
    }
  }

  #crash(): Crash {
    this.#isDead = true
    return new Crash('the process ends here')
  }
}

export function watched<Options, View, S extends Step>(provider: Provider<Options, View, S>, journal: Journal): Provider<Options, View, S> {
  return {
    ...provider,
    apply: (step, view, base, signal) => {
      const call = () => provider.apply(step, view, base, signal)
      return step.verb === 'read' ? call() : journal.write(step, call)
    },
  }
}
