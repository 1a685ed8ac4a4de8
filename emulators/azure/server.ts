/** Starts the emulated cloud on loopback. */
import { cloudClock } from '../cloud/clock.ts'
import type { Emulator } from '../cloud/emulator.ts'
import { Faults } from '../cloud/faults.ts'
import { loopbackCertificates } from '../cloud/http/certificate.ts'
import { handleControl, isControl } from '../cloud/http/control.ts'
import { handleCall } from '../cloud/http/front-door.ts'
import { type Visit, serve } from '../cloud/http/serve.ts'
import { Journal } from '../cloud/journal.ts'
import { type Machines, indexOf } from '../cloud/machines.ts'
import type { Sent } from '../cloud/packets.ts'
import { createRotation } from '../cloud/rotation.ts'
import { azureApi } from './arm/front-door.ts'
import { type AzureCloud, faceOf } from './cloud/face.ts'
import { plant } from './cloud/plant.ts'
import { publishedLimits } from './limiter.ts'
import { type AzureOptions, DEFAULT_QUOTAS, REALISTIC } from './options.ts'
import { deliver } from './packets/deliver.ts'
import { createSubscription, touch } from './store/subscription.ts'

export interface AzureEmulator extends Emulator<AzureCloud> {
  /** PEM of the authority that signed its certificate. Undefined: it serves plain HTTP. */
  readonly authority: string | undefined
}

export async function startAzure(options: AzureOptions = {}): Promise<AzureEmulator> {
  const clock = cloudClock(options)
  const subscription = createSubscription({
    id: options.subscription ?? '00000000-0000-0000-0000-000000000001',
    tenant: options.tenant ?? '00000000-0000-0000-0000-000000000002',
    location: options.location ?? 'westeurope',
    clock,
    delays: { ...REALISTIC, ...options.delays },
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    unproven: { inlineMembers: 'taken', omittedMembers: 'removed', ...options.unproven },
    pageSize: options.pageSize ?? 100,
  })
  const ids = plant(subscription, options.seed ?? {})
  const [journal, faults, rotation] = [new Journal(), new Faults(), createRotation()]
  const certificates = options.tls === false ? undefined : loopbackCertificates()
  const api = azureApi({
    subscription,
    limiters: options.limits === 'published' ? publishedLimits(clock) : [],
    scheme: certificates === undefined ? 'http' : 'https',
  })
  const cloud = faceOf(subscription, ids)
  const emulator = {
    cloud,
    journal,
    faults,
    authority: certificates?.authority,
    setMachines(machines: Machines) {
      subscription.machines = indexOf(machines)
      touch(subscription)
    },
    deliver: (packet: Sent) => deliver(subscription, rotation, packet),
    advance: (ms: number) => clock.advance(ms),
    state: () => cloud.objects(),
    operationFaults: subscription.operations.faults,
  }
  const handle = (visit: Visit): void => {
    if (isControl(visit.request)) handleControl(emulator, visit)
    else handleCall({ clock, faults, journal }, api, visit)
  }
  const served = await serve(handle, { ...options, tls: certificates })
  return { ...emulator, handle, ...served }
}
