/** Connects to AWS: finds where it is, opens the account, and returns the provider over it. Nothing else is imported from outside. */
import { aws } from '../../annotations/aws.ts'
import type { Budget } from '../../src/provider/budget.ts'
import type { Family } from './api.ts'
import { capabilities } from './capabilities.ts'
import { type AwsConfig, type AwsSettings, readAwsConfig } from './config.ts'
import { instanceMetadata } from './metadata.ts'
import { openAccount, type OpenOptions } from './open.ts'
import { planner } from './plan/index.ts'
import { type AwsProvider, awsProvider } from './provider.ts'

export interface AwsConnectOptions extends OpenOptions {
  readonly settings: AwsSettings
}

export interface AwsConnection {
  readonly provider: AwsProvider
  readonly config: AwsConfig
  /** What the provider's calls are taken from. */
  readonly budget: Budget<Family>
  /** Ends what is open; nothing of the account goes. */
  close(): void
}

/** Throws an Error that names a setting and what is allowed. It makes no call to the account yet. */
export async function connect({ settings, ...options }: AwsConnectOptions): Promise<AwsConnection> {
  const { regionOfChain } = await import('./sdk.ts')
  const config = await readAwsConfig(settings, { region: regionOfChain, metadata: instanceMetadata() })
  const opened = await openAccount(config, options)
  const provider = awsProvider({ account: opened.account, planner: planner(config), annotations: aws, capabilities })
  return { provider, config, budget: opened.budget, close: () => opened.close() }
}
