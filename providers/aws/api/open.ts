/** Opens one account and region: the SDK, the budget of calls, and the memory of what was just done. */
import { type Budget, createBudget, type Limit } from '../../../src/provider/kit/budget.ts'
import type { Clock } from '../../../src/model/clock.ts'
import type { Account } from './account.ts'
import { type Family, LIMITS } from './calls.ts'
import { awsClient } from './client.ts'
import type { AwsConfig } from './config.ts'
import { stackHashOf } from '../names.ts'
import { given } from '../read/from-sdk/require.ts'
import { awsRecentChanges } from './recent-changes.ts'
import type { Credentials, Transport } from './sdk.ts'

export interface OpenOptions {
  readonly clock: Clock
  /** Of this program. */
  readonly version: string
  /** Instead of the SDK's own chain: for an emulated cloud alone, where they protect nothing. */
  readonly credentials?: Credentials
  /** Calls a second, where the account may make other numbers of them than AWS publishes. */
  readonly limits?: Readonly<Record<Family, Limit>>
  /** Instead of the network: for a cloud emulated in the same process. */
  readonly transport?: Transport
}

export interface OpenAccount {
  readonly account: Account
  readonly budget: Budget<Family>
  close(): void
}

export async function openAccount(
  { clusterId, vpcId, region, endpoint }: AwsConfig,
  { clock, version, credentials, limits = LIMITS, transport }: OpenOptions,
): Promise<OpenAccount> {
  const { openSdk } = await import('./sdk.ts')
  const sdk = openSdk({ region, version, ...given('endpoint', endpoint), ...given('credentials', credentials), ...given('transport', transport) })
  const budget = createBudget<Family>(limits, clock)
  const api = awsClient({ sdk, budget, clock })
  const stackHash = (stack: string): string => stackHashOf(clusterId, stack)
  return { account: { api, recent: awsRecentChanges(clock), clusterId, vpcId, stackHash }, budget, close: () => sdk.close() }
}
