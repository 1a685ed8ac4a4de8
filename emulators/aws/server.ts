/** Starts the emulated cloud on loopback. */
import { cloudClock } from '../cloud/clock.ts'
import type { Emulator } from '../cloud/emulator.ts'
import { noLimits } from '../cloud/limiter.ts'
import { indexOf } from '../cloud/machines.ts'
import { startCloud } from '../cloud/server.ts'
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
  return startCloud(
    {
      clock,
      cloud: faceOf(region, ids),
      api: awsApi({ region, limiter: options.limits === 'published' ? publishedLimits(clock) : noLimits }),
      setMachines(machines) {
        region.machines = indexOf(machines)
        addressPods(region)
        touch(region)
      },
      deliver: (packet, rotation) => deliver(region, rotation, packet),
    },
    options,
  )
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
