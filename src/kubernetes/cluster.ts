/** The two ways in: a connection to an API server, and the cluster behind it kept in memory. */
import type { Clock } from '../model/clock.ts'
import type { Pod, Service, Snapshot } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import type { KubernetesApi, Resource } from './api.ts'
import { kubernetesApi } from './client.ts'
import { type Dial, portForward } from './port-forward.ts'
import { type Reviews, reviewsOver } from './reviews.ts'
import { TokenBucket } from './rate-limit.ts'
import { type Listener, Store } from './store.ts'
import { httpTransport } from './transport.ts'
import { OneAtATime } from './wait.ts'
import { reflect } from './watch.ts'

export type { Change } from './store.ts'

export interface ConnectOptions {
  /** A kubeconfig file; absent, and not `inCluster`: the one kubectl would take. */
  readonly kubeconfig?: string
  readonly context?: string
  /** Uses the pod's service account. */
  readonly inCluster?: boolean
  readonly userAgent: string
  readonly clock: Clock
  readonly log: Log
  /** Where KUBECONFIG is looked for, and what credential programs of a kubeconfig inherit. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Requests a second, watches and leases apart, and how many may come at once. Default 200 and 500: the API server has its own ways to slow us down, and a wave of new Services is to enter its Stack together. */
  readonly qps?: number
  readonly burst?: number
  /** Which annotations of Services are kept in memory; absent: all. */
  readonly isReadAnnotation?: (key: string) => boolean
}

export interface Connection {
  readonly api: KubernetesApi
  /** The server's address. */
  readonly server: string
  /** The namespace of the context or of the pod, where it says one. */
  readonly namespace: string | undefined
  /** The namespace of the Pod this runs in, when its service account is used. */
  readonly podNamespace: string | undefined
  /** Opens streams to pods' ports through the API server. */
  readonly portForward: Dial
  /** Who others are, and what they may do. */
  readonly reviews: Reviews
  /** Ends all connections, watches included. */
  close(): Promise<void>
}

/** Reads the credentials, and makes no request yet. Throws an Error with a sentence for the operator when there are none, or they make no sense. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { clock, log, userAgent, environment = {}, qps = 200, burst = 500 } = options
  // Loaded late: the official client is large, and who only reads the types should not pay for it.
  const { accessOf } = await import('./kubeconfig.ts')
  const access = await accessOf({ ...options, environment })
  if (!(await access.tls()).rejectUnauthorized)
    log.warn('the API server is not verified: the kubeconfig says insecure-skip-tls-verify', { server: access.server })
  const limit = new TokenBucket({ clock, qps, burst })
  const transport = httpTransport({ access, clock, userAgent, limit })
  const closed = new AbortController()
  return {
    api: kubernetesApi(transport, options.isReadAnnotation),
    server: access.server,
    namespace: access.namespace,
    podNamespace: options.inCluster === true ? access.namespace : undefined,
    portForward: portForward({ access, transport, signal: closed.signal }),
    reviews: reviewsOver(transport),
    async close() {
      closed.abort()
      await transport.close()
    },
  }
}

export interface ClusterStore {
  snapshot(): Snapshot
  /** Listeners run synchronously, in the order of the changes, also during the first lists; one that throws is reported and stops no other listener. */
  subscribe(listener: Listener): () => void
  /**
   * Takes the answer to a write of ours, so that the next decision sees it without waiting for the watch. Listeners get it like any other change. Nothing
   * happens when the store holds no Service of that UID.
   */
  learn(service: Service): void
  /** Takes a pod that was asked for into the snapshots, until it is forgotten. Pods are not watched, and no listener is called. */
  learnPod(pod: Pod): void
  forgetPod(uid: string): void
  /**
   * Also reads the namespaces, from now on; asking again changes nothing. Resolves when their first list is in, or has failed for the first time (it is then
   * tried again).
   */
  watchNamespaces(): Promise<void>
  /** Resolves when the first list of every resource is in. Never rejects; never settles when stopped before. */
  readonly synced: Promise<void>
  isSynced(): boolean
  /** Ends the watches; resolves when nothing runs any more. */
  stop(): Promise<void>
}

export interface WatchClusterOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called for every failure of a list or a watch, which is retried automatically, and for a listener that threw (without a resource). */
  readonly onError?: (error: unknown, resource?: Resource) => void
  /** 0 to 1, for jitter. */
  readonly random?: () => number
}

/** Starts to list and watch Services, Nodes and EndpointSlices, and goes on until it is stopped or `signal` is aborted. */
export function watchCluster(api: KubernetesApi, { clock, signal: outer, onError = () => {}, random = Math.random }: WatchClusterOptions): ClusterStore {
  const stopped = new AbortController()
  const signal = AbortSignal.any([outer, stopped.signal])
  const store = new Store((error) => onError(error))
  const missing = new Set<Resource>(['services', 'nodes', 'endpointslices'])
  const synced = Promise.withResolvers<void>()
  const listed = (resource: Resource) => (): void => {
    if (missing.delete(resource) && missing.size === 0) synced.resolve()
  }
  const rest = { api, clock, signal, random, onError, lists: new OneAtATime() }
  const namespaces = once(() => {
    const tried = Promise.withResolvers<void>()
    const failed: typeof onError = (error, resource) => {
      onError(error, resource)
      tried.resolve()
    }
    const ended = reflect({ ...rest, onError: failed, resource: 'namespaces', sink: store.sinks.namespaces, onListed: tried.resolve })
    return { tried: tried.promise, ended }
  })
  const running = Promise.all([
    reflect({ ...rest, resource: 'services', sink: store.sinks.services, onListed: listed('services') }),
    reflect({ ...rest, resource: 'nodes', sink: store.sinks.nodes, onListed: listed('nodes') }),
    reflect({ ...rest, resource: 'endpointslices', sink: store.sinks.endpointslices, onListed: listed('endpointslices') }),
  ])
  return {
    snapshot: () => store.snapshot(),
    subscribe: (listener) => store.subscribe(listener),
    learn: (service) => store.learn(service),
    learnPod: (pod) => store.learnPod(pod),
    forgetPod: (uid) => store.forgetPod(uid),
    watchNamespaces: () => namespaces.get().tried,
    synced: synced.promise,
    isSynced: () => missing.size === 0,
    async stop() {
      stopped.abort()
      await Promise.all([running, namespaces.made()?.ended])
    },
  }
}

/** Made at the first `get`. */
function once<T>(make: () => T): { readonly get: () => T; readonly made: () => T | undefined } {
  let made: T | undefined
  return { get: () => (made ??= make()), made: () => made }
}
