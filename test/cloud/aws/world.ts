/** A cluster, the emulated AWS, and processes that come and go. */
import { type AwsEmulator, type AwsOptions, IMMEDIATE, startAws } from '../../../emulators/aws/index.ts'
import { ManualClock } from '../../clock.ts'
import type { Server } from '../../controller/server.ts'
import { createWorld as createAnyWorld, type World as AnyWorld } from '../world.ts'
import { connectTo } from './connect.ts'
import { addForeign, isOurs } from './foreign.ts'
import { addInstances, CLASS } from './machines.ts'

export const CLUSTER_ID = 'e2e'

export type World = AnyWorld<{ readonly aws: AwsEmulator }>

export async function createWorld(server: Server, options: AwsOptions = {}): Promise<World> {
  const clock = new ManualClock()
  const aws = await startAws({ delays: IMMEDIATE, ...options, now: () => clock.now() })
  const machines = addInstances(aws)
  addForeign(aws)
  return createAnyWorld({
    server,
    clock,
    own: { aws },
    cloud: {
      name: 'aws',
      className: CLASS,
      emulator: aws,
      machines,
      connect: (own) => connectTo(aws, { clusterId: CLUSTER_ID, clock: own }),
      isOurs: () => isOurs(aws),
      isByproduct: ({ kind }) => kind === 'network interface',
    },
  })
}

/** For a command that only looks. */
export function looking(world: World) {
  return { world, provider: 'aws', connect: () => connectTo(world.aws, { clusterId: CLUSTER_ID, clock: world.clock }) }
}
