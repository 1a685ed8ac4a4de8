/** The frame of every suite here: an API server for the file, and a new world for each test. */
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { type Server, SERVERS, type ServerKind } from '../controller/server.ts'
import type { BaseWorld } from './world.ts'

const [EMULATED] = SERVERS

/** Returns how a test opens its world. `create` makes it on the server of the file. */
export function onServerWith<W extends BaseWorld, O>(
  create: (server: Server, options?: O) => Promise<W>,
  kind: ServerKind | undefined = EMULATED,
): (options?: O) => Promise<W> {
  let server: Server | undefined
  beforeAll(async () => {
    server = await kind?.start()
  })
  afterAll(async () => {
    await server?.stop()
  })
  return async (options) => {
    if (server === undefined) throw new Error('there is no server outside a test')
    const world = await create(server, options)
    onTestFinished(() => world.close())
    return world
  }
}
