/** One cluster's part of a project: what all reading and changing of it needs. */
import type { GcpApi } from './calls.ts'
import type { GcpConfig } from './config.ts'

export interface Account {
  readonly api: GcpApi
  readonly config: GcpConfig
}
