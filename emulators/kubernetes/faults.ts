/** Trouble on demand: which requests fail, and how. It only says so; the server does it. */
import { type Arming, FaultList } from '../cloud/fault-list.ts'
import type { JournalEntry } from './journal.ts'

export type Trouble =
  /** Refused before anything happened, with a Status. */
  | {
      readonly kind: 'status'
      readonly code: 400 | 401 | 403 | 404 | 409 | 410 | 429 | 500 | 503 | 504
      readonly retryAfterSeconds?: number
      readonly message?: string
    }
  /** The connection breaks before anything happened. */
  | { readonly kind: 'drop' }
  /** The request is carried out and the connection breaks in the middle of the answer; with `bytes: 0` before it. */
  | { readonly kind: 'lose-answer'; readonly bytes?: number }
  /** The answer waits until the client gives up. Nothing happened. */
  | { readonly kind: 'hang' }
  /** A get or a list is answered from how things were at this version (or that many versions ago). */
  | { readonly kind: 'stale'; readonly revision?: number; readonly behind?: number }

/** Which requests. What is left out matches all. */
export interface Target {
  readonly verb?: string
  /** `services`, `services/status`. */
  readonly resource?: string
  readonly namespace?: string
  readonly name?: string
  /** The user agent contains it. */
  readonly userAgent?: string
}

export interface Fault extends Target {
  readonly trouble: Trouble
  /** The first matching request that fails, from 1 on. Default 1. */
  readonly from?: number
  /** How many fail. Default 1; Infinity: all from then on. */
  readonly times?: number
}

type Asked = Omit<JournalEntry, 'status'>

type Shared = Arming & { readonly fault: Fault }

export class Faults {
  readonly #list = new FaultList<Shared, Asked>(({ fault }, request) => isAimedAt(fault, request))

  /** Adds a fault; returns the function that removes it again. */
  add(fault: Fault): () => void {
    const { from = 1, times = 1 } = fault
    return this.#list.inject({ fault, at: from, times })
  }

  clear(): void {
    this.#list.clear()
  }

  /** The trouble that this request meets, if any; counts it. */
  troubleFor(request: Asked): Trouble | undefined {
    return this.#list.next(request)?.fault.trouble
  }
}

export function isAimedAt(target: Target, request: Asked): boolean {
  const { verb = request.verb, resource = request.resource, namespace = request.namespace, name = request.name, userAgent = '' } = target
  const isSame = verb === request.verb && resource === request.resource && namespace === request.namespace && name === request.name
  return isSame && request.userAgent.includes(userAgent)
}
