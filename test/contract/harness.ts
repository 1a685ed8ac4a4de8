/** Runs the contract for one provider: the packets and the laws. What the provider cannot do is skipped, and the reason is printed. */
import { describe, expect, it } from 'vitest'
import { type Law, LAWS } from './laws.ts'
import { PACKETS, type Scenario } from './packets.ts'
import { Stage } from './stage.ts'
import type { Contender } from './world.ts'

export function contract(contender: Contender): void {
  describe(`packets: ${contender.name}`, () => {
    it.for(PACKETS)('$title', async (scenario, context) => {
      const world = await contender.open()
      try {
        const stage = await Stage.open(world)
        const reason = excuse(scenario, contender, stage)
        if (reason !== undefined) {
          console.info(`skipped for ${contender.name}: ${scenario.title}: ${reason}`)
          context.skip(reason)
        }
        expect.hasAssertions()
        await scenario.play(stage)
      } finally {
        await world.close()
      }
    })
  })

  describe(`laws: ${contender.name}`, { timeout: contender.patienceMs ?? 240_000 }, () => {
    it.for(LAWS)('$title', async (law, context) => {
      const reason = await excuseOf(law, contender)
      if (reason !== undefined) {
        console.info(`skipped for ${contender.name}: ${law.title}: ${reason}`)
        context.skip(reason)
      }
      expect.hasAssertions()
      await law.check(() => contender.open())
    })
  })
}

async function excuseOf(law: Law, contender: Contender): Promise<string | undefined> {
  if (law.excuse === undefined) return undefined
  const world = await contender.open()
  try {
    return law.excuse(world)
  } finally {
    await world.close()
  }
}

function excuse({ needs, targets, addresses, reached }: Scenario, { lacks = {} }: Contender, { world, steward }: Stage): string | undefined {
  if (targets !== undefined && targets !== world.targets) return `it is about ${targets} as targets, and these are ${world.targets}`
  const isShared = world.addressesAreShared === true
  if (addresses !== undefined && (addresses === 'shared') !== isShared) return `Services that ask for one address ${isShared ? 'share it' : 'do not share it'}`
  const isByAddress = world.nodesReachedBy === 'publishedAddress'
  if (reached !== undefined && (reached === 'by the address') !== isByAddress)
    return `nodes are reached ${isByAddress ? 'by the published address' : 'by each port'}`
  for (const feature of needs) {
    const support = steward.cloud.capabilities[feature]
    const because = support.supported ? lacks[feature] : support.because
    if (because !== undefined) return because
  }
  return undefined
}
