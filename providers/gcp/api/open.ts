/** Opens the account of one cluster: credentials, the SDK, and the budget of calls. */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../src/model/clock.ts'
import { present } from '../../../src/model/present.ts'
import { type Budget, createBudget, type Limit } from '../../../src/provider/kit/budget.ts'
import type { Account } from './account.ts'
import { type Family, LIMITS } from './calls.ts'
import { gcpClient } from './client.ts'
import type { GcpConfig } from './config.ts'
import type { Identity } from './identity.ts'
import type { Sdk, Transport } from './sdk.ts'
import { withSmallerSdk } from './smaller-sdk.ts'

export interface OpenOptions {
  readonly clock: Clock
  /** Of this program. */
  readonly version: string
  /** Instead of Google's own chain: for an emulated cloud alone, where it protects nothing. */
  readonly identity?: Identity
  /** Calls a second, where the project has other quotas than Google gives to all. */
  readonly limits?: Readonly<Record<Family, Limit>>
  /** Instead of the network: for a cloud emulated in the same process. */
  readonly transport?: Transport
}

export interface OpenAccount {
  readonly account: Account
  readonly budget: Budget<Family>
}

/** Makes no call yet. */
export async function openAccount(config: GcpConfig, { clock, limits = LIMITS, ...options }: OpenOptions): Promise<OpenAccount> {
  const budget = createBudget<Family>(limits, clock)
  const api = gcpClient({ sdk: await sdkOf(config, options), seed: randomUUID(), budget, clock })
  return { account: { api, config, clock }, budget }
}

/** Google's libraries are loaded here, and not before. */
async function sdkOf({ endpoint }: GcpConfig, { version, identity, transport }: Pick<OpenOptions, 'version' | 'identity' | 'transport'>): Promise<Sdk> {
  const { openSdk } = await withSmallerSdk(() => import('./sdk.ts'))
  const known = identity ?? (await import('./credentials.ts')).identityOfChain()
  return openSdk({ version, identity: known, ...present({ endpoint, transport }) })
}
