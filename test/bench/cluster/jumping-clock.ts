/** The real time, or one that passes many times as quickly, which can be made to jump ahead: what is due in a day happens now. */
import type { Clock, Timer } from '../../../src/model/clock.ts'

interface Pending {
  readonly run: () => void
  readonly at: number
  timer: NodeJS.Timeout
}

export class JumpingClock implements Clock {
  readonly #scale: number
  readonly #start = Date.now()
  readonly #pending = new Set<Pending>()
  #ahead = 0

  /** `scale`: how many times as quickly as the real one. */
  constructor(scale = 1) {
    this.#scale = scale
  }

  now(): number {
    return this.#start + (Date.now() - this.#start) * this.#scale + this.#ahead
  }

  date(): Date {
    return new Date(this.now())
  }

  setTimeout(run: () => void, ms: number): Timer {
    const pending: Pending = { run, at: this.now() + ms, timer: setTimeout(() => this.#fire(pending), ms / this.#scale) }
    this.#pending.add(pending)
    return { cancel: () => this.#drop(pending) }
  }

  jump(ms: number): void {
    this.#ahead += ms
    for (const pending of [...this.#pending].toSorted((a, b) => a.at - b.at)) {
      clearTimeout(pending.timer)
      pending.timer = setTimeout(() => this.#fire(pending), Math.max(0, pending.at - this.now()) / this.#scale)
    }
  }

  #fire(pending: Pending): void {
    if (this.#drop(pending)) pending.run()
  }

  #drop(pending: Pending): boolean {
    clearTimeout(pending.timer)
    return this.#pending.delete(pending)
  }
}
