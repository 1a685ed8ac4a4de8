/** The frame of every suite here: an API server for the file, and a new world with the emulated Google Cloud for each test. */
import type { ServerKind } from '../../controller/server.ts'
import { onServerWith } from '../frame.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'

export function onServer(kind?: ServerKind): (options?: WorldOptions) => Promise<World> {
  return onServerWith(createWorld, kind)
}
