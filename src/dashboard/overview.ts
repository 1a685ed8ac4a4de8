/** What is said of the whole controller: who works, how the providers stand, calls and their budget, drift and orphans. */
import type { ListedOrphan } from '../controller/stacks/orphan-list.ts'
import type { CallCount } from './call-counts.ts'
import type { Source } from './source.ts'

export interface Overview {
  readonly version: string
  readonly clusterId: string
  readonly instance: string
  readonly startedAt: string
  readonly isDryRun: boolean
  /** The cluster has been read. */
  readonly isSynced: boolean
  /** This copy works. Another one shows what the cluster says, and knows no cloud. */
  readonly isLeader: boolean
  /** Who holds the Lease; null: not known, or there is no election. */
  readonly holder: string | null
  readonly providers: readonly ProviderOverview[]
  readonly calls: readonly CallCount[]
  /** Null: not known yet, or not by this copy. */
  readonly orphans: number | null
  /** The newest entry of the activity. */
  readonly activity: number
}

export interface ProviderOverview {
  readonly name: string
  readonly isRead: boolean
  readonly trouble: string | null
  readonly queue: number
  /** Corrections of changes made outside, since the start. */
  readonly repaired: number
  readonly budget: readonly FamilyOverview[]
}

/** Rounded, so that it changes only where a person sees it. */
export interface FamilyOverview {
  readonly family: string
  readonly perSecond: number
  readonly burst: number
  readonly tokens: number
  /** Of the rate that is allowed now, in percent. */
  readonly sharePercent: number
  readonly waiting: number
  readonly pauseSeconds: number
  readonly taken: number
  readonly throttles: number
}

const MOST_CALLS = 60

export function overviewOf(source: Source): Overview {
  const { version, clusterId, instance, startedAt, isDryRun, store, lease, controller, calls, activity } = source
  const repaired = activity.repaired()
  return {
    version,
    clusterId,
    instance,
    startedAt: startedAt.toISOString(),
    isDryRun,
    isSynced: store.isSynced(),
    isLeader: lease.isLeader(),
    holder: lease.holder() ?? null,
    providers: controller.providers().map(({ name, isRead, trouble, queue, budget }) => ({
      name,
      isRead,
      trouble: trouble ?? null,
      queue,
      repaired: repaired.get(name) ?? 0,
      budget: budget.map(({ tokens, share, pauseMs, ...family }) => ({
        ...family,
        tokens: Math.max(0, Math.floor(tokens)),
        sharePercent: Math.round(share * 100),
        pauseSeconds: Math.ceil(pauseMs / 1_000),
      })),
    })),
    calls: calls.list().slice(0, MOST_CALLS),
    orphans: lease.isLeader() ? (controller.orphans()?.length ?? null) : null,
    activity: activity.last,
  }
}

export interface OrphanList {
  readonly orphans: readonly ListedOrphan[]
  readonly total: number
  /** `controller`: this process found them. `published`: the copy with the Lease wrote them into the cluster. `unknown`: not known yet. */
  readonly from: 'controller' | 'published' | 'unknown'
}

const MOST_ORPHANS = 1_000

/** Rejects when the cluster does not answer. */
export async function orphanListOf({ lease, controller, publishedOrphans }: Source, signal: AbortSignal): Promise<OrphanList> {
  const own = lease.isLeader() ? controller.orphans() : undefined
  if (own !== undefined) return { orphans: own.slice(0, MOST_ORPHANS), total: own.length, from: 'controller' }
  const published = lease.isLeader() ? undefined : await publishedOrphans(signal)
  return published === undefined ? { orphans: [], total: 0, from: 'unknown' } : { orphans: published.orphans, total: published.total, from: 'published' }
}
