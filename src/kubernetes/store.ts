/** The cluster as last seen, kept from list pages and watch events, and who is told when something in it changes. It never talks to a server. */
import type { EndpointSlice, Node, Service, Snapshot } from '../model/cluster.ts'

/**
 * One change of the store, told after it was made. Without `before` the object is new to us, without `after` it is gone from the cluster as we see it
 * (which may be stale: what acts on an absence asks the server first). A new object under an old name comes as one change; its UID tells.
 */
export type Change =
  | { readonly resource: 'services'; readonly namespace: string; readonly name: string; readonly before?: Service; readonly after?: Service }
  | {
      readonly resource: 'endpointslices'
      readonly namespace: string
      readonly name: string
      /** The Service by `kubernetes.io/service-name`. A slice that passes from one Service to another is told once for each. */
      readonly serviceName?: string
      readonly before?: EndpointSlice
      readonly after?: EndpointSlice
    }
  /** Only what a balancer cares for: existence, deletion, providerID, addresses, labels, annotations we read, taints other than those of node conditions. */
  | { readonly resource: 'nodes'; readonly name: string; readonly before?: Node; readonly after?: Node }

export interface ClusterStore {
  snapshot(): Snapshot
  /** Listeners run synchronously, in the order of the changes, also during the first lists; one that throws is reported and keeps nobody else from hearing. */
  subscribe(listener: (change: Change) => void): () => void
  /** Resolves when the first list of every resource is in. Never rejects; pending for ever when stopped before. */
  readonly synced: Promise<void>
  isSynced(): boolean
  /** Ends the watches; resolves when nothing runs any more. */
  stop(): Promise<void>
}
