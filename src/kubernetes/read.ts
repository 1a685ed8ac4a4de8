/** A cluster as it is at one moment: its objects are listed once, page by page and side by side, and not watched. Nothing is retried. */
import type { Snapshot } from '../model/cluster.ts'
import type { KubernetesApi, Resource, WatchedResources, Within } from './api.ts'
import { type Sink, Store } from './store.ts'
import { PAGE } from './watch.ts'

export interface ReaderOptions {
  readonly api: Pick<KubernetesApi, 'list'>
  /** Absent: all namespaces. */
  readonly within?: Within | undefined
  readonly signal: AbortSignal
}

export interface ClusterReader {
  /** Takes them into the snapshot. Throws a KubernetesError. */
  read(...resources: readonly Resource[]): Promise<void>
  /** What was read up to now. */
  snapshot(): Snapshot
}

export function clusterReader(options: ReaderOptions): ClusterReader {
  const store = new Store(fail)
  return {
    read: async (...resources) => void (await Promise.all(resources.map((resource) => readAll(resource, store.sinks[resource], options)))),
    snapshot: () => store.snapshot(),
  }
}

async function readAll<R extends Resource>(resource: R, sink: Sink<WatchedResources[R]>, { api, within, signal }: ReaderOptions): Promise<void> {
  let next: string | undefined
  do {
    const request = { limit: PAGE[resource], signal, ...(within === undefined ? {} : { within }), ...(next === undefined ? {} : { continue: next }) }
    const page = await api.list(resource, request)
    for (const item of page.items) sink.put(item, 'listed')
    next = page.continue
  } while (next !== undefined)
}

/** What a listener throws is a fault of the program. */
function fail(error: unknown): never {
  throw error
}
