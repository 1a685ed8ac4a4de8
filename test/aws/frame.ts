/** The frame of every suite here: an API server for the file, and a new world for each test. */
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { AwsOptions } from '../../emulators/aws/index.ts'
import { type Server, SERVERS, type ServerKind } from '../controller/server.ts'
import { createWorld, type World } from './world.ts'

const [EMULATED] = SERVERS

/** Answers how a test opens its world. */
export function onServer(kind: ServerKind | undefined = EMULATED): (options?: AwsOptions) => Promise<World> {
  let server: Server | undefined
  beforeAll(async () => {
    server = await kind?.start()
  })
  afterAll(async () => {
    await server?.stop()
  })
  return async (options) => {
    if (server === undefined) throw new Error('there is no server outside a test')
    const world = await createWorld(server, options)
    onTestFinished(() => world.close())
    return world
  }
}
