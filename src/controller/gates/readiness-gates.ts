/**
 * Pods that wait for their load balancers (readiness gates). No pod is watched: those whose endpoint is not ready are asked for by name, and again until
 * it is; while such pods are registered and wait, the health of their Stack's targets is asked for all of them together.
 */
import { areOpen, gatesOf, isWarming, type UnreadyPod } from '../../desired/readiness-gates.ts'
import { KubernetesError } from '../../kubernetes/api.ts'
import type { ClusterStore } from '../../kubernetes/cluster.ts'
import { gatesPatch } from '../../kubernetes/pod-condition.ts'
import { wait } from '../../model/clock.ts'
import type { Pod } from '../../model/cluster.ts'
import type { Log } from '../../model/log.ts'
import { type Owner, ownerName } from '../../model/owner.ts'
import { CloudError } from '../../provider/cloud-error.ts'
import type { StackId } from '../../provider/provider.ts'
import { judge } from './gate-verdict.ts'
import { NotPermitted, withPermit } from '../../provider/kit/permit.ts'
import { PodAccess, type PodAccessOptions } from './pod-access.ts'
import { Queue, type ReconcileResult } from '../queue.ts'
import { type Claim, type Place, type Side, type StackTurnEnd, standingOf, type Waiter, WaitingPods } from './waiting-pods.ts'

export interface WarmingOptions extends PodAccessOptions {
  readonly store: Pick<ClusterStore, 'snapshot' | 'learnPod' | 'forgetPod'>
  readonly random: () => number
  readonly log: Log
  readonly mayWrite: () => boolean
  readonly isDryRun: boolean
  /** How often the health of a Stack's targets is asked while pods wait, and a pod that waits is read. */
  readonly everyMs: number
}

const AT_A_TIME = 8
/** How long the first turns wait at a start for what the pods say, and for how long that is kept for them. */
const PREPARE_MS = 10_000
const KEEP_MS = 600_000
const DONE: ReconcileResult = { kind: 'done' }

type GateWork =
  /** One pod is read, and its gates are set. */
  | { readonly kind: 'pod'; readonly uid: string }
  /** The health of a Stack's targets is asked. */
  | { readonly kind: 'health'; readonly key: string }

export class Warming {
  readonly #options: WarmingOptions
  readonly #queue: Queue<GateWork>
  readonly #waiting = new WaitingPods()
  readonly #access: PodAccess

  constructor(options: WarmingOptions) {
    this.#options = options
    this.#access = new PodAccess(options)
    const { clock, random, log, everyMs } = options
    const onError = (key: string, error: unknown): void => log.error('a turn failed', { key, error })
    const keyOf = (item: GateWork): string => (item.kind === 'pod' ? `pod ${item.uid}` : `health ${item.key}`)
    const work = (item: GateWork): Promise<ReconcileResult> => (item.kind === 'pod' ? this.#podTurn(item.uid) : this.#healthTurn(item.key))
    this.#queue = new Queue({ clock, random, concurrency: AT_A_TIME, keyOf, work, onError, backoffMs: everyMs / 10, longestBackoffMs: 6 * everyMs })
  }

  /**
   * Before the first turns: what another process has registered because it waits would be taken out by a turn that does not know that it does. Resolves
   * when the pods were asked for, or after ten seconds.
   */
  async prepare(pods: readonly UnreadyPod[]): Promise<void> {
    const { clock, log, signal } = this.#options
    const left = pods.map((pod) => this.#waiting.add(pod)).values()
    const reader = async (): Promise<void> => {
      for (const waiter of left) {
        await this.#read(waiter).catch((error: unknown) => log.debug('a pod was not read', { pod: ownerName(waiter.pod), error }))
        this.#queue.add({ kind: 'pod', uid: waiter.pod.uid }, 'drift', KEEP_MS)
      }
    }
    const over = new AbortController()
    const readers = Promise.all(Array.from({ length: Math.min(AT_A_TIME, pods.length) }, reader))
    await Promise.race([readers, wait(clock, PREPARE_MS, AbortSignal.any([signal, over.signal]))])
    over.abort()
  }

  /** A turn of a Stack is over. */
  follow(side: Side, stack: StackId, end: StackTurnEnd): void {
    const { added, registered, left } = this.#waiting.follow(side, stack, end, this.#options.store.snapshot())
    for (const uid of left) this.#forget(uid)
    for (const { pod } of added) this.#queue.add({ kind: 'pod', uid: pod.uid }, 'churn')
    for (const { place, pod } of registered) {
      if (side.state.cloud.health === undefined) this.#queue.add({ kind: 'pod', uid: pod.uid }, 'churn')
      else this.#wantHealth(place)
    }
  }

  async idle(): Promise<void> {
    await this.#queue.idle()
  }

  async stop(): Promise<void> {
    await this.#queue.stop()
  }

  async #podTurn(uid: string): Promise<ReconcileResult> {
    const { everyMs } = this.#options
    const waiter = this.#waiting.of(uid)
    if (waiter === undefined) return DONE
    if (waiter.claims.size === 0) this.#forget(uid)
    if (waiter.claims.size === 0 || waiter.isGateless) return DONE
    try {
      const pod = await this.#read(waiter)
      if (isWarming(pod)) await this.#setGates(waiter, pod)
      return waiter.isGateless ? DONE : { kind: 'done', isBackground: true, againAfterMs: Math.min(everyMs, (everyMs / 10) * 2 ** Math.min(waiter.reads, 10)) }
    } catch (error) {
      return this.#failed(waiter, error)
    }
  }

  /** Asks for the pod, and has its Services' Stacks look again where it is another matter now. Undefined: it is gone, or none of its gates is ours. */
  async #read(waiter: Waiter): Promise<Pod | undefined> {
    const { namespace, name, uid } = waiter.pod
    waiter.reads += 1
    const found = await this.#access.get(namespace, name)
    if (this.#waiting.of(uid) !== waiter) return undefined
    const pod = found?.metadata.uid === uid ? found : undefined
    waiter.isGateless = pod !== undefined && gatesOf(pod).length === 0
    if (waiter.isGateless) return undefined
    this.#learn(waiter, pod)
    return pod
  }

  #learn({ pod: { uid }, claims }: Waiter, pod: Pod | undefined): void {
    const { store } = this.#options
    const was = isWarming(store.snapshot().pod(uid))
    if (pod === undefined) store.forgetPod(uid)
    else store.learnPod(pod)
    if (was === isWarming(pod)) return
    for (const { place, owner } of claims.values()) place.side.podsChanged(owner)
  }

  async #setGates(waiter: Waiter, pod: Pod): Promise<void> {
    const { clock, log, mayWrite, isDryRun } = this.#options
    if (waiter.claims.size === 0 || isDryRun || !mayWrite()) return
    for (const { place } of waiter.claims.values()) if (place.side.state.cloud.health !== undefined) this.#wantHealth(place)
    const verdict = judge([...waiter.claims.values()].map(standingOf))
    const patch = gatesPatch(pod, gatesOf(pod), verdict, clock.date())
    if (patch === undefined) return
    const patched = await this.#access.patchStatus(waiter.pod, patch, ownersOf(waiter))
    log.debug('a readiness gate was set', { pod: ownerName(waiter.pod), status: verdict.status, reason: verdict.reason })
    if (this.#waiting.of(waiter.pod.uid) === waiter) this.#learn(waiter, patched)
  }

  #failed(waiter: Waiter, error: unknown): ReconcileResult {
    if (!(error instanceof KubernetesError)) throw error
    const restMs = this.#access.deniedFor(error, waiter.pod.namespace, ownersOf(waiter))
    if (restMs !== undefined) return { kind: 'failed', afterMs: restMs }
    this.#options.log.debug('a pod that may wait for its load balancer was not read or updated', { pod: ownerName(waiter.pod), error })
    return { kind: 'failed', ...(error.retryAfterMs === undefined ? {} : { afterMs: error.retryAfterMs }) }
  }

  /** As soon as it may be asked again. */
  #wantHealth({ key, askedAt }: Place): void {
    const { clock, everyMs } = this.#options
    this.#queue.add({ kind: 'health', key }, 'churn', Math.max(0, askedAt + everyMs - clock.now()))
  }

  async #healthTurn(key: string): Promise<ReconcileResult> {
    const { clock, everyMs, signal, mayWrite } = this.#options
    const place = this.#waiting.place(key)
    const waiting = [...(place?.claims.values() ?? [])].filter((claim) => this.#isWaiting(claim))
    if (place === undefined || waiting.length === 0) return DONE
    const { cloud } = place.side.state
    const after = this.#waiting.moment
    place.askedAt = clock.now()
    try {
      const uids = new Set(waiting.map(({ owner }) => owner.uid))
      place.answer = { after, targets: (await withPermit(mayWrite, async () => cloud.health?.(place.stack, uids, signal))) ?? [] }
    } catch (error) {
      if (error instanceof NotPermitted) return { kind: 'failed', afterMs: everyMs }
      if (!(error instanceof CloudError)) throw error
      place.answer = { after, because: error.publicMessage }
      return { kind: 'failed', afterMs: Math.max(everyMs, error.afterMs ?? 0) }
    } finally {
      for (const { pod } of waiting) this.#queue.add({ kind: 'pod', uid: pod.uid }, 'churn')
    }
    return { kind: 'done', againAfterMs: everyMs, isBackground: true }
  }

  #isWaiting({ registeredAt, pod: { uid } }: Claim): boolean {
    const pod = this.#options.store.snapshot().pod(uid)
    return registeredAt !== undefined && isWarming(pod) && !areOpen(pod)
  }

  #forget(uid: string): void {
    this.#waiting.forget(uid)
    this.#options.store.forgetPod(uid)
  }
}

/** Gates stay as they are: what a pod waits for is not asked. */
export const NO_GATES: Pick<Warming, 'prepare' | 'follow' | 'idle' | 'stop'> = {
  prepare: () => Promise.resolve(),
  follow: () => undefined,
  idle: () => Promise.resolve(),
  stop: () => Promise.resolve(),
}

function ownersOf({ claims }: Waiter): readonly Owner[] {
  return [...claims.values()].map(({ owner }) => owner)
}
