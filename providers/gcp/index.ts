/** Connects to Google Cloud: finds where it is, opens the account, and returns the provider over it. Nothing else is imported from outside. */
import { gcp } from '../../annotations/gcp.ts'
import type { Budget } from '../../src/provider/kit/budget.ts'
import type { Family } from './api/calls.ts'
import { type GcpConfig, type GcpSettings, readGcpConfig } from './api/config.ts'
import { readMachine } from './api/metadata.ts'
import { openAccount, type OpenOptions } from './api/open.ts'
import { capabilities } from './capabilities.ts'
import { planner } from './plan/index.ts'
import { type GcpProvider, gcpProvider } from './provider.ts'

export interface GcpConnectOptions extends OpenOptions {
  readonly settings: GcpSettings
}

export interface GcpConnection {
  readonly provider: GcpProvider
  readonly config: GcpConfig
  /** What the provider's calls are taken from. */
  readonly budget: Budget<Family>
}

/** Throws an Error that names a setting and what is allowed. It makes no call to Google Cloud yet. */
export async function connect({ settings, ...options }: GcpConnectOptions): Promise<GcpConnection> {
  const config = await readGcpConfig(settings, readMachine)
  const { account, budget } = await openAccount(config, options)
  return { provider: gcpProvider({ account, planner: planner(config), annotations: gcp, capabilities }), config, budget }
}
