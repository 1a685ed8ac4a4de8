/** The emulated account, and an API server if one is asked for, in a process of their own. */
import type { AwsOptions } from '../../../emulators/aws/index.ts'
import { type RemoteWorld, startRemote, type WorldOptions } from '../cluster/remote-world.ts'
import type { Place } from './account.ts'

export function startRemoteWorld(options: WorldOptions<AwsOptions>): Promise<RemoteWorld<Place>> {
  return startRemote(new URL('world-process.ts', import.meta.url), options)
}
