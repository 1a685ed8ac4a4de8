/** A cluster, the local provider on a data plane of paper, and processes that come and go: the world of a cloud's tests, where the cloud is this machine. */
import { Faults } from '../../../emulators/cloud/faults.ts'
import { Journal } from '../../../emulators/cloud/journal.ts'
import { parsePools } from '../../../providers/local/config.ts'
import { localProvider } from '../../../providers/local/provider.ts'
import type { Clock } from '../../../src/model/clock.ts'
import { ManualClock } from '../../clock.ts'
import type { Server } from '../../controller/server.ts'
import { FakeDataPlane } from '../../unit/local/fake-data-plane.ts'
import { createWorld as createAnyWorld, type World } from '../world.ts'
import type { Emulator } from '../under-test.ts'

const POOLS = ['127.0.10.0/24', 'fd00:9::/120']
const MACHINES = [1, 2, 3].map((number) => ({
  name: `node-${number}`,
  providerId: `kind://fairlead/node-${number}`,
  ip: `172.30.0.${number}`,
  ipv6: `fd00:30::${number}`,
  zone: 'here',
}))

interface Own {
  readonly dataPlane: FakeDataPlane
}

export async function createWorld(server: Server): Promise<World<Own>> {
  const clock = new ManualClock()
  const dataPlane = new FakeDataPlane()
  return createAnyWorld({
    server,
    clock,
    own: { dataPlane },
    cloud: {
      name: 'local',
      className: 'fairlead.dev/local',
      emulator: thisMachine(),
      machines: MACHINES,
      connect: async (ruling) => connectTo(dataPlane, ruling),
      isOurs: () => () => true,
      isByproduct: () => false,
    },
  })
}

function connectTo(dataPlane: FakeDataPlane, clock: Clock) {
  const provider = localProvider({
    dataPlane,
    reach: { kind: 'direct' },
    pools: parsePools(POOLS),
    lowestPort: async () => 1,
    portOffset: 0,
    kubeProxy: true,
    clock,
  })
  const budget = { withPriority: <T>(_: unknown, work: () => Promise<T>) => work() }
  return { provider, budget, close: () => {} }
}

/** For a command that only looks: here at what the controller's own process has. */
export function looking(world: World<Own>) {
  return { world, provider: 'local', connect: async () => connectTo(world.dataPlane, world.clock) }
}

/** No cloud is called, and packets are the business of the contract's worlds (`test/contract`). */
function thisMachine(): Emulator {
  return {
    journal: new Journal(),
    faults: new Faults(),
    cloud: { objects: () => [] },
    setMachines: () => {},
    deliver: () => ({ at: 'route', dropped: 'a data plane of paper takes no packets' }),
    close: async () => {},
  }
}
