/** Starts the emulated cloud on loopback. */
import { cloudClock } from '../cloud/clock.ts'
import type { Emulator } from '../cloud/emulator.ts'
import { Faults } from '../cloud/faults.ts'
import { handleControl, isControl } from '../cloud/http/control.ts'
import { handleCall } from '../cloud/http/front-door.ts'
import { serve, type Visit } from '../cloud/http/serve.ts'
import { Journal } from '../cloud/journal.ts'
import { noLimits } from '../cloud/limiter.ts'
import { type Machines, indexOf } from '../cloud/machines.ts'
import type { Sent } from '../cloud/packets.ts'
import { createRotation } from '../cloud/rotation.ts'
import { type AwsCloud, faceOf } from './cloud/face.ts'
import { plant } from './cloud/plant.ts'
import { setSecondaryAddresses } from './cloud/interfaces.ts'
import { type Region, createRegion, touch } from './cloud/region.ts'
import { awsApi } from './http/front-door.ts'
import { publishedLimits } from './limiter.ts'
import { type AwsOptions, DEFAULT_QUOTAS, REALISTIC } from './options.ts'
import { deliver } from './packets/deliver.ts'

/** One address for all services; instances are matched to nodes by private address, or by the id in the provider id. */
export type AwsEmulator = Emulator<AwsCloud>

export async function startAws(options: AwsOptions = {}): Promise<AwsEmulator> {
  const clock = cloudClock(options)
  const region = createRegion({
    name: options.region ?? 'eu-west-1',
    account: options.account ?? '123456789012',
    clock,
    delays: { ...REALISTIC, ...options.delays },
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    answersWhileProvisioning: options.answersWhileProvisioning ?? false,
  })
  const ids = plant(region, options.seed ?? {})
  const [journal, faults, rotation] = [new Journal(), new Faults(), createRotation()]
  const api = awsApi({ region, limiter: options.limits === 'published' ? publishedLimits(clock) : noLimits })
  const cloud = faceOf(region, ids)
  const emulator = {
    cloud,
    journal,
    faults,
    setMachines(machines: Machines) {
      region.machines = indexOf(machines)
      addressPods(region)
      touch(region)
    },
    deliver: (packet: Sent) => deliver(region, rotation, packet),
    advance: (ms: number) => clock.advance(ms),
    state: () => cloud.objects(),
  }
  const handle = (visit: Visit): void => {
    if (isControl(visit.request)) handleControl(emulator, visit)
    else handleCall({ clock, faults, journal }, api, visit)
  }
  const served = await serve(handle, options)
  return { ...emulator, handle, ...served }
}

/** The addresses of the pods on an instance are secondary ones of its interface. */
function addressPods(region: Region): void {
  const placed = [...region.instances.values()].flatMap((instance) => {
    const at = region.interfaces.get(instance.interfaceId)
    return at === undefined ? [] : [{ at, ips: [...instance.seededIps, ...region.machines.podIps(instance)] }]
  })
  // An address may have moved from one to another: all are let go first.
  for (const { at } of placed) setSecondaryAddresses(region, at, [])
  for (const { at, ips } of placed) setSecondaryAddresses(region, at, ips)
}
