/** How many writes of shared documents changes cost that come while a load balancer is being changed, and after it was. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type AzureEmulator, REALISTIC, startAzure } from '../../../emulators/azure/index.ts'
import type { Cloud } from '../../../src/provider/cloud.ts'
import { bind } from '../../../src/provider/engine/bind.ts'
import type { Intent } from '../../../src/provider/provider.ts'
import { owner } from '../../contract/wish.ts'
import { listener } from '../../contract/wish.ts'
import { nodes, want } from '../../plan/azure/random-asks.ts'
import { clockOf } from '../cloud-time.ts'
import { connectTo } from './connect.ts'
import { SEED } from './foreign.ts'
import { addMachines } from './machines.ts'

const STEP_MS = 1_000
const { signal } = new AbortController()

let azure: AzureEmulator
let cloud: Cloud
beforeEach(async () => {
  azure = await startAzure({ virtualTime: true, tls: false, seed: SEED, delays: REALISTIC })
  addMachines(azure)
  const { provider } = await connectTo(azure, { clusterId: 'few', clock: clockOf(azure) })
  cloud = bind(provider)
  await cloud.learn(signal)
})
afterEach(() => azure.close())

function asking(names: readonly string[], tags: Readonly<Record<string, string>> = {}): readonly Intent<unknown>[] {
  const options = {}
  return names.map((name) => ({
    owner: owner(name),
    want: want({ listeners: [listener('80/TCP')], tags, on: nodes(1, 2), options }),
    published: [],
    lingering: [],
  }))
}

/** Turn after turn, for so long. */
async function pass(intents: readonly Intent<unknown>[], seconds: number): Promise<void> {
  const [stack = ''] = intents.flatMap((one) => ('want' in one ? [cloud.stackOf(one.owner, one.want)] : []))
  for (let second = 0; second < seconds; second++) {
    await cloud.converge({ stack, intents, now: azure.cloud.now(), signal, mayWrite: () => true, retryNow: new Set() })
    azure.advance(STEP_MS)
  }
}

it('Services that come while the load balancer is being changed are opened with its next write', async () => {
  await pass(asking(['first']), 5)
  for (let count = 1; count <= 4; count++) await pass(asking(['first', 'a', 'b', 'c', 'd'].slice(0, count + 1)), 2)
  await pass(asking(['first', 'a', 'b', 'c', 'd']), 60)
  expect(azure.journal.counts()).toMatchObject({ PutPublicIpAddress: 5, PutLoadBalancer: 2, PutNetworkSecurityGroup: 2 })
})

it.each([1, 6])('tags of %d addresses that a load balancer has taken since are written once each', async (count) => {
  const names = Array.from({ length: count }, (_, i) => `s${i}`)
  await pass(asking(names), 60)
  const { mark } = azure.journal
  await pass(asking(names, { team: 'shop' }), 30)
  const calls = azure.journal.since(mark)
  expect(azure.journal.counts(mark)).toMatchObject({ PutPublicIpAddress: count })
  expect(calls.filter(({ status }) => status === 412)).toEqual([])
})
