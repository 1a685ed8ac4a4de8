/** The faults that every emulated cloud can be given. */
import { type Arming, FaultList } from './fault-list.ts'
import type { Asked } from './journal.ts'

/** The call is refused, and nothing was done. The cloud writes it in its own form. */
export type Refused =
  /** As the service refuses those who call too often. */
  | 'throttle'
  /** The service failed before it did anything. */
  | '500'
  | '503'
  | {
      readonly code: string
      readonly status: number
      readonly message?: string
      /** A second code inside the first, where the cloud has such. */
      readonly detail?: string
      /** The header `Retry-After`, where the cloud has it. */
      readonly retryAfterSeconds?: number
    }

export type Trouble =
  | Refused
  /** Carried out, and the connection breaks before the answer. */
  | 'lost'
  /** Never answered, and nothing happened. */
  | 'timeout'
  /** Carried out at once, and answered after this many milliseconds of real time. */
  | { readonly slowMs: number }

export interface Fault extends Arming {
  /** What is left out matches all. */
  readonly match?: Partial<Pick<Asked, 'service' | 'action'>>
  readonly kind: Trouble
}

export class Faults {
  readonly #list = new FaultList<Fault, Asked>(
    ({ match = {} }, { service, action }) => (match.service ?? service) === service && (match.action ?? action) === action,
  )

  /** Adds a fault; returns the function that removes it again. */
  inject(fault: Fault): () => void {
    return this.#list.inject(fault)
  }

  clear(): void {
    this.#list.clear()
  }

  /** The trouble that this call meets, if any; counts it. */
  troubleFor(call: Asked): Trouble | undefined {
    return this.#list.next(call)?.kind
  }
}
