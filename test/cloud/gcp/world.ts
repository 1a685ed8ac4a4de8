/** A cluster, the emulated Google Cloud, and processes that come and go. */
import { type GcpEmulator, type GcpOptions, IMMEDIATE, startGcp } from '../../../emulators/gcp/index.ts'
import type { GcpSettings } from '../../../providers/gcp/api/config.ts'
import { ManualClock } from '../../clock.ts'
import type { Server } from '../../controller/server.ts'
import type { Machine } from '../cluster.ts'
import { createWorld as createAnyWorld, type World as AnyWorld } from '../world.ts'
import { connectTo } from './connect.ts'
import { addForeign, emulatorOf, isOurs, SEED } from './foreign.ts'
import { addMachines, CLASS } from './machines.ts'

export const CLUSTER_ID = 'e2e'

interface Own {
  readonly gcp: GcpEmulator
  readonly machines: readonly Machine[]
  /** What the operator sets otherwise, for processes that start from now on. */
  settings: Partial<GcpSettings>
}

export type World = AnyWorld<Own>

export interface WorldOptions extends GcpOptions {
  /** The machines of the cluster. Default: one in each zone. */
  readonly machines?: (gcp: GcpEmulator) => readonly Machine[]
}

export async function createWorld(server: Server, { machines: add = addMachines, ...options }: WorldOptions = {}): Promise<World> {
  const clock = new ManualClock()
  const gcp = await startGcp({ delays: IMMEDIATE, seed: SEED, ...options, now: () => clock.now() })
  const machines = add(gcp)
  await addForeign(gcp, (ms) => clock.advance(ms))
  const own: Own = { gcp, machines, settings: {} }
  return createAnyWorld({
    server,
    clock,
    own,
    cloud: {
      name: 'gcp',
      className: CLASS,
      emulator: emulatorOf(gcp),
      machines,
      nodesReachedBy: 'publishedAddress',
      connect: async (ruling) => ({ ...(await connectTo(gcp, { clusterId: CLUSTER_ID, clock: ruling, settings: own.settings })), close: () => {} }),
      isOurs: () => isOurs(CLUSTER_ID),
      isByproduct: () => false,
    },
  })
}

/** For a command that only looks. */
export function looking(world: World) {
  const connect = async () => ({ ...(await connectTo(world.gcp, { clusterId: CLUSTER_ID, clock: world.clock, settings: world.settings })), close: () => {} })
  return { world, provider: 'gcp', connect }
}
