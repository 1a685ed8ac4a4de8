/** Reads pods and writes their conditions. Where a permission is missing, calls are paused, and the Services concerned get one event. */
import { type KubernetesApi, KubernetesError } from '../../kubernetes/api.ts'
import type { ClusterStore } from '../../kubernetes/cluster.ts'
import type { EventRecorder } from '../../kubernetes/events.ts'
import type { Clock } from '../../model/clock.ts'
import type { Pod } from '../../model/cluster.ts'
import { type NamedOwner, type Owner, findService } from '../../model/owner.ts'
import { podRightText } from '../services/sentences.ts'

export interface PodAccessOptions {
  readonly api: Pick<KubernetesApi, 'getPod' | 'patchPodStatus'>
  readonly store: Pick<ClusterStore, 'snapshot'>
  readonly events: Pick<EventRecorder, 'record'>
  readonly clock: Clock
  readonly signal: AbortSignal
}

const FORBIDDEN = 403
/** A right is granted by hand, so it is looked for now and then. */
const REST_MS = 60_000

export class PodAccess {
  readonly #options: PodAccessOptions
  /** Namespaces in which no pod may be read: until when none is asked for. */
  readonly #denied = new Map<string, { readonly until: number; readonly error: KubernetesError }>()
  /** Uids of Services that have an event about a missing permission. */
  readonly #reported = new Set<string>()

  constructor(options: PodAccessOptions) {
    this.#options = options
  }

  /** Throws the same 403 for a while without asking again. Undefined: there is no such pod. */
  async get(namespace: string, name: string): Promise<Pod | undefined> {
    const { api, clock, signal } = this.#options
    const denied = this.#denied.get(namespace)
    if (denied !== undefined && denied.until > clock.now()) throw denied.error
    try {
      const found = await api.getPod(namespace, name, signal)
      this.#denied.delete(namespace)
      return found
    } catch (error) {
      if (isForbidden(error)) this.#denied.set(namespace, { until: clock.now() + REST_MS, error })
      throw error
    }
  }

  /** For the good of these Services. */
  async patchStatus({ namespace, name }: Pick<NamedOwner, 'namespace' | 'name'>, patch: object, owners: Iterable<Owner>): Promise<Pod> {
    const { api, signal } = this.#options
    const pod = await api.patchPodStatus(namespace, name, patch, signal)
    for (const { uid } of owners) this.#reported.delete(uid)
    return pod
  }

  /** Where a permission is missing, records an event on these Services, each once until it works; returns after how many milliseconds to retry. Undefined: another error. */
  deniedFor(error: KubernetesError, namespace: string, owners: Iterable<Owner>): number | undefined {
    if (!isForbidden(error)) return undefined
    for (const owner of owners) this.#report(owner, error)
    return Math.max(1, (this.#denied.get(namespace)?.until ?? this.#options.clock.now() + REST_MS) - this.#options.clock.now())
  }

  #report(owner: Owner, error: KubernetesError): void {
    const { store, events } = this.#options
    const service = findService(owner, store.snapshot())
    if (service === undefined || this.#reported.has(owner.uid)) return
    this.#reported.add(owner.uid)
    events.record(service, { type: 'Warning', reason: 'Denied', message: podRightText(error.message) })
  }
}

function isForbidden(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && error.status === FORBIDDEN
}
