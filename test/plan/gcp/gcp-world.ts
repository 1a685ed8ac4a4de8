/** Stacks on the emulated Google Cloud, whose objects others write too. */
import { type Delays, IMMEDIATE, startGcp } from '../../../emulators/gcp/index.ts'
import type { GcpOptions } from '../../../annotations/gcp.ts'
import { clockOf } from '../../cloud/cloud-time.ts'
import { connectTo } from '../../cloud/gcp/connect.ts'
import { addForeign, isOurs, objectsOf, SEED } from '../../cloud/gcp/foreign.ts'
import { effectsOf, withoutEmptied, withoutDenials } from '../../cloud/gcp/effects.ts'
import { addMachines } from '../../cloud/gcp/machines.ts'
import { addColleagues, packetsThrough } from '../../cloud/gcp/packets.ts'
import type { PreviewWorld } from '../../cloud/plan-previews.ts'
import { PlannedCloud, type Reported as AnyReported } from '../../cloud/planned-cloud.ts'

const CLUSTER = 'walk'
const DELAYS = { ...IMMEDIATE, address: 2_000, backendService: 4_000, forwardingRule: 8_000, firewall: 3_000, deletion: 5_000 }

export type Reported = AnyReported<GcpOptions>

export interface GcpWorld extends PreviewWorld<Reported> {
  /** As texts that do not depend on how it came to be. */
  owned(): readonly string[]
  /** The same, without what has no effect; and which packets reach which nodes. Time passes meanwhile. */
  effects(): readonly string[]
}

/** `delays`: how long changes take. */
export async function openGcpWorld(delays: Delays = DELAYS): Promise<GcpWorld> {
  const gcp = await startGcp({ virtualTime: true, seed: SEED, delays })
  const machines = addMachines(gcp).map(({ name, providerId, ip }) => ({ name, providerId, addresses: [ip] }))
  addColleagues(gcp)
  await addForeign(gcp, async (ms) => gcp.advance(ms))
  const { provider } = await connectTo(gcp, { clusterId: CLUSTER, clock: clockOf(gcp) })
  const ours = () => objectsOf(gcp).filter(isOurs(CLUSTER))
  const world = await PlannedCloud.open({
    provider,
    now: () => gcp.cloud.now(),
    advance: (ms) => gcp.advance(ms),
    owned: () => effectsOf(ours()),
    close: () => gcp.close(),
  })
  return Object.assign(world, { effects: () => [...packetsThrough(gcp, machines, ours()), ...effectsOf(withoutDenials(withoutEmptied(ours())))] })
}
