/** Opens one account and region: the SDK, the budget of calls, and the memory of what was just done. */
import { type Budget, createBudget, type Limit } from '../../src/provider/budget.ts'
import type { Clock } from '../../src/model/clock.ts'
import type { Account } from './account.ts'
import { type Family, LIMITS } from './api.ts'
import { awsClient } from './client.ts'
import type { AwsConfig } from './config.ts'
import { stackHashOf } from './names.ts'
import { given } from './parts/answer.ts'
import { recentChanges } from './recent.ts'
import type { Credentials } from './sdk.ts'

export interface OpenOptions {
  readonly clock: Clock
  /** Of this program. */
  readonly version: string
  /** Instead of the SDK's own chain: for an emulated cloud alone, where they protect nothing. */
  readonly credentials?: Credentials
  /** Calls a second, where the account may make other numbers of them than AWS publishes. */
  readonly limits?: Readonly<Record<Family, Limit>>
}

export interface OpenAccount {
  readonly account: Account
  readonly budget: Budget<Family>
  close(): void
}

export async function openAccount(
  { clusterId, vpcId, region, endpoint }: AwsConfig,
  { clock, version, credentials, limits = LIMITS }: OpenOptions,
): Promise<OpenAccount> {
  const { openSdk } = await import('./sdk.ts')
  const sdk = openSdk({ region, version, ...given('endpoint', endpoint), ...given('credentials', credentials) })
  const budget = createBudget<Family>(limits, clock)
  const api = awsClient({ sdk, budget })
  const stackHash = (stack: string): string => stackHashOf(clusterId, stack)
  return { account: { api, recent: recentChanges(clock), clusterId, vpcId, stackHash }, budget, close: () => sdk.close() }
}
