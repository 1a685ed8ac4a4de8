/** A cluster, the emulated Azure, and processes that come and go. */
import { type AzureEmulator, type AzureOptions, IMMEDIATE, startAzure } from '../../../emulators/azure/index.ts'
import { ManualClock } from '../../clock.ts'
import type { Server } from '../../controller/server.ts'
import { createWorld as createAnyWorld, type World as AnyWorld } from '../world.ts'
import { connectTo } from './connect.ts'
import { addForeign, isOurs, SEED, textOf } from './foreign.ts'
import { addMachines, CLASS } from './machines.ts'

export const CLUSTER_ID = 'e2e'

export type World = AnyWorld<{ readonly azure: AzureEmulator }>

export async function createWorld(server: Server, options: AzureOptions = {}): Promise<World> {
  const clock = new ManualClock()
  const azure = await startAzure({ delays: IMMEDIATE, tls: false, seed: SEED, ...options, now: () => clock.now() })
  const machines = addMachines(azure)
  addForeign(azure)
  return createAnyWorld({
    server,
    clock,
    own: { azure },
    cloud: {
      name: 'azure',
      className: CLASS,
      emulator: azure,
      machines,
      nodesReachedBy: 'publishedAddress',
      connect: async (own) => ({ ...(await connectTo(azure, { clusterId: CLUSTER_ID, clock: own })), close: () => {} }),
      isOurs: () => isOurs(CLUSTER_ID),
      isByproduct: () => false,
      textOf,
    },
  })
}
