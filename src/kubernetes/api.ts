/** The handful of Kubernetes calls we make, in our words. `client.ts` puts a real API server behind it; nothing else knows how requests travel. */
import type { EndpointSlice, Namespace, Node, Pod, Service } from '../model/cluster.ts'

export interface WatchedResources {
  readonly services: Service
  readonly nodes: Node
  readonly endpointslices: EndpointSlice
  /** Read only where the operator's policy chooses namespaces by label. */
  readonly namespaces: Namespace
}
export type Resource = keyof WatchedResources

export interface ListPage<T> {
  readonly items: readonly T[]
  /** The point to watch from; the same on all pages of one chain. */
  readonly resourceVersion: string
  /** Present while there are more pages. */
  readonly continue?: string
}

export type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }

/** Services and EndpointSlices of one namespace alone; with a name, those of one Service. */
export interface Within {
  readonly namespace: string
  readonly name?: string
}

export interface KubernetesApi {
  /** A consistent read. Items come trimmed to what the model reads. `within`: absent, of all namespaces. */
  list<R extends Resource>(
    resource: R,
    request: { limit: number; continue?: string; within?: Within; signal: AbortSignal },
  ): Promise<ListPage<WatchedResources[R]>>
  /** Ends when the server closes; throws a KubernetesError, also for an ERROR event. */
  watch<R extends Resource>(
    resource: R,
    request: { resourceVersion: string; timeoutSeconds: number; within?: Within; signal: AbortSignal },
  ): AsyncIterable<WatchEvent<WatchedResources[R]>>
  /** Asks the server itself (a quorum read, never a cache). Undefined: there is none of that name. */
  getService(namespace: string, name: string, signal: AbortSignal): Promise<Service | undefined>
  /** As the server has them, nothing trimmed: for documents that are printed. */
  listWholeServices(request: { limit: number; continue?: string; signal: AbortSignal }): Promise<ListPage<unknown>>
  /** The same of one. Undefined: there is none of that name. */
  getWholeService(namespace: string, name: string, signal: AbortSignal): Promise<unknown>
  /** Strategic merge patch on `/status`, which carries metadata too. Throws 404, 409, 422 as KubernetesError. */
  patchServiceStatus(namespace: string, name: string, patch: unknown, signal: AbortSignal): Promise<Service>
  getPod(namespace: string, name: string, signal: AbortSignal): Promise<Pod | undefined>
  /** As `patchServiceStatus`. */
  patchPodStatus(namespace: string, name: string, patch: unknown, signal: AbortSignal): Promise<Pod>
  /** Events about the object with this UID, in no order; at most 500 of them. */
  listEvents(namespace: string, uid: string, signal: AbortSignal): Promise<readonly SeenEvent[]>
  createEvent(namespace: string, event: EventBody, signal: AbortSignal): Promise<void>
  patchEvent(namespace: string, name: string, patch: unknown, signal: AbortSignal): Promise<void>
  getLease(namespace: string, name: string, signal: AbortSignal): Promise<Lease | undefined>
  createLease(lease: Lease, signal: AbortSignal): Promise<Lease>
  /** Guarded by the lease's resourceVersion: 409 when another process was faster. */
  updateLease(lease: Lease, signal: AbortSignal): Promise<Lease>
  /** Sets how many Pods a Deployment has. False: there is none of that name. */
  scaleDeployment(namespace: string, name: string, replicas: number, signal: AbortSignal): Promise<boolean>
  getConfigMap(namespace: string, name: string, signal: AbortSignal): Promise<ConfigMap | undefined>
  /** Those of all namespaces that carry this label. */
  listConfigMaps(label: string, signal: AbortSignal): Promise<readonly ConfigMap[]>
  /** Server-side apply: made where there is none, and what others wrote into it stays. `manager`: another one than the controller, who keeps what it wrote. */
  applyConfigMap(configMap: ConfigMap, signal: AbortSignal, manager?: string): Promise<void>
  /** The UID of a namespace. Throws a KubernetesError with status 404 when there is none. */
  namespaceUid(name: string, signal: AbortSignal): Promise<string>
  /** Whether we ourselves may do that (`selfsubjectaccessreviews`, open to every authenticated user). */
  mayI(right: Right, signal: AbortSignal): Promise<boolean>
}

/** What a role would have to grant. `group` '' is the core group. */
export interface Right {
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  readonly verb: string
  /** Absent: in all namespaces. */
  readonly namespace?: string
  readonly name?: string
}

/** events.k8s.io/v1. */
export interface EventBody {
  readonly metadata: { readonly name: string; readonly namespace: string }
  /** Six fraction digits. */
  readonly eventTime: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly action: string
  /** At most 1,024 characters. */
  readonly note: string
  readonly regarding: {
    readonly apiVersion: string
    readonly kind: string
    readonly namespace?: string
    readonly name: string
    readonly uid: string
    readonly resourceVersion?: string
  }
  readonly reportingController: string
  readonly reportingInstance: string
}

/** An event as it was recorded, by any program. */
export interface SeenEvent {
  readonly type: string
  readonly reason: string
  readonly message: string
  /** How often it happened. */
  readonly count: number
  /** When it happened last: ISO 8601; absent: it does not say. */
  readonly lastAt?: string
  /** The program that recorded it; empty: it does not say. */
  readonly from: string
}

export interface ConfigMap {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid?: string; readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
}

export interface Lease {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly resourceVersion?: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

/** An answer of the API server that is no success, or the lack of one. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError'
  /** HTTP status; 0: no answer. */
  readonly status: number
  readonly reason: string
  readonly retryAfterMs: number | undefined

  constructor(status: number, reason: string, message: string, options: { readonly retryAfterMs?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.status = status
    this.reason = reason
    this.retryAfterMs = options.retryAfterMs
  }
}
