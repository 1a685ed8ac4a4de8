/**
 * The settings of the running controller, in a ConfigMap beside its Lease: the controller publishes what decides about Services, and `plan` and `explain`
 * take it from there. No secret is among it.
 */
import { present } from '../model/present.ts'
import { parse, stringify } from 'yaml'
import { ENDPOINTS, PUBLISHED, type PublishedSettings, SettingError, type Settings } from '../config.ts'
import { type ConfigMap, type KubernetesApi, KubernetesError, type Lease } from '../kubernetes/api.ts'
import { Backoff } from '../kubernetes/wait.ts'
import { type Clock, wait } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { SettingValues } from '../model/setting.ts'
import { ORPHANS_KEY } from './orphan-reports.ts'
import { releasedIn } from './release-requests.ts'

/** On every such ConfigMap, so that a command finds it in whatever namespace the controller is. */
const LABEL = 'fairlead.dev/settings'
const DEFAULT_LEASE = 'fairlead'

/** Where a controller is, by its Lease. */
export interface LeasePlace {
  readonly namespace: string
  readonly name: string
}

/** Where the Lease of a controller with these settings is; `podNamespace` is that of the Pod this runs in, if it does. */
export function leasePlaceOf(settings: Settings, { podNamespace }: { readonly podNamespace: string | undefined }): LeasePlace {
  return { namespace: settings['lease-namespace'] ?? podNamespace ?? 'kube-system', name: settings['lease-name'] ?? DEFAULT_LEASE }
}

export function settingsPlaceOf({ namespace, name }: LeasePlace): LeasePlace {
  return { namespace, name: `${name}-settings` }
}

export interface Publication {
  readonly settings: Settings
  readonly version: string
  /** The clouds are emulated ones on this machine. */
  readonly isEmulated: boolean
  /** The text of the policy that is in force. */
  readonly policy?: string | undefined
  /** The list of orphans; absent: not known yet. */
  readonly orphans?: string | undefined
}

export interface PublishOptions {
  readonly api: Pick<KubernetesApi, 'getConfigMap' | 'applyConfigMap'>
  readonly lease: LeasePlace
  /** Asked before each attempt: the policy may change meanwhile. */
  readonly publication: () => Publication
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

const FIRST_WAIT_MS = 5_000
const MOST_WAIT_MS = 600_000

/** Writes the ConfigMap where it says something else, and tries again while that fails. Never rejects: a controller works without it. */
export async function publishSettings({ api, lease, publication, clock, log, signal }: PublishOptions): Promise<void> {
  const { namespace, name } = settingsPlaceOf(lease)
  const backoff = new Backoff(FIRST_WAIT_MS, MOST_WAIT_MS, Math.random)
  let isFirst = true
  while (!signal.aborted) {
    try {
      const found = await api.getConfigMap(namespace, name, signal)
      const wanted = configMapOf({ namespace, name }, publication())
      if (!isSame(found, wanted)) await api.applyConfigMap(wanted, signal)
      return
    } catch (error) {
      if (signal.aborted) return
      if (isFirst)
        log.warn('the settings could not be published: plan and explain need the flags of this controller', { configMap: `${namespace}/${name}`, error })
      isFirst = false
      await wait(clock, backoff.next(), signal)
    }
  }
}

function configMapOf({ namespace, name }: LeasePlace, { settings, version, isEmulated, policy, orphans }: Publication): ConfigMap {
  const values: SettingValues = settings
  const said = PUBLISHED.flatMap((setting) => (values[setting] === undefined ? [] : [[setting, publishable(setting, values[setting])] as const]))
  const more = {
    ...(isEmulated ? { emulated: 'true' } : {}),
    ...(policy === undefined ? {} : { 'policy.yaml': policy }),
    ...(orphans === undefined ? {} : { [ORPHANS_KEY]: orphans }),
  }
  const data = { 'settings.yaml': stringify(Object.fromEntries(said)), version, ...more }
  return { metadata: { namespace, name, labels: { [LABEL]: 'true' } }, data }
}

/** Without the credentials that a URL may hold. */
function publishable(name: string, value: unknown): unknown {
  return ENDPOINTS.includes(name) && typeof value === 'string' ? value.replace(/\/\/[^/@]*@/, '//') : value
}

const KEYS = ['settings.yaml', 'policy.yaml', 'version', 'emulated', ORPHANS_KEY]

function isSame(found: ConfigMap | undefined, { metadata, data = {} }: ConfigMap): boolean {
  const isLabelled = found?.metadata.labels?.[LABEL] === metadata.labels?.[LABEL]
  return isLabelled && KEYS.every((key) => found?.data?.[key] === (data as Readonly<Record<string, string | undefined>>)[key])
}

export interface ControllerSettings extends PublishedSettings {
  /** Of the ConfigMap. */
  readonly place: LeasePlace
  /** The controller's list of orphans; absent: it has none yet. */
  readonly orphans?: string
  readonly isEmulated: boolean
  /** The text of the controller's policy; absent: it has none. */
  readonly policy?: string
  /** Uids of the Services that were released. */
  readonly released: ReadonlySet<string>
}

export interface FindOptions {
  readonly api: Pick<KubernetesApi, 'getConfigMap' | 'listConfigMaps' | 'getLease'>
  /** Of the command. */
  readonly settings: Settings
  /** The namespace of the kubeconfig's context or of the Pod. */
  readonly namespace: string | undefined
  readonly clock: Pick<Clock, 'date'>
  readonly signal: AbortSignal
}

/** Where a controller is by default: by the chart's docs, and without a chart. */
const USUAL_NAMESPACES = ['fairlead-system', 'kube-system']

/** Undefined: no controller has published any. Throws a SettingError when several have, and it is not clear which is meant. */
export async function findSettings(options: FindOptions): Promise<ControllerSettings | undefined> {
  const candidates = (await candidatesOf(options)).filter(({ data }) => data?.['settings.yaml'] !== undefined)
  const [first, ...others] = candidates
  if (first === undefined) return undefined
  if (others.length === 0) return readConfigMap(first)
  const live = await liveOf(candidates, options)
  const [only] = live
  if (only !== undefined && live.length === 1) return readConfigMap(only)
  const names = candidates.map(({ metadata }) => `--lease-namespace ${metadata.namespace} --lease-name ${metadata.name.replace(/-settings$/, '')}`)
  throw new SettingError(`${candidates.length} controllers have published their settings; choose one: ${names.join(', or ')}`)
}

async function candidatesOf({ api, settings, namespace, signal }: FindOptions): Promise<readonly ConfigMap[]> {
  const { 'lease-namespace': said, 'lease-name': name } = settings
  const get = (where: string): Promise<ConfigMap | undefined> => {
    const place = settingsPlaceOf({ namespace: where, name: name ?? DEFAULT_LEASE })
    return unlessForbidden(api.getConfigMap(place.namespace, place.name, signal), undefined)
  }
  if (said !== undefined) return existing([await get(said)])
  const listed = await unlessForbidden(api.listConfigMaps(`${LABEL}=true`, signal), undefined)
  if (listed !== undefined) return listed.filter(({ metadata }) => name === undefined || metadata.name === settingsPlaceOf({ namespace: '', name }).name)
  const usual = new Set([...(namespace === undefined ? [] : [namespace]), ...USUAL_NAMESPACES])
  return existing(await Promise.all([...usual].map(get)))
}

function existing<T>(found: readonly (T | undefined)[]): readonly T[] {
  return found.filter((one) => one !== undefined)
}

async function unlessForbidden<T>(call: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 403) return otherwise
    throw error
  }
}

/** Of every controller that has published settings and holds its Lease now, wherever that is. None, also where that may not be read. */
export async function liveSettings(options: FindOptions): Promise<readonly ControllerSettings[]> {
  const { 'lease-namespace': _, 'lease-name': __, ...settings } = options.settings
  const candidates = await candidatesOf({ ...options, settings: settings as Settings })
  return (await liveOf(candidates, options)).map(readConfigMap)
}

/** Those whose Lease is held now. */
async function liveOf(candidates: readonly ConfigMap[], { api, clock, signal }: FindOptions): Promise<readonly ConfigMap[]> {
  const held = await Promise.all(
    candidates.map(async ({ metadata: { namespace, name } }) => {
      const lease = await unlessForbidden(api.getLease(namespace, name.replace(/-settings$/, ''), signal), undefined)
      return isHeldNow(lease, clock)
    }),
  )
  return candidates.filter((_, i) => held[i] === true)
}

/** Whether a controller works under the Lease. */
export function isHeldNow(lease: Lease | undefined, clock: Pick<Clock, 'date'>): boolean {
  const { holderIdentity = '', renewTime = '', leaseDurationSeconds = 0 } = lease?.spec ?? {}
  return holderIdentity !== '' && Date.parse(renewTime) + (leaseDurationSeconds + CLOCK_SKEW_S) * 1000 > clock.date().getTime()
}

/** The Lease beside a ConfigMap of settings. */
export function leaseBeside({ namespace, name }: LeasePlace): LeasePlace {
  return { namespace, name: name.replace(/-settings$/, '') }
}

/** The holder's clock is another one than ours. */
const CLOCK_SKEW_S = 60

function readConfigMap(configMap: ConfigMap): ControllerSettings {
  const {
    metadata: { namespace, name },
    data = {},
  } = configMap
  const where = `ConfigMap ${namespace}/${name}`
  const policy = data['policy.yaml']
  const orphans = data[ORPHANS_KEY]
  const values = settingsIn(data['settings.yaml'] ?? '', where)
  const place = { namespace, name }
  return { where, place, values, isEmulated: data['emulated'] === 'true', released: releasedIn(configMap), ...present({ orphans, policy }) }
}

function settingsIn(text: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const values: unknown = parse(text)
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return values as Record<string, unknown>
  } catch {
    // The parser's message quotes what it could not read.
  }
  throw new SettingError(`${where} holds no settings under settings.yaml; restart the controller, which writes them`)
}
