/**
 * What the running controller says of orphans, in the ConfigMap of its settings: their list, for `fairlead orphans`, and an event for each that is new. The
 * same ConfigMap takes the requests of `fairlead orphans --delete`, so that nothing is deleted beside the controller.
 */
import type { Controller } from '../controller/controller.ts'
import type { ListedOrphan } from '../controller/stacks/orphan-list.ts'
import type { ConfigMap, KubernetesApi } from '../kubernetes/api.ts'
import type { EventRecorder } from '../kubernetes/events.ts'
import { type Clock, wait } from '../model/clock.ts'
import type { Log } from '../model/log.ts'
import type { LeasePlace } from './controller-settings.ts'

/** In the ConfigMap: the list, as JSON. */
export const ORPHANS_KEY = 'orphans.json'
/** In the ConfigMap: uids whose deletion is requested, separated by spaces. A uid is never given twice, so a request holds as long as it stands there. */
export const DELETE_KEY = 'delete-orphans'

/** The field manager of the requests: what the controller itself wrote stays. */
export const REQUESTS_MANAGER = 'fairlead-orphans'

/** A ConfigMap takes 1 MiB. */
const MOST_LISTED = 1_000
const MOST_NAMED = 5
const MOST_PARTS = 2
const EVERY_MS = 5_000
const UNTIL_KNOWN_MS = 1_000

export interface PublishedOrphans {
  readonly orphans: readonly ListedOrphan[]
  /** How many there are; the list ends after a thousand. */
  readonly total: number
  /** The controller deletes no load balancer at all. */
  readonly isNeverDelete: boolean
  /** When the list was written, as in RFC 3339; absent: an earlier version wrote it. */
  readonly writtenAt?: string
}

/** The list as the ConfigMap has it; `at` is the time of day. */
export function publishedText(orphans: readonly ListedOrphan[], { isNeverDelete, at }: { readonly isNeverDelete: boolean; readonly at: Date }): string {
  const writtenAt = at.toISOString().replace(/\.\d+Z$/, 'Z')
  const published: PublishedOrphans = { orphans: orphans.slice(0, MOST_LISTED), total: orphans.length, isNeverDelete, writtenAt }
  return JSON.stringify(published)
}

/** Undefined: the text is not a list. */
export function readPublished(text: string | undefined): PublishedOrphans | undefined {
  try {
    const value = JSON.parse(text ?? '') as Partial<PublishedOrphans>
    if (!Array.isArray(value.orphans) || typeof value.total !== 'number') return undefined
    const { total, writtenAt } = value
    const orphans = value.orphans.map((orphan) => (Array.isArray(orphan.holds) ? orphan : { ...orphan, holds: [] }))
    const isDated = typeof writtenAt === 'string' && !Number.isNaN(Date.parse(writtenAt))
    return { orphans, total, isNeverDelete: value.isNeverDelete === true, ...(isDated ? { writtenAt } : {}) }
  } catch {
    return undefined
  }
}

export function requestedIn(configMap: ConfigMap | undefined): readonly string[] {
  return (configMap?.data?.[DELETE_KEY] ?? '').split(/\s+/).filter((uid) => uid !== '')
}

export interface OrphanReportsOptions {
  readonly api: Pick<KubernetesApi, 'getConfigMap' | 'applyConfigMap'>
  /** The ConfigMap. */
  readonly place: LeasePlace
  readonly controller: Pick<Controller, 'orphans' | 'deleteOrphans'>
  readonly events: Pick<EventRecorder, 'recordOn'>
  /** Has the list written into the ConfigMap. */
  readonly publish: () => void
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}

/** Looks every five seconds, and at the ConfigMap only while there are orphans or requests, until `signal`. Never rejects. */
export async function reportOrphans(options: OrphanReportsOptions): Promise<void> {
  const { place, controller, publish, clock, log, signal } = options
  const reported = new Set<string>()
  let published: string | undefined
  // The process before may have left requests.
  let mayBeRequested = true
  while (!signal.aborted) {
    const orphans = controller.orphans()
    if (orphans !== undefined) {
      const text = JSON.stringify(orphans)
      if (text !== published) publish()
      published = text
      try {
        if (orphans.length > 0 || mayBeRequested) mayBeRequested = await attend(orphans, reported, options)
      } catch (error) {
        if (!signal.aborted) log.debug('the requests to delete orphans could not be read', { configMap: `${place.namespace}/${place.name}`, error })
      }
    }
    await wait(clock, orphans === undefined ? UNTIL_KNOWN_MS : EVERY_MS, signal)
  }
}

/** Hands on what is requested, and records an event for what is new. Answers whether a request stands. */
async function attend(orphans: readonly ListedOrphan[], reported: Set<string>, options: OrphanReportsOptions): Promise<boolean> {
  const { api, place, controller, events, signal } = options
  const there = new Set(orphans.map(({ uid }) => uid))
  for (const uid of reported) if (!there.has(uid)) reported.delete(uid)
  const configMap = await api.getConfigMap(place.namespace, place.name, signal)
  if (configMap === undefined) return false
  const requested = requestedIn(configMap)
  controller.deleteOrphans(requested)
  const fresh = orphans.filter(({ uid }) => !reported.has(uid))
  if (fresh.length > 0) {
    const subject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...place, uid: configMap.metadata.uid ?? '' } }
    events.recordOn(subject, { type: 'Warning', reason: 'OrphanFound', message: eventText(fresh) })
    for (const { uid } of fresh) reported.add(uid)
  }
  const isOver = !requested.some((uid) => there.has(uid))
  if (requested.length > 0 && isOver) await api.applyConfigMap({ metadata: place }, signal, REQUESTS_MANAGER)
  return !isOver
}

/** `namespace/name`; undefined: the cloud does not say what the Service was called. */
export function serviceText({ namespace, name }: Pick<ListedOrphan, 'namespace' | 'name'>): string | undefined {
  return namespace === null || name === null ? undefined : `${namespace}/${name}`
}

function eventText(orphans: readonly ListedOrphan[]): string {
  const named = orphans.slice(0, MOST_NAMED).map((orphan) => {
    const { provider, uid, holds, state, deletedAt } = orphan
    const next = state === 'waiting' ? `deleted at ${deletedAt}` : state === 'deleting' ? 'being deleted' : 'kept'
    const service = serviceText(orphan)
    if (service !== undefined) return `${service} (${provider}, UID ${uid}; ${next})`
    return `UID ${uid} (${[provider, ...holds.slice(0, MOST_PARTS)].join(', ')}; ${next})`
  })
  const more = orphans.length > MOST_NAMED ? ` and ${orphans.length - MOST_NAMED} more` : ''
  return `Found load balancers whose Services do not exist: ${named.join(', ')}${more}. \`fairlead orphans\` lists them; \`fairlead orphans --delete\` deletes them at once.`
}
