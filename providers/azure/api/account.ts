/** One cluster's part of a subscription: what all reading and changing of it needs. */
import type { AzureApi } from './calls.ts'
import type { AzureConfig } from './config.ts'

export interface Account {
  readonly api: AzureApi
  readonly config: AzureConfig
}
