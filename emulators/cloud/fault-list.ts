/** Which calls fail: the k-th, the k-th and those after it, or some at random. It only decides; the server that asks carries it out. */

export interface Arming {
  /** The first matching call that fails, from 1 on. Default 1. */
  readonly at?: number
  /** How many fail. Default 1; with `probability`, as many as it hits. */
  readonly times?: number
  /** From 0 to 1: each matching call fails with this probability. */
  readonly probability?: number
  /** Of the random numbers. Default 1. */
  readonly seed?: number
}

interface Armed<F> {
  readonly fault: F
  readonly random: () => number
  seen: number
  hits: number
}

/** Faults of any kind over calls of any kind. */
export class FaultList<F extends Arming, C> {
  readonly #armed = new Set<Armed<F>>()
  readonly #matches: (fault: F, call: C) => boolean

  constructor(matches: (fault: F, call: C) => boolean) {
    this.#matches = matches
  }

  /** Adds a fault; returns the function that removes it again. */
  inject(fault: F): () => void {
    const armed: Armed<F> = { fault, random: randomFrom(fault.seed ?? 1), seen: 0, hits: 0 }
    this.#armed.add(armed)
    return () => void this.#armed.delete(armed)
  }

  clear(): void {
    this.#armed.clear()
  }

  /** The fault that this call meets, if any. Each matching fault counts the call; the oldest one that is due is met. */
  next(call: C): F | undefined {
    let met: F | undefined
    for (const armed of this.#armed) {
      if (!this.#matches(armed.fault, call)) continue
      const { at = 1, probability, times = probability === undefined ? 1 : Number.POSITIVE_INFINITY } = armed.fault
      armed.seen += 1
      const isHit = armed.seen >= at && armed.hits < times && (probability === undefined || armed.random() < probability)
      if (!isHit || met !== undefined) continue
      armed.hits += 1
      met = armed.fault
      if (armed.hits >= times) this.#armed.delete(armed)
    }
    return met
  }
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
