/** One cluster's part of a project: what all reading and changing of it needs. */
import type { Clock } from '../../../src/model/clock.ts'
import type { GcpApi } from './calls.ts'
import type { GcpConfig } from './config.ts'

export interface Account {
  readonly api: GcpApi
  readonly config: GcpConfig
  /** By which it is known how long an operation has run. */
  readonly clock: Pick<Clock, 'now'>
}
