/** A cloud whose changes are operations: what a Service shows of them, and how often. */
import { expect, test } from 'vitest'
import { inMemoryCloud } from '../in-memory/index.ts'
import { until } from '../until.ts'
import { SkippingClock } from './skipping-clock.ts'
import { againstServers } from './support.ts'
import { createWorld, readyOf } from './world.ts'

againstServers('operations', (world) => {
  test.each([
    { what: 'one of 6 seconds brings no write', ms: 6_000, change: 'source ranges', shown: [] },
    { what: 'one of a minute is shown once, and its end', ms: 60_000, change: 'source ranges', shown: ['Progressing', 'Ready'] },
    { what: 'one of a minute for backends alone is not shown', ms: 60_000, change: 'backends', shown: [] },
  ])('$what', async ({ ms, change, shown }) => {
    const clock = new SkippingClock()
    const own = await createWorld(world().server, inMemoryCloud({ operations: { ms, clock } }))
    const process = await own.start({}, { clock })
    const name = 'web'
    await own.create(name)
    await own.patch(name, { metadata: { annotations: { 'fairlead.dev/targets': 'pods' } } })
    await own.endpoints(name, ['10.1.0.1'])
    await until(async () => {
      clock.skip(1_000)
      return readyOf(await own.get(name))?.reason === 'Ready'
    })
    await process.controller.idle()
    const seen: (string | undefined)[] = []
    const patches = (): number => process.calls.filter((call) => call.startsWith('patchServiceStatus')).length
    const [before, documents] = [patches(), own.cloud.journal.writes.length]
    if (change === 'backends') await own.endpoints(name, ['10.1.0.1', '10.1.0.2'])
    else await own.patch(name, { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } })
    await until(() => own.cloud.journal.writes.length > documents)
    for (let second = 0; second < ms / 1_000 + 10; second++) {
      await process.controller.idle()
      const reason = readyOf(await own.get(name))?.reason
      if (reason !== (seen.at(-1) ?? 'Ready')) seen.push(reason)
      clock.skip(1_000)
    }
    await process.controller.idle()
    expect([seen, patches() - before]).toEqual([shown, shown.length])
    expect(await own.reach(name)).toMatch(change === 'source ranges' ? /source ranges/ : /^(?!.*source ranges)/)
    await process.stop()
    await own.close()
  })
})
