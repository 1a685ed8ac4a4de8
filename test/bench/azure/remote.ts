/** The emulated subscription, and an API server if one is asked for, in a process of their own. */
import type { AzureOptions } from '../../../emulators/azure/index.ts'
import { type RemoteWorld, startRemote, type WorldOptions } from '../cluster/remote-world.ts'
import type { Place } from './subscription.ts'

export function startRemoteSubscription(options: WorldOptions<AzureOptions>): Promise<RemoteWorld<Place>> {
  return startRemote(new URL('subscription-process.ts', import.meta.url), options)
}
