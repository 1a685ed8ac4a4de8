/** What the dashboard reads: the parts of a running controller, and nothing that could change one of them. */
import type { Activity } from '../controller/activity.ts'
import type { Controller } from '../controller/controller.ts'
import type { ListedOrphan } from '../controller/stacks/orphan-list.ts'
import type { ClusterStore } from '../kubernetes/cluster.ts'
import type { Leadership } from '../kubernetes/lease.ts'
import type { Clock } from '../model/clock.ts'
import type { Providers } from '../overview/service-row.ts'
import type { Cloud } from '../provider/cloud.ts'
import type { CallCounts } from './call-counts.ts'

export interface Source {
  readonly version: string
  readonly clusterId: string
  /** Another one for each process: a page that sees another one reads everything anew. */
  readonly instance: string
  readonly startedAt: Date
  readonly isDryRun: boolean
  readonly providers: Providers
  readonly store: Pick<ClusterStore, 'snapshot' | 'subscribe' | 'isSynced'>
  readonly lease: Pick<Leadership, 'isLeader' | 'holder'>
  readonly controller: Pick<Controller, 'look' | 'providers' | 'orphans'>
  readonly clouds: readonly Pick<Cloud, 'name' | 'targets'>[]
  readonly activity: Pick<Activity, 'list' | 'last' | 'repaired'>
  readonly calls: Pick<CallCounts, 'list'>
  /** What the copy that holds the Lease has published; undefined: nothing. Rejects when the cluster does not answer. */
  readonly publishedOrphans: (signal: AbortSignal) => Promise<PublishedOrphans | undefined>
  readonly clock: Clock
}

export interface PublishedOrphans {
  readonly orphans: readonly ListedOrphan[]
  readonly total: number
}
