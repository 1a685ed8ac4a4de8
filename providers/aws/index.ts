/** Connects to AWS: finds where it is, opens the account, and returns the provider over it. Nothing else is imported from outside. */
import { aws } from '../../annotations/aws.ts'
import type { Budget } from '../../src/provider/kit/budget.ts'
import type { Family } from './api/calls.ts'
import { capabilities } from './capabilities.ts'
import { type AwsConfig, type AwsSettings, readAwsConfig } from './api/config.ts'
import { instanceMetadata } from './api/metadata.ts'
import { openAccount, type OpenOptions } from './api/open.ts'
import { planner } from './plan/index.ts'
import { type AwsProvider, awsProvider } from './provider.ts'

export interface AwsConnectOptions extends OpenOptions {
  readonly settings: AwsSettings
  /** There is one inventory and nothing after it, as for `fairlead plan`. */
  readonly readsOnce?: boolean
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
export async function connect({ settings, readsOnce = false, ...options }: AwsConnectOptions): Promise<AwsConnection> {
  const { regionOfChain } = await import('./api/sdk.ts')
  const config = await readAwsConfig(settings, { region: regionOfChain, metadata: instanceMetadata() })
  const opened = await openAccount(config, options)
  const provider = awsProvider({ account: opened.account, planner: planner(config), annotations: aws, capabilities, readsOnce })
  return { provider, config, budget: opened.budget, close: () => opened.close() }
}
