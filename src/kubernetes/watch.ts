/**
 * A reflector: lists one resource and follows its changes, without end. Whatever a server or a network does to it (resets, refusals, 410, silence, a
 * server that came back from a backup), it reports the failure and finds its way back to the truth. It keeps no objects.
 */
import { type Clock, type Timer, wait } from '../model/clock.ts'
import { KubernetesError, type KubernetesApi, type Resource, type WatchEvent, type WatchedResources, type Within } from './api.ts'
import { isOlder } from './resource-version.ts'
import type { Sink } from './store.ts'
import { Backoff, type OneAtATime } from './wait.ts'

export interface ReflectorOptions<R extends Resource> {
  readonly api: KubernetesApi
  readonly resource: R
  /** Absent: in all namespaces. */
  readonly within?: Within
  readonly sink: Sink<WatchedResources[R]>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly random: () => number
  readonly onListed: () => void
  /** Shared by reflectors that should not list at the same time: the pages of several lists at once are what costs memory. */
  readonly lists: OneAtATime
  readonly onError: (error: unknown, resource: Resource) => void
}

/** A Node with its images and conditions weighs several times a Service: pages of about one weight keep the peak of memory low. */
export const PAGE: Readonly<Record<Resource, number>> = { services: 500, endpointslices: 500, nodes: 100, namespaces: 500 }

/** Bookmarks come about once a minute. */
const SILENCE_MS = 90_000
/** What ends sooner counts as a failure, also when it ends well: a server that closes at once must not be hammered. */
const LONG_LIFE_MS = 10_000
const LEAST_BACKOFF_MS = 200
const MOST_BACKOFF_MS = 30_000

/** Resolves when `signal` is aborted, and never rejects. */
export async function reflect<R extends Resource>(options: ReflectorOptions<R>): Promise<void> {
  const { clock, signal, random, onError, resource } = options
  const backoff = new Backoff(LEAST_BACKOFF_MS, MOST_BACKOFF_MS, random)
  const reflector = new Reflector(options)
  while (!signal.aborted) {
    const began = clock.now()
    const failure = await reflector.turn().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    if (signal.aborted) return
    if (failure) onError(failure.error, resource)
    if (clock.now() - began >= LONG_LIFE_MS) backoff.reset()
    if (failure || clock.now() - began < LONG_LIFE_MS) await wait(clock, backoff.next(retryAfter(failure?.error)), signal)
  }
}

class Reflector<R extends Resource> {
  readonly #options: ReflectorOptions<R>
  /** The version up to which everything is known; absent: a list is needed. */
  #position: string | undefined
  /** The last watch did not end as agreed, so the server may be another one now. */
  #isSuspicious = false

  constructor(options: ReflectorOptions<R>) {
    this.#options = options
  }

  /** One list where one is needed, and one watch to its end. */
  async turn(): Promise<void> {
    if (this.#position !== undefined && this.#isSuspicious) await this.#checkPosition(this.#position)
    this.#position ??= await this.#options.lists.run(() => this.#list())
    this.#isSuspicious = true
    try {
      await this.#watch(this.#position)
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 410) this.#position = undefined
      throw error
    }
  }

  async #list(): Promise<string> {
    const { api, resource, sink, signal, onListed } = this.#options
    const within = this.#within()
    const seen = new Set<string>()
    let next: string | undefined
    for (;;) {
      const page = await api.list(resource, { limit: PAGE[resource], signal, ...within, ...(next === undefined ? {} : { continue: next }) })
      for (const object of page.items) {
        seen.add(sink.keyOf(object))
        sink.put(object, 'listed')
      }
      next = page.continue
      if (next !== undefined) continue
      sink.keepOnly(seen)
      onListed()
      return page.resourceVersion
    }
  }

  /** Ends when the server ends it. What came before a failure counts: the next watch goes on behind it. */
  async #watch(from: string): Promise<void> {
    const { api, resource, clock, signal, random } = this.#options
    const timeoutSeconds = Math.round(300 + random() * 300)
    const began = clock.now()
    const silence = new Silence(clock)
    try {
      const events = api.watch(resource, { resourceVersion: from, timeoutSeconds, ...this.#within(), signal: AbortSignal.any([signal, silence.signal]) })
      for await (const event of events) {
        silence.broken()
        this.#position = this.#take(event)
      }
    } catch (error) {
      throw silence.signal.aborted ? new KubernetesError(0, 'Silent', `the watch said nothing for ${SILENCE_MS / 1000} s`, { cause: error }) : error
    } finally {
      silence.end()
    }
    // A server that shuts down closes its watches in good order, but early.
    this.#isSuspicious = clock.now() - began < (timeoutSeconds - 30) * 1000
  }

  #within(): { readonly within?: Within } {
    const { within } = this.#options
    return within === undefined ? {} : { within }
  }

  #take(event: WatchEvent<WatchedResources[R]>): string {
    const { sink } = this.#options
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        sink.put(event.object, 'watched')
        return event.object.metadata.resourceVersion
      case 'DELETED':
        sink.remove(event.object)
        return event.object.metadata.resourceVersion
      case 'BOOKMARK':
        return event.resourceVersion
      default:
        return never(event)
    }
  }

  /** A watch from a version of the future answers 200 and stays silent (seen on 1.37): after a backup was restored we would wait without end. */
  async #checkPosition(position: string): Promise<void> {
    const { api, resource, signal } = this.#options
    const { resourceVersion } = await api.list(resource, { limit: 1, ...this.#within(), signal })
    if (isOlder(resourceVersion, position)) this.#position = undefined
  }
}

/** Aborts its signal when nothing was heard for too long. */
class Silence {
  readonly #clock: Clock
  readonly #controller = new AbortController()
  #heardAt: number
  #timer: Timer

  constructor(clock: Clock) {
    this.#clock = clock
    this.#heardAt = clock.now()
    this.#timer = this.#look(SILENCE_MS)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Called for each event, so it must not set a timer for each. */
  broken(): void {
    this.#heardAt = this.#clock.now()
  }

  end(): void {
    this.#timer.cancel()
  }

  #look(afterMs: number): Timer {
    return this.#clock.setTimeout(() => {
      const left = this.#heardAt + SILENCE_MS - this.#clock.now()
      if (left > 0) this.#timer = this.#look(left)
      else this.#controller.abort()
    }, afterMs)
  }
}

function retryAfter(error: unknown): number {
  return error instanceof KubernetesError ? (error.retryAfterMs ?? 0) : 0
}

function never(event: never): never {
  throw new Error(`unknown watch event ${JSON.stringify(event)}`)
}
