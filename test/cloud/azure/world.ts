/** A cluster, the emulated Azure, and processes that come and go. */
import { type AzureEmulator, type AzureOptions, IMMEDIATE, startAzure } from '../../../emulators/azure/index.ts'
import type { AzureSettings } from '../../../providers/azure/api/config.ts'
import { ManualClock } from '../../clock.ts'
import type { Server } from '../../controller/server.ts'
import { createWorld as createAnyWorld, type World as AnyWorld } from '../world.ts'
import { connectTo } from './connect.ts'
import { addForeign, isOurs, SEED, textOf } from './foreign.ts'
import { addMachines, CLASS } from './machines.ts'

export const CLUSTER_ID = 'e2e'

interface Own {
  readonly azure: AzureEmulator
  /** What the operator sets otherwise, for processes that start from now on. */
  settings: Partial<AzureSettings>
}

export type World = AnyWorld<Own>

export async function createWorld(server: Server, options: AzureOptions = {}): Promise<World> {
  const clock = new ManualClock()
  const azure = await startAzure({ delays: IMMEDIATE, tls: false, seed: SEED, ...options, now: () => clock.now() })
  const machines = addMachines(azure)
  addForeign(azure)
  const own: Own = { azure, settings: {} }
  return createAnyWorld({
    server,
    clock,
    own,
    cloud: {
      name: 'azure',
      className: CLASS,
      emulator: azure,
      machines,
      nodesReachedBy: 'publishedAddress',
      connect: async (ruling) => ({ ...(await connectTo(azure, { clusterId: CLUSTER_ID, clock: ruling, settings: own.settings })), close: () => {} }),
      isOurs: () => isOurs(CLUSTER_ID),
      isByproduct: () => false,
      textOf,
    },
  })
}

/** For a command that only looks. */
export function looking(world: World) {
  const connect = async () => ({
    ...(await connectTo(world.azure, { clusterId: CLUSTER_ID, clock: world.clock, settings: world.settings })),
    close: () => {},
  })
  return { world, provider: 'azure', connect }
}
