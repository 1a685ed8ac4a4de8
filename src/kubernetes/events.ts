/** Events on Services: what `kubectl describe` shows of their history. Best effort by design: nothing waits for them and nothing fails because of them. */
import { type Clock, wait } from '../model/clock.ts'
import type { Service } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import type { EventReason } from '../model/reason.ts'
import { escaped } from '../model/text.ts'
import { type EventBody, type KubernetesApi, KubernetesError } from './api.ts'
import { EventAllowance } from './event-allowance.ts'
import { microTime } from './micro-time.ts'
import { Backoff } from './wait.ts'

export interface EventRecorderOptions {
  readonly api: KubernetesApi
  readonly clock: Clock
  readonly log: Log
  /** Which process speaks: host name or pod name. */
  readonly instance: string
  /** 0 to 1; part of the names of events. */
  readonly random?: () => number
}

export interface ServiceEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: EventReason
  /** Constant as long as the matter is: what changes each time defeats the folding. */
  readonly message: string
}

/** What an event is about. */
export interface EventSubject {
  readonly apiVersion: string
  readonly kind: string
  /** Without a namespace: the object is of the whole cluster, and its events are in the namespace `default` (the API server takes them nowhere else). */
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly uid: string; readonly resourceVersion?: string }
}

export interface EventRecorder {
  /** A repetition within ten minutes only counts up. */
  record(service: Service, event: ServiceEvent): void
  /** The same about another object. */
  recordOn(subject: EventSubject, event: ServiceEvent): void
  /** Resolves when all that was recorded is sent or dropped, the counts of repetitions included. */
  flush(): Promise<void>
  /** Takes no more events and flushes; gives up after 5 seconds. */
  stop(): Promise<void>
}

export function eventRecorder(options: EventRecorderOptions): EventRecorder {
  return new Recorder(options)
}

const CONTROLLER = 'fairlead.dev/controller'
/** What repeats within this time is one event. */
const SERIES_MS = 600_000
/** The first repetition is sent at once, further ones at the most this often. */
const REFRESH_MS = 300_000
const LONGEST_QUEUE = 1_000
const MOST_SERIES = 4_096
/** The API server's limits (422 beyond). */
const LONGEST_NOTE = 1_024
const LONGEST_FIELD = 128
const ATTEMPTS = 4
const STOP_WITHIN_MS = 5_000

/** One event in the cluster and how often it happened. */
interface Series {
  body: EventBody
  readonly key: string
  count: number
  lastAt: number
  /** What the server knows. */
  sentCount: number
  sentAt: number
  isQueued: boolean
}

class Recorder implements EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #series = new Map<string, Series>()
  readonly #allowance: EventAllowance
  readonly #queue: Series[] = []
  readonly #stopped = new AbortController()
  #isClosed = false
  #isSending = false
  #sending: Promise<void> = Promise.resolve()
  #named = 0

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#allowance = new EventAllowance(options.clock)
  }

  record({ metadata }: Service, event: ServiceEvent): void {
    this.recordOn({ apiVersion: 'v1', kind: 'Service', metadata }, event)
  }

  recordOn(subject: EventSubject, event: ServiceEvent): void {
    const { uid, name } = subject.metadata
    if (this.#isClosed) return
    const note = noteOf(event.message)
    const key = [uid, event.type, event.reason, note].join('\n')
    const now = this.#options.clock.now()
    const known = this.#series.get(key)
    if (known && now - known.lastAt < SERIES_MS) {
      known.count++
      known.lastAt = now
      if (known.sentCount <= 1 || now - known.sentAt >= REFRESH_MS) this.#enqueue(known)
      return
    }
    if (known) this.#end(known)
    if (this.#allowance.take(uid)) this.#begin(key, subject, { ...event, message: note })
    else this.#options.log.debug('an event was dropped: too many for one object', { name, reason: event.reason })
  }

  async flush(): Promise<void> {
    for (const series of this.#series.values()) if (series.count > series.sentCount) this.#enqueue(series)
    await this.#sending
  }

  async stop(): Promise<void> {
    this.#isClosed = true
    const timer = this.#options.clock.setTimeout(() => this.#stopped.abort(), STOP_WITHIN_MS)
    await this.flush()
    timer.cancel()
    this.#stopped.abort()
  }

  #begin(key: string, subject: EventSubject, event: ServiceEvent): void {
    const now = this.#options.clock.now()
    const series = { key, body: this.#bodyOf(subject, event, now), count: 1, lastAt: now, sentCount: 0, sentAt: now, isQueued: false }
    this.#series.set(key, series)
    this.#enqueue(series)
    for (const oldest of this.#series.values()) {
      if (this.#series.size <= MOST_SERIES && now - oldest.lastAt < SERIES_MS) break
      if (oldest !== series) this.#end(oldest)
      else break
    }
  }

  /** A series that is over still reports its last count. */
  #end(series: Series): void {
    this.#series.delete(series.key)
    if (series.count > series.sentCount) this.#enqueue(series)
  }

  /** What never reached the server cannot be counted up there: should it happen again, it is a new event. */
  #forgetUnsent(series: Series): void {
    if (series.sentCount === 0 && this.#series.get(series.key) === series) this.#series.delete(series.key)
  }

  #enqueue(series: Series): void {
    if (series.isQueued) return
    if (this.#queue.length >= LONGEST_QUEUE) {
      this.#options.log.debug('an event was dropped: too many are waiting', { name: series.body.regarding.name, reason: series.body.reason })
      return this.#forgetUnsent(series)
    }
    series.isQueued = true
    this.#queue.push(series)
    if (!this.#isSending) this.#sending = this.#sendAll()
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    for (let series = this.#queue.shift(); series; series = this.#queue.shift()) {
      series.isQueued = false
      if (!this.#stopped.signal.aborted) await this.#deliver(series)
    }
    this.#isSending = false
  }

  /** Tries a few times where trying helps; never throws. */
  async #deliver(series: Series): Promise<void> {
    const { clock, log, random = Math.random } = this.#options
    const { signal } = this.#stopped
    const backoff = new Backoff(500, 10_000, random)
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      try {
        return await this.#send(series, signal)
      } catch (error) {
        const status = error instanceof KubernetesError ? error.status : 0
        const isHopeless = status >= 400 && status < 500 && status !== 429
        // A terminating namespace takes no events: 403.
        if (isHopeless || attempt === ATTEMPTS) {
          log.debug('an event could not be sent', { name: series.body.regarding.name, status, error })
          return this.#forgetUnsent(series)
        }
        await wait(clock, backoff.next(error instanceof KubernetesError ? error.retryAfterMs : 0), signal)
      }
    }
  }

  async #send(series: Series, signal: AbortSignal): Promise<void> {
    const { count, lastAt } = series
    if (series.sentCount === 0) await this.#create(series, signal)
    else await this.#count(series, signal)
    series.sentCount = series.sentCount === 0 ? 1 : count
    series.sentAt = lastAt
    // Repetitions that came while the first was on its way.
    if (series.sentCount === 1 && series.count > 1) this.#enqueue(series)
  }

  async #create({ body }: Series, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.api.createEvent(body.metadata.namespace, body, signal)
    } catch (error) {
      // An answer was lost, and the event was there.
      if (!(error instanceof KubernetesError && error.status === 409)) throw error
    }
  }

  async #count(series: Series, signal: AbortSignal): Promise<void> {
    const { metadata } = series.body
    const patch = { series: { count: series.count, lastObservedTime: this.#timeOf(series.lastAt) } }
    try {
      await this.#options.api.patchEvent(metadata.namespace, metadata.name, patch, signal)
    } catch (error) {
      if (!(error instanceof KubernetesError && error.status === 404)) throw error
      // Events live for an hour: sent again as a new one.
      const name = this.#nameOf(series.body.regarding.name, series.lastAt)
      series.body = { ...series.body, metadata: { ...metadata, name }, eventTime: this.#timeOf(series.lastAt) }
      await this.#create(series, signal)
    }
  }

  #bodyOf({ apiVersion, kind, metadata }: EventSubject, { type, reason, message }: ServiceEvent, now: number): EventBody {
    const { namespace, name, uid, resourceVersion } = metadata
    return {
      metadata: { namespace: namespace ?? 'default', name: this.#nameOf(name, now) },
      eventTime: this.#timeOf(now),
      type,
      reason,
      action: 'Reconcile',
      note: message,
      regarding: {
        apiVersion,
        kind,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        uid,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      reportingController: CONTROLLER,
      reportingInstance: truncated(this.#options.instance, LONGEST_FIELD),
    }
  }

  /** The time of day at a moment of our own clock. */
  #timeOf(at: number): string {
    const { clock } = this.#options
    return microTime(clock.date().getTime() - (clock.now() - at))
  }

  /** Unlike any other, also of another process. */
  #nameOf(service: string, now: number): string {
    const { random = Math.random } = this.#options
    const tail = Math.floor(random() * 0x1_0000_0000).toString(16)
    return `${service}.${now.toString(16)}${(this.#named++ % 0x1_0000).toString(16)}${tail}`
  }
}

/** What is kept of a message and sent, however long it is. Each character has a byte at least, so that reading more of them is useless. */
function noteOf(message: string): string {
  return truncated(escaped(message.slice(0, LONGEST_NOTE + 1)), LONGEST_NOTE)
}

/** At most so many bytes, never half a character. */
function truncated(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text
  const whole = new TextDecoder().decode(Buffer.from(text).subarray(0, bytes - 3), { stream: true })
  return `${whole}...`
}
