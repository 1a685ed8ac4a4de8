/** Trouble on demand: which calls fail, and how. It only says so; the front door does it. */
import type { Service } from './journal.ts'

export type Trouble =
  /** Refused as the service refuses who calls too often. */
  | 'throttle'
  /** The service failed before it did anything. */
  | '500'
  | '503'
  /** Carried out, and the connection breaks before the answer. */
  | 'lost'
  /** Never answered, and nothing happened. */
  | 'timeout'
  | { readonly code: string; readonly status: number; readonly message?: string }

export interface Fault {
  /** What is left out matches all. */
  readonly match?: { readonly service?: Service; readonly action?: string }
  readonly kind: Trouble
  /** The first matching call that fails, from 1 on. Default 1. */
  readonly at?: number
  /** How many fail. Default 1; with `probability`, as many as it hits. */
  readonly times?: number
  /** From 0 to 1: each matching call fails with this chance. */
  readonly probability?: number
  /** Of the chance. Default 1. */
  readonly seed?: number
}

interface Armed {
  readonly fault: Fault
  readonly chance: () => number
  seen: number
  struck: number
}

export class Faults {
  readonly #armed = new Set<Armed>()

  /** Answers how to take it away again. */
  inject(fault: Fault): () => void {
    const armed: Armed = { fault, chance: chanceFrom(fault.seed ?? 1), seen: 0, struck: 0 }
    this.#armed.add(armed)
    return () => void this.#armed.delete(armed)
  }

  clear(): void {
    this.#armed.clear()
  }

  /** What befalls this call; counts it. */
  befalls(call: { readonly service: Service; readonly action: string }): Trouble | undefined {
    let trouble: Trouble | undefined
    for (const armed of this.#armed) {
      const { match = {}, at = 1, probability, kind, times = probability === undefined ? 1 : Number.POSITIVE_INFINITY } = armed.fault
      if ((match.service ?? call.service) !== call.service || (match.action ?? call.action) !== call.action) continue
      armed.seen += 1
      const isHit = armed.seen >= at && armed.struck < times && (probability === undefined || armed.chance() < probability)
      if (!isHit || trouble !== undefined) continue
      armed.struck += 1
      trouble = kind
      if (armed.struck >= times) this.#armed.delete(armed)
    }
    return trouble
  }
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function chanceFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
