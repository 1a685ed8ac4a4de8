/** The emulated project, and an API server if one is asked for, in a process of their own. */
import type { GcpOptions } from '../../../emulators/gcp/index.ts'
import { type RemoteWorld, startRemote, type WorldOptions } from '../cluster/remote-world.ts'
import type { Place } from './project.ts'

export function startRemoteProject(options: WorldOptions<GcpOptions>): Promise<RemoteWorld<Place>> {
  return startRemote(new URL('project-process.ts', import.meta.url), options)
}
