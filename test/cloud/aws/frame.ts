/** The frame of every suite here: an API server for the file, and a new world with the emulated AWS for each test. */
import type { AwsOptions } from '../../../emulators/aws/index.ts'
import type { ServerKind } from '../../controller/server.ts'
import { onServerWith } from '../frame.ts'
import { createWorld, type World } from './world.ts'

export function onServer(kind?: ServerKind): (options?: AwsOptions) => Promise<World> {
  return onServerWith(createWorld, kind)
}
