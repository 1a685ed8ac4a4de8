/** The cluster and its providers as a command sees them that only looks: one reading of the cluster, nothing watched, nothing written. */
import type { Settings } from '../config.ts'
import { buildWish } from '../desired/build.ts'
import { isHeldBy } from '../desired/eligible.ts'
import type { Wish, WishContext } from '../desired/wish.ts'
import { clusterId } from '../kubernetes/cluster-id.ts'
import { watchCluster } from '../kubernetes/cluster.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import { stackAnnotationOf } from '../model/names.ts'
import type { Owner } from '../model/owner.ts'
import type { Cloud } from '../provider/cloud.ts'
import type { Desired, Intent } from '../provider/provider.ts'
import { placesOf } from '../controller/published.ts'
import type { LoadCloud } from './clouds.ts'
import { connectTo, type Surroundings } from './connection.ts'
import type { Terminal } from './program.ts'
import { whenAborted } from './serve.ts'

export interface Looking {
  readonly snapshot: Snapshot
  readonly views: readonly ProviderView[]
}

export interface ProviderView {
  readonly cloud: Cloud
  wishOf(service: Service, snapshot: Snapshot): Wish
}

export interface LookOptions {
  readonly settings: Settings
  readonly terminal: Terminal
  readonly surroundings: Surroundings
  readonly loadCloud: LoadCloud
  readonly log: Log
}

/** Hands a reading to `see`, and closes everything after it. Throws when the cluster cannot be read. */
export async function look<T>(options: LookOptions, see: (looking: Looking) => Promise<T>): Promise<T> {
  const { settings, terminal, surroundings, loadCloud, log } = options
  const { clock } = surroundings
  const stack = new AsyncDisposableStack()
  await using _ = stack
  const connection = await connectTo(settings, terminal, surroundings, log)
  stack.defer(() => connection.close())
  // Asked first because it fails at once, with the reason, where a watch would try again for ever.
  const id = await clusterId(connection.api, settings['cluster-id'], terminal.signal)
  const store = watchCluster(connection.api, {
    clock,
    signal: terminal.signal,
    onError: (error, resource) => log.warn('the cluster cannot be read yet', { resource, error }),
  })
  stack.defer(() => store.stop())
  await Promise.race([store.synced, whenAborted(terminal.signal).then(() => Promise.reject(new Error('interrupted')))])
  const snapshot = store.snapshot()
  const views: ProviderView[] = []
  for (const name of settings.providers) {
    const loaded = await loadCloud(name, { settings, clusterId: id, clock, log, purpose: 'look' })
    stack.defer(() => loaded.close())
    const view = providerView(loaded.cloud, settings)
    await loaded.cloud.learn(terminal.signal)
    if (loaded.isOnPaper) await bringUp(view, snapshot, clock.now(), terminal.signal)
    views.push(view)
  }
  return await see({ snapshot, views })
}

function providerView(cloud: Cloud, settings: Settings): ProviderView {
  const context: WishContext = {
    provider: cloud,
    defaultClass: settings['default-class'] === cloud.name,
    defaultScheme: settings['default-scheme'],
    sharedKeys: new Set(settings['share-across-namespaces']),
  }
  // Whose finalizer is on a Service without a class was told to serve such ones, whatever this command was told.
  const asHeld: WishContext = { ...context, defaultClass: true }
  return { cloud, wishOf: (service, snapshot) => buildWish(service, snapshot, isHeldBy(service, cloud.name) ? asHeld : context) }
}

/** What a running controller holds in its own process, from what the Services publish: everything that was served before is brought up again. */
async function bringUp(view: ProviderView, snapshot: Snapshot, now: number, signal: AbortSignal): Promise<void> {
  const served = [...snapshot.services()].flatMap((service) => {
    const wish = view.wishOf(service, snapshot)
    const isServed = service.metadata.annotations?.[stackAnnotationOf(view.cloud.name)] !== undefined && placesOf(service).length > 0
    return wish.kind === 'wanted' && isServed ? [{ service, desired: wish.desired }] : []
  })
  const stacks = Map.groupBy(served, ({ service, desired }) => view.cloud.stackOf(ownerOf(service), desired))
  for (const [stack, members] of stacks) {
    const intents = members.map(({ service, desired }) => intentFor(service, desired))
    await view.cloud.converge({ stack, intents, now, signal, mayWrite: () => true })
  }
}

export function ownerOf({ metadata: { namespace, name, uid } }: Service): Owner {
  return { namespace, name, uid }
}

function intentFor(service: Service, want: Desired<unknown>): Intent<unknown> {
  const { creationTimestamp } = service.metadata
  return { owner: ownerOf(service), want, published: placesOf(service), ...(creationTimestamp === undefined ? {} : { createdAt: creationTimestamp }) }
}
