/** What this process changed in the last minutes: AWS' lists, and above all its tag index, are late. */
import { type Made, type RecentChanges, recentChanges } from '../../../src/provider/kit/recent-changes.ts'
import type { Clock } from '../../../src/model/clock.ts'

export type MadeKind = 'security group' | 'load balancer' | 'target group' | 'listener'

/** The id is an ARN, or a security group's id. */
export type AwsMade = Made<MadeKind>

export type AwsRecentChanges = RecentChanges<MadeKind>

/** Kept longer than any lag that was seen. */
export function awsRecentChanges(clock: Pick<Clock, 'now'>): AwsRecentChanges {
  return recentChanges(clock, { keptMs: 5 * 60_000, freshMs: 60_000 })
}
