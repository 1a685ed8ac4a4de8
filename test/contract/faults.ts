/** A provider whose calls are counted, and may go wrong once: a wrap with the same interface. Each step is one call, so that no cloud needs faults of its own here. */
import type { Owner } from '../../src/model/owner.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { stepName } from '../../src/provider/engine/plan-text.ts'
import type { Provider, Step } from '../../src/provider/provider.ts'
import { Crash } from '../crash.ts'
import type { WorldOperations } from './world.ts'

export type Trouble =
  | 'crash before'
  | 'crash after'
  | 'answer lost'
  | 'throttled'
  | 'refused'
  | 'refused, nobody is named'
  | 'denied'
  | 'unavailable'
  | 'based on an old view'
  | OperationTrouble

/** What may happen to an operation: the write that begins it is accepted. */
export const OPERATION_TROUBLES = [
  'accepted, then failed',
  'accepted, then failed halfway',
  'accepted, then superseded',
  'killed while it runs',
  'written by others before',
] as const
export type OperationTrouble = (typeof OPERATION_TROUBLES)[number]

function isOfOperation(kind: Trouble | undefined): kind is OperationTrouble {
  return OPERATION_TROUBLES.some((trouble) => trouble === kind)
}

export interface Attempt {
  readonly step: string
  readonly serves: readonly Owner[]
  readonly interrupts: string | undefined
  /** Whether it takes something away. */
  readonly closes: boolean
}

export class Journal {
  /** Where the cloud has operations: what happens to them. */
  readonly #operations: WorldOperations | undefined
  /** Every write that was tried, whatever became of it. */
  readonly attempts: Attempt[] = []
  /** What a write waits for before it is sent, as for a token of a rate limit. */
  limiter: () => Promise<void> = async () => {}
  /** Runs after each write that was tried, with what was tried so far. */
  afterEach: () => Promise<void> = async () => {}
  #trouble: { readonly at: number; readonly kind: Trouble; readonly lasts: boolean } | undefined
  /** The first step that went wrong. */
  troubled: Attempt | undefined
  /** All that did. */
  readonly wentWrong: Attempt[] = []
  #isDead = false
  /** The process ends when it looks next. */
  #isDoomed = false

  constructor(operations?: WorldOperations) {
    this.#operations = operations
  }

  /** Lets the write with this number, counted from now, go wrong. */
  troubleAt(at: number, kind: Trouble): void {
    this.#trouble = { at: this.attempts.length + at, kind, lasts: false }
  }

  /** The same, and every further attempt at this step goes wrong too, until `lift`; only the first of a step that takes something away. */
  lastingTroubleAt(at: number, kind: Trouble): void {
    this.#trouble = { at: this.attempts.length + at, kind, lasts: true }
  }

  lift(): void {
    this.#trouble = undefined
  }

  /** Another process begins. */
  revive(): void {
    this.#isDead = false
  }

  /** A call that changes nothing. */
  async read<T>(call: () => Promise<T>): Promise<T> {
    if (this.#isDoomed) throw this.#crash()
    if (this.#isDead) throw new Crash('the process has ended')
    return call()
  }

  async write<T>(step: Step, call: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw new Crash('the process has ended')
    const attempt = { step: stepName(step), serves: step.serves, interrupts: step.interrupts, closes: (step.takesFrom?.length ?? 0) > 0 }
    const kind = this.#troubleFor(attempt)
    this.attempts.push(attempt)
    const answer = await (isOfOperation(kind) ? this.#affect(kind, call) : this.#suffer(kind, call, step))
    await this.afterEach()
    return answer
  }

  #troubleFor(attempt: Attempt): Trouble | undefined {
    const trouble = this.#trouble
    if (trouble === undefined) return undefined
    const isFirst = trouble.at === this.attempts.length
    if (isFirst) this.troubled = attempt
    const isAgain = trouble.lasts && this.troubled?.step === attempt.step && !attempt.closes && this.attempts.length > trouble.at
    if (isFirst || isAgain) this.wentWrong.push(attempt)
    return isFirst || isAgain ? trouble.kind : undefined
  }

  async #suffer<T>(kind: Exclude<Trouble, OperationTrouble> | undefined, call: () => Promise<T>, { serves }: Step): Promise<T> {
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
        // A step that serves no owner names none as the one at fault, which is not to say that no request is.
        throw new CloudError('refused', {
          reason: 'Refused',
          publicMessage: 'not this',
          ...(serves.length === 0 ? {} : { blames: serves.map(({ uid }) => uid) }),
        })
      case 'refused, nobody is named':
        throw new CloudError('refused', { reason: 'Refused', publicMessage: 'not this' })
      case 'denied':
        throw new CloudError('refused', { reason: 'Denied', publicMessage: 'the permission is missing', blames: [] })
      case 'unavailable':
        throw new CloudError('unclear', { reason: 'CloudUnavailable', publicMessage: 'no answer' })
      case 'based on an old view':
        throw new CloudError('stale', { reason: 'CloudUnavailable', publicMessage: 'it was changed meanwhile' })
      default:
        return kind satisfies never
    }
  }

  #affect<T>(kind: OperationTrouble, call: () => Promise<T>): Promise<T> {
    const operations = this.#operations
    if (operations === undefined) throw new Error(`this cloud has no operations: ${kind}`)
    const affect: Readonly<Record<OperationTrouble, () => void>> = {
      'accepted, then failed': () => operations.failNext(),
      'accepted, then failed halfway': () => operations.failNextHalfway(),
      'accepted, then superseded': () => operations.supersedeNext(),
      'written by others before': () => operations.writeByOthers(),
      'killed while it runs': () => (this.#isDoomed = true),
    }
    affect[kind]()
    return call()
  }

  #crash(): Crash {
    this.#isDoomed = false
    this.#isDead = true
    return new Crash('the process ends here')
  }
}

export function watched<Options, View, S extends Step>(provider: Provider<Options, View, S>, journal: Journal): Provider<Options, View, S> {
  return {
    ...provider,
    apply: (step, view, base, signal) => {
      const call = async () => {
        if (step.verb !== 'read') await journal.limiter()
        return provider.apply(step, view, base, signal)
      }
      return step.verb === 'read' ? journal.read(call) : journal.write(step, call)
    },
  }
}
