/** Services and their EndpointSlices alone are followed, of one namespace or of all: for a user who may list nothing else. */
import type { Clock } from '../model/clock.ts'
import type { Snapshot } from '../model/cluster.ts'
import type { KubernetesApi, Resource, Within } from './api.ts'
import { type Listener, Store } from './store.ts'
import { OneAtATime } from './wait.ts'
import { reflect } from './watch.ts'

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
