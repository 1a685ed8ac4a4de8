/** Leader election by a Lease, after client-go's algorithm: clocks of other processes are never compared with ours. */
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { KubernetesApi } from './api.ts'

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
  /** Resolves when the Lease is ours. Rejects with a ClusterMismatch; pending for ever when released before. */
  readonly elected: Promise<void>
  /** Resolves when the Lease, once ours, was seen in other hands: nothing may be written any more. Rejects with a ClusterMismatch. Pending when released. */
  readonly lost: Promise<void>
  /** The Lease is ours as far as we know. */
  isLeader(): boolean
  /** Asked before each write to a cloud: false also while the renewal is overdue. It may become true again, when nobody took the Lease meanwhile. */
  mayWrite(): boolean
  /** After the last call to a cloud has ended: stops renewing and gives the Lease up, so that the next process takes over at once. */
  release(): Promise<void>
}

export class ClusterMismatch extends Error {
  override readonly name = 'ClusterMismatch'
}

export function campaign(_options: LeadershipOptions): Leadership {
  throw new Error('not built yet')
}

/** For a process that is alone by design: leader at once and for ever. */
export const alone: Leadership = Object.freeze({
  elected: Promise.resolve(),
  lost: new Promise<never>(() => {}),
  isLeader: () => true,
  mayWrite: () => true,
  release: () => Promise.resolve(),
})
