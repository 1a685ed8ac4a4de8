/** Starts the emulated cloud on loopback. */
import { cloudClock } from '../cloud/clock.ts'
import type { Emulator } from '../cloud/emulator.ts'
import { noLimits } from '../cloud/limiter.ts'
import { startCloud } from '../cloud/server.ts'
import { type GcpCloud, faceOf } from './cloud/face.ts'
import { plantSeed } from './cloud/plant.ts'
import { computeApi } from './compute/front-door.ts'
import { publishedLimits } from './limiter.ts'
import { DEFAULT_QUOTAS, type GcpOptions, REALISTIC } from './options.ts'
import { deliver } from './packets/deliver.ts'
import { createCompute, touch } from './store/compute.ts'
import { machinesIndex } from './store/machines.ts'

/** The Compute API is at `/compute/v1/`; machines are matched to nodes by zone and name, and by address. */
export type GcpEmulator = Emulator<GcpCloud>

export async function startGcp(options: GcpOptions = {}): Promise<GcpEmulator> {
  const clock = cloudClock(options)
  const { project = 'fairlead', region = 'us-central1' } = options
  const compute = createCompute({
    project,
    networkProject: options.networkProject ?? project,
    region,
    zones: options.zones ?? ['a', 'b', 'c'].map((letter) => `${region}-${letter}`),
    clock,
    delays: { ...REALISTIC, ...options.delays },
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
  })
  const ids = plantSeed(compute, options.seed ?? {})
  return startCloud(
    {
      clock,
      cloud: faceOf(compute, ids),
      api: computeApi({ compute, limiter: options.limits === 'published' ? publishedLimits(clock) : noLimits }),
      setMachines(machines) {
        compute.machines = machinesIndex(machines)
        touch(compute)
      },
      deliver: (packet, rotation) => deliver(compute, rotation, packet),
      operationFaults: compute.operations.faults,
    },
    options,
  )
}
