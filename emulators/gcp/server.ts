/** Starts the emulated cloud on loopback. */
import { cloudClock } from '../cloud/clock.ts'
import type { Emulator } from '../cloud/emulator.ts'
import { Faults } from '../cloud/faults.ts'
import { handleControl, isControl } from '../cloud/http/control.ts'
import { handleCall } from '../cloud/http/front-door.ts'
import { type Visit, serve } from '../cloud/http/serve.ts'
import { Journal } from '../cloud/journal.ts'
import { noLimits } from '../cloud/limiter.ts'
import type { Machines } from '../cloud/machines.ts'
import type { Sent } from '../cloud/packets.ts'
import { createRotation } from '../cloud/rotation.ts'
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
  const [journal, faults, rotation] = [new Journal(), new Faults(), createRotation()]
  const api = computeApi({ compute, limiter: options.limits === 'published' ? publishedLimits(clock) : noLimits })
  const cloud = faceOf(compute, ids)
  const emulator = {
    cloud,
    journal,
    faults,
    setMachines(machines: Machines) {
      compute.machines = machinesIndex(machines)
      touch(compute)
    },
    deliver: (packet: Sent) => deliver(compute, rotation, packet),
    advance: (ms: number) => clock.advance(ms),
    state: () => cloud.objects(),
    operationFaults: compute.operations.faults,
  }
  const handle = (visit: Visit): void => {
    if (isControl(visit.request)) handleControl(emulator, visit)
    else handleCall({ clock, faults, journal }, api, visit)
  }
  return { ...emulator, handle, ...(await serve(handle, options)) }
}
