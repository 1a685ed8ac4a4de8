/** Opens the account of one cluster: credentials, the SDK, and the budget of calls. */
import type { TokenCredential } from '@azure/identity'
import { type Budget, createBudget, type Limit } from '../../../src/provider/kit/budget.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { present } from '../../../src/model/present.ts'
import type { Account } from './account.ts'
import { type Family, LIMITS } from './calls.ts'
import { azureClient } from './client.ts'
import type { AzureConfig } from './config.ts'
import type { Sdk } from './sdk.ts'

export interface OpenOptions {
  readonly clock: Clock
  /** Of this program. */
  readonly version: string
  /** What credentials are chosen by. Default: the identity of the machine. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Instead of what the environment offers: for an emulated cloud alone, where it protects nothing. */
  readonly credential?: TokenCredential
  /** PEM of the authority of an emulated cloud's certificate. */
  readonly authority?: string
  /** Instead of the network: a cloud emulated in the same process. */
  readonly sdk?: Sdk
  /** Calls a second, where the subscription may make other numbers of them than Azure publishes. */
  readonly limits?: Readonly<Record<Family, Limit>>
}

export interface OpenAccount {
  readonly account: Account
  readonly budget: Budget<Family>
}

/** Makes no call yet. */
export async function openAccount(config: AzureConfig, { clock, sdk, limits = LIMITS, ...options }: OpenOptions): Promise<OpenAccount> {
  const budget = createBudget<Family>(limits, clock)
  const api = azureClient({ sdk: sdk ?? (await networkOf(config, options)), subscription: config.subscription, budget, clock })
  return { account: { api, config }, budget }
}

type NetworkOptions = Pick<OpenOptions, 'version' | 'environment' | 'credential' | 'authority'>

/** Azure's libraries are loaded here, and not before. */
async function networkOf({ cloud, subscription, endpoint }: AzureConfig, { version, environment = {}, credential, authority }: NetworkOptions): Promise<Sdk> {
  const { openSdk } = await import('./sdk.ts')
  const identity = credential ?? (await import('./credentials.ts')).credentialFor(environment, cloud)
  return openSdk({ cloud, subscription, version, credential: identity, ...present({ endpoint, authority }) })
}
