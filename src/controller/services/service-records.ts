/** What is remembered about Services between their turns, by uid. State; no calls. */
import type { LoadBalancerStatus } from '../../model/status.ts'
import { Lingering } from './published.ts'
import { StatusFights } from './status-fights.ts'

export class ServiceRecords {
  readonly lingering: Lingering
  readonly fights = new StatusFights()
  readonly #written = new Map<string, LoadBalancerStatus>()
  readonly #repaired = new Set<string>()
  readonly #retryNow = new Set<string>()
  readonly #refusedBefore = new Set<string>()

  /** `lingerMs`: how long an address that was replaced is still served. */
  constructor(lingerMs: number) {
    this.lingering = new Lingering(lingerMs)
  }

  /** A person has changed the Service: its next turn tries again what was refused. */
  noteChanged(uid: string): void {
    this.#retryNow.add(uid)
  }

  /** Whether what was refused is to be tried again. Answers true once for each change. */
  takeRetry(uid: string): boolean {
    return this.#retryNow.delete(uid)
  }

  /** When this process started, the Service's condition said that it was refused. */
  noteRefusedBefore(uid: string): void {
    this.#refusedBefore.add(uid)
  }

  wasRefusedBefore(uid: string): boolean {
    return this.#refusedBefore.has(uid)
  }

  /** Its first turn is over. */
  clearRefusedBefore(uid: string): void {
    this.#refusedBefore.delete(uid)
  }

  /** A drift was repaired, and the Service does not say so yet. */
  noteRepaired(uid: string): void {
    this.#repaired.add(uid)
  }

  isRepaired(uid: string): boolean {
    return this.#repaired.has(uid)
  }

  /** What this process wrote last into `status.loadBalancer`; undefined: nothing. */
  written(uid: string): LoadBalancerStatus | undefined {
    return this.#written.get(uid)
  }

  /** The Service was updated. `status`: what was written into `status.loadBalancer`; undefined: it was left as it is. */
  noteUpdated(uid: string, status: LoadBalancerStatus | 'clear' | undefined): void {
    this.#repaired.delete(uid)
    if (status === 'clear') this.#written.delete(uid)
    else if (status !== undefined) this.#written.set(uid, status)
  }

  /** Our finalizer was removed. */
  noteReleased(uid: string): void {
    this.#repaired.delete(uid)
    this.#written.delete(uid)
    this.fights.forget(uid)
    this.lingering.forget(uid)
  }

  /** The cluster does not show the Service any more. Its old addresses still linger. */
  noteDeleted(uid: string): void {
    this.#retryNow.delete(uid)
    this.#repaired.delete(uid)
    this.#written.delete(uid)
    this.fights.forget(uid)
  }
}
