/** Leader election by a Lease, after client-go's algorithm: clocks of other processes are never compared with ours. */
import { type Clock, type Timer, wait } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import { type KubernetesApi, KubernetesError, type Lease } from './api.ts'
import { microTime } from './micro-time.ts'

export interface LeadershipOptions {
  readonly api: KubernetesApi
  readonly clock: Clock
  readonly log: Log
  readonly namespace: string
  readonly name: string
  /** Unique among all processes: host name and something random. */
  readonly identity: string
  /** Kept with the Lease: a Lease that carries another one belongs to another cluster's installation. */
  readonly clusterId: string
  /** Default 15 s, 10 s and 2 s; each longer than the next, with room for jitter. */
  readonly durationMs?: number
  readonly renewDeadlineMs?: number
  readonly retryMs?: number
  readonly random?: () => number
}

export interface Leadership {
  /** Resolves when the Lease is ours. Rejects with a ClusterMismatch; never settles when released before. */
  readonly elected: Promise<void>
  /** Resolves when the Lease, once ours, was seen in other hands: nothing may be written any more. Rejects with a ClusterMismatch. Pending when released. */
  readonly lost: Promise<void>
  /** The Lease is ours as far as we know. */
  isLeader(): boolean
  /** Asked before each write to a cloud: false also while the renewal is overdue. It may become true again, when no other process took the Lease meanwhile. */
  mayWrite(): boolean
  /** Aborted when the renewal is overdue, so that calls which wait are not sent; another one after the next renewal. */
  term(): AbortSignal
  /** When the holder of the Lease before us last renewed it, in milliseconds since the epoch by its own clock; undefined: there was none, or it is not known. */
  leftAt(): number | undefined
  /** Who holds the Lease, as last seen; undefined: not seen yet, no process holds it, or there is no election. */
  holder(): string | undefined
  /** After the last call to a cloud has ended: stops renewing and gives the Lease up, so that the next process takes over at once. */
  release(): Promise<void>
}

/** The Lease was made for another cluster: a wrong kubeconfig, or a cluster id that was changed. Going on would make every owner look gone. */
export class ClusterMismatch extends Error {
  override readonly name = 'ClusterMismatch'
}

/** For a process that is alone by design: leader at once and always. */
export const alone: Leadership = Object.freeze({
  elected: Promise.resolve(),
  lost: new Promise<never>(() => {}),
  isLeader: () => true,
  mayWrite: () => true,
  term: () => new AbortController().signal,
  leftAt: () => undefined,
  holder: () => undefined,
  release: () => Promise.resolve(),
})

/** Tries for the Lease, and renews it once it is ours, until it is lost or released. Throws a RangeError for times that cannot work. */
export function campaign(options: LeadershipOptions): Leadership {
  return new Campaign(options)
}

const CLUSTER_ID = 'fairlead.dev/cluster-id'
const RELEASE_WITHIN_MS = 5_000

type Turn = 'held' | 'not held' | 'taken'

class Campaign implements Leadership {
  readonly elected: Promise<void>
  readonly lost: Promise<void>
  readonly #options: LeadershipOptions & { readonly durationMs: number; readonly renewDeadlineMs: number; readonly retryMs: number }
  readonly #released = new AbortController()
  readonly #running: Promise<void>
  readonly #elected = Promise.withResolvers<void>()
  readonly #lost = Promise.withResolvers<void>()
  #isLeader = false
  /** When the last successful renewal was sent. */
  #renewedAt: Moment | undefined
  /** The Lease as last seen, and when by our clock it was last seen to change. */
  #seen: { readonly lease: Lease; readonly at: number } | undefined
  #leftAt: number | undefined
  #term = new AbortController()
  #overdue: Timer | undefined
  /** The process that holds the Lease, once it is in the log. */
  #loggedHolder: string | undefined

  constructor(options: LeadershipOptions) {
    const { durationMs = 15_000, renewDeadlineMs = 10_000, retryMs = 2_000 } = options
    if (!(durationMs > renewDeadlineMs && renewDeadlineMs > 1.2 * retryMs && retryMs > 0)) {
      throw new RangeError('a lease must last longer than its renew deadline, and that longer than 1.2 times the retry period')
    }
    this.#options = { ...options, durationMs, renewDeadlineMs, retryMs }
    this.elected = this.#elected.promise
    this.lost = this.#lost.promise
    // A caller that awaits one of the two sees a mismatch; the other must not end the process as unhandled.
    this.elected.catch(() => {})
    this.lost.catch(() => {})
    this.#running = this.#run()
  }

  isLeader(): boolean {
    return this.#isLeader
  }

  mayWrite(): boolean {
    return this.#isLeader && this.#renewedAt !== undefined && elapsed(this.#renewedAt, this.#options.clock) < this.#options.renewDeadlineMs
  }

  term(): AbortSignal {
    return this.#term.signal
  }

  leftAt(): number | undefined {
    return this.#leftAt
  }

  holder(): string | undefined {
    const identity = this.#seen?.lease.spec.holderIdentity
    return identity === '' ? undefined : identity
  }

  async release(): Promise<void> {
    this.#released.abort()
    await this.#running
    const { clock, log } = this.#options
    const held = this.#seen?.lease
    if (!this.#isLeader || !held) return
    this.#isLeader = false
    this.#endTerm()
    const spec = { ...held.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(clock.date().getTime()) }
    try {
      await this.#within(RELEASE_WITHIN_MS, (signal) => this.#options.api.updateLease({ ...held, spec }, signal))
    } catch (error) {
      log.warn('the lease could not be released: the next leader waits until it runs out', { error })
    }
  }

  async #run(): Promise<void> {
    const { clock, log, retryMs, random = Math.random } = this.#options
    const { signal } = this.#released
    while (!signal.aborted) {
      try {
        if ((await this.#turn()) === 'taken') return this.#giveUp()
      } catch (error) {
        if (error instanceof ClusterMismatch) return this.#refuse(error)
        if (!signal.aborted) log.warn('the lease could not be read or renewed', { error, isLeader: this.#isLeader })
      }
      await wait(clock, retryMs * (1 + random() * 0.2), signal)
    }
  }

  async #turn(): Promise<Turn> {
    const { clock, log, identity, renewDeadlineMs } = this.#options
    const sentAt = momentOf(clock)
    const turn = await this.#within(renewDeadlineMs / 2, (signal) => this.#tryForLease(signal))
    if (turn === 'not held') this.#logHolder()
    if (turn !== 'held') return turn
    this.#renewedAt = sentAt
    this.#beginTerm(renewDeadlineMs - elapsed(sentAt, clock))
    if (!this.#isLeader) {
      this.#isLeader = true
      log.info('became leader', { identity })
      this.#elected.resolve()
    }
    return turn
  }

  /** Once for each holder: one that renews the Lease needs no line each time, and one that was killed leaves a Lease that runs out. */
  #logHolder(): void {
    const { clock, log, namespace, name } = this.#options
    const { lease, at } = this.#seen ?? {}
    const holder = lease?.spec.holderIdentity
    if (lease === undefined || at === undefined || holder === undefined || holder === '' || holder === this.#loggedHolder) return
    this.#loggedHolder = holder
    const leftMs = at + (lease.spec.leaseDurationSeconds ?? 0) * 1000 - clock.now()
    const until = new Date(clock.now() + leftMs).toISOString()
    log.info('another process holds the Lease; this one waits until the Lease is released or runs out', { lease: `${namespace}/${name}`, holder, until })
  }

  async #tryForLease(signal: AbortSignal): Promise<Turn> {
    const { api, namespace, name } = this.#options
    // A leader knows the Lease it wrote: one request is enough, as long as no other process wrote to it.
    const found = this.#isLeader && this.#seen ? this.#seen.lease : await api.getLease(namespace, name, signal)
    if (found === undefined) return this.#write(signal, undefined)
    this.#observe(found)
    const turn = this.#judge(found)
    if (!this.#isLeader) this.#leftAt = timeOf(found.spec.renewTime)
    return turn === 'held' ? this.#write(signal, found) : turn
  }

  /** Whether the Lease is for us to take or to keep. */
  #judge({ metadata, spec }: Lease): Turn {
    const { clock, identity, clusterId, name } = this.#options
    const marked = metadata.annotations?.[CLUSTER_ID]
    if (marked !== undefined && marked !== clusterId) {
      throw new ClusterMismatch(`the lease ${name} belongs to the cluster ${marked}, and this one is ${clusterId}: check the kubeconfig and the cluster id`)
    }
    const holder = spec.holderIdentity ?? ''
    if (holder === identity) return 'held'
    // Another process held it in between, also when it is free again: what we knew of the clouds may no longer be so.
    if (this.#isLeader) return 'taken'
    const runsOutAt = (this.#seen?.at ?? clock.now()) + (spec.leaseDurationSeconds ?? 0) * 1000
    return holder !== '' && clock.now() < runsOutAt ? 'not held' : 'held'
  }

  async #write(signal: AbortSignal, found: Lease | undefined): Promise<Turn> {
    const { api } = this.#options
    const lease = this.#ours(found)
    try {
      this.#seen = { lease: await (found === undefined ? api.createLease(lease, signal) : api.updateLease(lease, signal)), at: this.#options.clock.now() }
      return 'held'
    } catch (error) {
      const isLate = error instanceof KubernetesError && (error.status === 409 || error.status === 404)
      if (!isLate) throw error
      return this.#isLeader ? this.#lookAgain(signal) : 'not held'
    }
  }

  /** Another process wrote to our Lease, or deleted it; or it was our own write whose answer was lost. */
  async #lookAgain(signal: AbortSignal): Promise<Turn> {
    const { api, namespace, name } = this.#options
    const found = await api.getLease(namespace, name, signal)
    if (found === undefined) {
      this.#seen = undefined
      throw new KubernetesError(404, 'NotFound', 'the lease was deleted')
    }
    this.#observe(found)
    if (this.#judge(found) !== 'held') return 'taken'
    this.#observe(await api.updateLease(this.#ours(found), signal))
    return 'held'
  }

  #ours(found: Lease | undefined): Lease {
    const { clock, namespace, name, identity, clusterId, durationMs } = this.#options
    const now = microTime(clock.date().getTime())
    const isRenewal = found?.spec.holderIdentity === identity
    const transitions = found?.spec.leaseTransitions ?? 0
    return {
      metadata: { ...found?.metadata, namespace, name, annotations: { ...found?.metadata.annotations, [CLUSTER_ID]: clusterId } },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(durationMs / 1000),
        acquireTime: isRenewal ? (found.spec.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions: isRenewal || found === undefined ? transitions : transitions + 1,
      },
    }
  }

  #observe(lease: Lease): void {
    if (this.#seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return
    this.#seen = { lease, at: this.#options.clock.now() }
  }

  #beginTerm(ms: number): void {
    if (this.#term.signal.aborted) this.#term = new AbortController()
    this.#overdue?.cancel()
    this.#overdue = this.#options.clock.setTimeout(() => this.#endTerm(), ms)
  }

  #endTerm(): void {
    this.#overdue?.cancel()
    this.#overdue = undefined
    this.#term.abort(new Error('the lease has run out'))
  }

  #giveUp(): void {
    this.#isLeader = false
    this.#endTerm()
    this.#options.log.warn('stopped leading: the lease is in other hands')
    this.#lost.resolve()
  }

  #refuse(error: ClusterMismatch): void {
    this.#isLeader = false
    this.#elected.reject(error)
    this.#lost.reject(error)
  }

  /** A request that hangs must not cost the whole deadline. */
  async #within<T>(ms: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController()
    const timer = this.#options.clock.setTimeout(() => late.abort(), ms)
    try {
      return await call(late.signal)
    } finally {
      timer.cancel()
    }
  }
}

/** A moment by both clocks. */
interface Moment {
  readonly now: number
  readonly date: number
}

function momentOf(clock: Clock): Moment {
  return { now: clock.now(), date: clock.date().getTime() }
}

/**
 * Milliseconds since, by the clock that says more. One of the two stands still or goes back where the other does not: the time of day when it is set back, the
 * monotonic one while the machine sleeps. Too long ago costs a renewal; too short would write with a Lease that another process has.
 */
function elapsed({ now, date }: Moment, clock: Clock): number {
  return Math.max(clock.now() - now, clock.date().getTime() - date)
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}
