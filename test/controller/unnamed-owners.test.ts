/** A cloud that has room for the uids of Services alone: nothing of a Service that exists is deleted, everything of one that does not is. */
import { expect, test } from 'vitest'
import { inMemoryCloud } from '../in-memory/index.ts'
import { until } from '../until.ts'
import { serverError } from './faults.ts'
import { SkippingClock } from './skipping-clock.ts'
import { againstServers } from './support.ts'
import { addressOf, type Process, STACKS, type World } from './world.ts'

const MINUTE = 60_000

/** Services leave while no controller runs, and nothing waits for their finalizers. Answers their uids. */
async function orphan(world: World, before: Process, ...names: readonly string[]): Promise<readonly string[]> {
  const uids: string[] = []
  for (const name of names) uids.push((await world.reported(name, 'NoBackends')).metadata.uid)
  await before.kill()
  for (const name of names) {
    await world.patch(name, { metadata: { finalizers: null } })
    await world.remove(name)
    await world.gone(name)
  }
  return uids
}

const lists = ({ calls }: Process): number => calls.filter((call) => call.startsWith('list services')).length
const gets = ({ reads }: Process): number => reads.filter((read) => read === 'getService').length

againstServers(
  'owners of whom the cloud knows the uid alone',
  (world) => {
    const isClean = (): Promise<void> => until(() => world().cloud.addresses.length === 0 && world().cloud.rules.length === 0)
    const internal = { metadata: { annotations: { 'fairlead.dev/scheme': 'internal' } } }

    test('a Service is served, also by the next process, and cleaned up when it goes; no list is needed', async () => {
      const first = await world().start()
      await world().create('web')
      const address = addressOf(await world().reported('web', 'NoBackends'))
      expect(world().cloud.rules.map(({ owner }) => Object.keys(owner))).toEqual([['uid']])
      await first.stop()
      const process = await world().start()
      await process.controller.idle()
      await world().patch('web', { spec: { ports: [{ port: 81, protocol: 'TCP' }] } })
      await until(async () => (await world().reach('web', 81)) === 'node')
      expect(addressOf(await world().get('web'))).toBe(address)
      await world().remove('web')
      await world().gone('web')
      await isClean()
      expect({ lists: lists(process), orphans: process.controller.orphans() }).toEqual({ lists: 1, orphans: [] })
      await process.stop()
    })

    test('a first list that misses a Service takes nothing away', async () => {
      const first = await world().start()
      await world().create('web')
      await world().reported('web', 'NoBackends')
      await first.stop()
      let pages = 0
      const old = <T>(resource: string, items: readonly T[]): readonly T[] => (resource === 'services' && pages++ === 0 ? [] : items)
      const second = await world().start({ orphanGraceMs: 0 }, { faults: { list: old } })
      await second.controller.idle()
      expect(await world().reach('web')).toBe('node')
      expect(lists(second)).toBe(2)
      expect(gets(second), 'its name is known now').toBeGreaterThan(0)
      await second.stop()
    })

    test('as long as the API server does not say that a Service is gone, nothing is taken away', async () => {
      await world().create('web')
      await orphan(world(), await world().start(), 'web')
      let pages = 0
      const second = await world().start(
        { orphanGraceMs: 0 },
        { faults: { before: (call, [resource]) => (call === 'list' && resource === 'services' && pages++ > 0 ? serverError() : undefined) } },
      )
      await second.controller.idle()
      expect(pages).toBeGreaterThan(1)
      expect(world().cloud.rules).toHaveLength(1)
      expect(second.warnings).toContain('the API server did not say which Services are gone')
      second.faults.before = () => undefined
      await isClean()
      await second.stop()
    })

    test('orphans are listed by uid and by what they hold, asked about by one list, and deleted after the grace time', async () => {
      await world().create('web')
      await world().create('shop', internal)
      const uids = await orphan(world(), await world().start(), 'web', 'shop')
      const clock = new SkippingClock()
      const process = await world().start({}, { clock })
      await process.controller.idle()
      const listed = process.controller.orphans() ?? []
      expect(listed.map(({ uid }) => uid).toSorted()).toEqual(uids.toSorted())
      for (const { namespace, name, uid, holds, addresses, state } of listed) {
        expect({ namespace, name, state, addresses: addresses.length }).toEqual({ namespace: null, name: null, state: 'waiting', addresses: 1 })
        expect(holds).toEqual([expect.stringMatching(`^address ${uid}-`), expect.stringMatching(`^rule ${uid}-.* 80/TCP$`)])
      }
      expect({ gauge: process.orphanGauge(), lists: lists(process), gets: gets(process) }).toEqual({ gauge: 2, lists: 2, gets: 0 })
      clock.skip(61 * MINUTE)
      await isClean()
      await process.controller.idle()
      expect({ orphans: process.controller.orphans(), gauge: process.orphanGauge(), lists: lists(process) }).toEqual({ orphans: [], gauge: 0, lists: 2 })
      await process.stop()
    })

    test('a request deletes the one whose uid it gives, and no other', async () => {
      await world().create('web')
      await world().create('shop')
      const [web = '', shop] = await orphan(world(), await world().start(), 'web', 'shop')
      const process = await world().start()
      await process.controller.idle()
      process.controller.deleteOrphans([web])
      await until(() => process.controller.orphans()?.length === 1)
      await process.controller.idle()
      expect(process.controller.orphans()).toMatchObject([{ uid: shop, state: 'waiting' }])
      await process.stop()
    })

    test('a Service that is another type now is asked about by name, and its part is taken away', async () => {
      await world().create('web')
      const first = await world().start()
      await world().reported('web', 'NoBackends')
      await first.kill()
      await world().patch('web', { metadata: { finalizers: null, annotations: { [STACKS]: null } }, spec: { type: 'ClusterIP', loadBalancerClass: null } })
      const process = await world().start()
      await isClean()
      expect({ lists: lists(process), orphans: process.controller.orphans() }).toEqual({ lists: 1, orphans: [] })
      await process.stop()
    })

    test('a Service that this process saw leave is not an orphan, and is asked about by name', async () => {
      const process = await world().start()
      await world().create('web')
      await world().reported('web', 'NoBackends')
      await world().patch('web', { metadata: { finalizers: null } })
      await world().remove('web')
      await isClean()
      expect({ lists: lists(process), orphans: process.controller.orphans() }).toEqual({ lists: 1, orphans: [] })
      await process.stop()
    })

    test('a new Service of the same name takes nothing over from the one before, whose part goes', async () => {
      await world().create('web')
      const [old] = await orphan(world(), await world().start(), 'web')
      await world().create('web')
      const clock = new SkippingClock()
      const process = await world().start({}, { clock })
      const { uid } = (await world().reported('web', 'NoBackends')).metadata
      await process.controller.idle()
      expect(process.controller.orphans()?.map((one) => one.uid)).toEqual([old])
      clock.skip(61 * MINUTE)
      await until(() => process.controller.orphans()?.length === 0)
      await process.controller.idle()
      expect(world().cloud.rules.map(({ owner }) => owner)).toEqual([{ uid }])
      expect(await world().reach('web')).toBe('node')
      await process.stop()
    })
  },
  () => inMemoryCloud({ ownersBy: 'uid' }),
)
