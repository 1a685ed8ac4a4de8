/**
 * What changes, to the pages that are open, as server-sent events: rows that are new, the overview, and the newest activity. Changes are gathered, and sent four
 * times a second at the most; a page that does not read gets nothing until it does, and then what is so by then.
 */
import type { Change } from '../kubernetes/cluster.ts'
import type { Timer } from '../model/clock.ts'
import { overviewOf } from './overview.ts'
import type { Rows } from './rows.ts'
import type { Source } from './source.ts'

/** The few methods of a response that a stream needs. */
export interface Sink {
  /** Answers whether more may be written before `drain`. */
  write(text: string): boolean
  once(event: 'drain' | 'close', listener: () => void): unknown
  destroy(): unknown
}

export interface Stream {
  /** Takes a page; false: there are too many. */
  add(sink: Sink): boolean
  readonly size: number
  close(): void
}

export const MOST_PAGES = 20
const GATHER_MS = 250
const OVERVIEW_MS = 1_000
/** Intermediaries and browsers give up a silent connection. */
const PING_MS = 15_000
/** A page that reads nothing for so long is given up; a browser connects again. */
const STUCK_MS = 60_000
const MOST_ROWS = 200
/** More changes than these are no longer gathered one by one: the page reads the whole list. */
const MOST_CHANGED = 4_000
const MOST_ACTIVITY = 50

interface Page {
  readonly sink: Sink
  readonly changed: Set<string>
  isListOld: boolean
  /** Since when it does not read; undefined: it does. */
  stuckSince: number | undefined
  overview: string
  activity: number
}

export function openStream(source: Source, rows: Rows): Stream {
  return new Streaming(source, rows)
}

class Streaming implements Stream {
  readonly #source: Source
  readonly #rows: Rows
  readonly #pages = new Set<Page>()
  #unsubscribe: (() => void) | undefined
  #flush: Timer | undefined
  #tick: Timer | undefined
  #pingedAt = 0

  constructor(source: Source, rows: Rows) {
    this.#source = source
    this.#rows = rows
  }

  get size(): number {
    return this.#pages.size
  }

  add(sink: Sink): boolean {
    if (this.#pages.size >= MOST_PAGES) return false
    const { activity } = this.#source
    const page: Page = { sink, changed: new Set(), isListOld: false, stuckSince: undefined, overview: '', activity: activity.last }
    this.#pages.add(page)
    sink.once('close', () => this.#remove(page))
    this.#unsubscribe ??= this.#source.store.subscribe((change) => this.#note(change))
    this.#send(page, 'hello', JSON.stringify({ instance: this.#source.instance }))
    this.#sendOverview(page)
    this.#tick ??= this.#source.clock.setTimeout(() => this.#onTick(), OVERVIEW_MS)
    return true
  }

  close(): void {
    for (const { sink } of this.#pages) sink.destroy()
    this.#pages.clear()
    this.#rest()
  }

  #remove(page: Page): void {
    this.#pages.delete(page)
    if (this.#pages.size === 0) this.#rest()
  }

  /** Without pages the controller does nothing for them. */
  #rest(): void {
    this.#unsubscribe?.()
    this.#flush?.cancel()
    this.#tick?.cancel()
    this.#unsubscribe = undefined
    this.#flush = undefined
    this.#tick = undefined
  }

  #note(change: Change): void {
    const name = change.resource === 'services' ? change.name : change.resource === 'endpointslices' ? change.serviceName : undefined
    if (name === undefined || !('namespace' in change)) return
    const key = `${change.namespace}/${name}`
    for (const page of this.#pages) {
      if (page.changed.size < MOST_CHANGED) page.changed.add(key)
      else page.isListOld = true
    }
    this.#flush ??= this.#source.clock.setTimeout(() => this.#onFlush(), GATHER_MS)
  }

  #onFlush(): void {
    this.#flush = undefined
    // Of several pages that show the same change, each row is made once.
    const made = new Map<string, string>()
    let isMore = false
    for (const page of this.#pages) {
      if (page.stuckSince === undefined) this.#sendRows(page, made)
      isMore ||= page.changed.size > 0
    }
    if (isMore && this.#pages.size > 0) this.#flush = this.#source.clock.setTimeout(() => this.#onFlush(), GATHER_MS)
  }

  #sendRows(page: Page, made: Map<string, string>): void {
    if (page.isListOld) {
      page.isListOld = false
      page.changed.clear()
      this.#send(page, 'reload', '{}')
      return
    }
    const texts: string[] = []
    for (const key of page.changed) {
      if (texts.length === MOST_ROWS) break
      page.changed.delete(key)
      const text = made.get(key) ?? JSON.stringify(this.#rows.change(key))
      made.set(key, text)
      texts.push(text)
    }
    if (texts.length > 0) this.#send(page, 'rows', `[${texts.join(',')}]`)
  }

  #onTick(): void {
    const { clock } = this.#source
    const now = clock.now()
    const isPing = now - this.#pingedAt >= PING_MS
    if (isPing) this.#pingedAt = now
    for (const page of this.#pages) {
      if (page.stuckSince !== undefined) {
        if (now - page.stuckSince > STUCK_MS) page.sink.destroy()
        continue
      }
      this.#sendOverview(page)
      this.#sendActivity(page)
      if (isPing && page.stuckSince === undefined) this.#write(page, ': ping\n\n')
    }
    this.#tick = clock.setTimeout(() => this.#onTick(), OVERVIEW_MS)
  }

  #sendOverview(page: Page): void {
    const text = JSON.stringify(overviewOf(this.#source))
    if (text !== page.overview) this.#send(page, 'overview', text)
    page.overview = text
  }

  #sendActivity(page: Page): void {
    const { activity } = this.#source
    if (activity.last === page.activity) return
    const entries = activity.list({ after: page.activity, most: MOST_ACTIVITY })
    page.activity = activity.last
    this.#send(page, 'activity', JSON.stringify(entries))
  }

  #send(page: Page, event: string, data: string): void {
    this.#write(page, `event: ${event}\ndata: ${data}\n\n`)
  }

  #write(page: Page, text: string): void {
    if (page.sink.write(text) || page.stuckSince !== undefined) return
    page.stuckSince = this.#source.clock.now()
    page.sink.once('drain', () => {
      page.stuckSince = undefined
      if (page.changed.size > 0) this.#flush ??= this.#source.clock.setTimeout(() => this.#onFlush(), GATHER_MS)
    })
  }
}
