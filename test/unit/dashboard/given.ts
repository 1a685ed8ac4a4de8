/** A controller as the dashboard sees it, whose cluster a test changes. */
import type { ActivityEntry } from '../../../src/controller/activity.ts'
import type { Source } from '../../../src/dashboard/source.ts'
import type { Change } from '../../../src/kubernetes/cluster.ts'
import type { Clock } from '../../../src/model/clock.ts'
import type { Service } from '../../../src/model/cluster.ts'
import { ManualClock } from '../../clock.ts'
import { snapshot } from '../desired/given.ts'
import { made, SERVED } from '../overview/given.ts'

export interface Known<C extends Clock = ManualClock> {
  readonly source: Source
  readonly clock: C
  readonly services: Map<string, Service>
  readonly entries: ActivityEntry[]
  /** Listeners of the store. */
  readonly listening: Set<(change: Change) => void>
  readonly put: (name: string, more?: Parameters<typeof made>[0]) => void
  readonly remove: (name: string) => void
  readonly setLeader: (isLeader: boolean) => void
}

/** In the namespace `shop`. */
export function known(): Known
export function known<C extends Clock>(clock: C): Known<C>
export function known(clock: Clock = new ManualClock()): Known<Clock> {
  const [services, entries, listening] = [new Map<string, Service>(), [] as ActivityEntry[], new Set<(change: Change) => void>()]
  let isLeader = true
  const notify = (name: string): void => listening.forEach((listener) => listener({ resource: 'services', namespace: 'shop', name }))
  const source: Source = {
    version: '0.0.0',
    clusterId: 'c',
    instance: 'one',
    startedAt: clock.date(),
    isDryRun: false,
    providers: { names: ['test'] },
    store: {
      snapshot: () => ({
        ...snapshot(),
        services: () => services.values(),
        service: (namespace, name) => services.get(`${namespace}/${name}`),
        slicesOf: () => [],
      }),
      subscribe(listener) {
        listening.add(listener)
        return () => void listening.delete(listener)
      },
      isSynced: () => true,
    },
    lease: { isLeader: () => isLeader, holder: () => 'other' },
    controller: { look: () => [], providers: () => [{ name: 'test', isRead: true, queue: 0, budget: [] }], orphans: () => [] },
    clouds: [],
    activity: {
      list: ({ after = 0, most }) => entries.filter(({ id }) => id > after).slice(-most),
      get last() {
        return entries.at(-1)?.id ?? 0
      },
      repaired: () => new Map(),
    },
    calls: { list: () => [] },
    publishedOrphans: async () => ({ orphans: [], total: 0 }),
    clock,
  }
  return {
    source,
    clock,
    services,
    entries,
    listening,
    put(name, more = {}) {
      const service = made({ ...SERVED, ...more })
      services.set(`shop/${name}`, { ...service, metadata: { ...service.metadata, namespace: 'shop', name, uid: `uid-${name}` } })
      notify(name)
    },
    remove(name) {
      services.delete(`shop/${name}`)
      notify(name)
    },
    setLeader: (is) => void (isLeader = is),
  }
}
