/** One cluster's part of one account and region: what all reading and changing of it needs. */
import type { AwsApi } from './calls.ts'
import type { AwsRecentChanges } from './recent-changes.ts'

export interface Account {
  readonly api: AwsApi
  readonly recent: AwsRecentChanges
  readonly clusterId: string
  readonly vpcId: string
  /** What stands in the names of a Stack's objects, so that they are found where tags lag. */
  readonly stackHash: (stack: string) => string
}
