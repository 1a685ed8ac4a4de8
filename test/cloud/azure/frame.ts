/** The frame of every suite here: an API server for the file, and a new world with the emulated Azure for each test. */
import type { AzureOptions } from '../../../emulators/azure/index.ts'
import type { ServerKind } from '../../controller/server.ts'
import { onServerWith } from '../frame.ts'
import { createWorld, type World } from './world.ts'

export function onServer(kind?: ServerKind): (options?: AzureOptions) => Promise<World> {
  return onServerWith(createWorld, kind)
}
