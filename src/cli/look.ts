/** The cluster and its providers as a command sees them that only looks: one reading of the cluster, nothing watched, nothing written. */
import { isDeepStrictEqual } from 'node:util'
import { ENDPOINTS, PUBLISHED, type PublishedSettings, type Settings } from '../config.ts'
import { isHeldBy } from '../desired/eligible.ts'
import type { ServiceRequest, RequestContext } from '../desired/service-request.ts'
import type { KubernetesApi } from '../kubernetes/api.ts'
import type { Connection } from '../kubernetes/cluster.ts'
import { clusterId } from '../kubernetes/cluster-id.ts'
import { clusterReader } from '../kubernetes/read.ts'
import type { Service, Snapshot } from '../model/cluster.ts'
import type { Log } from '../model/log.ts'
import { stackAnnotationOf } from '../model/names.ts'
import { ownerOf } from '../model/owner.ts'
import type { SettingValues } from '../model/setting.ts'
import type { Providers } from '../overview/service-row.ts'
import type { Cloud } from '../provider/cloud.ts'
import type { Desired, Intent } from '../provider/provider.ts'
import { requestUnder } from '../policy/apply.ts'
import { type Policy, usesLabels } from '../policy/policy.ts'
import { placesOf } from '../controller/services/published.ts'
import type { LoadCloud } from './clouds.ts'
import { connectTo, type Surroundings } from './connection.ts'
import { type ControllerSettings, findSettings } from './controller-settings.ts'
import type { SettingsOver, Terminal } from './program.ts'
import { policyIn, publishedPolicy } from './policy-file.ts'
import { whenAborted } from './when-aborted.ts'

export interface Looking {
  readonly snapshot: Snapshot
  readonly api: Pick<KubernetesApi, 'listEvents'>
  /** By the settings that are taken. */
  readonly providers: Providers
  readonly views: readonly ProviderView[]
  /** Uids of the Services that were released: the running controller treats them as if they did not ask. */
  readonly released: ReadonlySet<string>
  /** Where the settings of the running controller were found; undefined: no controller has published any. */
  readonly settingsFrom: string | undefined
  /** Flags, variables and file lines that say something else than what was found. */
  readonly overridden: readonly string[]
}

/** Where the settings come from, as a line. */
export function settingsLine({ settingsFrom, overridden }: Pick<Looking, 'settingsFrom' | 'overridden'>): string {
  if (settingsFrom === undefined)
    return 'Settings: flags, environment and defaults; no running controller has published its own. Where one runs, give this command the same flags.'
  const but = overridden.length === 0 ? '' : `, except ${overridden.map((name) => `--${name}`).join(', ')}`
  return `Settings: those of the running controller (${settingsFrom})${but}.`
}

export interface ProviderView {
  readonly cloud: Cloud
  requestOf(service: Service, snapshot: Snapshot): ServiceRequest
}

export interface LookOptions {
  /** What the command itself says, and the same over what a running controller published. */
  readonly settings: Settings
  readonly settingsOver: SettingsOver
  readonly terminal: Terminal
  readonly surroundings: Surroundings
  readonly loadCloud: LoadCloud
  readonly log: Log
}

/** Hands a reading to `see`, and closes everything after it. Throws when the cluster cannot be read. */
export async function look<T>(options: LookOptions, see: (looking: Looking) => Promise<T>): Promise<T> {
  const { terminal, surroundings, loadCloud, log } = options
  const { clock } = surroundings
  const ownPolicy = policyIn(options.settings, surroundings.annotations)?.policy
  const stack = new AsyncDisposableStack()
  await using _ = stack
  const connection = await connectTo(options.settings, terminal, surroundings, log)
  stack.defer(() => connection.close())
  const { settings, found, policy, id, snapshot } = await unlessAborted(terminal.signal, readAll({ ...options, ownPolicy }, connection))
  const released = found?.released ?? new Set<string>()
  const views: ProviderView[] = []
  for (const name of settings.providers) {
    const isEmulated = found?.isEmulated === true && hasEndpointsOf(settings, found)
    const loaded = await loadCloud(name, { settings, clusterId: id, isEmulated, clock, log, purpose: 'look' })
    stack.defer(() => loaded.close())
    const view = providerView(loaded.cloud, { settings, policy, released })
    await loaded.cloud.learn(terminal.signal)
    if (loaded.isOnPaper) await bringUp(view, snapshot, clock.now(), terminal.signal)
    views.push(view)
  }
  const { providers: names, 'default-class': forNoClass } = settings
  const providers = { names, ...(forNoClass === undefined ? {} : { forNoClass }) }
  return await see({
    snapshot,
    api: connection.api,
    providers,
    views,
    released,
    settingsFrom: found?.where,
    overridden: found === undefined ? [] : overriddenOf(settings, found),
  })
}

interface Read {
  readonly settings: Settings
  /** Of the running controller. */
  readonly found: ControllerSettings | undefined
  readonly policy: Policy | undefined
  /** Of the cluster. */
  readonly id: string
  readonly snapshot: Snapshot
}

/** Side by side, as far as one thing does not say what to ask for next. */
async function readAll(options: LookOptions & { readonly ownPolicy: Policy | undefined }, { api, namespace }: Connection): Promise<Read> {
  const { settings: own, settingsOver, ownPolicy, log } = options
  const { signal } = options.terminal
  const { clock, annotations } = options.surroundings
  const reader = clusterReader({ api, signal })
  const [found] = await Promise.all([findSettings({ api, settings: own, namespace, clock, signal }), reader.read('services', 'nodes', 'endpointslices')])
  const settings = found === undefined ? own : settingsOver(found)
  const policy = ownPolicy ?? (found?.policy === undefined ? undefined : publishedPolicy(found.policy, found.where, annotations))
  const namespaces = async (): Promise<void> => {
    if (policy === undefined || !usesLabels(policy)) return
    await reader.read('namespaces').catch((error: unknown) => log.warn('the labels of namespaces cannot be read, which the policy uses', { error }))
  }
  const [id] = await Promise.all([clusterId(api, settings['cluster-id'], signal), namespaces()])
  return { settings, found, policy, id, snapshot: reader.snapshot() }
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return Promise.race([work, whenAborted(signal).then(() => Promise.reject(new Error('interrupted')))])
}

function overriddenOf(settings: SettingValues, { values }: PublishedSettings): readonly string[] {
  return PUBLISHED.filter((name) => values[name] !== undefined && !isDeepStrictEqual(values[name], settings[name]))
}

/** Whether the clouds are called where the running controller calls them. */
function hasEndpointsOf(settings: SettingValues, { values }: PublishedSettings): boolean {
  return ENDPOINTS.every((name) => settings[name] === values[name])
}

function providerView(cloud: Cloud, { settings, policy, released }: Pick<Read, 'settings' | 'policy'> & Pick<Looking, 'released'>): ProviderView {
  const context: RequestContext = {
    provider: cloud,
    defaultClass: settings['default-class'] === cloud.name,
    defaultScheme: settings['default-scheme'],
    sharedKeys: new Set(settings['share-across-namespaces']),
  }
  // The owner of the finalizer on a Service without a class was configured to serve such ones, however this command was started.
  const asHeld: RequestContext = { ...context, defaultClass: true }
  return {
    cloud,
    requestOf: (service, snapshot) =>
      released.has(service.metadata.uid) ? { kind: 'not ours' } : requestUnder(policy, service, snapshot, isHeldBy(service, cloud.name) ? asHeld : context),
  }
}

/** What a running controller holds in its own process, from what the Services publish: everything that was served before is brought up again. */
async function bringUp(view: ProviderView, snapshot: Snapshot, now: number, signal: AbortSignal): Promise<void> {
  const served = [...snapshot.services()].flatMap((service) => {
    const request = view.requestOf(service, snapshot)
    const isServed = service.metadata.annotations?.[stackAnnotationOf(view.cloud.name)] !== undefined && placesOf(service).length > 0
    return request.kind === 'wanted' && isServed ? [{ service, desired: request.desired }] : []
  })
  const stacks = Map.groupBy(served, ({ service, desired }) => view.cloud.stackOf(ownerOf(service), desired))
  for (const [stack, members] of stacks) {
    const intents = members.map(({ service, desired }) => intentFor(service, desired))
    await view.cloud.converge({ stack, intents, now, signal, mayWrite: () => true })
  }
}

function intentFor(service: Service, want: Desired<unknown>): Intent<unknown> {
  const { creationTimestamp } = service.metadata
  return { owner: ownerOf(service), want, published: placesOf(service), ...(creationTimestamp === undefined ? {} : { createdAt: creationTimestamp }) }
}
