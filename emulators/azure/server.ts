/** Starts the emulated cloud on loopback. */
import { cloudClock } from '../cloud/clock.ts'
import type { Emulator } from '../cloud/emulator.ts'
import { loopbackCertificates } from '../cloud/http/certificate.ts'
import { indexOf } from '../cloud/machines.ts'
import { startCloud } from '../cloud/server.ts'
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
  const certificates = options.tls === false ? undefined : loopbackCertificates()
  const started = await startCloud(
    {
      clock,
      cloud: faceOf(subscription, ids),
      api: azureApi({
        subscription,
        limiters: options.limits === 'published' ? publishedLimits(clock) : [],
        scheme: certificates === undefined ? 'http' : 'https',
      }),
      setMachines(machines) {
        subscription.machines = indexOf(machines)
        touch(subscription)
      },
      deliver: (packet, rotation) => deliver(subscription, rotation, packet),
      operationFaults: subscription.operations.faults,
    },
    { ...options, tls: certificates },
  )
  return { ...started, authority: certificates?.authority }
}
