/** Services and their EndpointSlices alone, of one namespace or of all: for a user who may list nothing else. */
import type { Clock } from '../model/clock.ts'
import type { Snapshot } from '../model/cluster.ts'
import type { KubernetesApi, Resource, WatchedResources, Within } from './api.ts'
import { type Listener, type Sink, Store } from './store.ts'
import { OneAtATime } from './wait.ts'
import { PAGE, reflect } from './watch.ts'

/** Lists them once, page by page. Nodes, pods and namespaces are missing from the snapshot. Throws a KubernetesError. */
export async function readServices(api: Pick<KubernetesApi, 'list'>, within: Within | undefined, signal: AbortSignal): Promise<Snapshot> {
  const store = new Store(fail)
  const read = { api, within, signal }
  await Promise.all([readAll('services', store.sinks.services, read), readAll('endpointslices', store.sinks.endpointslices, read)])
  return store.snapshot()
}

interface Read {
  readonly api: Pick<KubernetesApi, 'list'>
  readonly within: Within | undefined
  readonly signal: AbortSignal
}

async function readAll<R extends Resource>(resource: R, sink: Sink<WatchedResources[R]>, { api, within, signal }: Read): Promise<void> {
  let next: string | undefined
  do {
    const request = { limit: PAGE[resource], signal, ...(within === undefined ? {} : { within }), ...(next === undefined ? {} : { continue: next }) }
    const page = await api.list(resource, request)
    for (const item of page.items) sink.put(item, 'listed')
    next = page.continue
  } while (next !== undefined)
}

export interface WatchServicesOptions {
  readonly api: KubernetesApi
  readonly within: Within | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Called for every failure of a list or a watch, which is retried. */
  readonly onError: (error: unknown, resource: Resource) => void
  /** Called once, when the first lists are in. */
  readonly onSynced: (snapshot: Snapshot) => void
  /** Called for every change after that. */
  readonly onChange: (snapshot: Snapshot, change: Parameters<Listener>[0]) => void
}

/** Follows them until `signal` is aborted. Never rejects. */
export async function watchServices({ api, within, clock, signal, onError, onSynced, onChange }: WatchServicesOptions): Promise<void> {
  const store = new Store(fail)
  const missing = new Set<Resource>(['services', 'endpointslices'])
  const listed = (resource: Resource) => (): void => {
    if (!missing.delete(resource) || missing.size > 0) return
    onSynced(store.snapshot())
    store.subscribe((change) => onChange(store.snapshot(), change))
  }
  const rest = { api, clock, signal, random: Math.random, onError, lists: new OneAtATime(), ...(within === undefined ? {} : { within }) }
  await Promise.all([
    reflect({ ...rest, resource: 'services', sink: store.sinks.services, onListed: listed('services') }),
    reflect({ ...rest, resource: 'endpointslices', sink: store.sinks.endpointslices, onListed: listed('endpointslices') }),
  ])
}

/** What a listener throws is a fault of the program. */
function fail(error: unknown): never {
  throw error
}
