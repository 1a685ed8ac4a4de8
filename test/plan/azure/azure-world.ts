/** A Stack on the emulated Azure, in whose documents others keep parts of their own. */
import assert from 'node:assert/strict'
import { type Delays, IMMEDIATE, startAzure } from '../../../emulators/azure/index.ts'
import type { AzureOptions } from '../../../annotations/azure.ts'
import { connectTo } from '../../cloud/azure/connect.ts'
import { isOurs, SEED, textOf } from '../../cloud/azure/foreign.ts'
import { addMachines } from '../../cloud/azure/machines.ts'
import { addOthers } from '../../cloud/azure/others.ts'
import { clockOf } from '../../cloud/cloud-time.ts'
import type { PreviewWorld } from '../../cloud/plan-previews.ts'
import { PlannedCloud, type Reported as AnyReported } from '../../cloud/planned-cloud.ts'

const CLUSTER = 'walk'
/** What others wrote is in force. */
const AFTER_OTHERS_MS = 60_000

export type Reported = AnyReported<AzureOptions>

export interface AzureWorld extends PreviewWorld<Reported> {
  owned(): readonly string[]
}

const DELAYS: Delays = { ...IMMEDIATE, address: 2_000, loadBalancer: 15_000, deletion: 5_000 }

/** `delays`: how long changes take. */
export async function openAzureWorld(delays = DELAYS): Promise<AzureWorld> {
  const azure = await startAzure({
    virtualTime: true,
    tls: false,
    seed: SEED,
    delays,
  })
  addMachines(azure)
  const others = addOthers(azure, CLUSTER)
  azure.advance(AFTER_OTHERS_MS)
  const { provider } = await connectTo(azure, { clusterId: CLUSTER, clock: clockOf(azure) })
  return PlannedCloud.open({
    provider,
    now: () => azure.cloud.now(),
    advance: (ms) => azure.advance(ms),
    owned() {
      const { found, expected } = others.parts()
      assert.deepEqual(found, expected)
      return azure.cloud.objects().filter(isOurs(CLUSTER)).map(textOf)
    },
    close: () => azure.close(),
  })
}
