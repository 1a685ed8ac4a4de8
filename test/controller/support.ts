/** The frame of every suite here: the servers that can be started, and a new world for each test. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { type InMemoryCloud, inMemoryCloud } from '../in-memory/index.ts'
import { SERVERS, type Server } from './server.ts'
import { createWorld, type World } from './world.ts'

/** Runs the tests against each API server; says which is left out, and why. `world` answers the present test's world, which has a cloud of its own. */
export function againstServers(title: string, tests: (world: () => World) => void, cloud: () => InMemoryCloud = inMemoryCloud): void {
  for (const { name, absent } of SERVERS) if (absent !== undefined) console.log(`skipped: ${title}, against ${name}: ${absent}`)
  describe.each(SERVERS.filter(({ absent }) => absent === undefined))(`${title}, against $name`, (kind) => {
    let server: Server | undefined
    let world: World | undefined
    beforeAll(async () => {
      server = await kind.start()
    })
    afterAll(async () => {
      await server?.stop()
    })
    beforeEach(async () => {
      if (server !== undefined) world = await createWorld(server, cloud())
    })
    afterEach(async () => {
      await world?.close()
    })
    tests(() => {
      if (world === undefined) throw new Error('there is no world outside a test')
      return world
    })
  })
}
