/**
 * What there is to work on. Calls to a cloud are made by items of one queue alone, writes to Services by items of the other alone, so that a slow one never
 * holds up the other.
 */
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { Priority } from '../provider/kit/budget.ts'
import type { StackId } from '../provider/provider.ts'
import { Queue, type ReconcileResult } from './queue.ts'

export type CloudWork =
  /** One Stack, for all its Services. */
  | { readonly kind: 'stack'; readonly stack: StackId }
  /** The Stack that the others depend on. */
  | { readonly kind: 'base' }
  /** The base may have changed outside: it is read again, for Services that were refused because of it. */
  | { readonly kind: 'base reread' }
  /** Everything that the cloud holds for this cluster is listed. */
  | { readonly kind: 'inventory' }
  /** Some Stacks are read in full, where an inventory does not show everything. */
  | { readonly kind: 'inspection' }
  /** What the operator's policy allows in a namespace may be something else now. */
  | { readonly kind: 'namespace'; readonly namespace: string }

export interface ServiceName {
  readonly namespace: string
  readonly name: string
}

export interface WorkOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly provider: string
  /** How many items of cloud work are worked on side by side. */
  readonly concurrency: number
  readonly workOnCloud: (item: CloudWork, priority: Priority) => Promise<ReconcileResult>
  readonly workOnService: (name: ServiceName) => Promise<ReconcileResult>
}

/** Nodes come and go in waves; this much of a wave is taken at once. */
export const GATHER_NODES_MS = 500

const SERVICES_AT_A_TIME = 16

export class WorkQueues {
  readonly #cloud: Queue<CloudWork>
  readonly #services: Queue<ServiceName>

  constructor({ clock, random, log, provider, concurrency, workOnCloud, workOnService }: WorkOptions) {
    const onError = (key: string, error: unknown): void => log.error('a turn failed', { provider, key, error })
    this.#cloud = new Queue({ clock, random, concurrency, onError, keyOf, work: workOnCloud })
    this.#services = new Queue({ clock, random, concurrency: SERVICES_AT_A_TIME, onError, keyOf: serviceKey, work: workOnService })
  }

  add(item: CloudWork, priority: Priority, delayMs = 0): void {
    this.#cloud.add(item, priority, delayMs)
  }

  addStacks(stacks: Iterable<StackId>, priority: Priority, delayMs = 0): void {
    for (const stack of stacks) this.#cloud.add({ kind: 'stack', stack }, priority, delayMs)
  }

  addService({ namespace, name }: ServiceName, priority: Priority): void {
    this.#services.add({ namespace, name }, priority)
  }

  /** Items of cloud work that wait for their turn. */
  get cloudWaiting(): number {
    return this.#cloud.waiting
  }

  /** In how many milliseconds a Stack has its next turn; undefined: none is due. */
  nextTurnMs(stack: StackId): number | undefined {
    return this.#cloud.nextMs({ kind: 'stack', stack })
  }

  /** Resolves when nothing is due now. */
  async idle(): Promise<void> {
    while (this.#cloud.depth + this.#services.depth > 0) {
      await this.#cloud.idle()
      await this.#services.idle()
    }
  }

  /** Starts nothing any more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    await Promise.all([this.#cloud.stop(), this.#services.stop()])
  }
}

export function serviceKey({ namespace, name }: ServiceName): string {
  return `${namespace}/${name}`
}

function keyOf(item: CloudWork): string {
  switch (item.kind) {
    case 'stack':
      return `stack ${item.stack}`
    case 'namespace':
      return `namespace ${item.namespace}`
    case 'base':
    case 'base reread':
    case 'inventory':
    case 'inspection':
      return item.kind
    default:
      return item satisfies never
  }
}
