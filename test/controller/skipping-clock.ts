/** Real time, of which a test can skip a part: what is due by then runs at once. */
import { type Clock, systemClock, type Timer } from '../../src/model/clock.ts'

interface Entry {
  readonly at: number
  readonly fn: () => void
  timer: Timer
}

export class SkippingClock implements Clock {
  #skippedMs = 0
  readonly #entries = new Set<Entry>()

  now(): number {
    return systemClock.now() + this.#skippedMs
  }

  date(): Date {
    return new Date(systemClock.date().getTime() + this.#skippedMs)
  }

  setTimeout(fn: () => void, ms: number): Timer {
    const entry: Entry = { at: this.now() + ms, fn, timer: systemClock.setTimeout(() => this.#run(entry), ms) }
    this.#entries.add(entry)
    return { cancel: () => this.#drop(entry) }
  }

  skip(ms: number): void {
    this.#skippedMs += ms
    for (const entry of [...this.#entries].toSorted((a, b) => a.at - b.at)) {
      entry.timer.cancel()
      if (entry.at <= this.now()) this.#run(entry)
      else entry.timer = systemClock.setTimeout(() => this.#run(entry), entry.at - this.now())
    }
  }

  #run(entry: Entry): void {
    if (this.#entries.delete(entry)) entry.fn()
  }

  #drop(entry: Entry): void {
    entry.timer.cancel()
    this.#entries.delete(entry)
  }
}
