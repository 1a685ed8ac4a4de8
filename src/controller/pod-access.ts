/** Reads pods and writes their conditions. Where a right is missing, it is not asked for all the time, and the Services concerned are told once. */
import { type KubernetesApi, KubernetesError } from '../kubernetes/api.ts'
import type { ClusterStore } from '../kubernetes/cluster.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import type { Clock } from '../model/clock.ts'
import type { Pod } from '../model/cluster.ts'
import type { Owner } from '../model/owner.ts'
import { podRightText } from './sentences.ts'

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
  /** Uids of Services that were told that a right is missing. */
  readonly #told = new Set<string>()

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
  async patchStatus({ namespace, name }: Pick<Owner, 'namespace' | 'name'>, patch: object, owners: Iterable<Owner>): Promise<Pod> {
    const { api, signal } = this.#options
    const pod = await api.patchPodStatus(namespace, name, patch, signal)
    for (const { uid } of owners) this.#told.delete(uid)
    return pod
  }

  /** Where a right is missing, tells these Services so, each once until it works; answers after how many milliseconds to try again. Undefined: another error. */
  deniedFor(error: KubernetesError, namespace: string, owners: Iterable<Owner>): number | undefined {
    if (!isForbidden(error)) return undefined
    for (const owner of owners) this.#tell(owner, error)
    return Math.max(1, (this.#denied.get(namespace)?.until ?? this.#options.clock.now() + REST_MS) - this.#options.clock.now())
  }

  #tell({ namespace, name, uid }: Owner, error: KubernetesError): void {
    const { store, events } = this.#options
    const service = store.snapshot().service(namespace, name)
    if (service?.metadata.uid !== uid || this.#told.has(uid)) return
    this.#told.add(uid)
    events.record(service, { type: 'Warning', reason: 'Denied', message: podRightText(error.message) })
  }
}

function isForbidden(error: unknown): error is KubernetesError {
  return error instanceof KubernetesError && error.status === FORBIDDEN
}
