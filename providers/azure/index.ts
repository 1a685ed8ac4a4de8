/** Connects to Azure: finds where it is, opens the account, and returns the provider over it. Nothing else is imported from outside. */
import { azure } from '../../annotations/azure.ts'
import type { Budget } from '../../src/provider/kit/budget.ts'
import type { Family } from './api/calls.ts'
import { type AzureConfig, type AzureSettings, readAzureConfig } from './api/config.ts'
import { readInstance } from './api/metadata.ts'
import { openAccount, type OpenOptions } from './api/open.ts'
import { capabilities } from './capabilities.ts'
import { planner } from './plan/index.ts'
import { type AzureProvider, azureProvider } from './provider.ts'

export interface AzureConnectOptions extends OpenOptions {
  readonly settings: AzureSettings
}

export interface AzureConnection {
  readonly provider: AzureProvider
  readonly config: AzureConfig
  /** What the provider's calls are taken from. */
  readonly budget: Budget<Family>
}

/** Throws an Error that names a setting and what is allowed. It makes no call to Azure yet. */
export async function connect({ settings, ...options }: AzureConnectOptions): Promise<AzureConnection> {
  const config = await readAzureConfig(settings, readInstance)
  const { account, budget } = await openAccount(config, options)
  return { provider: azureProvider({ account, planner: planner(config), annotations: azure, capabilities }), config, budget }
}
