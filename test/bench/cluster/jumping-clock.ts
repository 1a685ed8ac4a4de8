/** The real time, which can be made to jump ahead: what is due in a day happens now. */
import type { Clock, Timer } from '../../../src/model/clock.ts'

interface Pending {
  readonly run: () => void
  readonly at: number
  timer: NodeJS.Timeout
}

export class JumpingClock implements Clock {
  readonly #pending = new Set<Pending>()
  #ahead = 0

  now(): number {
    return Date.now() + this.#ahead
  }

  date(): Date {
    return new Date(this.now())
  }

  setTimeout(run: () => void, ms: number): Timer {
    const pending: Pending = { run, at: this.now() + ms, timer: setTimeout(() => this.#fire(pending), ms) }
    this.#pending.add(pending)
    return { cancel: () => this.#drop(pending) }
  }

  jump(ms: number): void {
    this.#ahead += ms
    for (const pending of [...this.#pending].toSorted((a, b) => a.at - b.at)) {
      clearTimeout(pending.timer)
      pending.timer = setTimeout(() => this.#fire(pending), Math.max(0, pending.at - this.now()))
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
