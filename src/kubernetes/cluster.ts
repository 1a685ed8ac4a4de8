/** The two ways in: a connection to an API server, and the cluster behind it kept in memory. */
import type { Clock } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { KubernetesApi, Resource } from './api.ts'
import type { ClusterStore } from './store.ts'

export type { Change, ClusterStore } from './store.ts'

export interface ConnectOptions {
  /** A kubeconfig file; absent, and not `inCluster`: the one kubectl would take. */
  readonly kubeconfig?: string
  readonly context?: string
  /** Uses the pod's service account. */
  readonly inCluster?: boolean
  readonly userAgent: string
  readonly clock: Clock
  readonly log: Log
  /** What credential programs of a kubeconfig inherit. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Requests a second, watches apart, and how many may come at once. Default 50 and 100. */
  readonly qps?: number
  readonly burst?: number
}

export interface Connection {
  readonly api: KubernetesApi
  /** The server's address. */
  readonly server: string
  /** The namespace of the context or of the pod, where it says one. */
  readonly namespace: string | undefined
  /** Ends all connections, watches included. */
  close(): Promise<void>
}

/** Reads the credentials; makes no request yet. Throws an Error with a sentence for the operator when there are none or they make no sense. */
export function connect(_options: ConnectOptions): Promise<Connection> {
  throw new Error('not built yet')
}

export interface WatchClusterOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told of every failure of a list or a watch; it goes on by itself. */
  readonly onError?: (error: unknown, resource: Resource) => void
  /** 0 to 1, for jitter. */
  readonly random?: () => number
}

/** Starts to list and watch Services, Nodes and EndpointSlices, and goes on for ever. */
export function watchCluster(_api: KubernetesApi, _options: WatchClusterOptions): ClusterStore {
  throw new Error('not built yet')
}
